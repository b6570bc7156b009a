{#- Dagster shows a test of several models at the one that is named here. -#}
{{ config(meta={'dagster': {'ref': {'name': 'stg_waves'}}}) }}
-- Where few answered, the source tells no weighting and nobody knows the response by group, the
-- manifest says that figures speak for respondents only (lowest_unweighted_response).
with rates as (
    select survey, wave, coalesce(response_rate, 100 * answered / cast(invited as double)) as rate
    from {{ ref('stg_waves') }}
    union all
    select survey, wave, value as rate
    from {{ ref('stg_published_figures') }}
    where category = 'response_rate' and group_dimension = 'total' and status = 'current'
),

-- Such a response can be weighted for, by the source or by a reader.
weighed as (
    select survey, wave from {{ ref('stg_waves') }}
    where weighting_nl is not null
    union
    select survey, wave from {{ ref('published_weighting') }}
    where weighting = 'weighted'
    union
    select survey, wave from {{ ref('stg_published_figures') }}
    where category = 'response_rate' and group_dimension <> 'total'
)

select waves.survey, waves.wave, min(rates.rate) as rate
from {{ ref('stg_waves') }} as waves
inner join rates on waves.survey = rates.survey and waves.wave = rates.wave
left join weighed on waves.survey = weighed.survey and waves.wave = weighed.wave
where
    waves.represents = 'population'
    and weighed.survey is null
    and rates.rate < {{ release_rule('lowest_unweighted_response') }}
group by waves.survey, waves.wave
