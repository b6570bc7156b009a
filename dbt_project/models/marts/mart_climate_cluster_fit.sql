-- One row per survey, wave, concept, base, data status and k: whether a scale falls into k groups.
-- One group, k = 1, means that there are none.
{% set unit = release_rule('model_size_unit') %}
with splits as (
    select
        survey,
        wave,
        concept,
        base,
        k,
        respondents,
        silhouette,
        gap,
        gap_error,
        adjusted_rand,
        is_suggested,
        min(jaccard) as lowest_jaccard
    from {{ ref('est_clusters') }}
    group by
        survey, wave, concept, base, k, respondents, silhouette, gap, gap_error, adjusted_rand,
        is_suggested
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    splits.survey,
    surveys.survey_label_nl,
    surveys.survey_label_en,
    splits.wave,
    splits.concept,
    concepts.concept_label_nl,
    concepts.concept_label_en,
    splits.base,
    {{ labels_of('bases', 'base') }},
    cast(splits.k as integer) as k,
    cast({{ unit }} * floor(splits.respondents / {{ unit }}) as bigint) as n,
    round(splits.silhouette, 2) as silhouette,
    round(splits.gap, 2) as gap,
    round(splits.gap_error, 2) as gap_error,
    round(splits.lowest_jaccard, 2) as lowest_jaccard,
    case
        when splits.k > 1
            then round(splits.lowest_jaccard, 2) >= {{ release_rule('stable_cluster') }} / 100
    end as is_stable,
    case when splits.k > 1 then round(splits.adjusted_rand, 2) end as adjusted_rand,
    splits.is_suggested,
    {% for lang in ['nl', 'en'] %}
        {% for name in ['silhouette', 'gap', 'lowest_jaccard'] %}
            coalesce({{ printed_text(lang, 'round(splits.' ~ name ~ ', 2)') }}, '–')
                as {{ name }}_text_{{ lang }},
        {% endfor %}
    {% endfor %}
    row_number() over (partition by splits.survey, splits.wave, splits.concept order by splits.k)
    = 1
        as is_first,
    loads.data_status,
    {{ labels_of('data_status', 'data_status') }},
    coalesce(assumed.assumed, false) as assumed,
    {{ notice_text('nl') }} as notice_nl,
    {{ notice_text('en') }} as notice_en,
    limitation.label_nl as limitation_nl,
    limitation.label_en as limitation_en
from splits
inner join loads on splits.survey = loads.survey and splits.wave = loads.wave
inner join {{ ref('dim_survey') }} as surveys on splits.survey = surveys.survey
inner join {{ ref('dim_concept') }} as concepts on splits.concept = concepts.concept
left join {{ ref('est_assumed') }} as assumed
    on
        {{ equal_columns('splits', 'assumed', ['survey', 'wave', 'concept']) }}
        and assumed.category = '*'
left join {{ ref('bases') }} as bases on splits.base = bases.base
{{ join_codelist('data_status', 'loads.data_status') }}
{{ join_notices('loads.data_status', 'assumed.assumed') }}
{{ join_codelist('limitation', "'climate_cluster'") }}
where splits.respondents >= {{ release_rule('minimum_base') }}
