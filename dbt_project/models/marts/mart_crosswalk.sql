-- One row per survey, wave, concept, base, source variable, code and category: how each wave asked
-- it. Released as `crosswalk`. A rule that derives (count_selected, bin) has no variable or code,
-- and neither has a concept that was not asked.
{{ config(alias='crosswalk') }}
with crosswalk as (
    select * from {{ ref('hrm_crosswalk') }}
),

codes as (
    select * from {{ ref('hrm_crosswalk_codes') }}
),

items as (
    select * from {{ ref('stg_items') }}
),

variables as (
    select * from {{ ref('stg_variables') }}
),

item_codes as (
    select * from {{ ref('stg_item_codes') }}
)

select
    crosswalk.survey,
    crosswalk.wave,
    crosswalk.concept,
    crosswalk.base,
    crosswalk.variable,
    coalesce(items.wording_original, variables.label) as wording_original,
    items.wording_nl,
    items.wording_en,
    items.known,
    crosswalk.rule,
    crosswalk.source_concept,
    codes.code,
    item_codes.label as code_label,
    coalesce(
        crosswalk.category, codes.category,
        case when crosswalk.gives = 'score' then 'value' end
    ) as category,
    case
        when codes.code is not null and codes.score is null and codes.missing_kind is null
            then codes.category is not null
    end as selected,
    codes.score,
    case when crosswalk.gives is null then 'not_asked' else codes.missing_kind end
        as missing_kind,
    crosswalk.status,
    crosswalk.reason_nl,
    crosswalk.reason_en
from crosswalk
left join codes
    on
        {{ equal_columns('crosswalk', 'codes',
            ['survey', 'wave', 'concept', 'base', 'variable', 'rule']) }}
        and coalesce(crosswalk.category, '') = coalesce(codes.select_category, '')
left join items
    on {{ equal_columns('crosswalk', 'items', ['survey', 'wave', 'variable']) }}
left join variables
    on {{ equal_columns('crosswalk', 'variables', ['survey', 'wave', 'variable']) }}
left join item_codes
    on
        {{ equal_columns('items', 'item_codes', ['survey', 'wave', 'codelist']) }}
        and codes.code = item_codes.code
