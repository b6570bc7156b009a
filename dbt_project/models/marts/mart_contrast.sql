-- One row per indicator of a group and the group it is compared with (group_contrasts.csv): the
-- difference with its interval, Holm-adjusted p-value and a verdict in words. Groups of one wave
-- share strata; the covariance that follows is taken into account.
{% set key = [
    'survey', 'wave', 'concept', 'category', 'base', 'group_dimension', 'statistic', 'weighting',
    'data_status'
] %}
{% set family = ['survey', 'wave', 'concept', 'group_dimension', 'weighting', 'data_status'] %}
with indicators as (
    select * from {{ ref('mart_indicator') }}
    where statistic in ('share', 'mean') and estimate is not null
),

contrasts as (
    select * from {{ ref('group_contrasts') }}
),

pairs as (
    select
        indicators.*,
        others.group_value as reference_value,
        others.group_value_label_nl as reference_value_label_nl,
        others.group_value_label_en as reference_value_label_en,
        others.estimate as reference_estimate,
        indicators.approximate or others.approximate as either_approximate,
        indicators.bound is not null or others.bound is not null as either_bound,
        {{ difference_error('indicators', 'others', 'shared.covariance') }} as difference_error
    from indicators
    inner join contrasts
        on
            indicators.group_dimension = contrasts.group_dimension
            and indicators.group_value = contrasts.group_value
    inner join indicators as others
        on
            {{ equal_columns('indicators', 'others', key) }}
            and contrasts.reference_value = others.group_value
    left join {{ ref('est_group_covariances') }} as shared
        on
            {{ equal_columns(
                'indicators', 'shared',
                ['survey', 'wave', 'concept', 'category', 'base', 'weighting', 'group_dimension',
                 'group_value']
            ) }}
            and others.group_value = shared.reference_value
            and indicators.data_status <> 'published'
),

compared as (
    select
        *,
        case
            when not either_bound
                then {{ z_value('estimate - reference_estimate', 'difference_error') }}
        end as z
    from pairs
),

{{ tested_by_holm('compared', family, ['category', 'base', 'group_value', 'reference_value']) }},

judged as (
    select
        *,
        {{ verdict(
            'estimate - reference_estimate',
            {'up': 'higher', 'down': 'lower', 'unclear': 'no_clear_difference'}
        ) }} as verdict,
        {{ test_reason("'same_wave'") }} as reason_code
    from adjusted
)

select
    {{ short_hash(key + ['group_value', 'reference_value']) }} as contrast_id,
    {{ labelled(['survey', 'country']) }},
    wave,
    {{ labelled(['concept', 'category']) }},
    category_order,
    {{ labelled(['base', 'group_dimension', 'group_value', 'reference_value']) }},
    statistic,
    weighting,
    {{ labelled(['data_status']) }},
    estimate,
    reference_estimate,
    case when not either_bound then estimate - reference_estimate end as difference,
    {{ margin('estimate - reference_estimate', 'difference_error', 'difference') }},
    verdict,
    {{ labels_of('verdicts', 'verdict') }},
    reasons.label_nl as reason_nl,
    reasons.label_en as reason_en,
    either_approximate as approximate
from judged
{{ join_codelist('verdict', 'judged.verdict', 'verdicts') }}
{{ join_codelist('test_reason', 'judged.reason_code', 'reasons') }}
