{#- Dagster shows a test of several models at the one that is named here. -#}
{{ config(meta={'dagster': {'ref': {'name': 'int_asked_categories'}}}) }}
-- Every category that an answer can be counted as stands in categories.csv, and every recode,
-- derivation and variable that the crosswalk names exists.
select crosswalk.survey, crosswalk.wave, crosswalk.concept, crosswalk.variable, crosswalk.recode
from {{ ref('crosswalk') }} as crosswalk
left join {{ ref('recodes') }} as recodes on crosswalk.recode = recodes.recode
left join {{ ref('concepts') }} as concepts on crosswalk.recode = concepts.concept
left join {{ ref('stg_items') }} as items
    on crosswalk.survey = items.survey
    and crosswalk.wave = items.wave
    and crosswalk.variable = items.variable
where
    (crosswalk.rule in ('recode', 'select', 'mean_of_items') and recodes.recode is null)
    or (crosswalk.rule in ('count_selected', 'bin') and concepts.concept is null)
    or (crosswalk.variable is not null and items.variable is null)
union all
select asked.survey, asked.wave, asked.concept, null as variable, asked.category as recode
from {{ ref('int_asked_categories') }} as asked
left join {{ ref('categories') }} as categories
    on asked.concept = categories.concept and asked.category = categories.category
where categories.category is null
