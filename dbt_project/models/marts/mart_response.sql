-- One row per survey, wave, group and data status: how many were asked and how many answered.
-- Published numbers come from manifests and from the figures by sector; computed ones from the
-- frame and the loaded answers, hidden where an estimate of that group would be hidden. The frame
-- counts as invited only where it adds up to the number that a source says was invited.
with figures as (
    select
        survey,
        wave,
        group_dimension,
        group_value,
        max(case when concept = 'sector_population' then value end)
            as invited,
        max(case when concept = 'sector_response' and statistic = 'count' then value end)
            as answered,
        max(case when concept = 'sector_response' and statistic = 'share' then value end) as rate,
        min(source_id) as source_id,
        min(locator) as locator
    from {{ ref('stg_published_figures') }}
    where
        status = 'current'
        and concept in ('sector_population', 'sector_response')
        and group_dimension = 'sector'
    group by survey, wave, group_dimension, group_value
),

-- The members of a group are hidden where an estimate over all of them would be.
shown as (
    select
        survey,
        wave,
        'total' as group_dimension,
        'total' as group_value,
        respondents as answered
    from {{ ref('stg_loads') }}
    where respondents >= {{ release_rule('minimum_base') }}
    union
    select
        estimates.survey,
        estimates.wave,
        estimates.group_dimension,
        estimates.group_value,
        estimates.n as answered
    from {{ ref('est_disclosed') }} as estimates
    inner join {{ ref('count_figures') }} as rules
        on estimates.concept = rules.counted_concept
    where
        rules.concept = 'sector_response'
        and estimates.conf_status = 'F'
        and estimates.group_dimension <> 'total'
),

frames as (
    select
        strata.survey,
        strata.wave,
        dimensions.group_dimension,
        strata.stratum as group_value,
        case
            when
                sum(strata.frame_count) over (partition by strata.survey, strata.wave)
                = waves.invited
                then strata.frame_count
        end as invited
    from {{ ref('hrm_strata') }} as strata
    inner join {{ ref('stg_waves') }} as waves
        on strata.survey = waves.survey and strata.wave = waves.wave
    inner join {{ ref('group_dimensions') }} as dimensions
        on waves.stratum_concept = dimensions.concept
    union all
    select
        survey,
        wave,
        'total' as group_dimension,
        'total' as group_value,
        invited
    from {{ ref('stg_waves') }}
),

united as (
    select
        survey,
        wave,
        'total' as group_dimension,
        'total' as group_value,
        'published' as data_status,
        invited,
        answered,
        coalesce(response_rate, 100 * answered / cast(invited as double)) as rate,
        response_source_id as source_id,
        response_locator as source_locator
    from {{ ref('stg_waves') }}
    where coalesce(invited, answered) is not null or response_rate is not null
    union all
    select
        survey,
        wave,
        group_dimension,
        group_value,
        'published' as data_status,
        cast(invited as bigint) as invited,
        cast(answered as bigint) as answered,
        rate,
        source_id,
        locator as source_locator
    from figures
    union all
    select
        frames.survey,
        frames.wave,
        frames.group_dimension,
        frames.group_value,
        loads.data_status,
        frames.invited,
        shown.answered,
        100 * shown.answered / cast(frames.invited as double) as rate,
        cast(null as string) as source_id,
        loads.file_name as source_locator
    from frames
    inner join {{ ref('stg_loads') }} as loads
        on frames.survey = loads.survey and frames.wave = loads.wave
    left join shown
        on
            {{ equal_columns(
                'frames', 'shown', ['survey', 'wave', 'group_dimension', 'group_value']
            ) }}
)

select
    united.survey,
    united.wave,
    united.group_dimension,
    united.group_value,
    coalesce(categories.category_label_nl, dimensions.label_nl) as group_value_label_nl,
    coalesce(categories.category_label_en, dimensions.label_en) as group_value_label_en,
    united.data_status,
    united.invited,
    united.answered,
    united.rate,
    sources.title as source_title,
    united.source_locator,
    sources.url as source_url
from united
left join {{ ref('dim_source') }} as sources on united.source_id = sources.source_id
left join {{ ref('group_dimensions') }} as dimensions
    on united.group_dimension = dimensions.group_dimension
left join {{ ref('dim_category') }} as categories
    on
        dimensions.concept = categories.concept
        and united.group_value = categories.category
