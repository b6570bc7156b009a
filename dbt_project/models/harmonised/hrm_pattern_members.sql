-- One row per pattern, concept, base and item (`*` where the question has one answer): who was
-- asked and gave a valid answer. The base of every estimate.
{% set key = ['survey', 'wave', 'pattern', 'concept', 'base', 'item'] %}
with answered as (
    select {{ key | join(', ') }} from {{ ref('hrm_item_values') }}
    union all
    select {{ key | join(', ') }} from {{ ref('hrm_combined_answers') }}
),

derived as (
    select distinct {{ key | join(', ') }} from {{ ref('hrm_derived_answers') }}
)

select {{ key | join(', ') }} from answered
union all
-- Some respondents have both a given and a derived answer: no innovation, so no type of it.
select {{ key | join(', ') }} from derived
where
    not exists (
        select 1 from answered
        where {{ equal_columns('answered', 'derived', key) }}
    )
