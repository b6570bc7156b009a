-- One row per survey, wave, respondent and weighting: the design of the sample.
-- `none` takes everyone as one stratum of unknown size with weight 1 (as the 2021 report does);
-- `weighted` weighs to the population as the manifest says: each stratum to its frame,
-- w_i = N_h / n_h, or with the weight that came with the file or was raked to margins. Where the
-- manifest has no design there is no such row.
{{ config(materialized='view') }}
with profiles as (
    select * from {{ ref('hrm_profiles') }}
)

select
    survey,
    wave,
    respondent_id,
    organisation_id,
    'none' as weighting,
    'all' as stratum,
    n as n_stratum,
    cast(null as bigint) as frame_count,
    cast(1 as double) as weight
from profiles
union all
select
    survey,
    wave,
    respondent_id,
    organisation_id,
    'weighted' as weighting,
    stratum,
    n_stratum,
    frame_count,
    weight
from profiles
where stratum is not null
