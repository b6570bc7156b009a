-- One row per survey, wave, concept and category: how far the wave can be compared with the
-- survey's reference wave. A judgement on a category goes before one on its concept; the
-- reference wave is identical to itself; without a judgement it is undetermined.
with keys as (
    select
        survey,
        wave,
        concept,
        category
    from {{ ref('stg_published_figures') }}
    union
    select
        survey,
        wave,
        concept,
        category
    from {{ ref('est_disclosed') }}
    union
    -- Of an open answer the words are compared.
    select
        survey,
        wave,
        concept,
        'text' as category
    from {{ ref('hrm_crosswalk') }}
    where gives = 'text'
),

surveys as (
    select
        survey,
        reference_wave
    from {{ ref('stg_surveys') }}
),

judgements as (
    select * from {{ ref('comparability') }}
),

asked as (
    select
        survey,
        wave,
        concept,
        min(status) as status,
        min(reason_nl) as reason_nl,
        min(reason_en) as reason_en
    from {{ ref('hrm_crosswalk') }}
    where gives is not null
    group by survey, wave, concept
)

select
    keys.survey,
    keys.wave,
    keys.concept,
    keys.category,
    case
        when keys.wave = surveys.reference_wave then 'identical'
        else coalesce(
            of_category.status, of_concept.status, asked.status, 'undetermined'
        )
    end as comparability,
    case
        when keys.wave = surveys.reference_wave then null
        else coalesce(
            of_category.reason_nl, of_concept.reason_nl, asked.reason_nl, not_judged.label_nl
        )
    end as comparability_note_nl,
    case
        when keys.wave = surveys.reference_wave then null
        else coalesce(
            of_category.reason_en, of_concept.reason_en, asked.reason_en, not_judged.label_en
        )
    end as comparability_note_en
from keys
inner join surveys on keys.survey = surveys.survey
left join judgements as of_category
    on {{ equal_columns('keys', 'of_category', ['survey', 'wave', 'concept', 'category']) }}
left join judgements as of_concept
    on
        {{ equal_columns('keys', 'of_concept', ['survey', 'wave', 'concept']) }}
        and of_concept.category is null
left join asked
    on {{ equal_columns('keys', 'asked', ['survey', 'wave', 'concept']) }}
left join {{ ref('codelists') }} as not_judged
    on not_judged.codelist = 'not_judged' and not_judged.code = 'wave'
