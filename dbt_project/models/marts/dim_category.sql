-- One row per concept and category, with what a report says that it means.
select
    categories.concept,
    categories.category,
    categories.label_nl as category_label_nl,
    categories.label_en as category_label_en,
    findings.text_nl as definition_nl,
    findings.text_en as definition_en,
    categories.complement_of,
    categories.is_combined,
    categories.sort_order
from {{ ref('categories') }} as categories
left join {{ ref('report_findings') }} as findings
    on
        categories.concept = findings.concept
        and categories.category = findings.category
        and findings.kind = 'definition'
