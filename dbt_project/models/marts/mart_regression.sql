-- One row per survey, wave, outcome, model, term and data status: how a result of an innovation
-- goes together with a term, while the other terms of the model stay as they are. Odds ratios have
-- few digits and their margins are rounded outwards, so that no count follows from them. What a
-- source says of the direction in its own model has a row of its own.
{% set digits = release_rule('odds_ratio_digits') %}
with terms as (
    {{ labelled_terms() }}
),

-- An answer that adds up others is as its question as a whole.
assumed_terms as (
    select
        wholes.survey,
        wholes.wave,
        terms.term,
        coalesce(answers.assumed, wholes.assumed) as assumed
    from terms
    inner join {{ ref('est_assumed') }} as wholes
        on terms.concept = wholes.concept and wholes.category = '*'
    left join {{ ref('est_assumed') }} as answers
        on
            {{ equal_columns('wholes', 'answers', ['survey', 'wave', 'concept']) }}
            and terms.category = answers.category
),

estimated as (
    select
        *,
        {{ to_digits('exp(coefficient)', digits) }} as odds_ratio,
        {{ down_to_digits('exp(coefficient_low)', digits) }} as odds_ratio_low,
        {{ up_to_digits('exp(coefficient_high)', digits) }} as odds_ratio_high,
        case
            when p_value_adjusted is not null
                then greatest({{ up_to_unit('p_value_adjusted', 0.001) }}, 0.001)
        end as shown_p
    from {{ ref('est_regression') }}
),

judged as (
    select
        estimated.survey,
        estimated.wave,
        estimated.outcome,
        estimated.model,
        estimated.term,
        estimated.in_final_model,
        estimated.odds_ratio,
        estimated.odds_ratio_low,
        estimated.odds_ratio_high,
        cast(round(estimated.confidence_level, 3) as double) as confidence_level,
        estimated.shown_p as p_value_adjusted,
        -- The direction follows from the interval that is shown.
        case
            when estimated.odds_ratio_low > 1 then 'positive'
            when estimated.odds_ratio_high < 1 then 'negative'
            when estimated.odds_ratio is not null then 'unclear'
        end as direction,
        nullif(estimated.reason, 'estimated') as reason,
        loads.data_status,
        cast(null as string) as source_title,
        cast(null as string) as source_locator,
        cast(null as string) as source_url
    from estimated
    inner join {{ ref('stg_loads') }} as loads
        on estimated.survey = loads.survey and estimated.wave = loads.wave
    union all
    -- A sign without a category is about the concept as a whole.
    select
        findings.survey,
        findings.wave,
        outcomes.term as outcome,
        'source' as model,
        terms.term,
        true as in_final_model,
        cast(null as double) as odds_ratio,
        cast(null as double) as odds_ratio_low,
        cast(null as double) as odds_ratio_high,
        cast(null as double) as confidence_level,
        cast(null as double) as p_value_adjusted,
        findings.direction,
        cast(null as string) as reason,
        'published' as data_status,
        findings.source_title,
        concat('p. ', cast(findings.page as string)) as source_locator,
        findings.source_url
    from {{ ref('mart_report_finding') }} as findings
    inner join terms as outcomes
        on
            findings.outcome = outcomes.category
            and outcomes.term in (select outcome from {{ ref('regression_terms') }})
    inner join terms
        on
            findings.concept = terms.concept
            and coalesce(findings.category, terms.category) = terms.category
    where findings.kind = 'sign'
),

-- A source may explain with something that its term here is not.
marked as (
    select
        judged.*,
        case
            when judged.model = 'source' and terms.source_note_nl is not null then 'limited'
            else comparability.comparability
        end as comparability,
        {% for lang in ['nl', 'en'] %}
            nullif(concat_ws(
                ' ',
                comparability.comparability_note_{{ lang }},
                case when judged.model = 'source' then terms.source_note_{{ lang }} end
            ), '') as comparability_note_{{ lang }},
        {% endfor %}
        judged.data_status <> 'published' and (
            coalesce(of_outcome.assumed, false) or coalesce(of_term.assumed, false)
        ) as assumed
    from judged
    inner join terms as outcomes on judged.outcome = outcomes.term
    inner join terms on judged.term = terms.term
    left join {{ ref('est_comparability') }} as comparability
        on
            {{ equal_columns('judged', 'comparability', ['survey', 'wave']) }}
            and outcomes.concept = comparability.concept
            and outcomes.category = comparability.category
    left join assumed_terms as of_outcome
        on
            {{ equal_columns('judged', 'of_outcome', ['survey', 'wave']) }}
            and judged.outcome = of_outcome.term
    left join assumed_terms as of_term
        on {{ equal_columns('judged', 'of_term', ['survey', 'wave', 'term']) }}
)

select
    marked.survey,
    surveys.survey_label_nl,
    surveys.survey_label_en,
    marked.wave,
    marked.outcome,
    {{ labels_of('outcomes', 'outcome') }},
    outcomes.concept as outcome_concept,
    outcomes.category as outcome_category,
    outcomes.base,
    {{ labels_of('bases', 'base') }},
    marked.model,
    {{ labels_of('regression_model', 'model') }},
    marked.term,
    {{ labels_of('terms', 'term') }},
    cast(terms.sort_order as integer) as term_order,
    terms.concept as term_concept,
    terms.category as term_category,
    marked.in_final_model,
    marked.odds_ratio,
    marked.odds_ratio_low,
    marked.odds_ratio_high,
    marked.confidence_level,
    marked.p_value_adjusted,
    marked.direction,
    {{ labels_of('direction', 'direction') }},
    {% for name in ['odds_ratio', 'odds_ratio_low', 'odds_ratio_high'] %}
        50 + 50 * greatest(-1, least(1, log10(marked.{{ name }}))) as drawn_{{ name }},
    {% endfor %}
    row_number() over (
        partition by marked.survey, marked.wave, marked.outcome, marked.term
        order by regression_model.sort_order
    ) = 1 as is_first,
    cast(count(*) over (
        partition by marked.survey, marked.wave, marked.outcome, marked.term
    ) as integer) as members,
    regression_model.sort_order as model_order,
    {% for lang, to in [('nl', 'tot'), ('en', 'to')] %}
        concat(
            outcomes.label_{{ lang }}, ' · ', surveys.survey_label_{{ lang }}, ' ', marked.wave
        ) as choice_{{ lang }},
        case
            when marked.odds_ratio is not null
                then
                    {{ printed_text(lang, 'marked.odds_ratio') }} || ' ('
                    || {{ printed_text(lang, 'marked.odds_ratio_low') }} || ' {{ to }} '
                    || {{ printed_text(lang, 'marked.odds_ratio_high') }} || ')'
            else ''
        end as odds_ratio_text_{{ lang }},
        case
            when marked.odds_ratio is not null or marked.model = 'source'
                then direction.label_{{ lang }}
            else coalesce(regression_reason.label_{{ lang }}, '')
        end as says_{{ lang }},
    {% endfor %}
    marked.reason,
    regression_reason.label_nl as reason_nl,
    regression_reason.label_en as reason_en,
    marked.data_status,
    {{ labels_of('data_status', 'data_status') }},
    marked.assumed,
    marked.comparability,
    {{ labels_of('comparabilities', 'comparability') }},
    marked.comparability_note_nl,
    marked.comparability_note_en,
    marked.source_title,
    marked.source_locator,
    marked.source_url,
    {{ notice_text('nl') }} as notice_nl,
    {{ notice_text('en') }} as notice_en,
    limitation.label_nl as limitation_nl,
    limitation.label_en as limitation_en
from marked
inner join {{ ref('dim_survey') }} as surveys on marked.survey = surveys.survey
inner join terms as outcomes on marked.outcome = outcomes.term
inner join terms on marked.term = terms.term
left join {{ ref('bases') }} as bases on outcomes.base = bases.base
{{ join_codelist('regression_model', 'marked.model') }}
{{ join_codelist('direction', 'marked.direction') }}
{{ join_codelist('regression_reason', 'marked.reason') }}
{{ join_codelist('data_status', 'marked.data_status') }}
{{ join_codelist('comparability', 'marked.comparability', 'comparabilities') }}
{{ join_notices('marked.data_status', 'marked.assumed') }}
{{ join_codelist('limitation', "'regression'") }}
