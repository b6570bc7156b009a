-- One row per survey, wave, variable, wrong code and reason: known errors in delivered files that
-- were corrected before anything was computed. Whose answers they are stays behind, and so does
-- their number where it is small.
with corrections as (
    select * from {{ ref('stg_corrections') }}
),

answers as (
    select * from {{ ref('stg_answers') }}
),

items as (
    select * from {{ ref('stg_items') }}
),

item_codes as (
    select * from {{ ref('stg_item_codes') }}
),

corrected as (
    select
        corrections.survey,
        corrections.wave,
        corrections.variable,
        corrections.code,
        corrections.becomes,
        corrections.reason_nl,
        corrections.reason_en,
        corrections.source,
        count(answers.respondent_id) as answers
    from corrections
    left join answers
        on
            corrections.survey = answers.survey
            and corrections.wave = answers.wave
            and corrections.variable = answers.variable
            and corrections.code = answers.code_in_file
            and coalesce(corrections.respondent_id, answers.respondent_id) = answers.respondent_id
    group by
        corrections.survey, corrections.wave, corrections.variable, corrections.code,
        corrections.becomes, corrections.reason_nl, corrections.reason_en, corrections.source
)

select
    corrected.survey,
    corrected.wave,
    corrected.variable,
    items.wording_nl,
    items.wording_en,
    corrected.code,
    corrected.becomes,
    item_codes.label as becomes_label,
    case when corrected.answers >= {{ var('minimum_base') }} then corrected.answers end as answers,
    corrected.reason_nl,
    corrected.reason_en,
    corrected.source
from corrected
inner join items
    on
        corrected.survey = items.survey
        and corrected.wave = items.wave
        and corrected.variable = items.variable
left join item_codes
    on
        items.survey = item_codes.survey
        and items.wave = item_codes.wave
        and items.codelist = item_codes.codelist
        and corrected.becomes = item_codes.code
