{#- Dagster shows a test of several models at the one that is named here. -#}
{{ config(meta={'dagster': {'ref': {'name': 'hrm_sample_design'}}}) }}
-- Every respondent of a wave with a design has a weight and, where there is a frame, a stratum in it.
select respondents.survey, respondents.wave, respondents.respondent_id
from {{ ref('stg_respondents') }} as respondents
inner join {{ ref('stg_waves') }} as waves
    on respondents.survey = waves.survey and respondents.wave = waves.wave
left join {{ ref('hrm_sample_design') }} as design
    on respondents.survey = design.survey
    and respondents.wave = design.wave
    and respondents.respondent_id = design.respondent_id
    and design.weighting = 'weighted'
where
    waves.weighting_method is not null
    and (
        design.weight is null
        or (waves.stratum_concept is not null and design.frame_count is null)
    )
