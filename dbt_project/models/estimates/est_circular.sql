-- One row per survey, wave, concept that groups are made of and concept that is answered, where
-- both rest on the same variable: such groups differ in such answers by definition.
{% set key = ['survey', 'wave'] %}
with crosswalk as (
    select * from {{ ref('hrm_crosswalk') }}
    where gives is not null
),

-- A concept rests on its own variables, and on those of the concept it is a class or a count of.
-- No rule makes a concept from one that is made from another itself.
made_from as (
    select
        survey,
        wave,
        concept,
        concept as source_concept
    from crosswalk
    union
    select
        survey,
        wave,
        concept,
        source_concept
    from crosswalk
    where source_concept is not null
),

read_from as (
    select
        made_from.survey,
        made_from.wave,
        made_from.concept,
        crosswalk.variable
    from made_from
    inner join crosswalk
        on
            {{ equal_columns('made_from', 'crosswalk', key) }}
            and made_from.source_concept = crosswalk.concept
    where crosswalk.variable is not null
)

select distinct
    answered.survey,
    answered.wave,
    of_groups.concept as group_concept,
    answered.concept
from read_from as of_groups
inner join {{ ref('group_dimensions') }} as dimensions on of_groups.concept = dimensions.concept
inner join read_from as answered
    on {{ equal_columns('of_groups', 'answered', key + ['variable']) }}
