-- One row per respondent, concept, base and item, as in hrm_pattern_members: for who reads
-- respondents one by one.
{{ config(materialized='view') }}
select
    patterns.survey,
    patterns.wave,
    patterns.respondent_id,
    found.concept,
    found.base,
    found.item
from {{ ref('hrm_respondent_patterns') }} as patterns
inner join {{ ref('hrm_pattern_members') }} as found
    on {{ equal_columns('patterns', 'found', ['survey', 'wave', 'pattern']) }}
