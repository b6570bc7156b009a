-- One row per innovation that a source tells about. The cases are a collection and no sample:
-- nothing may be counted from them, and `caution` says so in every row.
with cases as (
    select * from {{ ref('practice_cases') }}
),

topics as (
    select
        practice_case,
    {% for name, column in [
        ('theme', 'themes'), ('technology', 'technologies'), ('type', 'types')
    ] %}
        {{ sorted_list(
            "case when topic_dimension = '" ~ name ~ "' then topic_label_nl end", '; '
        ) }} as {{ column }}_text_nl,
        {{ sorted_list(
            "case when topic_dimension = '" ~ name ~ "' then topic_label_en end", '; '
        ) }} as {{ column }}_text_en{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('mart_practice_case_topic') }}
    group by practice_case
)

select
    cases.practice_case,
    cases.kind,
    {{ labels_of('practice_kind', 'kind') }},
    cases.title_nl,
    cases.title_en,
    cases.organisation_nl,
    cases.organisation_en,
    cases.sector,
    {{ labels_of('sectors', 'sector') }},
    topics.types_text_nl,
    topics.types_text_en,
    cases.types_inferred,
    types_note.label_nl as types_note_nl,
    types_note.label_en as types_note_en,
    topics.themes_text_nl,
    topics.themes_text_en,
    topics.technologies_text_nl,
    topics.technologies_text_en,
    cases.description_nl,
    cases.description_en,
    cases.lessons_nl,
    cases.lessons_en,
    cautions.label_nl as caution_nl,
    cautions.label_en as caution_en,
    sources.title as source_title,
    cases.locator as source_locator,
    sources.url as source_url
from cases
inner join topics on cases.practice_case = topics.practice_case
inner join {{ ref('dim_source') }} as sources on cases.source_id = sources.source_id
left join {{ ref('categories') }} as sectors
    on sectors.concept = 'sector' and cases.sector = sectors.category
{{ join_codelist('practice_kind', 'cases.kind') }}
{{ join_codelist('practice_note', "'no_sample'", 'cautions') }}
{{ join_codelist(
    'practice_note', "case when cases.types_inferred then 'types_inferred' end", 'types_note'
) }}
