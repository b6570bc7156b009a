-- One row per survey, wave, concept, base, data status, k and cluster: where k groups of a scale
-- lie that a cluster analysis finds, beside the classes that the survey uses (bins.csv) where there
-- are as many. A k with a cluster that is too small has no figures.
{% set unit = release_rule('model_size_unit') %}
with classes as (
    select
        *,
        count(*) over (partition by concept) as classes,
        row_number() over (
            partition by concept order by coalesce(lower, -1e9), coalesce(upper, 1e9)
        ) as place
    from {{ ref('bins') }}
),

clusters as (
    select
        clusters.*,
        loads.data_status,
        min(clusters.n) over (
            partition by
                clusters.survey, clusters.wave, clusters.concept, clusters.base, clusters.k
        ) >= {{ release_rule('minimum_base') }} as is_shown
    from {{ ref('est_clusters') }} as clusters
    inner join {{ ref('stg_loads') }} as loads
        on clusters.survey = loads.survey and clusters.wave = loads.wave
),

-- How many groups the gap statistic points at says how to read the others.
explained as (
    select
        *,
        case
            when not is_shown then 'too_small'
            when is_suggested then null
            when
                max(case when is_suggested then k end) over (
                    partition by survey, wave, concept, base
                ) = 1
                then 'one_group_suggested'
            else 'other_number_suggested'
        end as reason
    from clusters
),

-- What the release shows of the classes themselves.
shares as (
    select * from {{ ref('mart_indicator') }}
    where
        group_dimension = 'total' and weighting = 'none' and statistic = 'share'
        and data_status <> 'published'
),

units as (
    select
        sizes.respondents,
        max(case when precision.statistic = 'mean' then precision.unit end) as mean_unit,
        max(case when precision.statistic = 'quantile' then precision.unit end) as quantile_unit
    from (select distinct respondents from clusters) as sizes
    inner join {{ ref('release_precision') }} as precision
        on
            sizes.respondents >= precision.minimum_n
            and (precision.below_n is null or sizes.respondents < precision.below_n)
    group by sizes.respondents
)

select
    clusters.survey,
    surveys.survey_label_nl,
    surveys.survey_label_en,
    clusters.wave,
    clusters.concept,
    concepts.concept_label_nl,
    concepts.concept_label_en,
    clusters.base,
    {{ labels_of('bases', 'base') }},
    cast(clusters.k as integer) as k,
    cast(clusters.cluster as integer) as cluster,
    case when clusters.is_shown then cast({{ unit }} * floor(clusters.n / {{ unit }}) as bigint) end
        as n,
    case
        when clusters.is_shown
            then {{ to_unit('100.0 * clusters.n / clusters.respondents', unit) }}
    end as share,
    case when clusters.is_shown then {{ to_unit('clusters.centre', 'units.mean_unit') }} end
        as centre,
    case when clusters.is_shown then {{ to_unit('clusters.lower', 'units.quantile_unit') }} end
        as lower_border,
    case when clusters.is_shown then {{ to_unit('clusters.upper', 'units.quantile_unit') }} end
        as upper_border,
    case when clusters.is_shown then round(clusters.jaccard, 2) end as jaccard,
    case
        when clusters.is_shown and clusters.k > 1
            then round(clusters.jaccard, 2) >= {{ release_rule('stable_cluster') }} / 100
    end as is_stable,
    clusters.is_suggested,
    classes.category,
    categories.category_label_nl,
    categories.category_label_en,
    classes.lower as class_lower,
    classes.upper as class_upper,
    shares.estimate as class_share,
    clusters.reason,
    cluster_reason.label_nl as reason_nl,
    cluster_reason.label_en as reason_en,
    clusters.data_status,
    {{ labels_of('data_status', 'data_status') }},
    coalesce(assumed.assumed, false) as assumed,
    {{ notice_text('nl') }} as notice_nl,
    {{ notice_text('en') }} as notice_en,
    limitation.label_nl as limitation_nl,
    limitation.label_en as limitation_en
from explained as clusters
inner join units on clusters.respondents = units.respondents
inner join {{ ref('dim_survey') }} as surveys on clusters.survey = surveys.survey
inner join {{ ref('dim_concept') }} as concepts on clusters.concept = concepts.concept
left join classes
    on
        clusters.concept = classes.concept
        and clusters.k = classes.classes
        and clusters.cluster = classes.place
left join shares
    on
        {{ equal_columns('clusters', 'shares', ['survey', 'wave', 'base', 'data_status']) }}
        and {{ equal_columns('classes', 'shares', ['concept', 'category']) }}
left join {{ ref('dim_category') }} as categories
    on {{ equal_columns('classes', 'categories', ['concept', 'category']) }}
left join {{ ref('est_assumed') }} as assumed
    on
        {{ equal_columns('clusters', 'assumed', ['survey', 'wave', 'concept']) }}
        and assumed.category = '*'
left join {{ ref('bases') }} as bases on clusters.base = bases.base
{{ join_codelist('cluster_reason', 'clusters.reason') }}
{{ join_codelist('data_status', 'clusters.data_status') }}
{{ join_notices('clusters.data_status', 'assumed.assumed') }}
{{ join_codelist('limitation', "'climate_cluster'") }}
