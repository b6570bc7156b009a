{#- Dagster shows a test of several models at the one that is named here. -#}
{{ config(meta={'dagster': {'ref': {'name': 'hrm_answers'}}}) }}
-- Every answer that is counted belongs to the base that it is a share of.
select answers.survey, answers.wave, answers.respondent_id, answers.concept, answers.category
from {{ ref('hrm_answers') }} as answers
left join {{ ref('hrm_base_members') }} as members
    on {{ equal_columns(
        'answers', 'members', ['survey', 'wave', 'respondent_id', 'concept', 'base', 'item']
    ) }}
where members.respondent_id is null
