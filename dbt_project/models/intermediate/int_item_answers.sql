-- One row per respondent, concept, base, variable and crosswalk row: one answer, harmonised.
-- Missing kinds stay apart; an empty cell is `blank` (not answered, or routed past the question).
with answers as (
    select * from {{ ref('stg_answers') }}
),

rules as (
    select distinct
        survey,
        wave,
        concept,
        base,
        variable,
        rule,
        select_category
    from {{ ref('int_crosswalk_codes') }}
),

codes as (
    select * from {{ ref('int_crosswalk_codes') }}
)

select
    answers.survey,
    answers.wave,
    answers.respondent_id,
    rules.concept,
    rules.base,
    rules.variable,
    rules.rule,
    -- A question with one answer has one base. In a battery or a list of ticks each category is
    -- an item of its own, answered or left open by itself.
    case when rules.rule = 'select' then rules.select_category else '*' end as item,
    codes.category,
    codes.score,
    case
        when answers.code is null then 'blank'
        when codes.code is null then 'unknown_code'
        else codes.missing_kind
    end as missing_kind
from answers
inner join rules
    on
        answers.survey = rules.survey
        and answers.wave = rules.wave
        and answers.variable = rules.variable
left join codes
    on
        rules.survey = codes.survey
        and rules.wave = codes.wave
        and rules.concept = codes.concept
        and rules.base = codes.base
        and rules.variable = codes.variable
        and coalesce(rules.select_category, '') = coalesce(codes.select_category, '')
        and answers.code = codes.code
