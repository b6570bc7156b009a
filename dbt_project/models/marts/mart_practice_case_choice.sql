-- One row per choice of a reader who looks for cases like their own, and practice case that it
-- finds. A choice is one theme, technology, sector or type that has cases, or all cases.
{% set all_cases = {'nl': 'Alle voorbeelden', 'en': 'All cases'} %}
with choices as (
    select
        topics.practice_case,
        topics.topic_dimension,
        topics.topic,
        practice_dimension.sort_order as dimension_order,
    {% for lang in ['nl', 'en'] %}
        concat(topics.topic_dimension_label_{{ lang }}, ' · ', topics.topic_label_{{ lang }})
            as choice_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('mart_practice_case_topic') }} as topics
    {{ join_codelist('practice_dimension', 'topics.topic_dimension') }}
    union all
    select
        practice_case,
        'all' as topic_dimension,
        'all' as topic,
        0 as dimension_order,
        '{{ all_cases.nl }}' as choice_nl,
        '{{ all_cases.en }}' as choice_en
    from {{ ref('mart_practice_case') }}
)

select
    choices.topic_dimension,
    choices.topic,
    cases.practice_case,
    cases.lessons_nl is not null as has_lessons,
    {% for lang in ['nl', 'en'] %}
        choices.choice_{{ lang }},
        concat(cast(choices.dimension_order as string), ' ', choices.choice_{{ lang }})
            as sort_text_{{ lang }},
        cases.title_{{ lang }},
        cases.kind_label_{{ lang }},
        cases.organisation_{{ lang }},
        cases.sector_label_{{ lang }},
        cases.description_{{ lang }},
        cases.lessons_{{ lang }},
        cases.themes_text_{{ lang }},
        cases.technologies_text_{{ lang }},
        cases.types_text_{{ lang }},
        cases.types_note_{{ lang }},
        cases.caution_{{ lang }},
    {% endfor %}
    cases.source_title,
    cases.source_locator,
    cases.source_url
from choices
inner join {{ ref('mart_practice_case') }} as cases on choices.practice_case = cases.practice_case
