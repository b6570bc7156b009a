-- One row per survey, wave, pattern and base of its variables of which the routing is known and to
-- which those who gave the pattern do not belong: they were routed past the questions of that base.
with patterns as (
    select * from {{ ref('hrm_patterns') }}
),

cells as (
    select * from {{ ref('hrm_block_cells') }}
),

items as (
    select * from {{ ref('stg_items') }}
),

routing as (
    select * from {{ ref('stg_routing') }}
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

bases as (
    select distinct
        cells.survey,
        cells.wave,
        cells.block,
        conditions.base,
        conditions.variables
    from cells
    inner join items
        on {{ equal_columns('cells', 'items', ['survey', 'wave', 'variable']) }}
    inner join conditions
        on {{ equal_columns('items', 'conditions', ['survey', 'wave', 'base']) }}
    where cells.in_block
),

met as (
    select
        patterns.survey,
        patterns.wave,
        patterns.pattern,
        routing.base,
        count(*) as variables
    from patterns
    inner join cells
        on {{ equal_columns('patterns', 'cells', ['survey', 'wave', 'block']) }}
    inner join routing
        on
            {{ equal_columns('cells', 'routing', ['survey', 'wave', 'variable']) }}
            and {{ item_of_list('patterns.codes', 'cells.place') }} = routing.code
    group by patterns.survey, patterns.wave, patterns.pattern, routing.base
)

select
    patterns.survey,
    patterns.wave,
    patterns.pattern,
    bases.base
from patterns
inner join bases
    on {{ equal_columns('patterns', 'bases', ['survey', 'wave', 'block']) }}
left join met
    on
        {{ equal_columns('patterns', 'met', ['survey', 'wave', 'pattern']) }}
        and bases.base = met.base
where coalesce(met.variables, 0) < bases.variables
