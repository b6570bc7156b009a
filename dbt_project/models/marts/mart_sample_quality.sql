-- One row per survey, wave and data status: how well those who answered stand for those who were
-- asked, of waves with answers and waves of which a source gives the response by group.
-- R-indicator: R = 1 - 2 S(rho), with the response rho_h = n_h / N_h of stratum h and
--   S^2(rho) = sum N_h (rho_h - mean(rho))^2 / (N - 1)
-- (Schouten, Cobben, Bethlehem 2009, Survey Methodology 35, 101-113). 1 means that all strata
-- answered alike. It is computed from what mart_response shows, where that is complete.
with response as (
    select * from {{ ref('mart_response') }}
),

strata as (
    select
        survey,
        wave,
        data_status,
        invited,
        assumed,
        answered / cast(invited as double) as rho,
        sum(answered) over wave_strata / cast(sum(invited) over wave_strata as double) as mean_rho
    from response
    where group_dimension <> 'total'
    window wave_strata as (partition by survey, wave, data_status)
),

representativity as (
    select
        survey,
        wave,
        data_status,
        max(assumed) as assumed,
        case
            when count(rho) = count(*)
                then 1 - 2 * sqrt(sum(invited * power(rho - mean_rho, 2)) / (sum(invited) - 1))
        end as r_indicator
    from strata
    group by survey, wave, data_status
),

frames as (
    select
        survey,
        wave,
        sum(frame_count) as frame_count
    from {{ ref('hrm_strata') }}
    group by survey, wave
)

select
    response.survey,
    response.wave,
    response.data_status,
    -- The weights and the R-indicator rest on the question that gives the strata.
    coalesce(representativity.assumed, false) as assumed,
    cast(coalesce(frames.frame_count, response.invited) as bigint) as frame_count,
    response.answered,
    round(response.rate, 1) as rate,
    round(representativity.r_indicator, 2) as r_indicator,
    round(weights.variation, 2) as weight_variation,
    round(weights.design_effect, 2) as weight_design_effect,
    cast({{ down_to_digits('weights.effective_n', 2) }} as bigint) as weight_effective_n,
    -- How a source treats missing answers is not known.
    imputation.label_nl as imputation_nl,
    imputation.label_en as imputation_en
from response
left join representativity
    on {{ equal_columns('response', 'representativity', ['survey', 'wave', 'data_status']) }}
left join frames
    on {{ equal_columns('response', 'frames', ['survey', 'wave']) }}
left join {{ ref('est_weights') }} as weights
    on
        {{ equal_columns('response', 'weights', ['survey', 'wave']) }}
        and response.data_status <> 'published'
left join {{ ref('codelists') }} as imputation
    on
        imputation.codelist = 'imputation'
        and imputation.code = case when response.data_status <> 'published' then 'none' end
where
    response.group_dimension = 'total'
    and (response.data_status <> 'published' or representativity.r_indicator is not null)
