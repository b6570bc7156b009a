-- One row per respondent and group that the respondent belongs to; everyone is in `total`.
-- Groups of a multiple-response question (innovation types) overlap.
with answers as (
    select * from {{ ref('hrm_answers') }}
),

dimensions as (
    select * from {{ ref('group_dimensions') }}
)

select
    survey,
    wave,
    respondent_id,
    'total' as group_dimension,
    'total' as group_value
from {{ ref('stg_respondents') }}
union
select
    answers.survey,
    answers.wave,
    answers.respondent_id,
    dimensions.group_dimension,
    answers.category as group_value
from answers
inner join dimensions on answers.concept = dimensions.concept
