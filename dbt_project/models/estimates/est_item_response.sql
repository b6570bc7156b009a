-- One row per survey, wave, concept and base that is read from variables: how many answers were
-- asked for, and how many are valid. Who was routed past a question was not asked; a blank, a
-- refusal and "don't know" that is no category are missing.
with concepts as (
    select * from {{ ref('concepts') }}
),

patterns as (
    select * from {{ ref('hrm_patterns') }}
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
        answers.pattern,
        case
            when answers.combines is not null and concepts.kind = 'single' then '*'
            else answers.item
        end as item
    from {{ ref('hrm_coded_answers') }} as answers
    inner join concepts on answers.concept = concepts.concept
    where coalesce(answers.missing_kind, '') not in ('routed_out', 'not_applicable', 'not_asked')
),

-- All variables of a question are in one block, in which each respondent has one pattern.
asked_patterns as (
    select
        asked.survey,
        asked.wave,
        asked.concept,
        asked.base,
        asked.pattern,
        patterns.n,
        count(*) as items
    from asked
    inner join patterns
        on {{ equal_columns('asked', 'patterns', ['survey', 'wave', 'pattern']) }}
    group by asked.survey, asked.wave, asked.concept, asked.base, asked.pattern, patterns.n
),

respondents as (
    select
        survey,
        wave,
        concept,
        base,
        sum(n) as respondents,
        sum(n * items) as asked
    from asked_patterns
    group by survey, wave, concept, base
),

questions as (
    select
        survey,
        wave,
        concept,
        base,
        count(distinct item) as items
    from asked
    group by survey, wave, concept, base
),

members as (
    select
        members.survey,
        members.wave,
        members.concept,
        members.base,
        sum(patterns.n) as valid
    from {{ ref('hrm_pattern_members') }} as members
    inner join patterns
        on {{ equal_columns('members', 'patterns', ['survey', 'wave', 'pattern']) }}
    group by members.survey, members.wave, members.concept, members.base
)

select
    questions.survey,
    questions.wave,
    questions.concept,
    questions.base,
    cast(questions.items as bigint) as items,
    cast(respondents.respondents as bigint) as respondents,
    cast(respondents.asked as bigint) as asked,
    cast(coalesce(members.valid, 0) as bigint) as valid
from questions
inner join respondents
    on {{ equal_columns('questions', 'respondents', ['survey', 'wave', 'concept', 'base']) }}
left join members
    on {{ equal_columns('questions', 'members', ['survey', 'wave', 'concept', 'base']) }}
left join derived
    on {{ equal_columns('questions', 'derived', ['survey', 'wave', 'concept', 'base']) }}
where derived.concept is null
