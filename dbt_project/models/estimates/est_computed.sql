-- One row per survey, wave, concept, category, statistic, base, group and weighting: the estimate
-- with its standard error and 95 % interval, before disclosure control. The formulas are in
-- macros/estimate.sql.
{% set cell = [
    'survey', 'wave', 'concept', 'base', 'group_dimension', 'group_value', 'weighting'
] %}
with sums as (
    select * from {{ ref('est_stratum_sums') }}
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

known as (
    select * from {{ ref('hrm_known_margins') }}
),

-- Ends of an interval on fewer respondents would be the lowest or highest answers.
quantiles as (
    select
        *,
        n >= {{ release_rule('quantile_interval_base') }}
        and share_low * n >= {{ release_rule('fewest_respondents') }}
        and (1 - share_high) * n >= {{ release_rule('fewest_respondents') }} as has_interval
    from {{ ref('est_quantiles') }}
),

estimates as (
    select
        {{ cell | join(', ') }},
        category,
        statistic,
        min(p) as p,
        cast(sum(n) as bigint) as n,
        cast(sum(n) - count(*) as bigint) as df,
        power(sum(sum_w), 2) / sum(sum_w2) as kish_n,
        {{ expected_effective_number(
            'n_stratum', finite_population_correction('n_stratum', 'frame_count'), 'sum_w', 'sum_w2'
        ) }} as effective_n,
        sum(sum_wy) as selected,
        sqrt(sum(
            {{ stratum_variance(
                'p', 'total_weight', 'n_stratum',
                finite_population_correction('n_stratum', 'frame_count'),
                'sum_w', 'sum_w2', 'sum_wy', 'sum_w2y', 'sum_w2y2'
            ) }}
        )) as sampling_error
    from sums
    group by {{ cell | join(', ') }}, category, statistic
),

with_t as (
    select
        estimates.*,
        {{ t975('estimates.df', 't_quantiles.t975') }} as t,
        case when known.concept is null then estimates.sampling_error else 0 end as standard_error,
        case
            when known.concept is not null then 'known_margin'
            when estimates.statistic = 'mean' and estimates.df < 1 then 'none'
            when estimates.statistic = 'mean' then 'design_t'
            when estimates.weighting = 'none' then 'wilson'
            when estimates.p in (0, 1) then 'wilson'
            when estimates.df < 1 then 'none'
            else 'design_logit'
        end as interval_method
    from estimates
    left join t_quantiles on estimates.df = t_quantiles.df
    left join known
        on
            {{ equal_columns('estimates', 'known', ['survey', 'wave', 'concept']) }}
            and estimates.statistic = 'share'
            and estimates.weighting = 'weighted'
            and estimates.group_dimension = 'total'
),

intervals as (
    select
        *,
    {% for name, sign in [('low', -1), ('high', 1)] %}
        case interval_method
            when 'known_margin' then p
            when 'design_t' then p + ({{ sign }}) * t * standard_error
            when 'wilson' then {{ wilson_bound(
                'p', "case when weighting = 'none' then n else kish_n end", sign
            ) }}
            when 'design_logit' then {{ logit_bound(
                'p', 'standard_error', 't', sign
            ) }}
        end as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from with_t
)

select
    {{ cell | join(', ') }},
    category,
    statistic,
    case when statistic = 'share' then 100 else 1 end * p as estimate,
    case when statistic = 'share' then 100 else 1 end * low as estimate_low,
    case when statistic = 'share' then 100 else 1 end * high as estimate_high,
    case when statistic = 'share' then 100 else 1 end * standard_error as standard_error,
    n,
    df,
    case when statistic = 'share' and interval_method <> 'known_margin' then effective_n end
        as effective_n,
    interval_method,
    -- Without weights: how many respondents have the category.
    case when statistic = 'share' then selected end as selected
from intervals
union all
select
    {{ cell | join(', ') }},
    category,
    statistic,
    estimate,
    case when has_interval then estimate_low end as estimate_low,
    case when has_interval then estimate_high end as estimate_high,
    null as standard_error,
    n,
    df,
    null as effective_n,
    case when has_interval then 'woodruff' else 'none' end as interval_method,
    null as selected
from quantiles
