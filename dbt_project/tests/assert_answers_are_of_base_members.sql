{#- Dagster shows a test of several models at the one that is named here. -#}
{{ config(meta={'dagster': {'ref': {'name': 'hrm_pattern_answers'}}}) }}
-- Every answer that is counted belongs to the base that it is a share of.
select answers.survey, answers.wave, answers.pattern, answers.concept, answers.category
from {{ ref('hrm_pattern_answers') }} as answers
left join {{ ref('hrm_pattern_members') }} as members
    on {{ equal_columns(
        'answers', 'members', ['survey', 'wave', 'pattern', 'concept', 'base', 'item']
    ) }}
where members.pattern is null
