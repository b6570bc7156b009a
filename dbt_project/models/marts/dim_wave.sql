-- One row per survey and wave, with the status of its answers where answers were loaded.
{% set words = {
    'nl': {'of': ' van ', 'alone': ' antwoorden; uitgenodigd: niet bekend',
           'unknown': 'niet bekend van ', 'none': 'niet bekend'},
    'en': {'of': ' of ', 'alone': ' answers; invited: not known',
           'unknown': 'not known of ', 'none': 'not known'},
} %}
with waves as (
    select * from {{ ref('stg_waves') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
),

items as (
    select
        survey,
        wave,
        count(*) as questions,
        sum(case when known in ('wording_only', 'assumed') then 1 else 0 end) as assumed_questions
    from {{ ref('stg_items') }}
    group by survey, wave
)

select
    waves.survey,
    waves.wave,
    surveys.country,
    surveys.family,
    {% for lang in ['nl', 'en'] %}
        country.label_{{ lang }} as country_label_{{ lang }},
        surveys.title_{{ lang }} as survey_label_{{ lang }},
        case
            when waves.answered is not null and waves.invited is not null
                then concat(
                    {{ count_text(lang, 'waves.answered') }},
                    '{{ words[lang].of }}',
                    {{ count_text(lang, 'waves.invited') }},
                    ' (',
                    {{ number_text(
                        lang, 'coalesce(waves.response_rate, 100.0 * waves.answered / waves.invited)'
                    ) }},
                    '%)'
                )
            when waves.answered is not null
                then concat({{ count_text(lang, 'waves.answered') }}, '{{ words[lang].alone }}')
            when waves.invited is not null
                then concat('{{ words[lang].unknown }}', {{ count_text(lang, 'waves.invited') }})
            else '{{ words[lang].none }}'
        end as response_text_{{ lang }},
    {% endfor %}
    waves.mode,
    waves.reference_start,
    waves.reference_end,
    waves.field_start,
    waves.field_end,
    waves.respondent_nl,
    waves.respondent_en,
    waves.population_nl,
    waves.population_en,
    waves.unit,
    waves.unit_nl,
    waves.unit_en,
    waves.represents,
    waves.represents_note_nl,
    waves.represents_note_en,
    waves.sampling_nl,
    waves.sampling_en,
    waves.weighting_nl,
    waves.weighting_en,
    waves.design_effect,
    waves.notes_nl,
    waves.notes_en,
    waves.invited,
    waves.answered,
    waves.response_rate,
    waves.response_source_id,
    waves.response_locator,
    waves.stratum_concept,
    waves.weighting_method,
    loads.file_name,
    loads.file_sha256,
    loads.data_status as answers_status,
    loads.respondents,
    items.questions,
    cast(items.assumed_questions as bigint) as assumed_questions
from waves
inner join {{ ref('stg_surveys') }} as surveys on waves.survey = surveys.survey
{{ join_codelist('country', 'surveys.country') }}
left join loads on waves.survey = loads.survey and waves.wave = loads.wave
left join items on waves.survey = items.survey and waves.wave = items.wave
