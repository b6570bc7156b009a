-- One row per respondent and group that the respondent belongs to, as in hrm_profile_groups: for
-- who reads respondents one by one.
{{ config(materialized='view') }}
select
    respondents.survey,
    respondents.wave,
    respondents.respondent_id,
    profile_groups.group_dimension,
    profile_groups.group_value
from {{ ref('hrm_respondents') }} as respondents
inner join {{ ref('hrm_profile_groups') }} as profile_groups
    on {{ equal_columns('respondents', 'profile_groups', ['survey', 'wave', 'profile']) }}
