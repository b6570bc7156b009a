-- One row per concept, category, base and pair of a wave of the Dutch barometer and the nearest
-- wave (by end of reference period) of another survey. No difference is computed where the
-- comparison is impossible or undetermined, or where a source gives only a limit. Synthetic
-- answers are never set beside another country's figures.
with indicators as (
    select
        *,
        coalesce(
            reference_end, cast(concat(cast(cast(wave as integer) - 1 as string), '-12-31') as date)
        ) as measured_until
    from {{ ref('mart_indicator') }}
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
        where survey = 'nl_barometer'
    ) as ranked
    where preference = 1
),

others as (
    select * from indicators
    where survey <> 'nl_barometer' and country <> 'NL'
),

judgements as (
    select * from {{ ref('international_comparability') }}
),

pairs as (
    select
        others.*,
        dutch.wave as nl_wave,
        dutch.estimate as nl_estimate,
        dutch.estimate_low as nl_low,
        dutch.estimate_high as nl_high,
        dutch.n as nl_n,
        dutch.data_status as nl_data_status,
        dutch.approximate as nl_approximate,
        dutch.bound is not null or others.bound is not null as either_bound,
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
        on
            others.concept = dutch.concept
            and others.category = dutch.category
            and others.base = dutch.base
),

judged as (
    select
        pairs.*,
        coalesce(
            wave_category.status, any_category.status, wave_concept.status, any_concept.status,
            'undetermined'
        ) as verdict,
        coalesce(
            wave_category.reason_nl, any_category.reason_nl, wave_concept.reason_nl,
            any_concept.reason_nl,
            'Nog niet beoordeeld of dit met Nederland te vergelijken is.'
        ) as reason_nl,
        coalesce(
            wave_category.reason_en, any_category.reason_en, wave_concept.reason_en,
            any_concept.reason_en,
            'Not yet judged whether this compares with the Netherlands.'
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
    where pairs.nearest = 1
)

select
    concept,
    concept_label_nl,
    concept_label_en,
    category,
    category_label_nl,
    category_label_en,
    category_order,
    base,
    base_label_nl,
    base_label_en,
    nl_wave,
    nl_estimate,
    nl_low,
    nl_high,
    nl_n,
    nl_data_status,
    survey,
    survey_label_nl,
    survey_label_en,
    country,
    country_label_nl,
    country_label_en,
    wave,
    estimate,
    estimate_low,
    estimate_high,
    n,
    case
        when verdict not in ('impossible', 'undetermined') and not either_bound
            then nl_estimate - estimate
    end as difference,
    verdict as comparability,
    codes.label_nl as comparability_label_nl,
    codes.label_en as comparability_label_en,
    reason_nl,
    reason_en,
    data_status,
    data_status_label_nl,
    data_status_label_en,
    approximate or nl_approximate as approximate,
    bound,
    source_title,
    source_url
from judged
left join {{ ref('codelists') }} as codes
    on codes.codelist = 'comparability' and judged.verdict = codes.code
