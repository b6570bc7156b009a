-- One row per respondent, concept, base, item and category chosen (value 1), or per scale with
-- its value (category `mean`).
{% set key = ['survey', 'wave', 'respondent_id', 'concept', 'base', 'item', 'category'] %}
-- Several variables may choose the same category.
with chosen as (
    select distinct {{ key | join(', ') }} from {{ ref('hrm_item_answers') }}
    where category is not null
),

derived as (
    select
        survey,
        wave,
        respondent_id,
        concept,
        base,
        '*' as item,
        category
    from {{ ref('hrm_counted_answers') }}
    union
    select
        survey,
        wave,
        respondent_id,
        concept,
        base,
        '*' as item,
        category
    from {{ ref('hrm_binned_answers') }}
),

categories as (
    select {{ key | join(', ') }} from chosen
    union all
    select {{ key | join(', ') }} from {{ ref('hrm_combined_answers') }}
    where category is not null
    union all
    select {{ key | join(', ') }} from derived
)

select
    {{ key | join(', ') }},
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
    'mean' as category,
    value
from {{ ref('hrm_item_values') }}
where value is not null
