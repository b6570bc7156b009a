-- One row per indicator and pair of waves (consecutive, and first to last when there are more
-- than two): the change with its interval, Holm-adjusted p-value and a verdict in words
-- (macros/compare.sql).
-- Organisations that answered in both waves make the change more certain; where pseudonyms link
-- them the covariance is taken into account. Elsewhere waves count as independent samples, which
-- makes the interval too wide rather than too narrow.
{% set series = [
    'survey', 'concept', 'category', 'base', 'group_dimension', 'group_value', 'statistic',
    'weighting', 'data_status'
] %}
{% set key = [
    'survey', 'concept', 'base', 'group_dimension', 'group_value', 'weighting', 'data_status',
    'from_wave', 'wave'
] %}
{% set within = ['survey', 'from_wave', 'wave', 'weighting', 'data_status'] %}
with indicators as (
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
        {{ test_of('later', 'earlier', 'links.correlation') }},
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
            when pair_comparability not in ('impossible', 'undetermined') and not either_bound
                then estimate - from_estimate
        end as change,
        {{ untested('pair_comparability') }} as untested
    from pairs
),

{{ tested_by_holm('compared', 'trend', within, key) }},

judged as (
    select
        *,
        {{ verdict(
            {'up': 'rise', 'down': 'fall', 'unclear': 'no_clear_change'}, 'pair_comparability'
        ) }} as verdict,
        coalesce(untested, case when correlation is null then 'independent' else 'linked' end)
            as test_reason
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
    concat_ws(' ', reasons.label_nl, pair_note_nl) as reason_nl,
    concat_ws(' ', reasons.label_en, pair_note_en) as reason_en,
    pair_comparability as comparability,
    {{ labels_of('comparabilities', 'comparability') }},
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
