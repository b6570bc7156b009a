-- One row per indicator of a group and the group it is compared with (group_contrasts.csv): the
-- difference with its interval, Holm-adjusted p-value and a verdict in words. Groups of one wave
-- share strata; the covariance that follows is taken into account. Groups that were made from the
-- answers that are compared differ by definition: no verdict.
{% set key = [
    'survey', 'wave', 'concept', 'category', 'base', 'group_dimension', 'statistic', 'weighting',
    'data_status'
] %}
{% set row = [
    'survey', 'wave', 'concept', 'base', 'group_dimension', 'group_value', 'reference_value',
    'weighting', 'data_status'
] %}
{% set within = ['survey', 'wave', 'weighting', 'data_status'] %}
with indicators as (
    select * from {{ ref('mart_indicator') }}
    where statistic in ('share', 'mean') and estimate is not null
),

contrasts as (
    select
        group_contrasts.*,
        dimensions.concept as group_concept
    from {{ ref('group_contrasts') }} as group_contrasts
    inner join {{ ref('group_dimensions') }} as dimensions
        on group_contrasts.group_dimension = dimensions.group_dimension
),

pairs as (
    select
        indicators.*,
        others.group_value as reference_value,
        others.group_value_label_nl as reference_value_label_nl,
        others.group_value_label_en as reference_value_label_en,
        others.estimate as reference_estimate,
        others.n as reference_n,
        circular.concept is not null as is_circular,
        {{ test_of('indicators', 'others', 'shared.correlation') }}
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
    left join {{ ref('est_circular') }} as circular
        on
            {{ equal_columns('indicators', 'circular', ['survey', 'wave', 'concept']) }}
            and contrasts.group_concept = circular.group_concept
),

compared as (
    select
        *,
        {{ untested(more=[('is_circular', 'circular')]) }} as untested
    from pairs
),

{{ tested_by_holm('compared', 'contrast', within, row) }},

judged as (
    select
        *,
        {{ verdict({'up': 'higher', 'down': 'lower', 'unclear': 'no_clear_difference'}) }}
            as verdict,
        coalesce(untested, 'same_wave') as test_reason
    from tested
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
    n,
    reference_estimate,
    reference_n,
    worse_reliability as reliability,
    {{ labels_of('reliabilities', 'reliability') }},
    larger_variation as coefficient_of_variation,
    case when not either_bound then round(estimate - reference_estimate, 6) end as difference,
    {{ margin('difference') }},
    verdict,
    {{ labels_of('verdicts', 'verdict') }},
    test_reason,
    reasons.label_nl as reason_nl,
    reasons.label_en as reason_en,
    assumed,
    either_approximate as approximate
from judged
{{ join_codelist('verdict', 'judged.verdict', 'verdicts') }}
{{ join_codelist('reliability', 'judged.worse_reliability', 'reliabilities') }}
{{ join_codelist('test_reason', 'judged.test_reason', 'reasons') }}
