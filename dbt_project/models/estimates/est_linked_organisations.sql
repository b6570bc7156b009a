-- One row per survey, weighting, pair of waves and organisation that answered in both, with its
-- respondent in each and how many of its stratum did so (m), by chance among them.
with identified as (
    select
        *,
        count(*) over (
            partition by survey, wave, weighting, organisation_id
        ) as respondents
    from {{ ref('hrm_sample_design') }}
    where organisation_id is not null
)

select
    earlier.survey,
    earlier.weighting,
    earlier.stratum,
    earlier.organisation_id,
    earlier.wave as from_wave,
    later.wave as to_wave,
    earlier.respondent_id as from_respondent,
    later.respondent_id as to_respondent,
    earlier.weight as from_weight,
    later.weight as to_weight,
    coalesce(
        earlier.n_stratum * later.n_stratum
        / cast(greatest(earlier.frame_count, later.frame_count) as double), 0
    ) as shared_by_chance,
    count(*) over (
        partition by
            earlier.survey, earlier.weighting, earlier.stratum, earlier.wave, later.wave
    ) as m
from identified as earlier
inner join identified as later
    on
        {{ equal_columns(
            'earlier', 'later', ['survey', 'weighting', 'stratum', 'organisation_id']
        ) }}
        and earlier.wave < later.wave
-- Parts of one organisation cannot be told apart.
where earlier.respondents = 1 and later.respondents = 1
