-- One row per survey, wave, respondent and variable of a loaded file; known errors in the file are
-- corrected, and `code_in_file` keeps what it says.
with answers as (
    select
        cast(survey as string) as survey,
        cast(wave as string) as wave,
        cast(respondent_id as string) as respondent_id,
        cast(variable as string) as variable,
        cast(code as string) as code
    from {{ raw('answers') }}
),

corrections as (
    select * from {{ ref('stg_corrections') }}
)

select
    answers.survey,
    answers.wave,
    answers.respondent_id,
    answers.variable,
    case when corrections.code is null then answers.code else corrections.becomes end as code,
    answers.code as code_in_file
from answers
left join corrections
    on
        {{ equal_columns('answers', 'corrections', ['survey', 'wave', 'variable', 'code']) }}
        and coalesce(corrections.respondent_id, answers.respondent_id) = answers.respondent_id
