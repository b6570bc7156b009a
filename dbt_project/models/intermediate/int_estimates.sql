-- One row per survey, wave, concept, category, base, group and weighting: the estimate with its
-- standard error and 95 % interval, before disclosure control. One grouped pass over the answers;
-- the formulas stand in macros/estimate.sql.
{% set cell = [
    'survey', 'wave', 'concept', 'base', 'group_dimension', 'group_value', 'weighting'
] %}
with design as (
    select * from {{ ref('dim_respondent') }}
),

members as (
    select * from {{ ref('fct_base_member') }}
),

answers as (
    select * from {{ ref('fct_answer') }}
),

member_groups as (
    select * from {{ ref('bridge_respondent_group') }}
),

dimensions as (
    select * from {{ ref('group_dimensions') }}
),

asked as (
    select * from {{ ref('int_asked_categories') }}
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

-- Answers by a group that is the concept itself would be 0 and 100 % and say nothing.
grouped_members as (
    select
        members.survey,
        members.wave,
        members.respondent_id,
        members.concept,
        members.base,
        members.item,
        member_groups.group_dimension,
        member_groups.group_value,
        design.weighting,
        design.stratum,
        design.n_stratum,
        design.frame_count,
        design.weight
    from members
    inner join design
        on
            members.survey = design.survey
            and members.wave = design.wave
            and members.respondent_id = design.respondent_id
    inner join member_groups
        on
            members.survey = member_groups.survey
            and members.wave = member_groups.wave
            and members.respondent_id = member_groups.respondent_id
    inner join dimensions
        on
            member_groups.group_dimension = dimensions.group_dimension
            and coalesce(dimensions.concept, '') <> members.concept
),

base_cells as (
    select
        {{ cell | join(', ') }},
        item,
        stratum,
        min(n_stratum) as n_stratum,
        min(frame_count) as frame_count,
        count(*) as n,
        sum(weight) as sum_w,
        sum(weight * weight) as sum_w2
    from grouped_members
    group by {{ cell | join(', ') }}, item, stratum
),

category_cells as (
    select
        {% for column in cell %}grouped_members.{{ column }},
        {% endfor %}
        grouped_members.item,
        grouped_members.stratum,
        answers.category,
        sum(weight * value) as sum_wy,
        sum(weight * weight * value) as sum_w2y,
        sum(weight * weight * value * value) as sum_w2y2
    from grouped_members
    inner join answers
        on
            grouped_members.survey = answers.survey
            and grouped_members.wave = answers.wave
            and grouped_members.respondent_id = answers.respondent_id
            and grouped_members.concept = answers.concept
            and grouped_members.base = answers.base
            and grouped_members.item = answers.item
    group by
        {% for column in cell %}grouped_members.{{ column }},
        {% endfor %}
        grouped_members.item, grouped_members.stratum, answers.category
),

cells as (
    select
        base_cells.*,
        asked.category,
        coalesce(category_cells.sum_wy, 0) as sum_wy,
        coalesce(category_cells.sum_w2y, 0) as sum_w2y,
        coalesce(category_cells.sum_w2y2, 0) as sum_w2y2
    from base_cells
    inner join asked
        on
            base_cells.survey = asked.survey
            and base_cells.wave = asked.wave
            and base_cells.concept = asked.concept
            and base_cells.base = asked.base
            and base_cells.item = asked.item
    left join category_cells
        on
            {{ equal_columns('base_cells', 'category_cells', cell + ['item', 'stratum']) }}
            and asked.category = category_cells.category
),

points as (
    select
        *,
        sum(sum_w) over whole_cell as total_weight,
        sum(sum_wy) over whole_cell / sum(sum_w) over whole_cell as ratio
    from cells
    window whole_cell as (partition by {{ cell | join(', ') }}, category)
),

-- Sums of weights in another order can miss 0 and 1 by a rounding.
exact_points as (
    select
        *,
        case
            when category <> 'mean' and abs(ratio) < 1e-12 then 0
            when category <> 'mean' and abs(1 - ratio) < 1e-12 then 1
            else ratio
        end as p
    from points
),

estimates as (
    select
        {{ cell | join(', ') }},
        category,
        min(p) as p,
        cast(sum(n) as bigint) as n,
        cast(sum(n) - count(*) as bigint) as df,
        power(sum(sum_w), 2) / sum(sum_w2) as effective_n,
        sqrt(sum(
            {{ stratum_variance(
                'p', 'total_weight', 'n_stratum',
                finite_population_correction('n_stratum', 'frame_count'),
                'sum_w', 'sum_w2', 'sum_wy', 'sum_w2y', 'sum_w2y2'
            ) }}
        )) as standard_error
    from exact_points
    group by {{ cell | join(', ') }}, category
),

with_t as (
    select
        estimates.*,
        {{ t975('estimates.df', 't_quantiles.t975') }} as t,
        case
            when estimates.category = 'mean' and estimates.df < 1 then 'none'
            when estimates.category = 'mean' then 'design_t'
            when estimates.weighting = 'none' then 'wilson'
            when estimates.p in (0, 1) then 'wilson'
            when estimates.df < 1 then 'none'
            else 'design_logit'
        end as interval_method
    from estimates
    left join t_quantiles on estimates.df = t_quantiles.df
),

intervals as (
    select
        *,
        case when category = 'mean' then 'mean' else 'share' end as statistic,
    {% for name, sign in [('low', -1), ('high', 1)] %}
        case interval_method
            when 'design_t' then p + ({{ sign }}) * t * standard_error
            when 'wilson' then {{ wilson_bound(
                'p', "case when weighting = 'none' then n else effective_n end", sign
            ) }}
            when 'design_logit' then {{ logit_bound(
                'p', 'standard_error', 't', sign
            ) }}
        end as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from with_t
),

scales as (
    select
        {% for column in cell %}grouped_members.{{ column }},
        {% endfor %}
        answers.value
    from grouped_members
    inner join answers
        on
            grouped_members.survey = answers.survey
            and grouped_members.wave = answers.wave
            and grouped_members.respondent_id = answers.respondent_id
            and grouped_members.concept = answers.concept
            and grouped_members.base = answers.base
            and grouped_members.item = answers.item
            and answers.category = 'mean'
    where grouped_members.weighting = 'none'
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
    interval_method
from intervals

{% for percent in ['05', '25', '50', '75', '95'] %}
    union all
    select
        {{ cell | join(', ') }},
        'quantile_{{ percent }}' as category,
        'quantile_{{ percent }}' as statistic,
        {{ quantile('value', '0.' ~ percent) }} as estimate,
        null as estimate_low,
        null as estimate_high,
        null as standard_error,
        count(*) as n,
        count(*) - 1 as df,
        'none' as interval_method
    from scales
    group by {{ cell | join(', ') }}
{% endfor %}
