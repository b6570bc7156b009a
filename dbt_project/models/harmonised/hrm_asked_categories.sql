-- One row per survey, wave, concept, base and category that could be answered, with the item on
-- whose base it stands, so that a category nobody chose is an honest 0 % and not a gap.
with codes as (
    select * from {{ ref('hrm_crosswalk_codes') }}
),

crosswalk as (
    select * from {{ ref('crosswalk') }}
),

concepts as (
    select * from {{ ref('concepts') }}
),

categories as (
    select * from {{ ref('categories') }}
)

select
    codes.survey,
    codes.wave,
    codes.concept,
    codes.base,
    codes.category,
    case
        when codes.rule in ('combine_any', 'combine_all') and concepts.kind = 'single' then '*'
        else coalesce(codes.select_category, '*')
    end as item
from codes
inner join concepts on codes.concept = concepts.concept
where codes.category is not null
union
select
    survey,
    wave,
    concept,
    base,
    'mean' as category,
    '*' as item
from codes
where score is not null
union
select
    crosswalk.survey,
    crosswalk.wave,
    crosswalk.concept,
    crosswalk.base,
    categories.category,
    '*' as item
from crosswalk
inner join categories on crosswalk.concept = categories.concept
where
    crosswalk.rule = 'bin'
    or (
        crosswalk.rule = 'count_selected'
        and categories.category <> 'none'
        and not categories.is_combined
    )
