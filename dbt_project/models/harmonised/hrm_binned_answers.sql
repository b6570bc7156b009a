-- One row per pattern, concept and base of a rule that gives a class: the class in which the
-- value of the scale `source_concept` falls. bins.csv says whether a bound belongs to the class.
with rules as (
    select * from {{ ref('hrm_crosswalk') }}
    where gives = 'class'
),

scales as (
    select * from {{ ref('hrm_item_values') }}
    where value is not null
),

bins as (
    select * from {{ ref('bins') }}
)

select
    rules.survey,
    rules.wave,
    scales.pattern,
    rules.concept,
    rules.base,
    bins.category
from rules
inner join scales
    on
        rules.survey = scales.survey
        and rules.wave = scales.wave
        and rules.source_concept = scales.concept
inner join bins
    on
        rules.concept = bins.concept
        and (
            bins.lower is null or scales.value > bins.lower
            or (bins.lower_inclusive and scales.value = bins.lower)
        )
        and (
            bins.upper is null or scales.value < bins.upper
            or (bins.upper_inclusive and scales.value = bins.upper)
        )
