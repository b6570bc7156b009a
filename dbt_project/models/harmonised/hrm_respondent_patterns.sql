-- One row per survey, wave, respondent and block of variables: the pattern that the respondent
-- gave. A view: most blocks are only added up, so `hrm_read_patterns` keeps the few that are read
-- respondent by respondent.
{{ config(materialized='view') }}
-- depends_on: {{ ref('hrm_block_cells') }}, {{ ref('stg_corrections') }}
-- depends_on: {{ source('raw', 'answers') }}
{{ respondent_patterns(
    ref('hrm_patterns'), waves_with_blocks('select * from ' ~ ref('hrm_wave_versions'))
) }}
