-- One row per topic of a debate among civil servants and figure of a survey that is close to it:
-- what they say, and what the surveys measure. A topic or measure without a figure has one row
-- without one. The debate is no measurement: who took part is not counted. Figures are the latest
-- of each survey and data status, and unweighted as in the report of 2021. Dashboards show no
-- synthetic figure beside a published one of the same survey (`is_preferred`).
{% set measure = ['concept', 'category', 'group_dimension', 'group_value'] %}
{% set evidence = measure + [
    'survey', 'wave', 'base', 'statistic', 'indicator_id', 'estimate', 'estimate_low',
    'estimate_high', 'n', 'bound', 'approximate', 'assumed', 'reliability', 'data_status', 'source_title',
    'source_locator', 'source_url'
] %}
with topics as (
    select * from {{ ref('debate_topics') }}
),

measures as (
    select * from {{ ref('debate_measures') }}
),

-- mart_indicator has no differences between groups that a source gives.
figures as (
    select {{ evidence | join(', ') }} from {{ ref('mart_indicator') }}
    where weighting = 'none' and estimate is not null
    union all
    select
        {{ measure | join(', ') }},
        survey,
        wave,
        base,
        statistic,
        row_id as indicator_id,
        value as estimate,
        cast(null as double) as estimate_low,
        cast(null as double) as estimate_high,
        n,
        bound,
        approximate,
        false as assumed,
        cast(null as string) as reliability,
        'published' as data_status,
        source_title,
        source_locator,
        source_url
    from {{ ref('mart_published_figure') }}
    where statistic = 'difference' and status = 'current'
),

dated as (
    select
        *,
        max(wave) over (
            partition by {{ measure | join(', ') }}, survey, base, data_status
        ) as latest_wave
    from figures
),

bases as (
    select * from {{ ref('bases') }}
),

joined as (
    select
        {{ short_hash([
            'topics.topic', prefixed('measures', measure), 'dated.indicator_id'
        ]) }} as barrier_id,
        topics.topic,
        topics.kind,
        topics.sort_order,
        topics.label_nl,
        topics.label_en,
        topics.said_nl,
        topics.said_en,
        topics.not_measured_nl,
        topics.not_measured_en,
        topics.caution_nl,
        topics.caution_en,
        topics.source_id,
        topics.locator,
        {{ prefixed('measures', measure) }},
        measures.status as measure_status,
        measures.reason_nl,
        measures.reason_en,
        {{ prefixed('dated', evidence[4:]) }},
        case
            when measures.topic is null then 'not_measured'
            when dated.indicator_id is null then 'no_figure'
            when dated.data_status = 'synthetic' then 'synthetic'
        end as note,
        coalesce(dated.data_status, '') <> 'synthetic' or max(
            case when dated.data_status = 'published' then 1 else 0 end
        ) over (
            partition by topics.topic, {{ prefixed('measures', measure) }}, dated.survey
        ) = 0 as is_preferred
    from topics
    left join measures on topics.topic = measures.topic
    left join dated
        on
            {{ equal_columns('measures', 'dated', measure) }}
            and dated.wave = dated.latest_wave
),

-- Of each topic what measures most of it first, and the home survey first.
placed as (
    select
        joined.*,
        cast(row_number() over (
            order by
                cast(joined.sort_order as integer),
                {{ comparability_rank('joined.measure_status') }} nulls last,
                joined.concept,
                joined.category,
                case when joined.group_dimension = 'total' then 0 else 1 end,
                joined.group_value,
                case when joined.survey = '{{ var("home_survey") }}' then 0 else 1 end,
                joined.survey,
                joined.data_status
        ) as integer) as row_order
    from joined
)

select
    placed.barrier_id,
    placed.topic,
    {{ labels_of('placed', 'topic') }},
    placed.kind,
    {{ labels_of('debate_kind', 'kind') }},
    cast(placed.sort_order as integer) as topic_order,
    placed.said_nl,
    placed.said_en,
    placed.not_measured_nl,
    placed.not_measured_en,
    {% for lang in ['nl', 'en'] %}
        nullif(
            concat_ws(' ', placed.caution_{{ lang }}, other_strategies.label_{{ lang }}), ''
        ) as caution_{{ lang }},
        debate.label_{{ lang }} as debate_note_{{ lang }},
    {% endfor %}
    placed.concept,
    {{ labels_of('concepts', 'concept') }},
    placed.category,
    {{ labels_of('categories', 'category') }},
    placed.group_dimension,
    placed.group_value,
    {{ labels_of('groups', 'group_value') }},
    placed.measure_status,
    {{ labels_of('debate_measure', 'measure_status') }},
    placed.reason_nl,
    placed.reason_en,
    placed.indicator_id,
    placed.survey,
    surveys.title_nl as survey_label_nl,
    surveys.title_en as survey_label_en,
    surveys.country,
    placed.wave,
    placed.base,
    {{ labels_of('bases', 'base') }},
    placed.statistic,
    placed.estimate,
    placed.estimate_low,
    placed.estimate_high,
    placed.n,
    placed.bound,
    placed.approximate,
    coalesce(placed.assumed, false) as assumed,
    placed.reliability,
    placed.data_status,
    {{ labels_of('data_status', 'data_status') }},
    {% for lang in ['nl', 'en'] %}
        coalesce(
            {{ estimate_text(
                lang, 'placed.estimate', 'placed.statistic', 'placed.approximate', 'placed.bound'
            ) }},
            notes.label_{{ lang }}
        ) as evidence_text_{{ lang }},
        coalesce(
            nullif({{ notice_text(lang) }}, ''),
            notes.label_{{ lang }}
        ) as evidence_note_{{ lang }},
    {% endfor %}
    placed.is_preferred,
    placed.row_order,
    placed.row_order = min(case when placed.is_preferred then placed.row_order end)
        over (partition by placed.topic) as is_first,
    {% for lang in ['nl', 'en'] %}
        concepts.label_{{ lang }} || ': ' || categories.label_{{ lang }}
        || coalesce(' (' || groups.label_{{ lang }} || ')', '') as measure_text_{{ lang }},
    {% endfor %}
    placed.source_title,
    placed.source_locator,
    placed.source_url,
    debate_sources.title as debate_source_title,
    placed.locator as debate_source_locator
from placed
inner join {{ ref('dim_source') }} as debate_sources
    on placed.source_id = debate_sources.source_id
left join {{ ref('concepts') }} as concepts on placed.concept = concepts.concept
left join {{ ref('categories') }} as categories
    on {{ equal_columns('placed', 'categories', ['concept', 'category']) }}
left join {{ ref('group_dimensions') }} as dimensions
    on placed.group_dimension = dimensions.group_dimension
left join {{ ref('categories') }} as groups
    on dimensions.concept = groups.concept and placed.group_value = groups.category
left join bases on placed.base = bases.base
left join {{ ref('stg_surveys') }} as surveys on placed.survey = surveys.survey
{{ join_codelist('debate_kind', 'placed.kind') }}
{{ join_codelist('debate_measure', 'placed.measure_status') }}
{{ join_codelist('data_status', 'placed.data_status') }}
{{ join_notices('placed.data_status', 'placed.assumed') }}
{{ join_codelist('debate_note', 'placed.note', 'notes') }}
{{ join_codelist('debate_note', "'debate'", 'debate') }}
{{ join_codelist(
    'debate_note', "case placed.kind when 'strategy' then 'strategy' end", 'other_strategies'
) }}
