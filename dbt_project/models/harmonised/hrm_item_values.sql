-- One row per pattern, concept, base and item with a valid answer.
-- A scale needs `minimum_items` valid items (13 items, at least 10, for the climate scale) and
-- has their mean as its value.
with items as (
    select * from {{ ref('hrm_item_answers') }}
    where missing_kind is null
),

concepts as (
    select * from {{ ref('concepts') }}
)

select
    items.survey,
    items.wave,
    items.pattern,
    items.concept,
    items.base,
    items.item,
    avg(items.score) as value
from items
inner join concepts on items.concept = concepts.concept
group by
    items.survey, items.wave, items.pattern, items.concept, items.base, items.item,
    concepts.minimum_items
having count(*) >= coalesce(concepts.minimum_items, 1)
