-- One row per survey, wave, variable, wrong code and reason: how many answers were corrected.
-- A number below the smallest base that may be shown is empty.
with corrections as (
    select * from {{ ref('stg_corrections') }}
),

answers as (
    select * from {{ ref('hrm_variable_answers') }}
),

counted as (
    select
        corrections.survey,
        corrections.wave,
        corrections.variable,
        corrections.code,
        corrections.becomes,
        corrections.reason_nl,
        corrections.reason_en,
        corrections.source,
        count(answers.respondent_id) as answers
    from corrections
    left join answers
        on
            {{ equal_columns('corrections', 'answers', ['survey', 'wave', 'variable']) }}
            and corrections.code = answers.code_in_file
            and coalesce(corrections.respondent_id, answers.respondent_id) = answers.respondent_id
    group by
        corrections.survey, corrections.wave, corrections.variable, corrections.code,
        corrections.becomes, corrections.reason_nl, corrections.reason_en, corrections.source
)

select
    survey,
    wave,
    variable,
    code,
    becomes,
    reason_nl,
    reason_en,
    source,
    case when answers >= {{ release_rule('minimum_base') }} then answers end as answers
from counted
