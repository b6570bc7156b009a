-- One row per survey, wave, respondent and base of which the routing is known and to which the
-- respondent does not belong: who was routed past the questions of that base.
with answers as (
    select * from {{ ref('stg_answers') }}
),

routing as (
    select * from {{ ref('stg_routing') }}
),

respondents as (
    select * from {{ ref('stg_respondents') }}
),

conditions as (
    select
        survey,
        wave,
        base,
        count(distinct variable) as variables
    from routing
    group by survey, wave, base
),

met as (
    select
        answers.survey,
        answers.wave,
        answers.respondent_id,
        routing.base,
        count(*) as variables
    from answers
    inner join routing
        on {{ equal_columns('answers', 'routing', ['survey', 'wave', 'variable', 'code']) }}
    group by answers.survey, answers.wave, answers.respondent_id, routing.base
)

select
    respondents.survey,
    respondents.wave,
    respondents.respondent_id,
    conditions.base
from respondents
inner join conditions
    on respondents.survey = conditions.survey and respondents.wave = conditions.wave
left join met
    on
        {{ equal_columns('respondents', 'met', ['survey', 'wave', 'respondent_id']) }}
        and conditions.base = met.base
where coalesce(met.variables, 0) < conditions.variables
