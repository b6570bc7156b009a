-- One row per survey, wave, respondent and block of variables: the pattern, which is what the
-- respondent answered there. Who answered alike has the same pattern, so that answers are recoded
-- and added up once for each pattern, not for each respondent. It is named after its block and one
-- of those who have it.
-- Two patterns count as one if 128 bits of their hashes are equal, which does not happen by chance.
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
    select
        answers.*,
        waves.made_from
    from {{ ref('stg_answers') }} as answers
    inner join waves on answers.survey = waves.survey and answers.wave = waves.wave
),

blocks as (
    select * from {{ ref('hrm_blocks') }}
),

items as (
    select * from {{ ref('stg_items') }}
),

routed_past as (
    select
        routed.*,
        waves.made_from
    from {{ ref('hrm_routed_out') }} as routed
    inner join waves on routed.survey = waves.survey and routed.wave = waves.wave
),

bases as (
    select distinct
        blocks.survey,
        blocks.wave,
        blocks.block,
        items.base
    from blocks
    inner join items
        on {{ equal_columns('blocks', 'items', ['survey', 'wave', 'variable']) }}
),

-- An empty cell means something else to who was routed past the question.
parts as (
    select
        answers.survey,
        answers.wave,
        answers.made_from,
        answers.respondent_id,
        blocks.block,
        {{ hashed('answers.variable', 'answers.code') }} as part,
        {{ hashed('answers.code', 'answers.variable') }} as other_part
    from answers
    inner join blocks
        on {{ equal_columns('answers', 'blocks', ['survey', 'wave', 'variable']) }}
    union all
    select
        routed_past.survey,
        routed_past.wave,
        routed_past.made_from,
        routed_past.respondent_id,
        bases.block,
        {{ hashed("'routed past'", 'routed_past.base') }} as part,
        {{ hashed('routed_past.base', "'routed past'") }} as other_part
    from routed_past
    inner join bases
        on {{ equal_columns('routed_past', 'bases', ['survey', 'wave', 'base']) }}
),

respondents as (
    select
        survey,
        wave,
        made_from,
        respondent_id,
        block,
        sum(part) as whole,
        sum(other_part) as other_whole
    from parts
    group by survey, wave, made_from, respondent_id, block
),

patterns as (
    select
        survey,
        wave,
        block,
        whole,
        other_whole,
        concat(block, '/', min(respondent_id)) as pattern
    from respondents
    group by survey, wave, block, whole, other_whole
)

select
    respondents.survey,
    respondents.wave,
    respondents.respondent_id,
    respondents.block,
    patterns.pattern,
    respondents.made_from
from respondents
inner join patterns
    on
        {{ equal_columns(
            'respondents', 'patterns', ['survey', 'wave', 'block', 'whole', 'other_whole']
        ) }}
