-- One row per survey, wave, pattern and profile: how many respondents have both, and the sums of
-- their weights. What they answered is read once for each pattern and multiplied by these.
select
    patterns.survey,
    patterns.wave,
    patterns.pattern,
    profiles.profile,
    cast(count(*) as bigint) as n,
    sum(profiles.weight) as sum_w,
    sum(profiles.weight * profiles.weight) as sum_w2
from {{ ref('hrm_respondent_patterns') }} as patterns
inner join {{ ref('est_profiles') }} as profiles
    on {{ equal_columns('patterns', 'profiles', ['survey', 'wave', 'respondent_id']) }}
group by patterns.survey, patterns.wave, patterns.pattern, profiles.profile
