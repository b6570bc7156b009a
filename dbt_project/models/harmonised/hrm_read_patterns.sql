-- One row per survey, wave, respondent and block of variables that is read respondent by
-- respondent: of classes and terms of regressions, and all blocks of a wave that knows which
-- organisation answered, of which other waves may hold answers too.
-- depends_on: {{ ref('hrm_block_cells') }}, {{ ref('stg_corrections') }}
-- depends_on: {{ source('raw', 'answers') }}
{% set blocks %}
    with read_concepts as (
        select
            survey,
            wave,
            concept,
            source_concept
        from {{ ref('hrm_crosswalk') }}
        where
            concept in (select concept from {{ ref('model_terms') }})
            or gives = 'class'
    ),

    known as (
        select distinct
            survey,
            wave
        from {{ ref('stg_respondents') }}
        where organisation_id is not null
    )

    select distinct
        blocks.survey,
        blocks.wave,
        blocks.block
    from {{ ref('hrm_blocks') }} as blocks
    inner join {{ ref('hrm_crosswalk') }} as crosswalk
        on {{ equal_columns('blocks', 'crosswalk', ['survey', 'wave', 'variable']) }}
    inner join read_concepts
        on
            crosswalk.survey = read_concepts.survey
            and crosswalk.wave = read_concepts.wave
            and crosswalk.concept in (read_concepts.concept, read_concepts.source_concept)
    union
    select
        blocks.survey,
        blocks.wave,
        blocks.block
    from {{ ref('hrm_blocks') }} as blocks
    inner join known
        on {{ equal_columns('blocks', 'known', ['survey', 'wave']) }}
{% endset %}
{{ respondent_patterns(ref('hrm_patterns'), waves_with_blocks(blocks, by_block=true)) }}
