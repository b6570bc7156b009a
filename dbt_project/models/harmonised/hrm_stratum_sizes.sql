-- One row per survey, wave and stratum of the sample (empty where the wave is not weighted): how
-- many respondents it has, how many the wave has, and how many units the frame holds.
with sizes as (
    select
        survey,
        wave,
        stratum,
        count(*) as n_stratum,
        sum(count(*)) over (partition by survey, wave) as n
    from {{ ref('hrm_respondents') }}
    group by survey, wave, stratum
)

select
    sizes.survey,
    sizes.wave,
    sizes.stratum,
    sizes.n_stratum,
    strata.frame_count,
    cast(sizes.n as bigint) as n
from sizes
left join {{ ref('hrm_strata') }} as strata
    on {{ equal_columns('sizes', 'strata', ['survey', 'wave', 'stratum']) }}
