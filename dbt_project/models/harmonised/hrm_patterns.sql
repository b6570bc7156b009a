-- One row per survey, wave and pattern: how many respondents have it.
select
    survey,
    wave,
    pattern,
    count(*) as n
from {{ ref('hrm_respondent_patterns') }}
group by survey, wave, pattern
