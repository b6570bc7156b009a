-- One row per survey, wave, variable, wrong code and reason: known errors in delivered files that
-- were corrected before anything was computed. Respondents are not named.
with corrections as (
    select * from {{ ref('est_correction_counts') }}
),

items as (
    select * from {{ ref('stg_items') }}
),

item_codes as (
    select * from {{ ref('stg_item_codes') }}
)

select
    corrections.survey,
    surveys.survey_label_nl,
    surveys.survey_label_en,
    corrections.wave,
    corrections.variable,
    items.wording_nl,
    items.wording_en,
    replace(corrections.code, chr(31), '; ') as code,
    corrections.becomes,
    item_codes.label as becomes_label,
    corrections.answers,
    corrections.reason_nl,
    corrections.reason_en,
    corrections.source
from corrections
inner join {{ ref('dim_survey') }} as surveys on corrections.survey = surveys.survey
inner join items
    on {{ equal_columns('corrections', 'items', ['survey', 'wave', 'variable']) }}
left join item_codes
    on
        {{ equal_columns('items', 'item_codes', ['survey', 'wave', 'codelist']) }}
        and corrections.becomes = item_codes.code
