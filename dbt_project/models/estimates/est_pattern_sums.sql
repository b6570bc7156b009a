-- One row per survey, wave, pattern and profile: how many respondents have both, and the sums of
-- their weights. What they answered is read once for each pattern and multiplied by these.
-- depends_on: {{ ref('hrm_block_cells') }}, {{ ref('stg_corrections') }}
-- depends_on: {{ source('raw', 'answers') }}
{% set profiles = ref('est_profiles') %}
{% set waves = waves_with_blocks('select * from ' ~ ref('hrm_wave_versions')) %}
with sums as (
    {% for wave in waves %}
        {{ sums_of_blocks(wave, profiles) }}
        union all
    {% endfor %}
    {{ no_block({'profile': 'bigint', 'n': 'bigint', 'sum_w': 'double', 'sum_w2': 'double'}) }}
)

select
    sums.survey,
    sums.wave,
    patterns.pattern,
    sums.profile,
    cast(sums.n as bigint) as n,
    sums.sum_w,
    sums.sum_w2
from sums
inner join {{ ref('hrm_patterns') }} as patterns
    on {{ equal_columns('sums', 'patterns', ['survey', 'wave', 'block', 'codes']) }}
