{#- Dagster shows a test of several models at the one that is named here. -#}
{{ config(meta={'dagster': {'ref': {'name': 'hrm_asked_categories'}}}) }}
-- Every category that an answer can be counted as is described in categories.csv.
select asked.survey, asked.wave, asked.concept, asked.category
from {{ ref('hrm_asked_categories') }} as asked
left join {{ ref('categories') }} as categories
    on asked.concept = categories.concept and asked.category = categories.category
where categories.category is null
