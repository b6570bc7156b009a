-- One row per respondent, concept, base, variable and crosswalk row, and per code where one cell
-- holds several: one answer, harmonised. Missing kinds stay apart: `routed_out` where the routing
-- of the manifest explains an empty cell, `blank` where nothing does. An empty tick takes what its
-- recode says of `blank`, if another tick of its battery shows that the question was answered.
{% set question = [
    'survey', 'wave', 'respondent_id', 'concept', 'base', 'variable', 'rule', 'select_category',
    'item_base', 'battery'
] %}
with answers as (
    select * from {{ ref('stg_answers') }}
),

items as (
    select * from {{ ref('stg_items') }}
),

codes as (
    select * from {{ ref('int_crosswalk_codes') }}
),

routed_past as (
    select * from {{ ref('int_routed_past') }}
),

rules as (
    select distinct
        codes.survey,
        codes.wave,
        codes.concept,
        codes.base,
        codes.variable,
        codes.rule,
        codes.select_category,
        items.base as item_base,
        items.battery,
        items.separator
    from codes
    left join items
        on
            codes.survey = items.survey
            and codes.wave = items.wave
            and codes.variable = items.variable
),

answered_batteries as (
    select distinct
        answers.survey,
        answers.wave,
        answers.respondent_id,
        items.battery
    from answers
    inner join items
        on
            answers.survey = items.survey
            and answers.wave = items.wave
            and answers.variable = items.variable
    where items.battery is not null and answers.code is not null
),

asked as (
    select
        answers.survey,
        answers.wave,
        answers.respondent_id,
        answers.code,
        rules.concept,
        rules.base,
        rules.variable,
        rules.rule,
        rules.select_category,
        rules.item_base,
        rules.battery,
        rules.separator
    from answers
    inner join rules
        on
            answers.survey = rules.survey
            and answers.wave = rules.wave
            and answers.variable = rules.variable
),

given as (
    select
        {{ question | join(', ') }},
        code
    from asked
    where separator is null or code is null
    union all
    select
        {{ question | join(', ') }},
        {{ split_to_rows('code', 'separator') }} as code
    from asked
    where separator is not null and code is not null
),

coded as (
    select
        given.*,
        case
            when given.code is null and answered_batteries.battery is not null then 'blank'
            else trim(given.code)
        end as given_code
    from given
    left join answered_batteries
        on
            given.survey = answered_batteries.survey
            and given.wave = answered_batteries.wave
            and given.respondent_id = answered_batteries.respondent_id
            and given.battery = answered_batteries.battery
)

select
    coded.survey,
    coded.wave,
    coded.respondent_id,
    coded.concept,
    coded.base,
    coded.variable,
    coded.rule,
    -- A question with one answer has one base. In a battery or a list of ticks each category is
    -- an item of its own, answered or left open by itself.
    coalesce(coded.select_category, '*') as item,
    codes.category,
    codes.score,
    case
        when codes.code is not null then codes.missing_kind
        when coded.code is null and routed_past.base is not null then 'routed_out'
        when coded.code is null then 'blank'
        else 'unknown_code'
    end as missing_kind
from coded
left join codes
    on
        {{ equal_columns('coded', 'codes',
            ['survey', 'wave', 'concept', 'base', 'variable', 'rule']) }}
        and coalesce(coded.select_category, '') = coalesce(codes.select_category, '')
        and coded.given_code = codes.code
left join routed_past
    on
        coded.code is null
        and coded.survey = routed_past.survey
        and coded.wave = routed_past.wave
        and coded.respondent_id = routed_past.respondent_id
        and coded.item_base = routed_past.base
