-- One row per respondent, concept, base, item and category chosen (value 1), or per scale with
-- its value (category `mean`).
select
    survey,
    wave,
    respondent_id,
    concept,
    base,
    item,
    category,
    cast(1 as double) as value
from {{ ref('int_item_answers') }}
where category is not null and rule not in ('combine_any', 'combine_all')
union
select
    survey,
    wave,
    respondent_id,
    concept,
    base,
    item,
    category,
    cast(1 as double) as value
from {{ ref('int_combined_answers') }}
where category is not null
union
select
    survey,
    wave,
    respondent_id,
    concept,
    base,
    '*' as item,
    category,
    cast(1 as double) as value
from {{ ref('int_counted_answers') }}
union
select
    survey,
    wave,
    respondent_id,
    concept,
    base,
    '*' as item,
    category,
    cast(1 as double) as value
from {{ ref('int_binned_answers') }}
union
select
    survey,
    wave,
    respondent_id,
    concept,
    base,
    item,
    'mean' as category,
    value
from {{ ref('int_direct_answers') }}
where value is not null
