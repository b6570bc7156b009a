-- One row per statement of a report that has no number, and per remark of ours, in our own words.
select
    findings.finding,
    findings.survey,
    surveys.survey_label_nl,
    surveys.survey_label_en,
    surveys.country,
    findings.wave,
    findings.figure_number,
    figures.title_nl as figure_title_nl,
    figures.title_en as figure_title_en,
    findings.section,
    cast(findings.page as integer) as page,
    findings.kind,
    {{ labels_of('kind', 'kind') }},
    findings.text_nl,
    findings.text_en,
    findings.concept,
    concepts.concept_label_nl,
    concepts.concept_label_en,
    findings.category,
    category.category_label_nl,
    category.category_label_en,
    findings.outcome,
    outcome.category_label_nl as outcome_label_nl,
    outcome.category_label_en as outcome_label_en,
    findings.direction,
    {{ labels_of('direction', 'direction') }},
    'published' as data_status,
    sources.title as source_title,
    sources.url as source_url
from {{ ref('report_findings') }} as findings
inner join {{ ref('dim_survey') }} as surveys on findings.survey = surveys.survey
inner join {{ ref('dim_source') }} as sources on findings.source_id = sources.source_id
left join {{ ref('report_figures') }} as figures
    on findings.figure_number = figures.figure_number
left join {{ ref('dim_concept') }} as concepts on findings.concept = concepts.concept
left join {{ ref('dim_category') }} as category
    on findings.concept = category.concept and findings.category = category.category
left join {{ ref('dim_category') }} as outcome
    on findings.outcome = outcome.category and outcome.concept = 'result'
{{ join_codelist('finding_kind', 'findings.kind', 'kind') }}
{{ join_codelist('direction', 'findings.direction') }}
