-- One row per survey, wave, concept, base, variable, selected category and code: what each
-- answer of each question counts as. `category` is empty where a valid answer selects nothing.
with crosswalk as (
    select * from {{ ref('crosswalk') }}
),

recodes as (
    select * from {{ ref('recodes') }}
)

select
    crosswalk.survey,
    crosswalk.wave,
    crosswalk.concept,
    crosswalk.base,
    crosswalk.variable,
    crosswalk.rule,
    crosswalk.category as select_category,
    recodes.code,
    case
        when recodes.missing_kind is not null then null
        when crosswalk.rule = 'recode' then recodes.category
        when crosswalk.rule = 'select' and recodes.category = 'selected'
            then crosswalk.category
    end as category,
    recodes.score,
    recodes.missing_kind
from crosswalk
inner join recodes on crosswalk.recode = recodes.recode
where crosswalk.rule in ('recode', 'select', 'mean_of_items')
