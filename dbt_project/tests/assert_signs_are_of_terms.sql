{#- Dagster shows a test of several models at the one that is named here. -#}
{{ config(meta={'dagster': {'ref': {'name': 'model_terms'}}}) }}
-- Signs of a source for which no term of a regression stands, so that mart_regression lacks them.
select findings.finding
from {{ ref('report_findings') }} as findings
left join {{ ref('model_terms') }} as terms
    on
        findings.concept = terms.concept
        and coalesce(findings.category, terms.category) = terms.category
left join {{ ref('model_terms') }} as outcomes
    on
        findings.outcome = outcomes.category
        and outcomes.term in (select outcome from {{ ref('regression_terms') }})
where findings.kind = 'sign' and (terms.term is null or outcomes.term is null)
