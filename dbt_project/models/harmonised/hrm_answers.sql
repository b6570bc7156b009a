-- One row per respondent, concept, base, item and category: the categories chosen, with value 1
-- (statistic `share`), and the value of a scale (category `value`, statistic `mean`).
{% set key = ['survey', 'wave', 'respondent_id', 'concept', 'base', 'item', 'category'] %}
-- Several variables may choose the same category.
with chosen as (
    select distinct {{ key | join(', ') }} from {{ ref('hrm_item_answers') }}
    where category is not null
),

categories as (
    select {{ key | join(', ') }} from chosen
    union all
    select {{ key | join(', ') }} from {{ ref('hrm_combined_answers') }}
    where category is not null
    union all
    select {{ key | join(', ') }} from {{ ref('hrm_derived_answers') }}
)

select
    {{ key | join(', ') }},
    'share' as statistic,
    cast(1 as double) as value
from categories
union all
select
    survey,
    wave,
    respondent_id,
    concept,
    base,
    item,
    'value' as category,
    'mean' as statistic,
    value
from {{ ref('hrm_item_values') }}
where value is not null
