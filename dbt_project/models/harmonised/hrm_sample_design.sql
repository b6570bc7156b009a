-- One row per survey, wave, respondent and weighting: the design of the sample.
-- `none` takes everyone as one stratum of unknown size with weight 1 (as the 2021 report does);
-- `weighted` weighs to the population as the manifest says: each stratum to its frame,
-- w_i = N_h / n_h, or with the weight that came with the file or was raked to margins. Where the
-- manifest has no design there is no such row.
with respondents as (
    select * from {{ ref('stg_respondents') }}
),

waves as (
    select * from {{ ref('stg_waves') }}
),

strata as (
    select * from {{ ref('hrm_strata') }}
),

membership as (
    select distinct
        patterns.survey,
        patterns.wave,
        patterns.respondent_id,
        answers.category
    from waves
    inner join {{ ref('hrm_pattern_answers') }} as answers
        on
            waves.survey = answers.survey
            and waves.wave = answers.wave
            and waves.stratum_concept = answers.concept
    inner join {{ ref('hrm_read_patterns') }} as patterns
        on {{ equal_columns('answers', 'patterns', ['survey', 'wave', 'pattern']) }}
),

stratified as (
    select
        respondents.survey,
        respondents.wave,
        respondents.respondent_id,
        respondents.organisation_id,
        respondents.weight as own_weight,
        case when waves.stratum_concept is null then 'all' else membership.category end as stratum,
        waves.weighting_method,
        strata.frame_count,
        count(*) over (partition by respondents.survey, respondents.wave) as n,
        count(*) over (
            partition by respondents.survey, respondents.wave, membership.category
        ) as n_stratum
    from respondents
    inner join waves
        on respondents.survey = waves.survey and respondents.wave = waves.wave
    left join membership
        on {{ equal_columns('respondents', 'membership', ['survey', 'wave', 'respondent_id']) }}
    left join strata
        on
            respondents.survey = strata.survey
            and respondents.wave = strata.wave
            and membership.category = strata.stratum
)

select
    survey,
    wave,
    respondent_id,
    organisation_id,
    'none' as weighting,
    'all' as stratum,
    n as n_stratum,
    cast(null as bigint) as frame_count,
    cast(1 as double) as weight
from stratified
union all
select
    survey,
    wave,
    respondent_id,
    organisation_id,
    'weighted' as weighting,
    stratum,
    n_stratum,
    frame_count,
    coalesce(own_weight, frame_count / cast(n_stratum as double)) as weight
from stratified
where weighting_method is not null and stratum is not null
