-- One row per pattern, concept, base, variable and crosswalk row, and per code where one cell
-- holds several: one answer, harmonised. Missing kinds stay apart: `routed_out` where the routing
-- of the manifest explains an empty cell, `blank` where nothing does. An empty tick takes what its
-- recode says of `blank`, if another tick of its battery shows that the question was answered.
-- Raw data has the codes of a list apart; all other codes are as in the file.
-- A view: to write these rows costs more than to make them, and parts of combinations are not kept.
{{ config(materialized='view') }}
{% set cell = ['survey', 'wave', 'pattern', 'variable'] %}
{% set rule = ['survey', 'wave', 'concept', 'base', 'variable', 'rule', 'combines', 'item'] %}
with answers as (
    select * from {{ ref('hrm_pattern_cells') }}
),

items as (
    select * from {{ ref('stg_items') }}
),

codes as (
    select * from {{ ref('hrm_crosswalk_codes') }}
),

routed_past as (
    select * from {{ ref('hrm_routed_out') }}
),

-- A question with one answer has one base. In a battery or a list of ticks each category is an
-- item of its own, answered or left open by itself.
rules as (
    select distinct
        codes.survey,
        codes.wave,
        codes.concept,
        codes.base,
        codes.variable,
        codes.rule,
        codes.combines,
        codes.select_category,
        coalesce(codes.select_category, '*') as item,
        items.base as item_base,
        items.is_number
    from codes
    left join items
        on {{ equal_columns('codes', 'items', ['survey', 'wave', 'variable']) }}
),

lists as (
    select * from items
    where separator is not null
),

batteries as (
    select * from items
    where battery is not null
),

answered_batteries as (
    select distinct
        answers.survey,
        answers.wave,
        answers.pattern,
        batteries.battery
    from answers
    inner join batteries
        on {{ equal_columns('answers', 'batteries', ['survey', 'wave', 'variable']) }}
    where answers.code is not null
),

empty_cells as (
    select
        {% for column in cell %}answers.{{ column }},
        {% endfor %}
        answered_batteries.battery is not null as is_open_tick
    from answers
    left join batteries
        on {{ equal_columns('answers', 'batteries', ['survey', 'wave', 'variable']) }}
    left join answered_batteries
        on
            {{ equal_columns(
                'answers', 'answered_batteries', ['survey', 'wave', 'pattern']
            ) }}
            and batteries.battery = answered_batteries.battery
    where answers.code is null
),

given as (
    select
        {% for column in cell %}answers.{{ column }},
        {% endfor %}
        answers.code
    from answers
    left join lists
        on {{ equal_columns('answers', 'lists', ['survey', 'wave', 'variable']) }}
    where answers.code is not null and lists.separator is null
    union all
    select
        {% for column in cell %}answers.{{ column }},
        {% endfor %}
        {{ codes_to_rows('answers.code') }} as code
    from answers
    inner join lists
        on {{ equal_columns('answers', 'lists', ['survey', 'wave', 'variable']) }}
    where answers.code is not null
    union all
    select
        {% for column in cell %}{{ column }},
        {% endfor %}
        'blank' as code
    from empty_cells
    where is_open_tick
),

seen as (
    select distinct
        survey,
        wave,
        variable,
        code
    from given
),

-- What a code means is looked up once for each code, not for each answer.
meanings as (
    select
        {% for column in rule %}rules.{{ column }},
        {% endfor %}
        seen.code,
        codes.category,
        case
            when codes.code is null and seen.code <> 'blank' and rules.is_number
                then cast(seen.code as double)
            else codes.score
        end as score,
        case
            when codes.code is not null then codes.missing_kind
            when seen.code = 'blank' then 'blank'
            when rules.is_number then null
            else 'unknown_code'
        end as missing_kind
    from rules
    inner join seen
        on {{ equal_columns('rules', 'seen', ['survey', 'wave', 'variable']) }}
    left join codes
        on
            {{ equal_columns('rules', 'codes',
                ['survey', 'wave', 'concept', 'base', 'variable', 'rule']) }}
            and coalesce(rules.select_category, '') = coalesce(codes.select_category, '')
            and seen.code = codes.code
)

select
    given.pattern,
    {% for column in rule %}meanings.{{ column }},
    {% endfor %}
    meanings.category,
    meanings.score,
    meanings.missing_kind
from given
inner join meanings
    on {{ equal_columns('given', 'meanings', ['survey', 'wave', 'variable', 'code']) }}
union all
select
    empty_cells.pattern,
    {% for column in rule %}rules.{{ column }},
    {% endfor %}
    cast(null as string) as category,
    cast(null as double) as score,
    case when routed_past.base is null then 'blank' else 'routed_out' end as missing_kind
from empty_cells
inner join rules
    on {{ equal_columns('empty_cells', 'rules', ['survey', 'wave', 'variable']) }}
left join routed_past
    on
        {{ equal_columns('empty_cells', 'routed_past', ['survey', 'wave', 'pattern']) }}
        and rules.item_base = routed_past.base
where not empty_cells.is_open_tick
