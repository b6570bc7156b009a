-- One row per survey, wave and respondent: stratum, profile, and the weight: that of the file or
-- N_h / n_h; empty where the wave is not weighted or the stratum is not known.
{{ config(materialized='view') }}
select
    respondents.survey,
    respondents.wave,
    respondents.respondent_id,
    respondents.organisation_id,
    respondents.stratum,
    respondents.profile,
    sizes.n_stratum,
    sizes.frame_count,
    sizes.n,
    case
        when respondents.stratum is not null
            then
                coalesce(
                    respondents.own_weight, sizes.frame_count / cast(sizes.n_stratum as double)
                )
    end as weight
from {{ ref('hrm_respondents') }} as respondents
inner join {{ ref('hrm_stratum_sizes') }} as sizes
    on
        {{ equal_columns('respondents', 'sizes', ['survey', 'wave']) }}
        and coalesce(respondents.stratum, '') = coalesce(sizes.stratum, '')
