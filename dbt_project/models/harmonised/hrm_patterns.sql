-- One row per survey, wave, block of variables and pattern, which is what some respondents answered
-- there: all codes of `hrm_block_cells`, known errors corrected. Answers are recoded and added up
-- once for each pattern, not for each respondent. It is named after its block and one of those who
-- gave it (`respondent_id`).
-- A wave of which nothing changed keeps its rows from the last build.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    pre_hook="{{ forget_changed_waves(ref('hrm_wave_versions')) }}"
) }}
-- depends_on: {{ ref('hrm_block_cells') }}, {{ ref('stg_corrections') }}
-- depends_on: {{ source('raw', 'answers') }}
{% set waves = waves_with_blocks(changed_waves(ref('hrm_wave_versions'))) %}
with patterns as (
    {% for wave in waves %}{% for block, columns in wave.blocks.items() %}
        select
            {{ columns_of_block(wave, block) }},
            count(*) as n,
            min(respondent_id) as respondent_id
        from {{ answers_of_wave(wave) }} as answers
        group by {{ columns | join(', ') }}
        union all
    {% endfor %}{% endfor %}
    {{ no_block({'n': 'bigint', 'respondent_id': 'string'}) }}
)

select
    patterns.survey,
    patterns.wave,
    patterns.block,
    concat(patterns.block, '/', patterns.respondent_id) as pattern,
    patterns.codes,
    patterns.respondent_id,
    patterns.n,
    versions.made_from
from patterns
inner join {{ ref('hrm_wave_versions') }} as versions
    on {{ equal_columns('patterns', 'versions', ['survey', 'wave']) }}
