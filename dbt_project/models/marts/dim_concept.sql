-- One row per concept.
select
    concept,
    label_nl as concept_label_nl,
    label_en as concept_label_en,
    kind,
    question_nl,
    question_en,
    default_base,
    concept in (
        select concept from {{ ref('group_dimensions') }}
        where concept is not null
    ) as is_grouping,
    minimum_items,
    in_dashboard,
    sort_order
from {{ ref('concepts') }}
