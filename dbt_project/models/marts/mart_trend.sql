-- One row per indicator and pair of waves (consecutive, and first to last when there are more
-- than two): the change with its interval, Holm-adjusted p-value and a verdict in words
-- (macros/compare.sql).
-- Organisations that answered in both waves make the change more certain; where pseudonyms link
-- them the covariance is taken into account. Elsewhere waves count as independent samples, which
-- makes the interval too wide rather than too narrow.
-- A scale of several items is compared only where its items work alike in both waves
-- (mart_scale_invariance), and so are classes of the scale and figures of groups that are its
-- classes.
{% set series = [
    'survey', 'concept', 'category', 'base', 'group_dimension', 'group_value', 'statistic',
    'weighting', 'data_status'
] %}
{% set key = [
    'survey', 'concept', 'base', 'group_dimension', 'group_value', 'weighting', 'data_status',
    'from_wave', 'wave'
] %}
{% set within = ['survey', 'from_wave', 'wave', 'weighting', 'data_status'] %}
with scales as (
    select concept from {{ ref('mart_scale') }}
    union
    select concept from {{ ref('concepts') }}
    where minimum_items > 1
),

rests_on_scale as (
    select
        concept,
        concept as scale
    from scales
    union all
    select
        crosswalk.concept,
        min(scales.concept) as scale
    from {{ ref('crosswalk') }} as crosswalk
    inner join scales on crosswalk.source_concept = scales.concept
    group by crosswalk.concept
),

groups_on_scale as (
    select
        dimensions.group_dimension,
        rests_on_scale.scale
    from {{ ref('group_dimensions') }} as dimensions
    inner join rests_on_scale on dimensions.concept = rests_on_scale.concept
),

invariance as (
    select
        survey,
        concept as scale,
        data_status,
        from_wave,
        to_wave,
        case
            when min(case when holds then 1 else 0 end) = 1 then 'holds'
            when max(case when not holds then 1 else 0 end) = 1 then 'not_invariant'
            else 'invariance_unknown'
        end as invariance
    from {{ ref('mart_scale_invariance') }}
    where level = 'scalar'
    group by survey, concept, data_status, from_wave, to_wave
),

indicators as (
    select
        *,
        dense_rank() over (partition by {{ series | join(', ') }} order by wave) as place,
        count(*) over (partition by {{ series | join(', ') }}) as waves
    from {{ ref('mart_indicator') }}
    where statistic in ('share', 'mean') and estimate is not null
),

pairs as (
    select
        later.*,
        earlier.wave as from_wave,
        earlier.estimate as from_estimate,
        case when later.place = earlier.place + 1 then 'consecutive' else 'first_last' end as pair,
        earlier.n as from_n,
        earlier.bound as from_bound,
        earlier.approximate as from_approximate,
        earlier.assumed or later.assumed as either_assumed,
        case
            when 'not_invariant' in (of_concept.invariance, of_group.invariance)
                then 'not_invariant'
            when
                (
                    concept_scales.scale is not null
                    and coalesce(of_concept.invariance, '') <> 'holds'
                )
                or (
                    group_scales.scale is not null
                    and coalesce(of_group.invariance, '') <> 'holds'
                )
                then 'invariance_unknown'
        end as scale_fault,
        {{ test_of('later', 'earlier', 'links.correlation') }},
        {{ rests_on_derived_n('later', 'earlier') }},
        -- The worse of both waves' judgements against the reference wave holds for the pair.
        case
            when 'impossible' in (earlier.comparability, later.comparability) then 'impossible'
            when 'undetermined' in (earlier.comparability, later.comparability)
                then 'undetermined'
            when 'limited' in (earlier.comparability, later.comparability) then 'limited'
            when 'comparable' in (earlier.comparability, later.comparability) then 'comparable'
            else 'identical'
        end as pair_comparability,
        nullif(concat_ws(
            ' ', earlier.comparability_note_nl,
            case
                when later.comparability_note_nl <> coalesce(earlier.comparability_note_nl, '')
                    then later.comparability_note_nl
            end
        ), '') as pair_note_nl,
        nullif(concat_ws(
            ' ', earlier.comparability_note_en,
            case
                when later.comparability_note_en <> coalesce(earlier.comparability_note_en, '')
                    then later.comparability_note_en
            end
        ), '') as pair_note_en
    from indicators as later
    inner join indicators as earlier
        on
            {{ equal_columns('later', 'earlier', series) }}
            and (
                later.place = earlier.place + 1
                or (earlier.place = 1 and later.place = later.waves and later.waves > 2)
            )
    left join rests_on_scale as concept_scales on later.concept = concept_scales.concept
    left join groups_on_scale as group_scales
        on later.group_dimension = group_scales.group_dimension
    {% for own, scales in [('of_concept', 'concept_scales'), ('of_group', 'group_scales')] -%}
        left join invariance as {{ own }}
            on
                {{ scales }}.scale = {{ own }}.scale
                and {{ equal_columns('later', own, ['survey', 'data_status']) }}
                and earlier.wave = {{ own }}.from_wave
                and later.wave = {{ own }}.to_wave
    {% endfor -%}
    left join {{ ref('est_wave_covariances') }} as links
        on
            {{ equal_columns(
                'later', 'links',
                ['survey', 'concept', 'category', 'base', 'group_dimension', 'group_value',
                 'weighting']
            ) }}
            and earlier.wave = links.from_wave
            and later.wave = links.to_wave
            and later.data_status <> 'published'
),

compared as (
    select
        *,
        case
            when
                pair_comparability not in ('impossible', 'undetermined')
                and not either_bound
                and scale_fault is null
                then round(estimate - from_estimate, 6)
        end as change,
        {{ untested('pair_comparability', [
            ("scale_fault = 'not_invariant'", 'not_invariant'),
            ("scale_fault = 'invariance_unknown'", 'invariance_unknown'),
        ]) }} as untested
    from pairs
),

{{ tested_by_holm('compared', 'trend', within, key) }},

judged as (
    select
        *,
        {{ verdict(
            {'up': 'rise', 'down': 'fall', 'unclear': 'no_clear_change'}, 'pair_comparability'
        ) }} as verdict,
        coalesce(untested, case
            when on_derived_n then 'derived_n'
            when correlation is null then 'independent'
            else 'linked'
        end) as test_reason
    from tested
)

select
    {{ short_hash(series + ['from_wave', 'wave']) }} as trend_id,
    {{ labelled(['survey', 'country', 'concept', 'category']) }},
    category_order,
    {{ labelled(['base', 'group_dimension', 'group_value']) }},
    statistic,
    weighting,
    {{ labelled(['data_status']) }},
    from_wave,
    wave as to_wave,
    pair,
    from_estimate,
    from_n,
    estimate as to_estimate,
    n as to_n,
    worse_reliability as reliability,
    {{ labels_of('reliabilities', 'reliability') }},
    larger_variation as coefficient_of_variation,
    change,
    {{ margin('change') }},
    verdict,
    {{ labels_of('verdicts', 'verdict') }},
    test_reason,
    concat_ws(' ', reasons.label_nl, pair_note_nl, assumption.label_nl) as reason_nl,
    concat_ws(' ', reasons.label_en, pair_note_en, assumption.label_en) as reason_en,
    pair_comparability as comparability,
    {{ labels_of('comparabilities', 'comparability') }},
    either_assumed as assumed,
    either_approximate as approximate,
    {% for lang in ['nl', 'en'] %}
        {{ estimate_text(lang, 'from_estimate', 'statistic', 'from_approximate', 'from_bound') }}
        || ' → '
        || {{ estimate_text(lang, 'estimate', 'statistic', 'approximate', 'bound') }}
            as estimates_text_{{ lang }},
        {{ change_text(lang, 'change', 'change_low', 'change_high') }} as change_text_{{ lang }},
        {{ verdict_text('judged.verdict', 'verdicts.label_' ~ lang) }} as verdict_text_{{ lang }},
        {{ known_text(lang, number_text(lang, 'smallest_detectable_change')) }}
            as smallest_detectable_change_text_{{ lang }},
    {% endfor %}
    from_wave || ' → ' || wave as waves_text
from judged
{{ join_codelist('verdict', 'judged.verdict', 'verdicts') }}
{{ join_codelist('comparability', 'judged.pair_comparability', 'comparabilities') }}
{{ join_codelist('reliability', 'judged.worse_reliability', 'reliabilities') }}
{{ join_codelist('test_reason', 'judged.test_reason', 'reasons') }}
{{ join_codelist('notice', "case when judged.either_assumed then 'assumed' end", 'assumption') }}
