-- One row per survey, wave, pattern and variable: the code in that cell, known errors corrected,
-- with the respondent that it is copied from: all who have the pattern gave it, and were routed past
-- the same questions.
with answers as (
    select * from {{ ref('stg_answers') }}
),

blocks as (
    select * from {{ ref('hrm_blocks') }}
),

patterns as (
    select * from {{ ref('hrm_respondent_patterns') }}
    where pattern = concat(block, '/', respondent_id)
)

select
    patterns.survey,
    patterns.wave,
    patterns.pattern,
    patterns.respondent_id,
    answers.variable,
    answers.code
from patterns
inner join blocks
    on {{ equal_columns('patterns', 'blocks', ['survey', 'wave', 'block']) }}
inner join answers
    on
        {{ equal_columns('patterns', 'answers', ['survey', 'wave', 'respondent_id']) }}
        and blocks.variable = answers.variable
