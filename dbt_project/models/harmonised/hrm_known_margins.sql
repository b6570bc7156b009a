-- One row per survey, wave and concept that weights were made to agree with: the strata of a frame,
-- or the margins of raking. Its shares are known, so that they have no sampling error.
with crosswalk as (
    select * from {{ ref('hrm_crosswalk') }}
    where gives in ('category', 'code')
),

items as (
    select * from {{ ref('stg_items') }}
),

waves as (
    select * from {{ ref('stg_waves') }}
)

select distinct
    crosswalk.survey,
    crosswalk.wave,
    crosswalk.concept
from crosswalk
inner join items on {{ equal_columns('crosswalk', 'items', ['survey', 'wave', 'variable']) }}
inner join waves on crosswalk.survey = waves.survey and crosswalk.wave = waves.wave
where
    items.is_margin
    or (
        waves.weighting_method = 'poststratified'
        and crosswalk.concept = waves.stratum_concept
    )
