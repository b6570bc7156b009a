-- One row per estimate of est_computed that a release has a place for, as it may be shown: hidden,
-- a bound, or rounded. The rules and their sources are in release_rules.csv, the units in
-- release_precision.csv, merged groups in release_groups.csv. What is a function of what is shown
-- (margins of shares, differences, verdicts) is computed from what is shown; the effective number
-- behind a margin depends on weights and frame alone. So a margin tells nothing more.
-- Primary (C): a group with fewer than 10 answers to any question of its base, so that what is
-- hidden does not depend on who skipped a question; and extreme percentiles of few answers.
-- Secondary (D): where hidden groups of a partition could be subtracted from its total, the
-- smallest groups left are hidden too; a hidden group as a category of other groups; and what is
-- withdrawn (release_withdrawals.csv).
{% set key = [
    'survey', 'wave', 'concept', 'category', 'base', 'group_dimension', 'group_value', 'statistic'
] %}
{% set group = ['survey', 'wave', 'base', 'group_dimension', 'group_value'] %}
{% set whole = ['survey', 'wave', 'base', 'group_dimension', 'within_category'] %}
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

base_sizes as (
    select
        survey,
        wave,
        concept,
        base,
        max(n) as base_n
    from computed
    group by survey, wave, concept, base
),

bases as (
    select
        *,
        row_number() over (partition by survey, wave, concept order by base_n, base) as base_place,
        max(base_n) over (partition by survey, wave, base)
        = max(base_n) over (partition by survey, wave) as is_everyone
    from base_sizes
),

-- In total both weightings are shown, in a group one: the difference of two tells strata apart.
-- What a register knows of an organisation is not answered by group. Neither is what adds up other
-- answers, nor a question in more than its smallest base: both would tell the same counts twice,
-- rounded in two ways.
placed as (
    select
        computed.*,
        bases.is_everyone,
        max(case when computed.weighting = 'none' then computed.selected end) over (
            partition by {{ prefixed('computed', key) }}
        ) as respondents
    from computed
    inner join concepts on computed.concept = concepts.concept
    inner join bases
        on {{ equal_columns('computed', 'bases', ['survey', 'wave', 'concept', 'base']) }}
    left join {{ ref('categories') }} as categories
        on {{ equal_columns('computed', 'categories', ['concept', 'category']) }}
    where
        computed.group_dimension = 'total'
        or (
            concepts.by_group
            and bases.base_place = 1
            and not coalesce(categories.is_combined, false)
        )
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
        -- How many innovated follows from the size of the base of innovators.
        case
            when weightings.is_everyone or weightings.group_dimension = 'total' then 1
            else sizes.unit
        end as size_unit,
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
    inner join {{ ref('release_precision') }} as sizes
        on
            sizes.statistic = 'size'
            and weightings.n >= sizes.minimum_n
            and (weightings.n < sizes.below_n or sizes.below_n is null)
    where weightings.group_dimension = 'total' or weightings.weighting = weightings.preferred
),

rounded as (
    select
        *,
        case
            when is_complement then round(100 - {{ to_unit('100 - estimate', 'unit') }}, 6)
            else {{ to_unit('estimate', 'unit') }}
        end as shown,
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

shown as (
    select
        *,
        case bound
            when 'upper' then {{ up_to_unit('greatest(few, estimate)', 'unit') }}
            when 'lower'
                then round(100 - {{ up_to_unit('greatest(few, 100 - estimate)', 'unit') }}, 6)
            else shown
        end as shown_estimate,
        cast(size_unit * floor(n / size_unit) as bigint) as shown_n,
        cast(greatest(size_unit * floor(df / size_unit), 1) as bigint) as shown_df,
        case
            when bound is not null then null
            when size_unit = 1 or effective_n < size_unit
                then {{ down_to_digits('effective_n', 2) }}
            else least(
                size_unit * floor(effective_n / size_unit), {{ down_to_digits('effective_n', 2) }}
            )
        end as shown_effective_n
    from bounded
),

with_t as (
    select
        shown.*,
        {{ t975('shown.shown_df', 't_quantiles.t975') }} as t,
        shown.shown_estimate / 100 as p,
        -- Of a figure that is rounded to a unit u: u^2 / 12, as in the tests of differences.
        power(shown.unit / 100, 2) / 12 as rounding_variance,
        -- A margin is computed from what is shown, so that its own rounding hides nothing.
        case when shown.statistic = 'share' then least(shown.unit, 1) else shown.unit end
            as margin_unit
    from shown
    left join {{ ref('t_quantiles') }} as t_quantiles on shown.shown_df = t_quantiles.df
),

with_error as (
    select
        *,
        case
            when statistic <> 'share' then {{ up_to_digits('standard_error', 2) }}
            -- Of a known margin, or of a census, there is no number and no error.
            else coalesce(100 * sqrt(p * (1 - p) / shown_effective_n), 0)
        end as shown_error
    from with_t
),

-- Of a share from what is shown of it, of a mean or a quantile as it was computed.
with_ends as (
    select
        *,
    {% for name, sign in [('low', -1), ('high', 1)] %}
        case
            when statistic <> 'share' then estimate_{{ name }} - estimate
            when interval_method = 'known_margin' then 0
            when interval_method = 'wilson'
                then 100 * ({{ wilson_bound(
                    'p', '(p * (1 - p) / (p * (1 - p) / shown_n + rounding_variance))', sign
                ) }} - p)
            when interval_method = 'design_logit'
                then 100 * ({{ logit_bound(
                    'p', 'sqrt(power(shown_error / 100, 2) + rounding_variance)', 't', sign
                ) }} - p)
        end as to_{{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from with_error
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
    case when conf_status = 'F' then shown_estimate end as estimate,
    -- Lengths are rounded up, not ends: ends would tell on which side of a shown figure the figure
    -- itself is.
    case
        when conf_status <> 'F' or bound is not null then null
        when statistic = 'share'
            then greatest(round(shown_estimate - {{ up_to_unit('-to_low', 'margin_unit') }}, 6), 0)
        else round(shown_estimate - {{ up_to_unit('-to_low', 'margin_unit') }}, 6)
    end as estimate_low,
    case
        when conf_status <> 'F' or bound is not null then null
        when statistic = 'share'
            then least(round(shown_estimate + {{ up_to_unit('to_high', 'margin_unit') }}, 6), 100)
        else round(shown_estimate + {{ up_to_unit('to_high', 'margin_unit') }}, 6)
    end as estimate_high,
    case when conf_status = 'F' and bound is null then shown_error end as standard_error,
    case when conf_status = 'F' then cast(shown_effective_n as bigint) end as effective_n,
    case when conf_status = 'F' then shown_n end as n,
    case when conf_status = 'F' then shown_df end as df,
    unit as rounding_unit,
    case when conf_status = 'F' then bound end as bound,
    case when conf_status = 'F' and bound is null then interval_method else 'none' end
        as interval_method,
    conf_status
from with_ends
