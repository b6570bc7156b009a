-- One row per survey, wave, block and variable that its pattern is made of, with its column of raw
-- answers and its place among those of the block: the variables of the block, and those that decide
-- who was asked them, since an empty cell means something else to who was routed past it.
with blocks as (
    select * from {{ ref('hrm_blocks') }}
),

items as (
    select * from {{ ref('stg_items') }}
),

routing as (
    select * from {{ ref('stg_routing') }}
),

variables as (
    select * from {{ ref('stg_variables') }}
    where answer_column is not null
),

cells as (
    select
        survey,
        wave,
        block,
        variable
    from blocks
    union
    select
        blocks.survey,
        blocks.wave,
        blocks.block,
        routing.variable
    from blocks
    inner join items
        on {{ equal_columns('blocks', 'items', ['survey', 'wave', 'variable']) }}
    inner join routing
        on {{ equal_columns('items', 'routing', ['survey', 'wave', 'base']) }}
)

select
    cells.survey,
    cells.wave,
    cells.block,
    cells.variable,
    variables.answer_column,
    blocks.variable is not null as in_block,
    row_number() over (
        partition by cells.survey, cells.wave, cells.block order by cells.variable
    ) as place
from cells
inner join variables
    on {{ equal_columns('cells', 'variables', ['survey', 'wave', 'variable']) }}
left join blocks
    on {{ equal_columns('cells', 'blocks', ['survey', 'wave', 'block', 'variable']) }}
