-- One row per survey, wave, concept and base that is read from variables: how many answers were
-- asked for, and how many are valid. Who was routed past a question was not asked; a blank, a
-- refusal and "don't know" that is no category are missing.
with concepts as (
    select * from {{ ref('concepts') }}
),

-- What is derived from another concept is no question.
derived as (
    select distinct
        survey,
        wave,
        concept,
        base
    from {{ ref('hrm_crosswalk') }}
    where gives in ('count', 'class')
),

asked as (
    select distinct
        answers.survey,
        answers.wave,
        answers.concept,
        answers.base,
        answers.respondent_id,
        case
            when answers.combines is not null and concepts.kind = 'single' then '*'
            else answers.item
        end as item
    from {{ ref('hrm_coded_answers') }} as answers
    inner join concepts on answers.concept = concepts.concept
    where coalesce(answers.missing_kind, '') not in ('routed_out', 'not_applicable', 'not_asked')
),

questions as (
    select
        survey,
        wave,
        concept,
        base,
        count(distinct item) as items,
        count(distinct respondent_id) as respondents,
        count(*) as asked
    from asked
    group by survey, wave, concept, base
),

members as (
    select
        survey,
        wave,
        concept,
        base,
        count(*) as valid
    from {{ ref('hrm_base_members') }}
    group by survey, wave, concept, base
)

select
    questions.survey,
    questions.wave,
    questions.concept,
    questions.base,
    cast(questions.items as bigint) as items,
    cast(questions.respondents as bigint) as respondents,
    cast(questions.asked as bigint) as asked,
    cast(coalesce(members.valid, 0) as bigint) as valid
from questions
left join members
    on {{ equal_columns('questions', 'members', ['survey', 'wave', 'concept', 'base']) }}
left join derived
    on {{ equal_columns('questions', 'derived', ['survey', 'wave', 'concept', 'base']) }}
where derived.concept is null
