-- One row per survey.
select
    survey,
    country,
    title_nl as survey_label_nl,
    title_en as survey_label_en,
    title_original,
    publisher,
    unit,
    unit_nl,
    unit_en,
    reference_wave,
    family
from {{ ref('stg_surveys') }}
