-- One row per concept.
with asked as (
    select
        concept,
        min(assumed) as assumed
    from {{ ref('est_assumed') }}
    where category = '*'
    group by concept
)

select
    concepts.concept,
    concepts.label_nl as concept_label_nl,
    concepts.label_en as concept_label_en,
    concepts.kind,
    concepts.question_nl,
    concepts.question_en,
    concepts.default_base,
    coalesce(asked.assumed, false) as assumed,
    concepts.concept in (
        select dimensions.concept from {{ ref('group_dimensions') }} as dimensions
        where dimensions.concept is not null
    ) as is_grouping,
    concepts.minimum_items,
    concepts.in_dashboard,
    concepts.sort_order
from {{ ref('concepts') }} as concepts
left join asked on concepts.concept = asked.concept
