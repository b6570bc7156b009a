-- One row per pattern, concept and base of a rule that gives a count: how many categories of
-- `source_concept` the respondent selected (innovation types -> spectrum).
-- Combinations of several variables are not counted.
with rules as (
    select * from {{ ref('hrm_crosswalk') }}
    where gives = 'count'
),

chosen as (
    select distinct
        survey,
        wave,
        pattern,
        concept,
        category
    from {{ ref('hrm_item_answers') }}
    where category is not null
)

select
    rules.survey,
    rules.wave,
    chosen.pattern,
    rules.concept,
    rules.base,
    count(*) as selected,
    concat(cast(count(*) as string), case when count(*) = 1 then '_type' else '_types' end)
        as category
from rules
inner join chosen
    on
        rules.survey = chosen.survey
        and rules.wave = chosen.wave
        and rules.source_concept = chosen.concept
group by rules.survey, rules.wave, chosen.pattern, rules.concept, rules.base
