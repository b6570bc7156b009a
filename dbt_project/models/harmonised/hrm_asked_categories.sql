-- One row per survey, wave, concept, base and category that could be answered, with the item that
-- gives its base and the statistic to compute. A category that nobody chose is 0 %, not a gap.
with codes as (
    select * from {{ ref('hrm_crosswalk_codes') }}
),

crosswalk as (
    select * from {{ ref('hrm_crosswalk') }}
),

concepts as (
    select * from {{ ref('concepts') }}
),

categories as (
    select * from {{ ref('categories') }}
),

release_groups as (
    select * from {{ ref('release_groups') }}
),

nested_concepts as (
    select concept from release_groups
    where within_concept is not null
)

select
    codes.survey,
    codes.wave,
    codes.concept,
    codes.base,
    coalesce(release_groups.release_category, codes.category) as category,
    case
        when codes.combines is not null and concepts.kind = 'single' then '*'
        else coalesce(codes.select_category, '*')
    end as item,
    'share' as statistic
from codes
inner join concepts on codes.concept = concepts.concept
left join release_groups
    on {{ equal_columns('codes', 'release_groups', ['concept', 'category']) }}
where
    codes.category is not null
    and (
        release_groups.release_category is not null
        or codes.concept not in (select concept from nested_concepts)
    )
union
select
    survey,
    wave,
    concept,
    base,
    'value' as category,
    '*' as item,
    'mean' as statistic
from codes
where score is not null or is_number
union
select
    crosswalk.survey,
    crosswalk.wave,
    crosswalk.concept,
    crosswalk.base,
    categories.category,
    '*' as item,
    'share' as statistic
from crosswalk
inner join categories on crosswalk.concept = categories.concept
where
    crosswalk.gives = 'class'
    or (
        crosswalk.gives = 'count'
        and categories.category <> 'none'
        and not categories.is_combined
    )
