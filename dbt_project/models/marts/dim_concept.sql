-- One row per concept.
select
    concept,
    label_nl as concept_label_nl,
    label_en as concept_label_en,
    kind,
    question_nl,
    question_en,
    default_base,
    is_grouping,
    minimum_items,
    in_dashboard,
    sort_order
from {{ ref('concepts') }}
