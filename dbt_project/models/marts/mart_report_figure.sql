-- One row per figure, table or box of the 2021 report and indicator in it; a figure of which
-- nothing is published or computed has one row without an indicator.
with figures as (
    select * from {{ ref('report_figures') }}
),

indicators as (
    select * from {{ ref('mart_indicator') }}
    -- The report does not weight; in groups answers have one weighting only.
    where weighting = 'none' or group_dimension <> 'total'
)

select
    figures.figure_number,
    cast(figures.page as integer) as page,
    figures.title_nl,
    figures.title_en,
    figures.form,
    figures.concept,
    figures.base,
    figures.group_dimension,
    indicators.indicator_id,
    indicators.survey,
    indicators.country,
    indicators.wave,
    indicators.category,
    indicators.category_label_nl,
    indicators.category_label_en,
    indicators.category_order,
    indicators.group_value,
    indicators.group_value_label_nl,
    indicators.group_value_label_en,
    indicators.statistic,
    indicators.estimate,
    indicators.estimate_low,
    indicators.estimate_high,
    indicators.n,
    indicators.data_status,
    coalesce(indicators.data_status, 'not_available') as availability
from figures
left join indicators
    on {{ equal_columns('figures', 'indicators', ['concept', 'base', 'group_dimension']) }}
