-- One row per concept, category, base and pair of a wave of the Dutch barometer and one wave of
-- another survey. All answers to a question are set beside the same wave: of those that are not too
-- many years apart the one with the most of its answers, and then the nearest (by end of reference
-- period). Synthetic answers are never set beside
-- another country's figures. How far a pair compares is the worst of:
-- 1. its judgement (international_comparability.csv): one on the category goes before one on the
--    concept, then the one that names more waves, then the one that allows less;
-- 2. how far the Dutch wave compares with the Dutch reference wave, unless the judgement names it;
-- 3. what the units of the two waves allow (unit_comparability.csv).
-- Waves that are too many years apart cannot be judged. No difference is computed where the
-- comparison is impossible or undetermined, or where a source gives only a limit. Surveys of two
-- countries are independent samples.
{% set key = [
    'concept', 'base', 'group_dimension', 'nl_wave', 'nl_data_status', 'survey', 'country'
] %}
{% set within = ['nl_wave', 'survey', 'country'] %}
{% set can_be_compared -%}
    pair_comparability not in ('impossible', 'undetermined') and not either_bound
{%- endset %}
with indicators as (
    select
        figures.*,
        waves.represents = 'respondents' as respondents_only,
        waves.unit,
        waves.unit_nl as unit_label_nl,
        waves.unit_en as unit_label_en,
        coalesce(
            figures.reference_end,
            cast(concat(cast(cast(figures.wave as integer) - 1 as string), '-12-31') as date)
        ) as measured_until
    from {{ ref('mart_indicator') }} as figures
    inner join {{ ref('dim_wave') }} as waves
        on figures.survey = waves.survey and figures.wave = waves.wave
    where
        statistic = 'share'
        and estimate is not null
        and weighting = 'none'
        and group_dimension in ('total', 'country')
        and data_status <> 'synthetic'
),

preferred as (
    select
        *,
        row_number() over (
            partition by survey, country, wave, concept, category, base
            order by case when data_status = 'published' then 1 else 2 end, group_dimension desc
        ) as preference
    from indicators
),

dutch as (
    select * from preferred
    where preference = 1 and survey = '{{ var("home_survey") }}'
),

others as (
    select * from preferred
    where
        preference = 1
        and survey <> '{{ var("home_survey") }}'
        and country not in (select country from dutch)
),

judgements as (
    select
        *,
        case when wave is null then 0 else 1 end + case when nl_wave is null then 0 else 1 end
            as waves_named
    from {{ ref('international_comparability') }}
),

pairs as (
    select
        others.*,
        dutch.survey as nl_survey,
        dutch.survey_label_nl as nl_survey_label_nl,
        dutch.survey_label_en as nl_survey_label_en,
        dutch.country as nl_country,
        dutch.country_label_nl as nl_country_label_nl,
        dutch.country_label_en as nl_country_label_en,
        dutch.wave as nl_wave,
        dutch.unit as nl_unit,
        dutch.unit_label_nl as nl_unit_label_nl,
        dutch.unit_label_en as nl_unit_label_en,
        dutch.measured_until as nl_measured_until,
        dutch.comparability as nl_comparability,
        dutch.comparability_note_nl as nl_comparability_note_nl,
        dutch.comparability_note_en as nl_comparability_note_en,
        dutch.estimate as nl_estimate,
        dutch.estimate_low as nl_low,
        dutch.estimate_high as nl_high,
        dutch.n as nl_n,
        dutch.estimate_text_nl as nl_estimate_text_nl,
        dutch.estimate_text_en as nl_estimate_text_en,
        {{ test_of('dutch', 'others', 'cast(null as double)') }},
        {{ rests_on_derived_n('dutch', 'others') }},
        dutch.assumed or others.assumed as either_assumed,
        dutch.respondents_only or others.respondents_only as either_respondents_only,
        dutch.data_status as nl_data_status,
        cast(
            round({{ days_between('dutch.measured_until', 'others.measured_until') }} / 365.25, 1)
            as double
        ) as years_between,
        count(*) over (
            partition by
                others.survey, others.country, others.concept, others.base, others.wave, dutch.wave
        ) as shared_answers
    from others
    inner join dutch
        on {{ equal_columns('others', 'dutch', ['concept', 'category', 'base']) }}
),

one_wave as (
    select
        *,
        dense_rank() over (
            partition by survey, country, concept, base, nl_wave
            order by
                case
                    when abs(years_between) > {{ release_rule('largest_years_between') }} then 1
                    else 0
                end,
                shared_answers desc,
                abs({{ days_between('nl_measured_until', 'measured_until') }}),
                wave
        ) as preferred_wave
    from pairs
),

chosen as (
    select
        pairs.*,
        judgements.status as judged_status,
        judgements.reason_nl as judged_reason_nl,
        judgements.reason_en as judged_reason_en,
        judgements.nl_wave is not null as nl_wave_judged,
        row_number() over (
            partition by {{ prefixed('pairs', key + ['category']) }}
            order by
                judgements.category nulls last,
                judgements.waves_named desc,
                {{ comparability_rank('judgements.status') }} desc,
                judgements.nl_wave nulls last
        ) as place
    from one_wave as pairs
    left join judgements
        on
            pairs.survey = judgements.survey
            and pairs.concept = judgements.concept
            and coalesce(judgements.category, pairs.category) = pairs.category
            and coalesce(judgements.wave, pairs.wave) = pairs.wave
            and coalesce(judgements.nl_wave, pairs.nl_wave) = pairs.nl_wave
    where pairs.preferred_wave = 1
),

capped as (
    select
        chosen.*,
        coalesce(judged_status, 'undetermined') as judgement,
        case when not nl_wave_judged then nl_comparability end as nl_cap,
        case
            when chosen.nl_unit = chosen.unit then 'identical'
            else coalesce(units.status, 'undetermined')
        end as unit_comparability,
        coalesce(units.reason_nl, units_not_judged.label_nl) as unit_reason_nl,
        coalesce(units.reason_en, units_not_judged.label_en) as unit_reason_en,
        abs(years_between) > {{ release_rule('largest_years_between') }} as too_far
    from chosen
    left join {{ ref('unit_comparability') }} as units
        on {{ equal_columns('chosen', 'units', ['nl_unit', 'unit']) }}
    left join {{ ref('codelists') }} as units_not_judged
        on units_not_judged.codelist = 'not_judged' and units_not_judged.code = 'unit'
    where place = 1
),

graded as (
    select
        capped.*,
        {% for lang in ['nl', 'en'] %}
            concat_ws(
                ' ',
                coalesce(judged_reason_{{ lang }}, not_judged.label_{{ lang }}),
                case
                    when {{ comparability_rank('nl_cap') }} > {{ comparability_rank('judgement') }}
                        then concat_ws(
                            ' ', wave_differs.label_{{ lang }}, nl_comparability_note_{{ lang }}
                        )
                end,
                case
                    when
                        {{ comparability_rank('unit_comparability') }}
                        > {{ comparability_rank('judgement') }}
                        then unit_reason_{{ lang }}
                end
            ) as reason_{{ lang }},
        {% endfor %}
        {{ worst_comparability([
            'judgement', 'nl_cap', 'unit_comparability',
            "case when too_far then 'undetermined' end",
        ]) }} as pair_comparability,
        {{ worst_comparability(['judgement', 'nl_cap', 'unit_comparability']) }}
            as own_comparability
    from capped
    left join {{ ref('codelists') }} as not_judged
        on
            not_judged.codelist = 'not_judged'
            and not_judged.code = 'country'
            and capped.judged_status is null
    left join {{ ref('codelists') }} as wave_differs
        on wave_differs.codelist = 'not_judged' and wave_differs.code = 'nl_wave'
),

compared as (
    select
        *,
        case when {{ can_be_compared }} then round(nl_estimate - estimate, 6) end
            as difference,
        case
            when own_comparability <> pair_comparability then 'too_far'
            else
                {{ untested('pair_comparability', [
                    ('either_respondents_only', 'respondents_only')
                ]) }}
        end as untested
    from graded
),

{{ tested_by_holm('compared', 'international', within, key) }},

judged as (
    select
        *,
        {{ verdict(
            {'up': 'higher', 'down': 'lower', 'unclear': 'no_clear_difference'},
            'pair_comparability'
        ) }} as verdict,
        coalesce(untested, case when on_derived_n then 'derived_n' else 'two_countries' end)
            as test_reason
    from tested
)

select
    {{ labelled(['concept', 'category']) }},
    category_order,
    {{ labelled(['base', 'nl_survey', 'nl_country']) }},
    nl_wave,
    nl_comparability,
    nl_wave_judged,
    {{ labelled(['nl_unit']) }},
    nl_measured_until,
    nl_estimate,
    nl_low,
    nl_high,
    nl_n,
    nl_data_status,
    {{ labelled(['survey', 'country']) }},
    wave,
    {{ labelled(['unit']) }},
    unit_comparability,
    measured_until,
    estimate,
    estimate_low,
    estimate_high,
    n,
    years_between,
    difference,
    {{ margin('difference') }},
    verdict,
    {{ labels_of('verdicts', 'verdict') }},
    test_reason,
    pair_comparability as comparability,
    {{ labels_of('comparabilities', 'comparability') }},
    concat_ws(' ', reasons.label_nl, reason_nl) as reason_nl,
    concat_ws(' ', reasons.label_en, reason_en) as reason_en,
    {{ labelled(['data_status']) }},
    either_assumed as assumed,
    approximate,
    bound,
    source_title,
    source_url,
    {% for lang in ['nl', 'en'] %}
        country_label_{{ lang }} || ' · ' || survey_label_{{ lang }} || ' ' || wave
            as place_text_{{ lang }},
        survey_label_{{ lang }} || ' ' || wave as survey_text_{{ lang }},
        nl_estimate_text_{{ lang }},
        estimate_text_{{ lang }},
        interval_text_{{ lang }},
        n_text_{{ lang }},
        {{ difference_text(lang, 'difference', 'judged.verdict', 'verdicts.label_' ~ lang) }}
            as difference_text_{{ lang }},
        {{ comparability_text('pair_comparability', 'comparabilities.label_' ~ lang) }}
            as comparability_text_{{ lang }},
        {{ source_link(lang, 'source_title', 'source_url') }} as source_link_{{ lang }},
        notice_{{ lang }},
    {% endfor %}
    notice_order
from judged
{{ join_codelist('comparability', 'judged.pair_comparability', 'comparabilities') }}
{{ join_codelist('verdict', 'judged.verdict', 'verdicts') }}
{{ join_codelist('test_reason', 'judged.test_reason', 'reasons') }}
