{#-
  One theme of the survey of the home country, for a reader of that theme: per category, base,
  weighting and data status the two latest waves of the concept side by side, the change between
  them, and the figure of another country that lies nearest in time, of those that can be compared
  if there are any. Figures are of all organisations (group `total`).
-#}
{% macro theme(concept) -%}
{% set key = ['category', 'base', 'weighting', 'data_status'] %}
{% set figures = ['estimate', 'estimate_low', 'estimate_high', 'n', 'bound'] %}
with indicators as (
    select
        *,
        dense_rank() over (order by wave desc) as age
    from {{ ref('mart_indicator') }}
    where
        survey = '{{ var("home_survey") }}'
        and concept = '{{ concept }}'
        and group_dimension = 'total'
        and statistic = 'share'
),

-- The wave before the latest is on the left, the latest on the right.
waves as (
    select
        max(case when age = 2 then wave end) as from_wave,
        max(case when age = 1 then wave end) as to_wave
    from indicators
),

side_by_side as (
    select
        {{ labelled(key[:1]) }},
        category_order,
        {{ labelled(key[1:2]) }},
        weighting,
        {{ labelled(key[3:]) }},
        {% for column in figures %}
            max(case when age = 2 then {{ column }} end) as from_{{ column }},
            max(case when age = 1 then {{ column }} end) as to_{{ column }},
        {% endfor %}
        max(assumed) as assumed,
        max(wave) as latest_wave
    from indicators
    where age <= 2
    group by
        {{ labelled(key[:1]) }}, category_order, {{ labelled(key[1:2]) }}, weighting,
        {{ labelled(key[3:]) }}
),

changes as (
    select * from {{ ref('mart_trend') }}
    where
        survey = '{{ var("home_survey") }}'
        and concept = '{{ concept }}'
        and group_dimension = 'total'
),

others as (
    select
        *,
        row_number() over (
            partition by category, base, nl_wave, nl_data_status
            order by
                case when difference is null then 1 else 0 end, abs(years_between), survey, country
        ) as nearness
    from {{ ref('mart_international') }}
    where concept = '{{ concept }}'
)

select
    {{ labelled(key[:1], 'side_by_side') }},
    side_by_side.category_order,
    {{ labelled(key[1:2], 'side_by_side') }},
    side_by_side.weighting,
    {{ labelled(key[3:], 'side_by_side') }},
    side_by_side.assumed,
    waves.from_wave,
    {% for column in figures %}side_by_side.from_{{ column }},
    {% endfor %}
    waves.to_wave,
    {% for column in figures %}side_by_side.to_{{ column }},
    {% endfor %}
    changes.change,
    changes.change_low,
    changes.change_high,
    changes.confidence_level,
    changes.p_value_adjusted,
    changes.smallest_detectable_change,
    coalesce(changes.verdict, 'cannot_tell') as verdict,
    {{ labels_of('verdicts', 'verdict') }},
    coalesce(changes.reason_nl, one_wave.label_nl) as reason_nl,
    coalesce(changes.reason_en, one_wave.label_en) as reason_en,
    changes.comparability,
    changes.comparability_label_nl,
    changes.comparability_label_en,
    others.nl_wave as compared_wave,
    others.survey as other_survey,
    others.survey_label_nl as other_survey_label_nl,
    others.survey_label_en as other_survey_label_en,
    others.country as other_country,
    others.country_label_nl as other_country_label_nl,
    others.country_label_en as other_country_label_en,
    others.wave as other_wave,
    others.years_between,
    others.estimate as other_estimate,
    others.estimate_low as other_estimate_low,
    others.estimate_high as other_estimate_high,
    others.n as other_n,
    others.difference,
    others.difference_low,
    others.difference_high,
    others.confidence_level as difference_confidence_level,
    others.verdict as other_verdict,
    others.verdict_label_nl as other_verdict_label_nl,
    others.verdict_label_en as other_verdict_label_en,
    others.reason_nl as other_reason_nl,
    others.reason_en as other_reason_en,
    others.comparability as other_comparability,
    others.comparability_label_nl as other_comparability_label_nl,
    others.comparability_label_en as other_comparability_label_en,
    others.source_title as other_source_title,
    others.source_url as other_source_url
from side_by_side
cross join waves
left join changes
    on
        {{ equal_columns('side_by_side', 'changes', key) }}
        and waves.from_wave = changes.from_wave
        and waves.to_wave = changes.to_wave
left join others
    on
        {{ equal_columns('side_by_side', 'others', ['category', 'base']) }}
        and side_by_side.latest_wave = others.nl_wave
        and side_by_side.data_status = others.nl_data_status
        and side_by_side.weighting = 'none'
        and others.nearness = 1
{{ join_codelist('verdict', "coalesce(changes.verdict, 'cannot_tell')", 'verdicts') }}
left join {{ ref('codelists') }} as one_wave
    on one_wave.codelist = 'test_reason' and one_wave.code = 'one_wave'
{%- endmacro %}
