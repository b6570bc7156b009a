-- One row per survey, wave, concept, base, kind and term: the share of organisations that used a
-- word, or any word of a group, in an open answer, with its margin and the change since the wave
-- before. A word of the wave before that too few organisations use now has a row without a share. A
-- question without any result has one row that says why. Everything that is shown follows from the
-- rounded share and the rounded number of organisations; there are no groups of organisations.
{% set question = ['survey', 'concept', 'base', 'data_status'] %}
{% set key = question + ['wave', 'kind', 'term'] %}
{% set within = ['survey', 'from_wave', 'wave', 'data_status'] %}
{% set assumed -%}
    coalesce(assumptions.assumed, false) or coalesce(from_assumptions.assumed, false)
{%- endset %}
with counts as (
    select
        terms.survey,
        terms.wave,
        terms.concept,
        terms.base,
        terms.language,
        terms.kind,
        terms.term,
        terms.reason,
        loads.data_status,
        terms.n - terms.organisations as others,
        units.unit as rounding_unit,
        100 * terms.organisations / cast(terms.n as double) as share,
        100 * {{ release_rule('fewest_respondents') }} / cast(terms.n as double) as few,
        cast(sizes.unit * floor(terms.n / sizes.unit) as bigint) as n
    from {{ ref('est_terms') }} as terms
    inner join {{ ref('stg_loads') }} as loads
        on {{ equal_columns('terms', 'loads', ['survey', 'wave']) }}
    left join {{ ref('release_precision') }} as units
        on
            units.statistic = 'term_group'
            and terms.n >= units.minimum_n
            and (terms.n < units.below_n or units.below_n is null)
    left join {{ ref('release_precision') }} as sizes
        on
            sizes.statistic = 'size'
            and terms.n >= sizes.minimum_n
            and (terms.n < sizes.below_n or sizes.below_n is null)
    where terms.kind <> 'unlisted'
),

bounded as (
    select
        *,
        {{ to_unit('share', 'rounding_unit') }} as rounded,
        case
            when kind = 'none' then null
            when {{ to_unit('share', 'rounding_unit') }} <= 0 then 'upper'
            when
                others < {{ release_rule('fewest_respondents') }}
                or {{ to_unit('share', 'rounding_unit') }} >= 100
                then 'lower'
        end as bound
    from counts
),

rounded_shares as (
    select
        *,
        case
            when kind = 'none' then null
            when bound = 'upper' then {{ up_to_unit('share', 'rounding_unit') }}
            when bound = 'lower'
                then 100 - {{ up_to_unit('greatest(few, 100 - share)', 'rounding_unit') }}
            else rounded
        end as estimate
    from bounded
),

with_error as (
    select
        *,
        case when bound is null and kind <> 'none' then n end as effective_n,
        estimate / 100 as p,
        power(rounding_unit / 100, 2) / 12 as rounding_variance,
        case
            when bound is null
                then {{ up_to_digits('100 * sqrt(estimate / 100 * (1 - estimate / 100) / n)', 2) }}
        end as standard_error
    from rounded_shares
),

-- The margin is computed from what is shown; its lengths are rounded up (est_disclosed).
with_ends as (
    select
        *,
    {% for name, sign in [('low', -1), ('high', 1)] %}
        case
            when bound is null
                then abs(100 * ({{ wilson_bound(
                    'p', '(p * (1 - p) / (p * (1 - p) / n + rounding_variance))', sign
                ) }} - p))
        end as to_{{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from with_error
),

with_interval as (
    select
        *,
        round(100 * standard_error / estimate) as coefficient_of_variation,
        case
            when to_low is not null then greatest(
                round(estimate - {{ up_to_unit('to_low', 'least(rounding_unit, 1)') }}, 6), 0
            )
        end as estimate_low,
        case
            when to_high is not null then least(
                round(estimate + {{ up_to_unit('to_high', 'least(rounding_unit, 1)') }}, 6), 100
            )
        end as estimate_high
    from with_ends
),

shares as (
    select
        *,
        'share' as statistic,
        'none' as weighting,
        false as approximate,
        case
            when kind = 'none' then null
            when
                n < {{ release_rule('reliable_base') }}
                or coefficient_of_variation > {{ release_rule('reliable_variation') }}
                or estimate_high - estimate_low >= {{ release_rule('reliable_width') }}
                then 'indicative'
            else 'reliable'
        end as reliability
    from with_interval
),

measured as (
    select distinct
        {{ question | join(', ') }},
        wave,
        language,
        n
    from shares
    where kind <> 'none'
),

waves as (
    select
        *,
        lag(wave) over (partition by {{ question | join(', ') }} order by wave) as from_wave
    from measured
),

-- What is shown of a wave or of the wave before it.
expected as (
    select {{ prefixed('shares', key) }} from shares
    union
    select
        {{ prefixed('waves', question) }},
        waves.wave,
        shares.kind,
        shares.term
    from waves
    inner join shares
        on {{ equal_columns('waves', 'shares', question) }} and waves.from_wave = shares.wave
),

comparabilities as (
    select * from {{ ref('est_comparability') }}
    where category = 'text'
),

pairs as (
    select
        {{ prefixed('expected', key) }},
        'share' as statistic,
        'none' as weighting,
        expected.term as category,
        case expected.kind when 'group' then 'term_group' else 'total' end as group_dimension,
        coalesce(waves.language, later.language) as language,
        coalesce(waves.n, later.n) as n,
        later.estimate,
        later.estimate_low,
        later.estimate_high,
        later.bound,
        later.rounding_unit,
        later.reliability,
        later.reason,
        waves.from_wave,
        earlier.estimate as from_estimate,
        earlier.n as from_n,
        earlier.bound as from_bound,
        {{ test_of('later', 'earlier', 'cast(null as double)') }},
        -- Wave by wave, the worse judgement holds for the pair.
        case
            when waves.from_wave is null then null
            when 'impossible' in (one.comparability, other.comparability) then 'impossible'
            when 'undetermined' in (one.comparability, other.comparability) then 'undetermined'
            when 'limited' in (one.comparability, other.comparability) then 'limited'
            when 'comparable' in (one.comparability, other.comparability) then 'comparable'
            else 'identical'
        end as pair_comparability,
        nullif(concat_ws(' ', other.comparability_note_nl, one.comparability_note_nl), '')
            as pair_note_nl,
        nullif(concat_ws(' ', other.comparability_note_en, one.comparability_note_en), '')
            as pair_note_en
    from expected
    left join waves
        on {{ equal_columns('expected', 'waves', question + ['wave']) }}
    left join shares as later on {{ equal_columns('expected', 'later', key) }}
    left join shares as earlier
        on
            {{ equal_columns('expected', 'earlier', question + ['kind', 'term']) }}
            and waves.from_wave = earlier.wave
    left join comparabilities as one
        on {{ equal_columns('expected', 'one', ['survey', 'wave', 'concept']) }}
    left join comparabilities as other
        on
            {{ equal_columns('expected', 'other', ['survey', 'concept']) }}
            and waves.from_wave = other.wave
),

compared as (
    select
        *,
        case
            when pair_comparability not in ('impossible', 'undetermined') and not either_bound
                then estimate - from_estimate
        end as change,
        {{ untested('pair_comparability', [
            ('from_wave is null', 'one_wave'), ('estimate is null or from_estimate is null', 'too_rare')
        ]) }} as untested
    from pairs
),

{{ tested_by_holm('compared', 'term', within, key) }},

judged as (
    select
        *,
        case
            when from_wave is not null
                then {{ verdict(
                    {'up': 'rise', 'down': 'fall', 'unclear': 'no_clear_change'},
                    'pair_comparability'
                ) }}
        end as verdict,
        case when from_wave is not null then coalesce(untested, 'independent') end as test_reason
    from tested
),

groups as (
    select distinct
        language,
        term,
        term_group
    from {{ ref('term_words') }}
),

bases as (
    select * from {{ ref('bases') }}
)

select
    {{ short_hash(prefixed('judged', key).split(', ')) }} as term_id,
    judged.survey,
    surveys.survey_label_nl,
    surveys.survey_label_en,
    judged.wave,
    judged.concept,
    concepts.concept_label_nl,
    concepts.concept_label_en,
    judged.base,
    {{ labels_of('bases', 'base') }},
    judged.data_status,
    {{ labels_of('data_status', 'data_status') }},
    {{ assumed }} as assumed,
    judged.weighting,
    judged.kind,
    {{ labels_of('term_kind', 'kind') }},
    nullif(judged.term, '') as term,
    {% for lang in ['nl', 'en'] %}
        coalesce(
            own_group.label_{{ lang }},
            case
                when own_word.label_{{ lang }} <> judged.term
                    then concat(judged.term, ' (', own_word.label_{{ lang }}, ')')
            end,
            nullif(judged.term, '')
        ) as term_label_{{ lang }},
    {% endfor %}
    groups.term_group,
    {{ labels_of('its_group', 'term_group') }},
    judged.language,
    case
        when judged.estimate is not null
            then cast(
                rank() over (
                    partition by {{ prefixed('judged', question) }}, judged.wave, judged.kind
                    order by judged.estimate desc nulls last
                ) as bigint
            )
    end as term_rank,
    case when judged.n >= {{ release_rule('minimum_base') }} then judged.n end as n,
    judged.estimate,
    judged.estimate_low,
    judged.estimate_high,
    judged.bound,
    judged.rounding_unit,
    judged.reliability,
    {{ labels_of('reliability', 'reliability') }},
    judged.from_wave,
    judged.from_estimate,
    judged.from_n,
    judged.wave = max(judged.wave) over (partition by {{ prefixed('judged', question) }})
        as is_latest,
    judged.change,
    {{ margin('change', correlated=false) }},
    judged.verdict,
    {{ labels_of('verdict', 'verdict') }},
    judged.test_reason,
    judged.pair_comparability as comparability,
    {{ labels_of('comparability', 'comparability') }},
{% for lang, not_shown in [('nl', 'niet getoond'), ('en', 'not shown')] %}
    nullif(concat_ws(
        ' ', why_not.label_{{ lang }}, test_reason.label_{{ lang }}, judged.pair_note_{{ lang }}
        ), '') as reason_{{ lang }},
    coalesce(
            {{ estimate_text(
                lang, 'judged.estimate', 'judged.statistic', 'false', 'judged.bound'
            ) }},
        '{{ not_shown }}'
    ) as estimate_text_{{ lang }},
    case
        when judged.from_wave is not null
            then coalesce(
                    {{ estimate_text(
                        lang, 'judged.from_estimate', 'judged.statistic', 'false',
                        'judged.from_bound'
                    ) }},
                '{{ not_shown }}'
                )
    end as from_text_{{ lang }},
    case
        when judged.from_wave is not null
            then {{ change_text(lang, 'judged.change', 'change_low', 'change_high') }}
    end as change_text_{{ lang }},
    {{ verdict_text('judged.verdict', 'verdict.label_' ~ lang) }} as verdict_text_{{ lang }},
    {{ notice_text(lang) }}
        as notice_{{ lang }}{{ ',' if not loop.last }}
{% endfor %}
from judged
inner join {{ ref('dim_survey') }} as surveys on judged.survey = surveys.survey
inner join {{ ref('dim_concept') }} as concepts on judged.concept = concepts.concept
left join bases on judged.base = bases.base
left join groups on judged.language = groups.language and judged.term = groups.term
left join {{ ref('term_labels') }} as own_word
    on
        judged.kind = 'term'
        and judged.language = own_word.language
        and judged.term = own_word.term
{{ join_assumed('judged') }}
{{ join_assumed('judged', 'from_assumptions', wave='from_wave') }}
{{ join_codelist('data_status', 'judged.data_status') }}
{{ join_notices('judged.data_status', assumed) }}
{{ join_codelist('term_kind', 'judged.kind') }}
{{ join_codelist(
    'term_group', "case judged.kind when 'group' then judged.term end", 'own_group'
) }}
{{ join_codelist('term_group', 'groups.term_group', 'its_group') }}
{{ join_codelist('term_reason', 'judged.reason', 'why_not') }}
{{ join_codelist('reliability', 'judged.reliability') }}
{{ join_codelist('verdict', 'judged.verdict') }}
{{ join_codelist('test_reason', 'judged.test_reason') }}
{{ join_codelist('comparability', 'judged.pair_comparability') }}
