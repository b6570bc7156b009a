-- One row per survey, wave, pattern and variable of its block: the code in that cell, known errors
-- corrected.
select
    patterns.survey,
    patterns.wave,
    patterns.pattern,
    cells.variable,
    {{ item_of_list('patterns.codes', 'cells.place') }} as code
from {{ ref('hrm_patterns') }} as patterns
inner join {{ ref('hrm_block_cells') }} as cells
    on {{ equal_columns('patterns', 'cells', ['survey', 'wave', 'block']) }}
where cells.in_block
