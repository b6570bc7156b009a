-- One row per survey and wave with answers: a digest of all that profiles and the sums by profile
-- are made from, which are its patterns and what they say of groups, strata and weights.
{% set wave = ['survey', 'wave'] %}
with waves as (
    select * from {{ ref('stg_waves') }}
),

classes as (
    select
        survey,
        wave,
        md5({{ sorted_list("concat(pattern, '=', class, ' ', coalesce(stratum, ''))") }}) as found
    from {{ ref('hrm_pattern_classes') }}
    group by survey, wave
),

strata as (
    select
        survey,
        wave,
        {{ sorted_list("concat(stratum, '=', frame_count)") }} as found
    from {{ ref('hrm_strata') }}
    group by survey, wave
)

select
    versions.survey,
    versions.wave,
    md5(concat(
        versions.made_from, ' ',
        coalesce(classes.found, ''), ' ',
        coalesce(strata.found, ''), ' ',
        coalesce(waves.stratum_concept, ''), ' ',
        coalesce(waves.weighting_method, '')
    )) as made_from
from {{ ref('hrm_wave_versions') }} as versions
inner join waves on {{ equal_columns('versions', 'waves', wave) }}
left join classes on {{ equal_columns('versions', 'classes', wave) }}
left join strata on {{ equal_columns('versions', 'strata', wave) }}
