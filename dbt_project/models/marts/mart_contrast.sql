-- One row per indicator of a group and the group it is set against (group_contrasts.csv): the
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
        case
            when p_value is null then 'cannot_tell'
            when p_value_adjusted >= 0.05 then 'no_clear_difference'
            when estimate > reference_estimate then 'higher'
            else 'lower'
        end as verdict,
        case
            when either_bound then 'bound'
            when p_value is null then 'no_interval'
            else 'same_wave'
        end as reason_code
    from adjusted
)

select
    {{ short_hash(key + ['group_value', 'reference_value']) }} as contrast_id,
    survey,
    survey_label_nl,
    survey_label_en,
    country,
    country_label_nl,
    country_label_en,
    wave,
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
    group_dimension,
    group_dimension_label_nl,
    group_dimension_label_en,
    group_value,
    group_value_label_nl,
    group_value_label_en,
    reference_value,
    reference_value_label_nl,
    reference_value_label_en,
    statistic,
    weighting,
    data_status,
    data_status_label_nl,
    data_status_label_en,
    estimate,
    reference_estimate,
    case when not either_bound then estimate - reference_estimate end as difference,
    case
        when p_value is not null
            then estimate - reference_estimate - {{ z975() }} * difference_error
    end as difference_low,
    case
        when p_value is not null
            then estimate - reference_estimate + {{ z975() }} * difference_error
    end as difference_high,
    case when p_value is not null then difference_error end as standard_error,
    p_value,
    p_value_adjusted,
    case when p_value is not null then {{ smallest_detectable('difference_error') }} end
        as smallest_detectable_difference,
    verdict,
    verdicts.label_nl as verdict_label_nl,
    verdicts.label_en as verdict_label_en,
    reasons.label_nl as reason_nl,
    reasons.label_en as reason_en,
    either_approximate as approximate
from judged
left join {{ ref('codelists') }} as verdicts
    on verdicts.codelist = 'verdict' and judged.verdict = verdicts.code
left join {{ ref('codelists') }} as reasons
    on reasons.codelist = 'test_reason' and judged.reason_code = reasons.code
