-- One row per concept, base, survey, wave and variable: how each wave asked a question, and how far
-- that compares with the survey's reference wave. A wave with published figures only has a row
-- without a wording. The reference wave itself compares with nothing.
{% set reference = {'nl': 'Uitgangspunt', 'en': 'Starting point'} %}
{% set question = ['concept', 'base', 'survey', 'wave'] %}
with asked as (
    select distinct
        {{ question | join(', ') }},
        variable,
        wording_original,
        wording_nl,
        wording_en,
        known,
        case
            when rule = 'not_asked' then 'not_asked'
            when variable is null then 'derived'
        end as note,
        source_concept,
        status,
        reason_nl,
        reason_en
    from {{ ref('mart_crosswalk') }}
),

figures as (
    select distinct
        indicators.concept,
        indicators.base,
        indicators.survey,
        indicators.wave,
        indicators.comparability,
        indicators.comparability_note_nl,
        indicators.comparability_note_en
    from {{ ref('mart_indicator') }} as indicators
    left join asked
        on {{ equal_columns('indicators', 'asked', ['concept', 'survey', 'wave']) }}
    where
        indicators.data_status = 'published'
        and indicators.in_dashboard
        and indicators.group_dimension in ('total', 'country')
        and asked.concept is null
),

-- Of answers to a question that compare differently, the one that allows least.
published as (
    select
        {{ question | join(', ') }},
        cast(null as string) as variable,
        cast(null as string) as wording_original,
        cast(null as string) as wording_nl,
        cast(null as string) as wording_en,
        cast(null as string) as known,
        'published' as note,
        cast(null as string) as source_concept,
        comparability as status,
        comparability_note_nl as reason_nl,
        comparability_note_en as reason_en,
        row_number() over (
            partition by {{ question | join(', ') }}
            order by {{ comparability_rank('comparability') }} desc, comparability_note_nl asc
        ) as place
    from figures
),

questions as (
    select * from asked
    union all
    select
        {{ question | join(', ') }},
        variable,
        wording_original,
        wording_nl,
        wording_en,
        known,
        note,
        source_concept,
        status,
        reason_nl,
        reason_en
    from published
    where place = 1
),

joined as (
    select
        questions.*,
        concepts.sort_order as concept_order,
        surveys.survey_label_nl,
        surveys.survey_label_en,
        questions.known in ('wording_only', 'assumed') as assumed,
        case
            when
                questions.wave = surveys.reference_wave and questions.status = 'identical'
                then 'reference'
        end as reference_note,
        {% for lang in ['nl', 'en'] %}
            concepts.concept_label_{{ lang }},
            concepts.question_{{ lang }},
            sources.concept_label_{{ lang }} as source_label_{{ lang }},
        {% endfor %}
        case when questions.survey = '{{ var("home_survey") }}' then 0 else 1 end as survey_order
    from questions
    inner join {{ ref('dim_concept') }} as concepts on questions.concept = concepts.concept
    inner join {{ ref('dim_survey') }} as surveys on questions.survey = surveys.survey
    left join {{ ref('dim_concept') }} as sources on questions.source_concept = sources.concept
),

{% set group = (question + ['status', 'reason_nl', 'note']) | join(', ') %}
placed as (
    select
        *,
        row_number() over (
            partition by concept
            order by
                survey_order asc,
                survey_label_nl asc,
                wave desc,
                base asc,
                {{ comparability_rank('status') }} desc, reason_nl asc nulls first,
                note asc nulls first, length(variable) asc, variable asc
        ) as row_order,
        row_number() over (
            partition by {{ group }} order by length(variable) asc, variable asc
        ) as place_in_group
    from joined
)

select
    {{ short_hash([
        'placed.concept', 'placed.base', 'placed.survey', 'placed.wave',
        "coalesce(placed.variable, '')", 'placed.status', "coalesce(placed.reason_nl, '')",
    ]) }} as wording_id,
    placed.concept,
    cast(placed.concept_order as integer) as concept_order,
    placed.survey,
    placed.survey_label_nl,
    placed.survey_label_en,
    placed.wave,
    placed.base,
    {{ labels_of('bases', 'base') }},
    placed.variable,
    placed.wording_original,
    placed.known,
    coalesce(placed.assumed, false) as assumed,
    placed.status as comparability,
    cast(placed.row_order as integer) as row_order,
    placed.place_in_group = 1 as is_first,
{% for lang in ['nl', 'en'] %}
    placed.concept_label_{{ lang }} as question_label_{{ lang }},
    placed.question_{{ lang }},
    coalesce(
        case placed.note
            when 'derived'
                then concat(notes.label_{{ lang }}, ' ', placed.source_label_{{ lang }}, '.')
            else notes.label_{{ lang }}
        end,
        placed.wording_{{ lang }}
    ) as wording_text_{{ lang }},
    question_known.label_{{ lang }} as known_label_{{ lang }},
    case
        when placed.reference_note is not null then '{{ reference[lang] }}'
        else {{ comparability_text('placed.status', 'comparabilities.label_' ~ lang) }}
    end as comparability_text_{{ lang }},
    coalesce(placed.reason_{{ lang }}, reference_notes.label_{{ lang }}, '')
        as reason_{{ lang }}{{ ',' if not loop.last }}
{% endfor %}
from placed
left join {{ ref('bases') }} as bases on placed.base = bases.base
{{ join_codelist('question_known', 'placed.known') }}
{{ join_codelist('wording_note', 'placed.note', 'notes') }}
{{ join_codelist('wording_note', 'placed.reference_note', 'reference_notes') }}
{{ join_codelist('comparability', 'placed.status', 'comparabilities') }}
