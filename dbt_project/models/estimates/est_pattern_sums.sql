-- One row per survey, wave, pattern and profile: how many respondents have both, and the sums of
-- their weights. What they answered is read once for each pattern and multiplied by these.
-- A wave of which nothing changed keeps its rows from the last build.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    pre_hook="{{ forget_changed_waves(ref('hrm_profile_versions')) }}"
) }}
-- depends_on: {{ ref('hrm_block_cells') }}, {{ ref('stg_corrections') }}
-- depends_on: {{ source('raw', 'answers') }}
{% set profiles = ref('hrm_profiles') %}
{% set waves = waves_with_blocks(changed_waves(ref('hrm_profile_versions'))) %}
with sums as (
    {% for wave in waves %}
        {{ sums_of_blocks(wave, profiles) }}
        union all
    {% endfor %}
    {{ no_block({'profile': 'string', 'n': 'bigint', 'sum_w': 'double', 'sum_w2': 'double'}) }}
)

select
    sums.survey,
    sums.wave,
    patterns.pattern,
    sums.profile,
    cast(sums.n as bigint) as n,
    sums.sum_w,
    sums.sum_w2,
    versions.made_from
from sums
inner join {{ ref('hrm_profile_versions') }} as versions
    on {{ equal_columns('sums', 'versions', ['survey', 'wave']) }}
inner join {{ ref('hrm_patterns') }} as patterns
    on {{ equal_columns('sums', 'patterns', ['survey', 'wave', 'block', 'codes']) }}
