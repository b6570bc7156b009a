-- One row per concept and category.
select
    concept,
    category,
    label_nl as category_label_nl,
    label_en as category_label_en,
    complement_of,
    is_combined,
    sort_order
from {{ ref('categories') }}
