-- One row per choice of a reader, question, answers of it, and pair of figures that may not be
-- compared, may be compared only with care, or cannot be judged, with the reason. Pairs are waves
-- of one survey, the Netherlands and another country, or the waves of an index whose items do not
-- work alike. Answers to a question that share a verdict and a reason are one row. A choice is one
-- survey or country, or all of them.
{% set all_pairs = {'nl': 'Alle vergelijkingen', 'en': 'All comparisons'} %}
with waves as (
    select
        figures.survey,
        figures.wave,
        figures.concept,
        figures.comparability,
        figures.comparability_note_nl as reason_nl,
        figures.comparability_note_en as reason_en,
        surveys.reference_wave,
        {% for lang in ['nl', 'en'] %}
            surveys.survey_label_{{ lang }},
            {{ sorted_list('categories.category_label_' ~ lang, '; ') }} as answers_{{ lang }},
        {% endfor %}
        count(*) as answers,
        sum(count(*)) over (partition by figures.survey, figures.wave, figures.concept)
            as all_answers
    from {{ ref('est_comparability') }} as figures
    inner join {{ ref('dim_survey') }} as surveys on figures.survey = surveys.survey
    left join {{ ref('dim_category') }} as categories
        on {{ equal_columns('figures', 'categories', ['concept', 'category']) }}
    group by
        figures.survey, figures.wave, figures.concept, figures.comparability,
        figures.comparability_note_nl, figures.comparability_note_en, surveys.reference_wave,
        surveys.survey_label_nl, surveys.survey_label_en
),

countries as (
    select
        survey,
        wave,
        nl_wave,
        concept,
        country,
        comparability,
        reason_nl,
        reason_en,
        {% for lang in ['nl', 'en'] %}
            country_label_{{ lang }},
            nl_country_label_{{ lang }},
            place_text_{{ lang }},
            {{ sorted_list('category_label_' ~ lang, '; ') }} as answers_{{ lang }},
        {% endfor %}
        count(*) as answers,
        sum(count(*)) over (partition by survey, wave, nl_wave, country, concept) as all_answers
    from {{ ref('mart_international') }}
    group by
        survey, wave, nl_wave, concept, country, comparability, reason_nl, reason_en,
        country_label_nl, country_label_en, nl_country_label_nl, nl_country_label_en,
        place_text_nl, place_text_en
),

-- The first level that does not hold says why.
indexes as (
    select
        levels.*,
        row_number() over (
            partition by levels.survey, levels.concept, levels.from_wave, levels.to_wave
            order by levels.level_order
        ) as place
    from {{ ref('mart_scale_invariance') }} as levels
    where levels.holds is null or not levels.holds
),

pairs as (
    select
        'waves' as kind,
        survey,
        wave,
        concept,
        comparability,
    {% for lang in ['nl', 'en'] %}
        survey_label_{{ lang }} as choice_{{ lang }},
        case when answers < all_answers then answers_{{ lang }} end as answers_{{ lang }},
        concat(survey_label_{{ lang }}, ' ', reference_wave) as from_{{ lang }},
        wave as to_{{ lang }},
        reason_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from waves
    union all
    select
        'countries' as kind,
        survey,
        wave,
        concept,
        comparability,
    {% for lang in ['nl', 'en'] %}
        country_label_{{ lang }} as choice_{{ lang }},
        case when answers < all_answers then answers_{{ lang }} end as answers_{{ lang }},
        concat(nl_country_label_{{ lang }}, ' ', nl_wave) as from_{{ lang }},
        place_text_{{ lang }} as to_{{ lang }},
        reason_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from countries
    union all
    select
        'indexes' as kind,
        indexes.survey,
        indexes.to_wave as wave,
        indexes.concept,
        case when indexes.holds is null then 'undetermined' else 'impossible' end as comparability,
    {% for lang in ['nl', 'en'] %}
        surveys.survey_label_{{ lang }} as choice_{{ lang }},
        cast(null as string) as answers_{{ lang }},
        concat(surveys.survey_label_{{ lang }}, ' ', indexes.from_wave) as from_{{ lang }},
        indexes.to_wave as to_{{ lang }},
        concat(indexes.level_label_{{ lang }}, ': ', indexes.reason_{{ lang }})
            as reason_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from indexes
    inner join {{ ref('dim_survey') }} as surveys on indexes.survey = surveys.survey
    where indexes.place = 1
),

chosen as (
    select
        1 as choice_order,
        pairs.*
    from pairs
    union all
    select
        0 as choice_order,
        kind,
        survey,
        wave,
        concept,
        comparability,
    {% for lang in ['nl', 'en'] %}
        '{{ all_pairs[lang] }}' as choice_{{ lang }},
        answers_{{ lang }},
        from_{{ lang }},
        to_{{ lang }},
        reason_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from pairs
),

placed as (
    select
        chosen.*,
        {% for lang in ['nl', 'en'] %}
            concepts.concept_label_{{ lang }},
        {% endfor %}
        cast(row_number() over (
            partition by chosen.choice_order, chosen.choice_nl
            order by
                kinds.sort_order asc,
                case when chosen.survey = '{{ var("home_survey") }}' then 0 else 1 end,
                chosen.from_nl asc,
                chosen.to_nl asc,
                {{ comparability_rank('chosen.comparability') }} desc,
                concepts.sort_order,
                chosen.answers_nl asc nulls first,
                chosen.reason_nl asc
        ) as integer) as row_order,
        kinds.label_nl as kind_label_nl,
        kinds.label_en as kind_label_en
    from chosen
    inner join {{ ref('dim_concept') }} as concepts on chosen.concept = concepts.concept
    {{ join_codelist('comparison_kind', 'chosen.kind', 'kinds') }}
    where chosen.comparability in ('impossible', 'undetermined', 'limited')
)

select
    {{ labelled(['kind'], 'placed') }},
    placed.survey,
    placed.wave,
    placed.concept,
    placed.comparability,
    placed.row_order,
    row_number() over (
        partition by placed.choice_nl, placed.from_nl, placed.to_nl order by placed.row_order
    ) = 1 as is_first,
{% for lang in ['nl', 'en'] %}
    placed.choice_{{ lang }},
    concat(cast(placed.choice_order as string), ' ', placed.choice_{{ lang }})
        as sort_text_{{ lang }},
    placed.concept_label_{{ lang }} as question_label_{{ lang }},
    coalesce(placed.answers_{{ lang }}, '') as answers_{{ lang }},
    placed.from_{{ lang }},
    placed.to_{{ lang }},
    {{ comparability_text('placed.comparability', 'comparabilities.label_' ~ lang) }}
        as comparability_text_{{ lang }},
    coalesce(placed.reason_{{ lang }}, '') as reason_{{ lang }}{{ ',' if not loop.last }}
{% endfor %}
from placed
{{ join_codelist('comparability', 'placed.comparability', 'comparabilities') }}
