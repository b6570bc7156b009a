-- One row per survey, wave and respondent: stratum and weight of the design (empty where a wave has
-- none), and the profile: a number for all of one stratum who are in the same groups.
with design as (
    select * from {{ ref('hrm_sample_design') }}
    where weighting = 'weighted'
),

memberships as (
    select
        survey,
        wave,
        respondent_id,
        {{ sorted_list("concat(group_dimension, '=', group_value)") }} as all_groups
    from {{ ref('hrm_respondent_groups') }}
    group by survey, wave, respondent_id
)

select
    memberships.survey,
    memberships.wave,
    memberships.respondent_id,
    design.stratum,
    design.weight,
    dense_rank() over (
        order by memberships.survey, memberships.wave, design.stratum, memberships.all_groups
    ) as profile
from memberships
left join design
    on {{ equal_columns('memberships', 'design', ['survey', 'wave', 'respondent_id']) }}
