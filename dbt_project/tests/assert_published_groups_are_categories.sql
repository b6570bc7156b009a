{#- Dagster shows a test of several models at the one that is named here. -#}
{{ config(meta={'dagster': {'ref': {'name': 'stg_published_figures'}}}) }}
-- Every group and category of a published figure has labels in categories.csv.
select figures.row_id, figures.concept, figures.category, figures.group_value
from {{ ref('stg_published_figures') }} as figures
left join {{ ref('group_dimensions') }} as dimensions
    on figures.group_dimension = dimensions.group_dimension
left join {{ ref('categories') }} as groups
    on dimensions.concept = groups.concept and figures.group_value = groups.category
left join {{ ref('categories') }} as categories
    on figures.concept = categories.concept and figures.category = categories.category
where
    (dimensions.concept is not null and groups.category is null)
    or categories.category is null
