-- One row per indicator, part of its line (the estimate, and the bounds of its interval) and place
-- on the time axis, for a chart that draws a line with a band.
-- A wave that does not fully compare with the survey's reference wave is on the other side of
-- a break: it opens a new line (`after`) or closes an old one (`before`), so that the line
-- visibly stops.
-- Superset draws a series that ends in `__yhat_lower` or `__yhat_upper` as the band of the line. A
-- space goes before it: Superset trims names before it picks a colour, so both get the same one.
-- A band of one wave would have no width: its bounds are drawn five months before and after too.
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
        -- A line through bounds of small groups would show changes that are none.
        and (mart_indicator.bound is null or mart_indicator.data_status = 'published')
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

-- The filters of a dashboard name the survey and the answer, so a line names the kind of figure;
-- where one survey holds several countries, it names these.
named as (
    select
        counted.*,
    {% for lang in ['nl', 'en'] %}
        concat_ws(
            ' · ',
            case
                when group_dimension = 'country'
                    then
                        concat_ws(
                            ' · ',
                            survey_label_{{ lang }},
                            country_label_{{ lang }},
                            category_label_{{ lang }}
                        )
                else data_status_label_{{ lang }}
            end,
            case
                when group_dimension not in ('total', 'country')
                    then group_value_label_{{ lang }}
            end,
            case
                when breaks > 0 then concat(
                    notes.label_{{ lang }},
                    case when breaks > 1 then concat(' ', cast(breaks as string)) else '' end
                    )
            end
        ) as line_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from counted
    {{ join_codelist('series_note', 'counted.side', 'notes') }}
),

parts as (
    {% for part, column in [
        ('estimate', 'estimate'), ('lower', 'estimate_low'), ('upper', 'estimate_high'),
    ] %}
        select
            *,
            '{{ part }}' as part,
            {{ "''" if part == 'estimate' else "' __yhat_" ~ part ~ "'" }} as ending,
            {{ column }} as value
        from named
        where {{ column }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

measured as (
    select
        *,
        part <> 'estimate' and count(*) over (
            partition by {{ series | join(', ') }}, line_nl, part
        ) = 1 as is_lone_bound
    from parts
),

drawn as (
    select
        *,
        concat(wave, '-01-01') as drawn_on
    from measured
    union all
    select
        *,
        concat(cast(cast(wave as integer) - 1 as string), '-08-01') as drawn_on
    from measured
    where is_lone_bound
    union all
    select
        *,
        concat(wave, '-06-01') as drawn_on
    from measured
    where is_lone_bound
)

select
    indicator_id,
    {{ labelled(['survey', 'country']) }},
    wave,
    cast(drawn_on as date) as drawn_on,
    {{ labelled(['concept', 'category']) }},
    category_order,
    base,
    {{ labelled(['group_dimension', 'group_value', 'data_status']) }},
    weighting,
    comparability,
    part,
    concat(line_nl, ending) as series_nl,
    concat(line_en, ending) as series_en,
    value
from drawn
