-- One row per concept, category, base and pair of a wave of the Dutch barometer and the nearest
-- wave (by end of reference period) of another survey. No difference is computed where the
-- comparison is impossible or undetermined, or where a source gives only a limit. Surveys of two
-- countries are independent samples. Synthetic answers are never set beside another country's
-- figures.
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

dutch as (
    select * from (
        select
            *,
            row_number() over (
                partition by wave, concept, category, base
                order by case when data_status = 'published' then 1 else 2 end
            ) as preference
        from indicators
        where survey = '{{ var("home_survey") }}'
    ) as ranked
    where preference = 1
),

others as (
    select * from indicators
    where
        survey <> '{{ var("home_survey") }}'
        and country not in (select country from dutch)
),

judgements as (
    select * from {{ ref('international_comparability') }}
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
        dutch.estimate as nl_estimate,
        dutch.estimate_low as nl_low,
        dutch.estimate_high as nl_high,
        dutch.n as nl_n,
        dutch.estimate_text_nl as nl_estimate_text_nl,
        dutch.estimate_text_en as nl_estimate_text_en,
        {{ test_of('dutch', 'others', 'cast(null as double)') }},
        dutch.respondents_only or others.respondents_only as either_respondents_only,
        dutch.data_status as nl_data_status,
        round(
            {{ days_between('dutch.measured_until', 'others.measured_until') }} / 365.25, 1
        ) as years_between,
        row_number() over (
            partition by
                others.survey, others.country, others.concept, others.category, others.base,
                dutch.wave
            order by
                abs({{ days_between('dutch.measured_until', 'others.measured_until') }}),
                others.wave
        ) as nearest
    from others
    inner join dutch
        on {{ equal_columns('others', 'dutch', ['concept', 'category', 'base']) }}
),

graded as (
    select
        pairs.*,
        coalesce(
            wave_category.status, any_category.status, wave_concept.status, any_concept.status,
            'undetermined'
        ) as pair_comparability,
        coalesce(
            wave_category.reason_nl, any_category.reason_nl, wave_concept.reason_nl,
            any_concept.reason_nl, not_judged.label_nl
        ) as reason_nl,
        coalesce(
            wave_category.reason_en, any_category.reason_en, wave_concept.reason_en,
            any_concept.reason_en, not_judged.label_en
        ) as reason_en
    from pairs
    {% for name, wave, category in [
        ('wave_category', true, true), ('any_category', false, true),
        ('wave_concept', true, false), ('any_concept', false, false),
    ] %}
        left join judgements as {{ name }}
            on
                pairs.survey = {{ name }}.survey
                and pairs.concept = {{ name }}.concept
                and {{ name }}.wave {{ '= pairs.wave' if wave else 'is null' }}
                and {{ name }}.category {{ '= pairs.category' if category else 'is null' }}
    {% endfor %}
    left join {{ ref('codelists') }} as not_judged
        on not_judged.codelist = 'not_judged' and not_judged.code = 'country'
    where pairs.nearest = 1
),

compared as (
    select
        *,
        case when {{ can_be_compared }} then nl_estimate - estimate end as difference,
        {{ untested('pair_comparability', [
            ('either_respondents_only', 'respondents_only'),
            ('abs(years_between) > ' ~ release_rule('largest_years_between'), 'too_far'),
        ]) }} as untested
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
        coalesce(untested, 'two_countries') as test_reason
    from tested
)

select
    {{ labelled(['concept', 'category']) }},
    category_order,
    {{ labelled(['base', 'nl_survey', 'nl_country']) }},
    nl_wave,
    nl_estimate,
    nl_low,
    nl_high,
    nl_n,
    nl_data_status,
    {{ labelled(['survey', 'country']) }},
    wave,
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
    either_approximate as approximate,
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
