-- One row per survey, wave, profile of respondents and group that they are in, with the stratum
-- they are of and the concept that the groups are made from; everyone is in `total`.
-- Groups of a multiple-response question (innovation types) overlap.
with profiles as (
    select distinct
        survey,
        wave,
        stratum,
        profile
    from {{ ref('hrm_respondents') }}
),

-- Patterns of one class are in the same groups, so one of them tells all.
classes as (
    select
        survey,
        wave,
        place,
        class,
        min(pattern) as pattern
    from {{ ref('hrm_pattern_classes') }}
    group by survey, wave, place, class
),

dimensions as (
    select * from {{ ref('group_dimensions') }}
)

select
    profiles.*,
    'total' as group_dimension,
    'total' as group_value,
    cast(null as string) as grouping_concept
from profiles
union
select
    profiles.*,
    dimensions.group_dimension,
    answers.category as group_value,
    dimensions.concept as grouping_concept
from profiles
inner join classes
    on
        {{ equal_columns('profiles', 'classes', ['survey', 'wave']) }}
        and split_part(profiles.profile, '.', cast(classes.place as int))
        = cast(classes.class as string)
inner join {{ ref('hrm_pattern_answers') }} as answers
    on {{ equal_columns('classes', 'answers', ['survey', 'wave', 'pattern']) }}
inner join dimensions on answers.concept = dimensions.concept
