-- One row per survey, wave, contrast of two groups, concept, category, base and weighting: the
-- covariance of both estimates, and their correlation as a release shows it. Groups of one
-- partition share no respondent, but they do share strata: with z_i as in macros/estimate.sql and
-- sums over each group,
--   Cov = -sum_h (1 - n_h/N_h) n_h/(n_h - 1) sum(z1) sum(z2) / n_h
-- (R survey: svyby(covmat = TRUE) and svycontrast).
{% set cell = ['survey', 'wave', 'concept', 'base', 'item', 'category', 'weighting'] %}
with sums as (
    select * from {{ ref('est_stratum_sums') }}
),

contrasts as (
    select * from {{ ref('group_contrasts') }}
),

covariances as (
    select
        {{ prefixed('sums', ['survey', 'wave', 'concept', 'base', 'category', 'weighting']) }},
        contrasts.group_dimension,
        contrasts.group_value,
        contrasts.reference_value,
        -sum(
            {{ finite_population_correction('sums.n_stratum', 'sums.frame_count') }}
            / cast(sums.n_stratum - 1 as double)
            * (sums.sum_wy - sums.p * sums.sum_w) / sums.total_weight
            * (others.sum_wy - others.p * others.sum_w) / others.total_weight
        ) as covariance
    from contrasts
    inner join sums
        on
            contrasts.group_dimension = sums.group_dimension
            and contrasts.group_value = sums.group_value
    inner join sums as others
        on
            {{ equal_columns('sums', 'others', cell + ['group_dimension', 'stratum']) }}
            and contrasts.reference_value = others.group_value
    group by
        {{ prefixed('sums', ['survey', 'wave', 'concept', 'base', 'category', 'weighting']) }},
        contrasts.group_dimension, contrasts.group_value, contrasts.reference_value
)

select
    covariances.*,
    {{ shown_correlation('covariances.covariance', 'one', 'other') }} as correlation
from covariances
{% for side, value in [('one', 'group_value'), ('other', 'reference_value')] %}
    inner join {{ ref('est_computed') }} as {{ side }}
        on
            {{ equal_columns(
                'covariances', side,
                ['survey', 'wave', 'concept', 'base', 'category', 'weighting', 'group_dimension']
            ) }}
            and covariances.{{ value }} = {{ side }}.group_value
            and {{ side }}.statistic in ('share', 'mean')
{% endfor %}
