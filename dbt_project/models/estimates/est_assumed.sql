-- One row per survey, wave, concept and category (`*`: the concept as a whole): whether it rests
-- on a question of which the words or the answers are assumed. A concept rests on its own
-- variables, on those that decide who is asked, and on those of the concept it is a class or
-- a count of. A category without variables of its own is as the concept as a whole.
with crosswalk as (
    select * from {{ ref('hrm_crosswalk') }}
    where gives is not null
),

asked as (
    select
        survey,
        wave,
        concept,
        category,
        variable
    from crosswalk
    union
    select
        crosswalk.survey,
        crosswalk.wave,
        crosswalk.concept,
        cast(null as string) as category,
        routing.variable
    from crosswalk
    inner join {{ ref('stg_routing') }} as routing
        on {{ equal_columns('crosswalk', 'routing', ['survey', 'wave', 'base']) }}
),

variables as (
    select
        asked.survey,
        asked.wave,
        asked.concept,
        asked.category,
        items.known in ('wording_only', 'assumed') as assumed
    from asked
    inner join {{ ref('stg_items') }} as items
        on {{ equal_columns('asked', 'items', ['survey', 'wave', 'variable']) }}
),

rests_on as (
    select
        survey,
        wave,
        concept,
        category,
        assumed
    from variables
    union all
    select
        crosswalk.survey,
        crosswalk.wave,
        crosswalk.concept,
        cast(null as string) as category,
        variables.assumed
    from crosswalk
    inner join variables
        on
            {{ equal_columns('crosswalk', 'variables', ['survey', 'wave']) }}
            and crosswalk.source_concept = variables.concept
),

concepts as (
    select
        survey,
        wave,
        concept,
        max(assumed) as assumed,
        coalesce(max(case when category is null then assumed end), false) as assumed_for_all
    from rests_on
    group by survey, wave, concept
)

select
    rests_on.survey,
    rests_on.wave,
    rests_on.concept,
    rests_on.category,
    max(rests_on.assumed or concepts.assumed_for_all) as assumed
from rests_on
inner join concepts
    on {{ equal_columns('rests_on', 'concepts', ['survey', 'wave', 'concept']) }}
where rests_on.category is not null
group by rests_on.survey, rests_on.wave, rests_on.concept, rests_on.category
union all
select
    survey,
    wave,
    concept,
    '*' as category,
    assumed
from concepts
