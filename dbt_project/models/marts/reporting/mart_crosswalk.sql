-- One row per survey, wave, concept, base, source variable, code and category: how each wave asked
-- it. Released as `crosswalk`. A rule that derives (count_selected, bin) has no variable or code.
{{ config(alias='crosswalk') }}
with crosswalk as (
    select * from {{ ref('crosswalk') }}
),

recodes as (
    select * from {{ ref('recodes') }}
),

items as (
    select * from {{ ref('stg_items') }}
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
    items.wording_nl,
    items.wording_en,
    crosswalk.rule,
    case when crosswalk.rule in ('count_selected', 'bin') then crosswalk.recode end
        as source_concept,
    recodes.code,
    item_codes.label as code_label,
    case when crosswalk.rule = 'recode' then recodes.category else crosswalk.category end
        as category,
    case
        when crosswalk.rule = 'select' then recodes.category = 'selected'
        when crosswalk.rule = 'recode' then recodes.category is not null
    end as selected,
    recodes.score,
    recodes.missing_kind,
    crosswalk.status,
    crosswalk.reason_nl,
    crosswalk.reason_en
from crosswalk
left join recodes
    on
        crosswalk.recode = recodes.recode
        and crosswalk.rule in ('recode', 'select', 'mean_of_items')
left join items
    on
        crosswalk.survey = items.survey
        and crosswalk.wave = items.wave
        and crosswalk.variable = items.variable
left join item_codes
    on
        items.survey = item_codes.survey
        and items.wave = item_codes.wave
        and items.codelist = item_codes.codelist
        and recodes.code = item_codes.code
