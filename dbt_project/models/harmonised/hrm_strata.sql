-- One row per survey, wave and stratum of the sample: how many units its frame holds. Strata are
-- the groups that a release shows (release_groups.csv): weights tell no part of them apart.
with strata as (
    select * from {{ ref('stg_strata') }}
),

waves as (
    select * from {{ ref('stg_waves') }}
)

select
    strata.survey,
    strata.wave,
    coalesce(release_groups.release_category, strata.stratum) as stratum,
    cast(sum(strata.frame_count) as bigint) as frame_count
from strata
inner join waves on strata.survey = waves.survey and strata.wave = waves.wave
left join {{ ref('release_groups') }} as release_groups
    on
        waves.stratum_concept = release_groups.concept
        and strata.stratum = release_groups.category
group by strata.survey, strata.wave, coalesce(release_groups.release_category, strata.stratum)
