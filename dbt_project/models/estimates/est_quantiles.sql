-- One row per survey, wave, concept, base, group, weighting and percent: the quantile of a scale,
-- the smallest value at which the weighted share of respondents reaches it (Hyndman and Fan 1996,
-- The American Statistician 50, 361-365, type 1; R survey: svyquantile(qrule = "math")).
{% set cell = [
    'survey', 'wave', 'concept', 'base', 'group_dimension', 'group_value', 'weighting'
] %}
with scales as (
    select * from {{ ref('hrm_answers') }}
    where statistic = 'mean'
),

design as (
    select * from {{ ref('hrm_sample_design') }}
),

member_groups as (
    select * from {{ ref('hrm_respondent_groups') }}
),

-- Respondents with the same value come first, so that only values are put in order.
valued as (
    select
        {{ prefixed('scales', ['survey', 'wave', 'concept', 'base', 'value']) }},
        member_groups.group_dimension,
        member_groups.group_value,
        design.weighting,
        sum(design.weight) as weight,
        count(*) as n
    from scales
    inner join design
        on {{ equal_columns('scales', 'design', ['survey', 'wave', 'respondent_id']) }}
    inner join member_groups
        on {{ equal_columns('scales', 'member_groups', ['survey', 'wave', 'respondent_id']) }}
    inner join {{ ref('group_dimensions') }} as dimensions
        on
            member_groups.group_dimension = dimensions.group_dimension
            and coalesce(dimensions.concept, '') <> scales.concept
    group by
        {{ prefixed('scales', ['survey', 'wave', 'concept', 'base', 'value']) }},
        member_groups.group_dimension, member_groups.group_value, design.weighting
),

ranked as (
    select
        {{ cell | join(', ') }},
        value,
        sum(weight) over (
            partition by {{ cell | join(', ') }} order by value rows unbounded preceding
        ) as weight_so_far,
        sum(weight) over (partition by {{ cell | join(', ') }}) as total_weight,
        sum(n) over (partition by {{ cell | join(', ') }}) as n
    from valued
)

{% for percent in ['05', '25', '50', '75', '95'] %}
    select
        {{ cell | join(', ') }},
        'value' as category,
        'quantile_{{ percent }}' as statistic,
        -- Shares that are the percentage itself may miss it by a rounding.
        min(case when weight_so_far >= (0.{{ percent }} - 1e-12) * total_weight then value end)
            as estimate,
        cast(min(n) as bigint) as n
    from ranked
    group by {{ cell | join(', ') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
