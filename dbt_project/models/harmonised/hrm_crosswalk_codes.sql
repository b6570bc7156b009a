-- One row per survey, wave, concept, base, variable, rule, selected category and code: what each
-- answer of each question counts as. `category` is empty where a valid answer selects nothing. A
-- number has a row without a code, for any number, and one for each code that gives a reason.
with crosswalk as (
    select * from {{ ref('hrm_crosswalk') }}
),

-- A mirrored score runs from the other end of the same scale: 1 of 1-5 counts as 5.
recodes as (
    select
        *,
        min(score) over (partition by recode) + max(score) over (partition by recode) - score
            as mirrored_score
    from {{ ref('recodes') }}
),

concepts as (
    select * from {{ ref('concepts') }}
),

items as (
    select * from {{ ref('stg_items') }}
),

item_codes as (
    select * from {{ ref('stg_item_codes') }}
),

recoded as (
    select
        crosswalk.*,
        recodes.code,
        recodes.missing_kind,
        case
            when recodes.missing_kind is not null then null
            when crosswalk.gives = 'category' then recodes.category
            when recodes.category = 'selected' then crosswalk.category
        end as chosen,
        case
            when crosswalk.gives <> 'score' then null
            when crosswalk.mirrored then recodes.mirrored_score
            else recodes.score
        end as score
    from crosswalk
    inner join recodes on crosswalk.recode = recodes.recode
    where crosswalk.gives in ('category', 'selected', 'score')
),

-- The codes of the manifest are themselves the numbers of a scale, or the categories.
direct as (
    select
        crosswalk.*,
        item_codes.code,
        recodes.missing_kind,
        case
            when recodes.missing_kind is null and concepts.kind <> 'scale' then item_codes.code
        end as chosen,
        case
            when recodes.missing_kind is null and concepts.kind = 'scale'
                then cast(item_codes.code as double)
        end as score
    from crosswalk
    inner join concepts on crosswalk.concept = concepts.concept
    inner join items
        on {{ equal_columns('crosswalk', 'items', ['survey', 'wave', 'variable']) }}
    inner join item_codes
        on {{ equal_columns('items', 'item_codes', ['survey', 'wave', 'codelist']) }}
    left join recodes
        on crosswalk.recode = recodes.recode and item_codes.code = recodes.code
    where crosswalk.gives = 'code'
),

numbers as (
    select
        crosswalk.*,
        cast(null as string) as code,
        cast(null as string) as missing_kind,
        cast(null as string) as chosen,
        cast(null as double) as score
    from crosswalk
    inner join items
        on {{ equal_columns('crosswalk', 'items', ['survey', 'wave', 'variable']) }}
    where crosswalk.gives = 'code' and items.is_number
)

{% for part in ['recoded', 'direct', 'numbers'] %}
    select
        survey,
        wave,
        concept,
        base,
        variable,
        rule,
        combines,
        category as select_category,
        code,
        chosen as category,
        score,
        missing_kind,
        {{ 'true' if part == 'numbers' else 'false' }} as is_number
    from {{ part }}
    {{ 'union all' if not loop.last }}
{% endfor %}
