-- One row per survey, wave, concept, category, group_dimension, group_value, base, statistic,
-- weighting and data_status: all other marts are made from it.
{% set n_effective = 'floor(bases.n / coalesce(waves.design_effect, 1))' %}
with indicators as (
    select * from {{ ref('est_indicators') }}
),

dimensions as (
    select * from {{ ref('group_dimensions') }}
),

categories as (
    select * from {{ ref('dim_category') }}
),

-- Where no source prints the number of answers but it follows from one, a published share gets
-- Wilson's interval on it (as est_indicators), marked. A test counts a part of it only: fewer may
-- have answered, and the weights of a source that gives no design effect cost answers too.
derived as (
    select
        indicators.indicator_id,
        bases.n as n_derived,
        {% for lang in ['nl', 'en'] %}
            concat(bases.reason_{{ lang }}, ' (', sources.title, ', ', bases.locator, ')')
                as n_derived_reason_{{ lang }},
        {% endfor %}
        cast(
            floor({{ n_effective }} * {{ release_rule('derived_answers_counted') }} / 100) as bigint
        ) as effective_n,
        {{ wilson_margin('indicators.estimate / 100', n_effective, -1) }} as low,
        {{ wilson_margin('indicators.estimate / 100', n_effective, 1) }} as high
    from indicators
    inner join {{ ref('derived_bases') }} as bases
        on {{ equal_columns('indicators', 'bases', ['survey', 'wave', 'base']) }}
    inner join {{ ref('dim_wave') }} as waves
        on indicators.survey = waves.survey and indicators.wave = waves.wave
    inner join {{ ref('concepts') }} as concepts on indicators.concept = concepts.concept
    inner join {{ ref('dim_source') }} as sources on bases.source_id = sources.source_id
    where
        indicators.data_status = 'published'
        and indicators.statistic = 'share'
        and indicators.group_dimension = 'total'
        and indicators.n is null
        and indicators.bound is null
        and not indicators.approximate
        and concepts.kind <> 'count'
),

located as (
    select
        indicators.*,
        derived.n_derived,
        derived.effective_n as derived_effective_n,
        derived.n_derived_reason_nl,
        derived.n_derived_reason_en,
        coalesce(indicators.estimate_low, derived.low) as shown_low,
        coalesce(indicators.estimate_high, derived.high) as shown_high,
        case
            when indicators.group_dimension = 'country' then indicators.group_value
            else surveys.country
        end as country,
        surveys.survey_label_nl,
        surveys.survey_label_en,
        dimensions.concept as group_concept,
        case when indicators.reliability in ('suppressed', 'indicative') then dimensions.coarser end
            as coarser_dimension,
        dimensions.label_nl as group_dimension_label_nl,
        dimensions.label_en as group_dimension_label_en
    from indicators
    inner join {{ ref('dim_survey') }} as surveys on indicators.survey = surveys.survey
    left join dimensions on indicators.group_dimension = dimensions.group_dimension
    left join derived on indicators.indicator_id = derived.indicator_id
)

select
    located.indicator_id,
    located.survey,
    located.survey_label_nl,
    located.survey_label_en,
    located.country,
    {{ labels_of('country', 'country') }},
    located.wave,
    waves.reference_start,
    waves.reference_end,
    located.concept,
    concepts.concept_label_nl,
    concepts.concept_label_en,
    located.category,
    -- Of a scale the statistic is what a reader looks for: mean, median.
    case
        when located.category = 'value' then statistic.label_nl
        else coalesce(category.category_label_nl, located.category)
    end as category_label_nl,
    case
        when located.category = 'value' then statistic.label_en
        else coalesce(category.category_label_en, located.category)
    end as category_label_en,
    cast(
        case when located.category = 'value' then statistic.sort_order else category.sort_order end
        as integer
    ) as category_order,
    located.base,
    {{ labels_of('bases', 'base') }},
    located.group_dimension,
    located.group_dimension_label_nl,
    located.group_dimension_label_en,
    located.group_value,
    coalesce(group_category.category_label_nl, located.group_dimension_label_nl)
        as group_value_label_nl,
    coalesce(group_category.category_label_en, located.group_dimension_label_en)
        as group_value_label_en,
    located.statistic,
    located.estimate,
    located.shown_low as estimate_low,
    located.shown_high as estimate_high,
    located.standard_error,
    located.coefficient_of_variation,
    located.n,
    located.n_derived,
    located.n_derived_reason_nl,
    located.n_derived_reason_en,
    coalesce(located.effective_n, located.derived_effective_n) as effective_n,
    located.rounding_unit,
    located.weighting,
    case when located.n_derived is null then located.interval_method else 'wilson_derived_n' end
        as interval_method,
    located.data_status,
    {{ labels_of('data_status', 'data_status') }},
    located.assumed,
    located.approximate,
    located.bound,
    located.obs_status,
    located.conf_status,
    located.reliability,
    {{ labels_of('reliability', 'reliability') }},
    {{ labels_of('coarser', 'coarser_dimension') }},
    located.comparability,
    {{ labels_of('comparability', 'comparability') }},
    located.comparability_note_nl,
    located.comparability_note_en,
    located.source_title,
    located.source_locator,
    located.source_url,
    concepts.in_dashboard,
    {% for lang in ['nl', 'en'] %}
        {{ estimate_text(
            lang, 'located.estimate', 'located.statistic', 'located.approximate', 'located.bound'
        ) }} as estimate_text_{{ lang }},
        {{ interval_text(lang, 'located.shown_low', 'located.shown_high') }}
        || {{ derived_text(lang, 'located.n_derived') }} as interval_text_{{ lang }},
        {{ count_text(lang, 'located.n') }}
        || {{ derived_text(lang, 'located.n_derived') }} as n_text_{{ lang }},
        concat_ws(
            ' ', located.comparability_note_{{ lang }}, assumption.label_{{ lang }}
        ) as note_text_{{ lang }},
        {{ source_link(
            lang, 'located.source_title', 'located.source_url', 'located.source_locator'
        ) }} as source_link_{{ lang }},
        {{ notice_text(lang) }} as notice_{{ lang }},
    {% endfor %}
    -cast(notice.sort_order as integer) as notice_order
from located
inner join {{ ref('dim_wave') }} as waves
    on located.survey = waves.survey and located.wave = waves.wave
inner join {{ ref('dim_concept') }} as concepts on located.concept = concepts.concept
left join categories as category
    on located.concept = category.concept and located.category = category.category
left join categories as group_category
    on
        located.group_concept = group_category.concept
        and located.group_value = group_category.category
left join {{ ref('bases') }} as bases on located.base = bases.base
{{ join_codelist('country', 'located.country') }}
{{ join_codelist('data_status', 'located.data_status') }}
{{ join_notices('located.data_status', 'located.assumed') }}
{{ join_codelist('comparability', 'located.comparability') }}
{{ join_codelist('reliability', 'located.reliability') }}
{{ join_codelist('statistic', 'located.statistic') }}
left join dimensions as coarser on located.coarser_dimension = coarser.group_dimension
