-- One row per respondent and group that the respondent belongs to; everyone is in `total`.
-- Groups of a multiple-response question (innovation types) overlap.
with patterns as (
    select * from {{ ref('hrm_read_patterns') }}
),

answers as (
    select * from {{ ref('hrm_pattern_answers') }}
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
    patterns.survey,
    patterns.wave,
    patterns.respondent_id,
    dimensions.group_dimension,
    answers.category as group_value
from answers
inner join dimensions on answers.concept = dimensions.concept
inner join patterns on {{ equal_columns('answers', 'patterns', ['survey', 'wave', 'pattern']) }}
