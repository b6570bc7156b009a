-- One row per survey, wave and respondent: the stratum (empty where the wave is not weighted), the
-- weight that came with the file, and the profile, which is the same for all of one stratum who are
-- in the same groups: the classes of their patterns, in the order of the blocks.
-- A wave of which nothing changed keeps its rows from the last build.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    pre_hook="{{ forget_changed_waves(ref('hrm_profile_versions')) }}"
) }}
-- depends_on: {{ ref('hrm_block_cells') }}, {{ ref('stg_corrections') }}
-- depends_on: {{ source('raw', 'answers') }}
{% set changed = changed_waves(ref('hrm_profile_versions')) %}
{% set blocks %}
    select distinct
        classes.survey,
        classes.wave,
        classes.block
    from {{ ref('hrm_pattern_classes') }} as classes
    inner join ({{ changed }}) as changed
        on {{ equal_columns('classes', 'changed', ['survey', 'wave']) }}
{% endset %}
with changed as (
    {{ changed }}
),

respondents as (
    select * from {{ ref('stg_respondents') }}
),

classes as (
    select * from {{ ref('hrm_pattern_classes') }}
),

classed as (
    {% for wave in waves_with_blocks(blocks, by_block=true) %}
        {{ classed_respondents(wave, 'classes') }}
        union all
    {% endfor %}
    select
        survey,
        wave,
        respondent_id,
        cast(null as string) as stratum,
        'all' as profile
    from respondents
    where
        not exists (
            select 1 from classes
            where {{ equal_columns('classes', 'respondents', ['survey', 'wave']) }}
        )
)

select
    respondents.survey,
    respondents.wave,
    respondents.respondent_id,
    respondents.organisation_id,
    respondents.weight as own_weight,
    case
        when waves.weighting_method is null then null
        when waves.stratum_concept is null then 'all'
        else classed.stratum
    end as stratum,
    classed.profile,
    changed.made_from
from respondents
inner join changed on {{ equal_columns('respondents', 'changed', ['survey', 'wave']) }}
inner join {{ ref('stg_waves') }} as waves
    on {{ equal_columns('respondents', 'waves', ['survey', 'wave']) }}
inner join classed
    on {{ equal_columns('respondents', 'classed', ['survey', 'wave', 'respondent_id']) }}
