-- One row per survey, wave and pattern of a block from which groups or the stratum are read: the
-- stratum of who gave it, and the class of the pattern, a number for all patterns of the block with
-- the same groups and stratum.
{% set pattern = ['survey', 'wave', 'pattern'] %}
with answers as (
    select * from {{ ref('hrm_pattern_answers') }}
),

dimensions as (
    select * from {{ ref('group_dimensions') }}
),

waves as (
    select * from {{ ref('stg_waves') }}
),

grouped as (
    select
        {{ prefixed('answers', pattern) }},
        {{ sorted_list("concat(dimensions.group_dimension, '=', answers.category)") }} as all_groups
    from answers
    inner join dimensions on answers.concept = dimensions.concept
    group by {{ prefixed('answers', pattern) }}
),

strata as (
    select distinct
        {{ prefixed('answers', pattern) }},
        answers.category as stratum
    from answers
    inner join waves
        on
            {{ equal_columns('answers', 'waves', ['survey', 'wave']) }}
            and answers.concept = waves.stratum_concept
),

found as (
    select
        {{ prefixed('patterns', pattern + ['block', 'codes']) }},
        strata.stratum,
        grouped.all_groups,
        max(coalesce(grouped.all_groups, strata.stratum)) over (
            partition by patterns.survey, patterns.wave, patterns.block
        ) as any_of_block
    from {{ ref('hrm_patterns') }} as patterns
    left join grouped on {{ equal_columns('patterns', 'grouped', pattern) }}
    left join strata on {{ equal_columns('patterns', 'strata', pattern) }}
)

select
    survey,
    wave,
    block,
    codes,
    pattern,
    stratum,
    dense_rank() over (partition by survey, wave order by block) as place,
    dense_rank() over (
        partition by survey, wave, block order by stratum, all_groups
    ) as class
from found
where any_of_block is not null
