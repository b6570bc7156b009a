-- One row per respondent, concept, base and variable of an open question that was answered: the
-- text as typed. Organisations are counted once, whoever of them answered; without a pseudonym each
-- respondent counts.
with answers as (
    select * from {{ ref('hrm_variable_answers') }}
)

select
    answers.survey,
    answers.wave,
    answers.respondent_id,
    coalesce(respondents.organisation_id, answers.respondent_id) as organisation,
    crosswalk.concept,
    crosswalk.base,
    answers.variable,
    answers.code as answer_text
from answers
inner join {{ ref('hrm_crosswalk') }} as crosswalk
    on
        {{ equal_columns('answers', 'crosswalk', ['survey', 'wave', 'variable']) }}
        and crosswalk.gives = 'text'
inner join {{ ref('stg_respondents') }} as respondents
    on {{ equal_columns('answers', 'respondents', ['survey', 'wave', 'respondent_id']) }}
where trim(answers.code) <> ''
