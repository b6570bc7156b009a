-- One row per survey, wave, respondent and block of variables that is read respondent by
-- respondent: of groups, strata, classes and terms of regressions, and all blocks of a wave that
-- knows which organisation answered, of which other waves may hold answers too.
-- depends_on: {{ ref('hrm_block_cells') }}, {{ ref('stg_corrections') }}
-- depends_on: {{ source('raw', 'answers') }}
{% set blocks %}
    with concepts as (
        select concept from {{ ref('group_dimensions') }}
        union
        select concept from {{ ref('model_terms') }}
    ),

    read_concepts as (
        select
            crosswalk.survey,
            crosswalk.wave,
            crosswalk.concept,
            crosswalk.source_concept
        from {{ ref('hrm_crosswalk') }} as crosswalk
        left join {{ ref('stg_waves') }} as waves
            on {{ equal_columns('crosswalk', 'waves', ['survey', 'wave']) }}
        where
            crosswalk.concept in (select concept from concepts)
            or crosswalk.concept = waves.stratum_concept
            or crosswalk.gives = 'class'
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
