-- One row per indicator and part of its line: the estimate (`__yhat`) and the bounds of its
-- interval (`__yhat_lower`, `__yhat_upper`), which Superset draws as a line with a band.
-- A wave that does not fully compare with the survey's reference wave stands on the other side of
-- a break: it opens a new series (`after`) or closes an old one (`before`), so that the line
-- visibly stops.
{% set series = [
    'survey', 'concept', 'category', 'base', 'group_dimension', 'group_value', 'weighting',
    'data_status'
] %}
with indicators as (
    select
        mart_indicator.*,
        surveys.reference_wave,
        mart_indicator.comparability in ('limited', 'impossible') as is_break
    from {{ ref('mart_indicator') }} as mart_indicator
    inner join {{ ref('dim_survey') }} as surveys on mart_indicator.survey = surveys.survey
    where
        mart_indicator.statistic = 'share'
        and mart_indicator.estimate is not null
        and mart_indicator.in_dashboard
),

-- Breaks between a wave and the reference wave, on either side of it.
counted as (
    select
        *,
        case
            when wave >= reference_wave
                then
                    sum(
                        case when is_break and wave > reference_wave then 1 else 0 end
                    ) over (partition by {{ series | join(', ') }} order by wave)
            else sum(
                case when is_break and wave < reference_wave then 1 else 0 end
            ) over (partition by {{ series | join(', ') }} order by wave desc)
        end as breaks,
        case when wave < reference_wave then 'before' else 'after' end as side
    from indicators
),

named as (
    select
        counted.*,
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
            case
                when breaks > 0 then concat(
                    notes.label_{{ lang }},
                    case when breaks > 1 then concat(' ', cast(breaks as string)) else '' end
                    )
            end
        ) as series_name_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from counted
    left join {{ ref('codelists') }} as notes
        on notes.codelist = 'series_note' and counted.side = notes.code
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
