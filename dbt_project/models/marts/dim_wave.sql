-- One row per survey and wave, with the status of its answers where answers were loaded.
with waves as (
    select * from {{ ref('stg_waves') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    waves.survey,
    waves.wave,
    waves.mode,
    waves.reference_start,
    waves.reference_end,
    waves.field_start,
    waves.field_end,
    waves.respondent_nl,
    waves.respondent_en,
    waves.population_nl,
    waves.population_en,
    waves.represents,
    waves.represents_note_nl,
    waves.represents_note_en,
    waves.sampling_nl,
    waves.sampling_en,
    waves.weighting_nl,
    waves.weighting_en,
    waves.design_effect,
    waves.notes_nl,
    waves.notes_en,
    waves.invited,
    waves.answered,
    waves.response_rate,
    waves.response_source_id,
    waves.response_locator,
    waves.stratum_concept,
    waves.weighting_method,
    loads.file_name,
    loads.file_sha256,
    loads.data_status as answers_status,
    loads.respondents
from waves
left join loads on waves.survey = loads.survey and waves.wave = loads.wave
