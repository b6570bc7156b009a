-- One row per indicator and part of its line: the estimate (`__yhat`) and the bounds of its
-- interval (`__yhat_lower`, `__yhat_upper`), which Superset draws as a line with a band.
-- A wave that is no longer fully comparable opens a new series, so that the line visibly stops.
with indicators as (
    select
        *,
        sum(case when comparability in ('limited', 'impossible') then 1 else 0 end) over (
            partition by
                survey, concept, category, base, group_dimension, group_value,
                weighting, data_status
            order by wave
        ) as breaks
    from {{ ref('mart_indicator') }}
    where statistic = 'share' and estimate is not null and in_dashboard
),

break_note as (
    select * from {{ ref('codelists') }}
    where codelist = 'series_note'
),

named as (
    select
        indicators.*,
    {% for lang in ['nl', 'en'] %}
        concat_ws(
            ' · ',
            survey_label_{{ lang }},
            case when group_dimension = 'country' then country_label_{{ lang }} end,
            category_label_{{ lang }},
            case
                when group_dimension not in ('total', 'country')
                    then group_value_label_{{ lang }}
            end,
            case when data_status <> 'published' then data_status_label_{{ lang }} end,
            case when breaks > 0 then concat(
                break_note.label_{{ lang }},
                case when breaks > 1 then concat(' ', cast(breaks as string)) else '' end
                ) end
        ) as series_name_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from indicators
    cross join break_note
),

parts as (
    {% for part, column in [
        ('__yhat', 'estimate'),
        ('__yhat_lower', 'estimate_low'),
        ('__yhat_upper', 'estimate_high'),
    ] %}
        select
            *,
            '{{ part }}' as part,
            {{ column }} as value
        from named
        where {{ column }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    indicator_id,
    survey,
    survey_label_nl,
    survey_label_en,
    country,
    country_label_nl,
    country_label_en,
    wave,
    cast(concat(wave, '-01-01') as date) as wave_date,
    concept,
    concept_label_nl,
    concept_label_en,
    category,
    category_label_nl,
    category_label_en,
    category_order,
    base,
    group_dimension,
    group_dimension_label_nl,
    group_dimension_label_en,
    group_value,
    group_value_label_nl,
    group_value_label_en,
    data_status,
    data_status_label_nl,
    data_status_label_en,
    weighting,
    comparability,
    part,
    concat(series_name_nl, part) as series_nl,
    concat(series_name_en, part) as series_en,
    value
from parts
