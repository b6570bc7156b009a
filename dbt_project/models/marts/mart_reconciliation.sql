-- One row per published figure: what we compute from the answers of the same wave, as far as it
-- may be shown, and whether it agrees. The tolerance is half a unit of the last printed digit, or
-- 5 points (0.05 of a scale point per point) where the source only says it in words. A bound that
-- is not approximate ("at least half") agrees with everything on its side. Answers are weighted
-- where the source weights them (published_weighting.csv), because its figures would not come out
-- otherwise. Generated answers were drawn to agree with these figures, so that they prove nothing
-- about a figure (`by_construction`); only real answers do (`independent`).
with figures as (
    select
        *,
        case
            when approximate then case when statistic = 'share' then 5 else 0.05 end
            when statistic = 'difference' then 0.5
            when value = round(value) and statistic = 'share' then 0.5
            when statistic = 'count' then 0
            else 0.05
        end as tolerance
    from {{ ref('stg_published_figures') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
),

-- A group shows its size with one weighting only.
sizes as (
    select
        survey,
        wave,
        concept,
        category,
        base,
        group_dimension,
        group_value,
        statistic,
        max(n) as n
    from {{ ref('est_disclosed') }}
    group by survey, wave, concept, category, base, group_dimension, group_value, statistic
),

computed as (
    select
        estimates.*,
        disclosed.estimate as shown,
        disclosed.rounding_unit,
        sizes.n as shown_n
    from {{ ref('est_computed') }} as estimates
    left join {{ ref('est_disclosed') }} as disclosed
        on
            {{ equal_columns(
                'estimates', 'disclosed',
                ['survey', 'wave', 'concept', 'category', 'base', 'group_dimension',
                 'group_value', 'statistic', 'weighting']
            ) }}
    left join sizes
        on
            {{ equal_columns(
                'estimates', 'sizes',
                ['survey', 'wave', 'concept', 'category', 'base', 'group_dimension',
                 'group_value', 'statistic']
            ) }}
    left join {{ ref('published_weighting') }} as published
        on estimates.survey = published.survey and estimates.wave = published.wave
    where estimates.weighting = coalesce(published.weighting, 'none')
),

-- A published difference between two groups is compared with the same difference here.
contrasts as (
    select
        groups.survey,
        groups.wave,
        groups.concept,
        groups.category,
        groups.base,
        pairs.published_dimension,
        pairs.published_value,
        groups.estimate - others.estimate as estimate
    from {{ ref('group_contrasts') }} as pairs
    inner join computed as groups
        on
            pairs.group_dimension = groups.group_dimension
            and pairs.group_value = groups.group_value
    inner join computed as others
        on
            {{ equal_columns(
                'groups', 'others',
                ['survey', 'wave', 'concept', 'category', 'base', 'statistic', 'group_dimension']
            ) }}
            and pairs.reference_value = others.group_value
),

-- count_figures.csv says what a count is of: members of a group, or of a category of a concept.
counts as (
    select
        rules.concept,
        rules.category,
        computed.survey,
        computed.wave,
        computed.group_dimension,
        computed.group_value,
        cast(max(case
            when rules.counted_category is null then computed.n
            else round(computed.n * computed.estimate / 100)
        end) as double) as estimate,
        cast(max(case when rules.counted_category is null then computed.shown_n end) as double)
            as shown
    from {{ ref('count_figures') }} as rules
    inner join computed
        on
            rules.counted_concept = computed.concept
            and computed.base = 'all_organisations'
            and computed.statistic = 'share'
            and (rules.counted_category is null or rules.counted_category = computed.category)
    group by
        rules.concept, rules.category, computed.survey, computed.wave,
        computed.group_dimension, computed.group_value
),

-- Groups that a release shows as part of others only.
merged as (
    select distinct
        dimensions.group_dimension,
        release_groups.category as group_value
    from {{ ref('release_groups') }} as release_groups
    inner join {{ ref('group_dimensions') }} as dimensions
        on release_groups.concept = dimensions.concept
    where release_groups.category <> release_groups.release_category
),

matched as (
    select
        figures.*,
        loads.data_status as computed_status,
        coalesce(
            computed.estimate,
            case figures.statistic
                when 'difference' then contrasts.estimate
                when 'count' then counts.estimate
            end,
            case when figures.category = 'response_rate' then response.rate end
        ) as computed_value,
        coalesce(
            computed.shown,
            case when figures.statistic = 'count' then counts.shown end,
            case when figures.category = 'response_rate' then response.rate end
        ) as shown_value,
        computed.rounding_unit,
        merged.group_value is not null as is_merged
    from figures
    left join loads
        on figures.survey = loads.survey and figures.wave = loads.wave
    left join computed
        on
            {{ equal_columns(
                'figures', 'computed',
                ['survey', 'wave', 'concept', 'category', 'base',
                 'group_dimension', 'group_value', 'statistic']
            ) }}
    left join contrasts
        on
            {{ equal_columns(
                'figures', 'contrasts', ['survey', 'wave', 'concept', 'category', 'base']
            ) }}
            and figures.group_dimension = contrasts.published_dimension
            and figures.group_value = contrasts.published_value
    left join counts
        on
            {{ equal_columns(
                'figures', 'counts',
                ['survey', 'wave', 'concept', 'category', 'group_dimension', 'group_value']
            ) }}
    left join merged
        on {{ equal_columns('figures', 'merged', ['group_dimension', 'group_value']) }}
    left join {{ ref('mart_response') }} as response
        on
            {{ equal_columns(
                'figures', 'response', ['survey', 'wave', 'group_dimension', 'group_value']
            ) }}
            and loads.data_status = response.data_status
),

judged as (
    select
        *,
        case
            when computed_value is null or status = 'superseded' then 'not_computable'
            when not approximate and bound = 'lower' and computed_value >= value then 'agrees'
            when not approximate and bound = 'upper' and computed_value <= value then 'agrees'
            when abs(computed_value - value) <= tolerance + 1e-9 then 'agrees'
            else 'differs'
        end as verdict,
        case
            when status = 'superseded' then 'superseded'
            when computed_value is not null and shown_value is null then 'not_shown'
            when computed_value is not null then null
            when computed_status is null then 'no_answers'
            when is_merged then 'merged'
            when statistic in ('minimum', 'maximum') then 'extreme'
            when statistic not in ('share', 'mean', 'difference') then 'not_an_estimate'
            else 'not_asked'
        end as reason_code
    from matched
),

weighed as (
    select
        *,
        case
            when verdict = 'not_computable' then null
            when computed_status = 'synthetic' then 'by_construction'
            else 'independent'
        end as evidence
    from judged
)

select
    weighed.row_id,
    weighed.survey,
    weighed.wave,
    weighed.concept,
    weighed.category,
    weighed.base,
    weighed.group_dimension,
    weighed.group_value,
    weighed.statistic,
    weighed.value as published,
    weighed.shown_value as computed,
    weighed.computed_status as data_status,
    weighed.computed_status is not null
    and (coalesce(assumptions.assumed, false) or coalesce(of_groups.assumed, false)) as assumed,
    -- The verdict is on the value before it is rounded; beside a rounded one there is more room.
    weighed.tolerance + coalesce(weighed.rounding_unit, 0) / 2 as tolerance,
    weighed.approximate,
    weighed.verdict,
    weighed.evidence,
    {{ labels_of('evidences', 'evidence') }},
    reasons.label_en as reason,
    reasons.label_nl as reason_nl
from weighed
left join {{ ref('group_dimensions') }} as dimensions
    on weighed.group_dimension = dimensions.group_dimension
{{ join_assumed('weighed') }}
{{ join_assumed('weighed', 'of_groups', concept='dimensions.concept') }}
{{ join_codelist('reconciliation', 'weighed.reason_code', 'reasons') }}
{{ join_codelist('evidence', 'weighed.evidence', 'evidences') }}
