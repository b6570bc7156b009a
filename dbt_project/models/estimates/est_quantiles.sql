-- One row per survey, wave, concept, base, group, weighting and percent: the quantile of a scale,
-- the smallest value at which the weighted share of respondents reaches it (Hyndman and Fan 1996,
-- The American Statistician 50, 361-365, type 1; R survey: svyquantile(qrule = "math")).
-- Its interval is Woodruff's (1952, JASA 47, 635-646; R: interval.type = "mean"): the share of
-- respondents at or below the quantile has an interval p ± t se, and both its ends are read as
-- quantiles. An end below 0 or above 1 is none.
{% set cell = [
    'survey', 'wave', 'concept', 'base', 'group_dimension', 'group_value', 'weighting'
] %}
{% set quantile = cell + ['percent'] %}
{% set profile = ['survey', 'wave', 'profile'] %}
{# weighting: stratum, and what counts there as w and w^2. #}
{% set weightings = {
    'none': ["'all'", 'n', 'n'],
    'weighted': ['profiles.stratum', 'sum_w', 'sum_w2'],
} %}
with scales as (
    select * from {{ ref('hrm_pattern_answers') }}
    where statistic = 'mean'
),

pattern_sums as (
    select * from {{ ref('est_pattern_sums') }}
),

profiles as (
    select * from {{ ref('hrm_profile_groups') }}
),

strata as (
    select * from {{ ref('est_stratum_sums') }}
    where statistic = 'mean'
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

-- Respondents with the same value come first, so that only values are put in order.
profile_values as (
    select
        {{ prefixed('scales', ['concept', 'base', 'value']) }},
        {{ prefixed('pattern_sums', profile) }},
        sum(pattern_sums.n) as n,
        sum(pattern_sums.sum_w) as sum_w,
        sum(pattern_sums.sum_w2) as sum_w2
    from scales
    inner join pattern_sums
        on {{ equal_columns('scales', 'pattern_sums', ['survey', 'wave', 'pattern']) }}
    group by
        {{ prefixed('scales', ['concept', 'base', 'value']) }},
        {{ prefixed('pattern_sums', profile) }}
),

valued as (
    {% for weighting, (stratum, w, w2) in weightings.items() %}
        select
            {{ prefixed('profiles', ['survey', 'wave']) }},
            {{ prefixed('profile_values', ['concept', 'base', 'value']) }},
            {{ prefixed('profiles', ['group_dimension', 'group_value']) }},
            '{{ weighting }}' as weighting,
            {{ stratum }} as stratum,
            cast(sum(profile_values.{{ w }}) as double) as sum_w,
            cast(sum(profile_values.{{ w2 }}) as double) as sum_w2
        from profile_values
        inner join profiles
            on
                {{ equal_columns('profile_values', 'profiles', profile) }}
                and coalesce(profiles.grouping_concept, '') <> profile_values.concept
        {{ 'where profiles.stratum is not null' if weighting == 'weighted' }}
        group by
            {{ prefixed('profiles', ['survey', 'wave']) }},
            {{ prefixed('profile_values', ['concept', 'base', 'value']) }},
            {{ prefixed('profiles', ['group_dimension', 'group_value']) }}, {{ stratum }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

value_weights as (
    select
        {{ cell | join(', ') }},
        value,
        sum(sum_w) as weight
    from valued
    group by {{ cell | join(', ') }}, value
),

reached as (
    select
        {{ cell | join(', ') }},
        value,
        sum(weight) over (
            partition by {{ cell | join(', ') }} order by value rows unbounded preceding
        ) / sum(weight) over (partition by {{ cell | join(', ') }}) as share
    from value_weights
),

percents as (
    {% for percent in ['05', '25', '50', '75', '95'] %}
        select
            '{{ percent }}' as percent,
            cast(0.{{ percent }} as double) as wanted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

quantiles as (
    select
        {{ prefixed('reached', cell) }},
        percents.percent,
        min(reached.value) as estimate,
        min(reached.share) as p
    from reached
    -- Shares that are the percentage itself may miss it by a rounding.
    inner join percents on reached.share >= percents.wanted - 1e-12
    group by {{ prefixed('reached', cell) }}, percents.percent
),

below as (
    select
        {{ prefixed('quantiles', quantile) }},
        valued.stratum,
        sum(valued.sum_w) as sum_w,
        sum(valued.sum_w2) as sum_w2
    from quantiles
    inner join valued
        on
            {{ equal_columns('quantiles', 'valued', cell) }}
            and quantiles.estimate >= valued.value
    group by {{ prefixed('quantiles', quantile) }}, valued.stratum
),

errors as (
    select
        {{ prefixed('quantiles', quantile) }},
        quantiles.estimate,
        quantiles.p,
        cast(sum(strata.n) as bigint) as n,
        cast(sum(strata.n) - count(*) as bigint) as df,
        sqrt(sum(
            {{ stratum_variance(
                'quantiles.p', 'strata.total_weight', 'strata.n_stratum',
                finite_population_correction('strata.n_stratum', 'strata.frame_count'),
                'strata.sum_w', 'strata.sum_w2', 'coalesce(below.sum_w, 0)',
                'coalesce(below.sum_w2, 0)', 'coalesce(below.sum_w2, 0)'
            ) }}
        )) as standard_error
    from quantiles
    inner join strata on {{ equal_columns('quantiles', 'strata', cell) }}
    left join below
        on
            {{ equal_columns('quantiles', 'below', quantile) }}
            and strata.stratum = below.stratum
    group by {{ prefixed('quantiles', quantile) }}, quantiles.estimate, quantiles.p
),

half_lengths as (
    select
        errors.*,
        {{ t975('errors.df', 't_quantiles.t975') }} * errors.standard_error as half_length
    from errors
    left join t_quantiles on errors.df = t_quantiles.df
),

ends as (
    select
        *,
        p - half_length as share_low,
        p + half_length as share_high
    from half_lengths
)

select
    {{ prefixed('ends', cell) }},
    'value' as category,
    concat('quantile_', ends.percent) as statistic,
    ends.estimate,
    min(case
        when ends.share_low >= -1e-12 and reached.share >= ends.share_low - 1e-12
            then reached.value
    end) as estimate_low,
    min(case
        when ends.share_high <= 1 + 1e-12 and reached.share >= ends.share_high - 1e-12
            then reached.value
    end) as estimate_high,
    ends.share_low,
    ends.share_high,
    ends.n,
    ends.df
from ends
inner join reached on {{ equal_columns('ends', 'reached', cell) }}
group by
    {{ prefixed('ends', cell) }}, ends.percent, ends.estimate, ends.share_low, ends.share_high,
    ends.n, ends.df
