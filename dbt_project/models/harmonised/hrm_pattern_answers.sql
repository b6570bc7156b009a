-- One row per pattern, concept, base, item and category: the categories chosen, with value 1
-- (statistic `share`), and the value of a scale (category `value`, statistic `mean`).
-- Categories that a release merges (release_groups.csv) are merged here, so that groups, strata and
-- weights are made of the merged ones and nothing can tell their parts apart. Where groups are
-- nested in those of another concept, an answer outside of them belongs to no group.
{% set key = ['survey', 'wave', 'pattern', 'concept', 'base', 'item', 'category'] %}
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
),

release_groups as (
    select * from {{ ref('release_groups') }}
),

nested_concepts as (
    select distinct concept from release_groups
    where within_concept is not null
),

wholes as (
    select distinct
        categories.survey,
        categories.wave,
        categories.pattern,
        categories.concept,
        categories.category
    from categories
    inner join release_groups
        on
            categories.concept = release_groups.within_concept
            and categories.category = release_groups.within_category
),

merged as (
    select
        {{ prefixed('categories', key[:-1]) }},
        coalesce(release_groups.release_category, categories.category) as category
    from categories
    left join release_groups
        on
            {{ equal_columns('categories', 'release_groups', ['concept', 'category']) }}
            and release_groups.within_concept is null
    where categories.concept not in (select concept from nested_concepts)
    union all
    select
        {{ prefixed('categories', key[:-1]) }},
        release_groups.release_category as category
    from categories
    inner join release_groups
        on {{ equal_columns('categories', 'release_groups', ['concept', 'category']) }}
    inner join wholes
        on
            {{ equal_columns('categories', 'wholes', ['survey', 'wave', 'pattern']) }}
            and release_groups.within_concept = wholes.concept
            and release_groups.within_category = wholes.category
)

select
    {{ key | join(', ') }},
    'share' as statistic,
    cast(1 as double) as value
from merged
union all
select
    survey,
    wave,
    pattern,
    concept,
    base,
    item,
    'value' as category,
    'mean' as statistic,
    value
from {{ ref('hrm_item_values') }}
where value is not null
