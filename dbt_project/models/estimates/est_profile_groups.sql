-- One row per profile of respondents and group that they are in, with the stratum they are of and
-- the concept that the groups are made from.
with profiles as (
    select
        survey,
        wave,
        stratum,
        profile,
        min(respondent_id) as respondent_id
    from {{ ref('est_profiles') }}
    group by survey, wave, stratum, profile
)

select
    member_groups.survey,
    member_groups.wave,
    profiles.profile,
    profiles.stratum,
    member_groups.group_dimension,
    member_groups.group_value,
    dimensions.concept as grouping_concept
from profiles
inner join {{ ref('hrm_respondent_groups') }} as member_groups
    on {{ equal_columns('profiles', 'member_groups', ['survey', 'wave', 'respondent_id']) }}
inner join {{ ref('group_dimensions') }} as dimensions
    on member_groups.group_dimension = dimensions.group_dimension
