-- One row per survey, wave, outcome, model and data status: on how many answers a regression rests
-- and how well it fits. What a source prints of its own model has a row of its own.
{% set unit = release_rule('model_size_unit') %}
with outcomes as (
    {{ labelled_terms() }}
),

models as (
    select
        survey,
        wave,
        outcome,
        model,
        nullif(model_reason, 'estimated') as reason,
        n,
        events,
        terms,
        least(events, n - events) / cast(nullif(terms, 0) as double) as events_per_term,
        mcfadden,
        nagelkerke,
        aic,
        sum(case when in_final_model then 1 else 0 end) as terms_in_final_model
    from {{ ref('est_regression') }}
    group by
        survey, wave, outcome, model, model_reason, n, events, terms, mcfadden,
        nagelkerke, aic
),

loads as (
    select * from {{ ref('stg_loads') }}
),

-- A model rests on what is assumed if its outcome does, or a term that it begins with.
assumed as (
    select
        survey,
        wave,
        outcome,
        model,
        max(assumed) as assumed
    from {{ ref('mart_regression') }}
    where
        reason is null
        or reason not in ('not_asked', 'asked_of_some', 'too_few_in_cell')
    group by survey, wave, outcome, model
),

computed as (
    select
        models.survey,
        models.wave,
        models.outcome,
        models.model,
        models.reason,
        loads.data_status,
        models.reason is null as is_estimated,
        models.n,
        models.events,
        models.terms,
        models.terms_in_final_model,
        models.events_per_term,
        models.mcfadden,
        models.nagelkerke,
        models.aic
    from models
    inner join loads on models.survey = loads.survey and models.wave = loads.wave
),

-- What is not estimated has no numbers, not even of respondents.
shown as (
    select
        survey,
        wave,
        outcome,
        model,
        reason,
        data_status,
        case when is_estimated then cast({{ unit }} * floor(n / {{ unit }}) as bigint) end as n,
        case when is_estimated then cast({{ unit }} * floor(events / {{ unit }}) as bigint) end
            as events,
        cast(terms as bigint) as terms,
        case when is_estimated then cast(terms_in_final_model as bigint) end
            as terms_in_final_model,
        round(mcfadden, 2) as mcfadden,
        round(nagelkerke, 2) as nagelkerke,
        {{ to_digits('aic', 2) }} as aic,
        cast(null as double) as adjusted_r2,
        case
            when not is_estimated then null
            when events_per_term < {{ release_rule('reliable_events_per_term') }} then 'indicative'
            else 'reliable'
        end as reliability,
        cast(null as string) as source_title,
        cast(null as string) as source_locator,
        cast(null as string) as source_url
    from computed
    union all
    select
        figures.survey,
        figures.wave,
        outcomes.term as outcome,
        'source' as model,
        cast(null as string) as reason,
        'published' as data_status,
        figures.n,
        cast(null as bigint) as events,
        cast(null as bigint) as terms,
        cast(null as bigint) as terms_in_final_model,
        cast(null as double) as mcfadden,
        cast(null as double) as nagelkerke,
        cast(null as double) as aic,
        figures.value as adjusted_r2,
        cast(null as string) as reliability,
        sources.title as source_title,
        figures.locator as source_locator,
        sources.url as source_url
    from {{ ref('stg_published_figures') }} as figures
    inner join outcomes
        on
            figures.category = outcomes.category
            and outcomes.term in (select outcome from {{ ref('regression_terms') }})
    inner join {{ ref('dim_source') }} as sources on figures.source_id = sources.source_id
    where figures.statistic = 'adjusted_r2' and figures.status = 'current'
)

select
    shown.survey,
    surveys.survey_label_nl,
    surveys.survey_label_en,
    shown.wave,
    shown.outcome,
    {{ labels_of('outcomes', 'outcome') }},
    outcomes.concept as outcome_concept,
    outcomes.category as outcome_category,
    outcomes.base,
    {{ labels_of('bases', 'base') }},
    shown.model,
    {{ labels_of('regression_model', 'model') }},
    shown.n,
    shown.events,
    shown.terms,
    shown.terms_in_final_model,
    shown.mcfadden,
    shown.nagelkerke,
    shown.aic,
    shown.adjusted_r2,
    shown.reliability,
    {{ labels_of('reliability', 'reliability') }},
    shown.reason,
    regression_reason.label_nl as reason_nl,
    regression_reason.label_en as reason_en,
    shown.data_status,
    {{ labels_of('data_status', 'data_status') }},
    coalesce(assumed.assumed, false) as assumed,
    comparability.comparability,
    {{ labels_of('comparabilities', 'comparability') }},
    comparability.comparability_note_nl,
    comparability.comparability_note_en,
    shown.source_title,
    shown.source_locator,
    shown.source_url,
    {{ notice_text('nl') }} as notice_nl,
    {{ notice_text('en') }} as notice_en,
    limitation.label_nl as limitation_nl,
    limitation.label_en as limitation_en
from shown
inner join {{ ref('dim_survey') }} as surveys on shown.survey = surveys.survey
inner join outcomes on shown.outcome = outcomes.term
left join assumed
    on {{ equal_columns('shown', 'assumed', ['survey', 'wave', 'outcome', 'model']) }}
left join {{ ref('bases') }} as bases on outcomes.base = bases.base
left join {{ ref('est_comparability') }} as comparability
    on
        {{ equal_columns('shown', 'comparability', ['survey', 'wave']) }}
        and outcomes.concept = comparability.concept
        and outcomes.category = comparability.category
{{ join_codelist('regression_model', 'shown.model') }}
{{ join_codelist('reliability', 'shown.reliability') }}
{{ join_codelist('regression_reason', 'shown.reason') }}
{{ join_codelist('data_status', 'shown.data_status') }}
{{ join_codelist('comparability', 'comparability.comparability', 'comparabilities') }}
{{ join_notices('shown.data_status', 'assumed.assumed') }}
{{ join_codelist('limitation', "'regression_fit'") }}
