-- One row per respondent, concept and base of a rule that gives a class: the class and the value of
-- the scale that it was made from.
{{ config(materialized='view') }}
select
    classes.survey,
    classes.wave,
    patterns.respondent_id,
    classes.concept,
    classes.base,
    classes.category,
    scales.value
from {{ ref('hrm_binned_answers') }} as classes
inner join {{ ref('hrm_crosswalk') }} as rules
    on {{ equal_columns('classes', 'rules', ['survey', 'wave', 'concept', 'base']) }}
inner join {{ ref('hrm_item_values') }} as scales
    on
        {{ equal_columns('classes', 'scales', ['survey', 'wave', 'pattern']) }}
        and rules.source_concept = scales.concept
inner join {{ ref('hrm_read_patterns') }} as patterns
    on {{ equal_columns('classes', 'patterns', ['survey', 'wave', 'pattern']) }}
where rules.gives = 'class'
