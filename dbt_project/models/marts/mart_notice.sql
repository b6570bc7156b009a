-- One row per survey, wave and data status with figures on the dashboards, and what a reader
-- must know of them; synthetic ones first.
with shown as (
    select
        survey,
        survey_label_nl,
        survey_label_en,
        country,
        country_label_nl,
        country_label_en,
        wave,
        data_status,
        data_status_label_nl,
        data_status_label_en,
        count(*) as indicators
    from {{ ref('mart_indicator') }}
    where in_dashboard
    group by all
)

select
    shown.survey,
    shown.survey_label_nl,
    shown.survey_label_en,
    shown.country,
    shown.country_label_nl,
    shown.country_label_en,
    shown.wave,
    shown.data_status,
    shown.data_status_label_nl,
    shown.data_status_label_en,
    shown.indicators,
    codes.label_nl as notice_nl,
    codes.label_en as notice_en,
    -cast(codes.sort_order as integer) as sort_order
from shown
{{ join_codelist('notice', 'shown.data_status', 'codes') }}
