-- One row per survey, wave, concept, category, base, group, statistic, weighting and data status:
-- computed estimates and published figures in one shape. A published share with a known n gets
-- Wilson's interval on its effective n, n / design effect (Kish 1965, Survey Sampling, 8.2). Where
-- the source weights and gives no design effect, every answer counts in full: the interval is then
-- too narrow. A bound ("more than half"), a share in words ("about a quarter"), a count of a
-- known list (a response rate) or a figure without n gets none.
with computed as (
    select
        estimates.*,
        loads.data_status
    from {{ ref('est_disclosed') }} as estimates
    inner join {{ ref('stg_loads') }} as loads
        on estimates.survey = loads.survey and estimates.wave = loads.wave
),

figures as (
    select
        figures.*,
        figures.value / 100 as p,
        case
            when
                figures.statistic = 'share' and figures.bound is null and not figures.approximate
                and concepts.kind <> 'count' and figures.n > 0
                then cast(floor(figures.n / coalesce(waves.design_effect, 1)) as bigint)
        end as effective_n
    from {{ ref('stg_published_figures') }} as figures
    inner join {{ ref('concepts') }} as concepts on figures.concept = concepts.concept
    inner join {{ ref('stg_waves') }} as waves
        on figures.survey = waves.survey and figures.wave = waves.wave
    where figures.status = 'current' and figures.statistic in ('share', 'mean', 'count')
),

published as (
    select
        *,
        effective_n > 0 as has_interval
    from figures
),

sources as (
    select * from {{ ref('stg_sources') }}
),

united as (
    select
        survey,
        wave,
        concept,
        category,
        base,
        group_dimension,
        group_value,
        weighting,
        data_status,
        statistic,
        estimate,
        estimate_low,
        estimate_high,
        standard_error,
        effective_n,
        n,
        df,
        rounding_unit,
        interval_method,
        false as approximate,
        bound,
        conf_status,
        cast(null as string) as source_id,
        cast(null as string) as source_locator
    from computed
    union all
    select
        survey,
        wave,
        concept,
        category,
        base,
        group_dimension,
        group_value,
        'none' as weighting,
        'published' as data_status,
        statistic,
        value as estimate,
        case when has_interval then {{ wilson_margin('p', 'effective_n', -1) }} end
            as estimate_low,
        case when has_interval then {{ wilson_margin('p', 'effective_n', 1) }} end
            as estimate_high,
        case when has_interval then 100 * sqrt(p * (1 - p) / effective_n) end as standard_error,
        case when has_interval then effective_n end as effective_n,
        n,
        cast(null as bigint) as df,
        case
            when value = round(value) and statistic <> 'mean' then 1
            when value = round(value, 1) then 0.1
            else 0.01
        end as rounding_unit,
        case when has_interval then 'wilson_published_n' else 'none' end as interval_method,
        approximate,
        bound,
        'F' as conf_status,
        source_id,
        locator as source_locator
    from published
),

measured as (
    select
        *,
        case
            when bound is null and estimate > 0 then round(100 * standard_error / estimate)
        end as coefficient_of_variation
    from united
),

graded as (
    select
        *,
        -- Without an n nobody can say how reliable a published figure is.
        case
            when conf_status <> 'F' then 'suppressed'
            when
                n < {{ release_rule('reliable_base') }}
                or df < {{ release_rule('reliable_df') }}
                or coefficient_of_variation > {{ release_rule('reliable_variation') }}
                or (
                    statistic = 'share'
                    and estimate_high - estimate_low >= {{ release_rule('reliable_width') }}
                )
                then 'indicative'
            when n is not null then 'reliable'
        end as reliability
    from measured
)

select
    {{ short_hash([
        'graded.survey', 'graded.wave', 'graded.concept', 'graded.category', 'graded.base',
        'graded.group_dimension', 'graded.group_value', 'graded.statistic', 'graded.weighting',
        'graded.data_status'
    ]) }} as indicator_id,
    graded.*,
    comparability.comparability,
    graded.data_status <> 'published' and (
        coalesce(of_category.assumed, of_concept.assumed, false)
        or coalesce(of_groups.assumed, false)
    ) as assumed,
    comparability.comparability_note_nl,
    comparability.comparability_note_en,
    case
        when graded.conf_status <> 'F' then 'Q'
        else coalesce(nullif(concat_ws(
            ',',
            case when comparability.comparability in ('limited', 'impossible') then 'B' end,
            case when graded.reliability = 'indicative' then 'U' end
        ), ''), 'A')
    end as obs_status,
    sources.title as source_title,
    sources.url as source_url
from graded
inner join {{ ref('est_comparability') }} as comparability
    on {{ equal_columns('graded', 'comparability', ['survey', 'wave', 'concept', 'category']) }}
left join {{ ref('est_assumed') }} as of_category
    on {{ equal_columns('graded', 'of_category', ['survey', 'wave', 'concept', 'category']) }}
left join {{ ref('est_assumed') }} as of_concept
    on
        {{ equal_columns('graded', 'of_concept', ['survey', 'wave', 'concept']) }}
        and of_concept.category = '*'
left join {{ ref('group_dimensions') }} as dimensions
    on graded.group_dimension = dimensions.group_dimension
left join {{ ref('est_assumed') }} as of_groups
    on
        {{ equal_columns('graded', 'of_groups', ['survey', 'wave']) }}
        and dimensions.concept = of_groups.concept
        and of_groups.category = '*'
left join sources on graded.source_id = sources.source_id
