-- One row per survey, wave, pattern and variable: the code in that cell, known errors corrected,
-- with the respondent that it is copied from: all who have the pattern gave it, and were routed
-- past the same questions.
-- A wave of which nothing changed keeps its rows from the last build.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    pre_hook="{{ forget_changed_waves(ref('hrm_wave_versions')) }}"
) }}
with waves as (
    {{ changed_waves(ref('hrm_wave_versions')) }}
),

answers as (
    select * from {{ ref('stg_answers') }}
),

blocks as (
    select * from {{ ref('hrm_blocks') }}
),

patterns as (
    select patterns.*
    from {{ ref('hrm_respondent_patterns') }} as patterns
    inner join waves on patterns.survey = waves.survey and patterns.wave = waves.wave
    where patterns.pattern = concat(patterns.block, '/', patterns.respondent_id)
)

select
    patterns.survey,
    patterns.wave,
    patterns.pattern,
    patterns.respondent_id,
    answers.variable,
    answers.code,
    patterns.made_from
from patterns
inner join blocks
    on {{ equal_columns('patterns', 'blocks', ['survey', 'wave', 'block']) }}
inner join answers
    on
        {{ equal_columns('patterns', 'answers', ['survey', 'wave', 'respondent_id']) }}
        and blocks.variable = answers.variable
