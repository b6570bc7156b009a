-- One row per respondent, concept, base and category that combines several variables, of those who
-- gave a valid answer to all of them; `category` is empty where the combination does not hold.
-- A tick could prove `combine_any` while others are missing. Only those who ticked would then
-- enter the base, which would raise the share.
with items as (
    select * from {{ ref('int_item_answers') }}
    where rule in ('combine_any', 'combine_all')
)

select
    survey,
    wave,
    respondent_id,
    concept,
    base,
    item,
    case
        when count(category) = count(*) or (rule = 'combine_any' and count(category) > 0) then item
    end as category
from items
group by survey, wave, respondent_id, concept, base, item, rule
having count(missing_kind) = 0
