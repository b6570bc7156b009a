-- One row per survey and wave, with the status of its answers where answers were loaded.
with waves as (
    select * from {{ ref('stg_waves') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    waves.*,
    loads.file_name,
    loads.file_sha256,
    loads.data_status as answers_status,
    loads.respondents
from waves
left join loads on waves.survey = loads.survey and waves.wave = loads.wave
