-- One row per pattern, concept, base and category that combines several variables (or `*`, of a
-- question with one answer), of those who gave a valid answer to all of them; `category` is empty
-- where no combination holds.
-- A tick could prove a combination of any while others are missing. Then only those who ticked
-- would enter the base, which would raise the share.
with parts as (
    select * from {{ ref('hrm_coded_answers') }}
    where combines is not null
),

concepts as (
    select * from {{ ref('concepts') }}
),

combined as (
    select
        survey,
        wave,
        pattern,
        concept,
        base,
        item,
        case
            when count(category) = count(*) or (combines = 'any' and count(category) > 0)
                then item
        end as category
    from parts
    group by survey, wave, pattern, concept, base, item, combines
    having count(missing_kind) = 0
)

select
    combined.survey,
    combined.wave,
    combined.pattern,
    combined.concept,
    combined.base,
    combined.item,
    combined.category
from combined
inner join concepts on combined.concept = concepts.concept
where concepts.kind <> 'single'
union all
select
    combined.survey,
    combined.wave,
    combined.pattern,
    combined.concept,
    combined.base,
    '*' as item,
    max(combined.category) as category
from combined
inner join concepts on combined.concept = concepts.concept
where concepts.kind = 'single'
group by
    combined.survey, combined.wave, combined.pattern, combined.concept, combined.base
