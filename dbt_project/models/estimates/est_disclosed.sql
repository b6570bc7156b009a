-- One row per estimate of est_computed that a release has a place for, as it may be shown: hidden,
-- a bound, or rounded. The rules and their sources are in release_rules.csv, the units in
-- release_precision.csv, merged groups in release_groups.csv. What is a function of what is shown
-- (errors of shares, differences, verdicts) is computed from what is shown.
-- Primary (C): a group with fewer than 10 answers to any question of its base, so that what is
-- hidden does not depend on who skipped a question; and extreme percentiles of few answers.
-- Secondary (D): where hidden groups of a partition could be subtracted from its total, the
-- smallest groups left are hidden too; a hidden group as a category of other groups; the smallest
-- groups left of an answer where what is not shown exactly of it comes from fewer than three
-- respondents, who could be subtracted; and what is withdrawn (release_withdrawals.csv).
{% set key = [
    'survey', 'wave', 'concept', 'category', 'base', 'group_dimension', 'group_value', 'statistic'
] %}
{% set group = ['survey', 'wave', 'base', 'group_dimension', 'group_value'] %}
{% set whole = ['survey', 'wave', 'base', 'group_dimension', 'within_category'] %}
{% set answer = whole + ['concept', 'category', 'statistic', 'weighting'] %}
with computed as (
    select * from {{ ref('est_computed') }}
),

concepts as (
    select * from {{ ref('concepts') }}
),

dimensions as (
    select
        group_dimensions.group_dimension,
        concepts.concept,
        concepts.kind
    from {{ ref('group_dimensions') }} as group_dimensions
    inner join concepts on group_dimensions.concept = concepts.concept
),

-- In total both weightings are shown, in a group one: the difference of two tells strata apart.
-- What a register knows of an organisation is not answered by group.
placed as (
    select
        computed.*,
        concepts.kind,
        max(case when computed.weighting = 'none' then computed.selected end) over (
            partition by {{ prefixed('computed', key) }}
        ) as respondents
    from computed
    inner join concepts on computed.concept = concepts.concept
    where concepts.by_group or computed.group_dimension = 'total'
),

weightings as (
    select
        *,
        max(weighting) over (partition by survey, wave) as preferred
    from placed
),

nested as (
    select distinct
        dimensions.group_dimension,
        release_groups.release_category as group_value,
        release_groups.within_category
    from {{ ref('release_groups') }} as release_groups
    inner join dimensions on release_groups.concept = dimensions.concept
    where release_groups.within_category is not null
),

group_sizes as (
    select
        {{ prefixed('computed', group) }},
        coalesce(nested.within_category, 'total') as within_category,
        coalesce(dimensions.kind = 'single', false) as is_partition,
        min(computed.n) as smallest_n
    from computed
    left join dimensions on computed.group_dimension = dimensions.group_dimension
    left join nested
        on {{ equal_columns('computed', 'nested', ['group_dimension', 'group_value']) }}
    group by {{ prefixed('computed', group) }}, nested.within_category, dimensions.kind
),

primaries as (
    select
        *,
        smallest_n < {{ release_rule('minimum_base') }} as is_primary
    from group_sizes
),

placed_in_order as (
    select
        *,
        max(case when is_primary then 1 else 0 end) over (
            partition by {{ whole | join(', ') }}
        ) = 1 as has_primary,
        row_number() over smallest_first as place,
        coalesce(sum(smallest_n) over (
            partition by {{ whole | join(', ') }}
            order by case when is_primary then 0 else 1 end, smallest_n, group_value
            rows between unbounded preceding and 1 preceding
        ), 0) as hidden_before
    from primaries
    window smallest_first as (
        partition by {{ whole | join(', ') }}
        order by case when is_primary then 0 else 1 end, smallest_n, group_value
    )
),

groups as (
    select
        *,
        case
            when is_primary then 'C'
            when
                is_partition and has_primary
                and (
                    place <= {{ release_rule('minimum_hidden_groups') }}
                    or hidden_before < {{ release_rule('minimum_hidden_answers') }}
                )
                then 'D'
            else 'F'
        end as conf_status
    from placed_in_order
),

hidden_categories as (
    select distinct
        groups.survey,
        groups.wave,
        groups.base,
        dimensions.concept,
        groups.group_value as category
    from groups
    inner join dimensions on groups.group_dimension = dimensions.group_dimension
    where groups.conf_status <> 'F'
),

judged as (
    select
        weightings.*,
        categories.complement_of is not null as is_complement,
        precisions.unit,
        groups.within_category,
        groups.is_partition,
        weightings.kind,
        case
            when groups.conf_status <> 'F' then groups.conf_status
            when
                weightings.statistic in ('quantile_05', 'quantile_95')
                and weightings.n < {{ release_rule('extreme_percentile_base') }}
                then 'C'
            when
                hidden_categories.category is not null and weightings.group_dimension <> 'total'
                then 'D'
            when withdrawals.concept is not null then 'D'
            else 'F'
        end as conf_status
    from weightings
    inner join groups on {{ equal_columns('weightings', 'groups', group) }}
    left join hidden_categories
        on
            {{ equal_columns(
                'weightings', 'hidden_categories',
                ['survey', 'wave', 'base', 'concept', 'category']
            ) }}
    left join {{ ref('release_withdrawals') }} as withdrawals
        on
            {{ equal_columns(
                'weightings', 'withdrawals',
                ['survey', 'wave', 'concept', 'category', 'base', 'group_dimension',
                 'group_value']
            ) }}
    left join {{ ref('categories') }} as categories
        on {{ equal_columns('weightings', 'categories', ['concept', 'category']) }}
    inner join {{ ref('release_precision') }} as precisions
        on
            split_part(weightings.statistic, '_', 1) = precisions.statistic
            and weightings.n >= precisions.minimum_n
            and (weightings.n < precisions.below_n or precisions.below_n is null)
    where weightings.group_dimension = 'total' or weightings.weighting = weightings.preferred
),

rounded as (
    select
        *,
        case
            when is_complement then 100 - {{ to_unit('100 - estimate', 'unit') }}
            else {{ to_unit('estimate', 'unit') }}
        end as shown,
        -- Lengths are rounded up, not ends: ends would tell on which side of a shown figure the
        -- figure itself is.
        {{ up_to_unit('estimate - estimate_low', 'unit') }} as below,
        {{ up_to_unit('estimate_high - estimate', 'unit') }} as above,
        100 * {{ release_rule('fewest_respondents') }} / cast(n as double) as few
    from judged
),

bounded as (
    select
        *,
        case
            when statistic <> 'share' then null
            when respondents < {{ release_rule('fewest_respondents') }} or shown <= 0
                then 'upper'
            when n - respondents < {{ release_rule('fewest_respondents') }} or shown >= 100
                then 'lower'
        end as bound
    from rounded
),

-- In the order in which groups of a split are covered: those that are not shown exactly first.
covered as (
    select
        *,
        bound is not null or conf_status <> 'F' as is_covered,
        max(case when bound is not null or conf_status <> 'F' then 1 else 0 end) over (
            partition by {{ answer | join(', ') }}
        ) = 1 as has_covered,
    {% for name, count in [('with', 'respondents'), ('without', 'n - respondents')] %}
        coalesce(sum({{ count }}) over (
            partition by {{ answer | join(', ') }}
            order by
                case when bound is not null or conf_status <> 'F' then 0 else 1 end,
                n, group_value
            rows between unbounded preceding and 1 preceding
            ), 0) as {{ name }}_before{{ ',' if not loop.last }}
    {% endfor %}
    from bounded
),

needed as (
    select
        *,
        statistic = 'share' and group_dimension <> 'total' and is_partition
        and has_covered and not is_covered
        and least(with_before, without_before) < {{ release_rule('fewest_respondents') }}
            as is_needed
    from covered
),

-- The other answers of a question with one answer would give the answer away.
protected as (
    select
        *,
        case
            when conf_status <> 'F' or statistic <> 'share' then conf_status
            when
                is_needed
                or (
                    kind = 'single'
                    and max(case when is_needed then 1 else 0 end) over (
                        partition by {{ group | join(', ') }}, concept, statistic, weighting
                    ) = 1
                )
                then 'D'
            else 'F'
        end as final_status
    from needed
),

shown as (
    select
        *,
        case bound
            when 'upper' then {{ up_to_unit('greatest(few, estimate)', 'unit') }}
            when 'lower' then 100 - {{ up_to_unit('greatest(few, 100 - estimate)', 'unit') }}
            else shown
        end as shown_estimate,
        case
            when bound is null and standard_error > 0
                then {{ down_to_digits('effective_n', 2) }}
        end as shown_effective_n
    from protected
)

select
    survey,
    wave,
    concept,
    category,
    base,
    group_dimension,
    group_value,
    weighting,
    statistic,
    case when final_status = 'F' then shown_estimate end as estimate,
    case
        when final_status <> 'F' or bound is not null then null
        when statistic = 'share' then greatest(round(shown_estimate - below, 6), 0)
        else round(shown_estimate - below, 6)
    end as estimate_low,
    case
        when final_status <> 'F' or bound is not null then null
        when statistic = 'share' then least(round(shown_estimate + above, 6), 100)
        else round(shown_estimate + above, 6)
    end as estimate_high,
    case
        when final_status <> 'F' or bound is not null then null
        when statistic = 'share' and standard_error > 0
            then 100 * sqrt(shown_estimate / 100 * (1 - shown_estimate / 100) / shown_effective_n)
        else {{ up_to_digits('standard_error', 2) }}
    end as standard_error,
    case when final_status = 'F' then cast(shown_effective_n as bigint) end as effective_n,
    case when final_status = 'F' then n end as n,
    case when final_status = 'F' then df end as df,
    unit as rounding_unit,
    case when final_status = 'F' then bound end as bound,
    case when final_status = 'F' and bound is null then interval_method else 'none' end
        as interval_method,
    final_status as conf_status
from shown
