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

sampled as (
    select
        respondents.survey,
        respondents.wave,
        respondents.respondent_id,
        respondents.organisation_id,
        respondents.weight as own_weight,
        case when waves.stratum_concept is null then 'all' else membership.category end as stratum,
        waves.weighting_method
    from respondents
    inner join waves
        on respondents.survey = waves.survey and respondents.wave = waves.wave
    left join membership
        on {{ equal_columns('respondents', 'membership', ['survey', 'wave', 'respondent_id']) }}
),

-- Counted by stratum first: a count over all respondents would keep them all in memory.
sizes as (
    select
        sampled.survey,
        sampled.wave,
        sampled.stratum,
        strata.frame_count,
        count(*) as n_stratum,
        sum(count(*)) over (partition by sampled.survey, sampled.wave) as n
    from sampled
    left join strata
        on {{ equal_columns('sampled', 'strata', ['survey', 'wave', 'stratum']) }}
    group by sampled.survey, sampled.wave, sampled.stratum, strata.frame_count
),

stratified as (
    select
        sampled.*,
        sizes.frame_count,
        sizes.n_stratum,
        cast(sizes.n as bigint) as n
    from sampled
    inner join sizes
        on
            {{ equal_columns('sampled', 'sizes', ['survey', 'wave']) }}
            and coalesce(sampled.stratum, '') = coalesce(sizes.stratum, '')
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
