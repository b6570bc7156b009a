-- One row per survey, wave, concept, base, group, weighting and data status: the box of a scale in
-- a group, from the 5th to the 95th percentile. Never a lowest or highest answer.
{% set key = [
    'survey', 'wave', 'concept', 'base', 'group_dimension', 'group_value', 'weighting',
    'data_status'
] %}
{% set percents = ['05', '25', '50', '75', '95'] %}
{% set words = {
    'nl': {
        'by': 'naar', 'synthetic': 'SYNTHETISCH', 'half': 'helft tussen', 'most': '90% tussen',
        'to': 'en',
    },
    'en': {
        'by': 'by', 'synthetic': 'SYNTHETIC', 'half': 'half between', 'most': '90% between',
        'to': 'and',
    },
} %}
with indicators as (
    select * from {{ ref('mart_indicator') }}
    where data_status <> 'published' and (statistic = 'mean' or statistic like 'quantile_%')
),

boxes as (
    select
        {{ key | join(', ') }},
        {% for column in [
            'survey', 'concept', 'base', 'group_dimension', 'group_value', 'data_status'
        ] %}
            min({{ column }}_label_nl) as {{ column }}_label_nl,
            min({{ column }}_label_en) as {{ column }}_label_en,
        {% endfor %}
        {% for percent in percents %}
            max(case when statistic = 'quantile_{{ percent }}' then estimate end)
                as quantile_{{ percent }},
        {% endfor %}
        max(case when statistic = 'mean' then estimate end) as mean,
        max(case when statistic = 'quantile_50' then n end) as n,
        max(assumed) as assumed,
        min(notice_nl) as notice_nl,
        min(notice_en) as notice_en
    from indicators
    group by {{ key | join(', ') }}
    having count(case when statistic = 'quantile_50' then 1 end) > 0
),

explained as (
    select
        *,
        case
            when quantile_50 is null then 'hidden'
            when quantile_05 is null or quantile_95 is null then 'no_whiskers'
        end as reason
    from boxes
),

-- From the lowest to the highest score of an answer, which is how far an axis runs.
axes as (
    select
        concept,
        min(score) as lowest,
        max(score) as highest
    from {{ ref('mart_crosswalk') }}
    where score is not null
    group by concept
)

select
    {{ labelled(['survey'], 'explained') }},
    explained.wave,
    {{ labelled(['concept', 'base', 'group_dimension', 'group_value'], 'explained') }},
    explained.weighting,
    {% for percent in percents %}
        explained.quantile_{{ percent }},
    {% endfor %}
    explained.mean,
    explained.n,
    cast(dense_rank() over (
        order by categories.sort_order nulls first, explained.group_value
    ) as integer) as group_order,
    axes.lowest as axis_lowest,
    axes.highest as axis_highest,
    {% for percent in percents %}
        100 * (explained.quantile_{{ percent }} - axes.lowest)
        / nullif(axes.highest - axes.lowest, 0) as drawn_{{ percent }},
    {% endfor %}
    100 * (explained.quantile_75 - explained.quantile_25)
    / nullif(axes.highest - axes.lowest, 0) as drawn_width,
    {% for lang, w in words.items() %}
        case
            when explained.group_dimension <> 'total'
                then concat_ws(
                    ' · ', explained.concept_label_{{ lang }},
                    concat('{{ w.by }} ', lower(explained.group_dimension_label_{{ lang }})),
                    concat(explained.survey_label_{{ lang }}, ' ', explained.wave),
                    case explained.data_status when 'synthetic' then '{{ w.synthetic }}' end
                )
        end as choice_{{ lang }},
        case
            when explained.quantile_50 is null then box_reason.label_{{ lang }}
            else
                {{ number_text(lang, 'explained.quantile_50') }}
                || coalesce(
                    '; {{ w.half }} ' || {{ number_text(lang, 'explained.quantile_25') }}
                    || ' {{ w.to }} ' || {{ number_text(lang, 'explained.quantile_75') }}, ''
                )
                || coalesce(
                    '; {{ w.most }} ' || {{ number_text(lang, 'explained.quantile_05') }}
                    || ' {{ w.to }} ' || {{ number_text(lang, 'explained.quantile_95') }}, ''
                )
        end as box_text_{{ lang }},
    {% endfor %}
    explained.reason,
    box_reason.label_nl as reason_nl,
    box_reason.label_en as reason_en,
    {{ labelled(['data_status'], 'explained') }},
    explained.assumed,
    explained.notice_nl,
    explained.notice_en,
    limitation.label_nl as limitation_nl,
    limitation.label_en as limitation_en
from explained
left join axes on explained.concept = axes.concept
left join {{ ref('group_dimensions') }} as dimensions
    on explained.group_dimension = dimensions.group_dimension
left join {{ ref('dim_category') }} as categories
    on dimensions.concept = categories.concept and explained.group_value = categories.category
{{ join_codelist('box_reason', 'explained.reason') }}
{{ join_codelist('limitation', "'box'") }}
