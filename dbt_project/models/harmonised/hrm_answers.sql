-- One row per respondent, concept, base, item and category, as in hrm_pattern_answers: for who
-- reads respondents one by one.
{{ config(materialized='view') }}
select
    patterns.survey,
    patterns.wave,
    patterns.respondent_id,
    found.concept,
    found.base,
    found.item,
    found.category,
    found.statistic,
    found.value
from {{ ref('hrm_respondent_patterns') }} as patterns
inner join {{ ref('hrm_pattern_answers') }} as found
    on {{ equal_columns('patterns', 'found', ['survey', 'wave', 'pattern']) }}
