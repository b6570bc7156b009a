-- One row per survey, wave, group and data status: how many were asked and how many answered.
-- Published numbers come from manifests and from the figures by sector; computed ones from the
-- frame and the loaded answers, hidden where an estimate of that group would be hidden. The frame
-- counts as invited only where it adds up to the number that a source says was invited. Dashboards
-- show of each split what a source prints, or else what the file gives (`is_preferred`).
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
),

labels as (
    select
        united.*,
        coalesce(categories.category_label_nl, dimensions.label_nl) as group_value_label_nl,
        coalesce(categories.category_label_en, dimensions.label_en) as group_value_label_en,
        coalesce(categories.sort_order, 0) as group_order,
        united.data_status <> 'published' and coalesce(assumptions.assumed, false) as assumed,
        united.data_status = 'published' or max(
            case when united.data_status = 'published' then 1 else 0 end
        ) over (partition by united.survey, united.wave, united.group_dimension) = 0
            as is_preferred
    from united
    left join {{ ref('group_dimensions') }} as dimensions
        on united.group_dimension = dimensions.group_dimension
    {{ join_assumed('united', concept='dimensions.concept') }}
    left join {{ ref('dim_category') }} as categories
        on
            dimensions.concept = categories.concept
            and united.group_value = categories.category
),

-- The home survey first, its latest wave first, and of each wave the total.
placed as (
    select
        labels.*,
        surveys.survey_label_nl,
        surveys.survey_label_en,
        cast(row_number() over (
            order by
                case when labels.survey = '{{ var("home_survey") }}' then 0 else 1 end,
                surveys.survey_label_nl asc,
                labels.wave desc,
                case when labels.group_dimension = 'total' then 0 else 1 end,
                labels.group_dimension asc,
                labels.group_order asc,
                labels.group_value asc,
                labels.data_status asc
        ) as integer) as row_order
    from labels
    inner join {{ ref('dim_survey') }} as surveys on labels.survey = surveys.survey
)

select
    placed.survey,
    placed.survey_label_nl,
    placed.survey_label_en,
    placed.wave,
    placed.group_dimension,
    placed.group_value,
    placed.group_value_label_nl,
    placed.group_value_label_en,
    placed.data_status,
    {{ labels_of('data_statuses', 'data_status') }},
    placed.assumed,
    placed.invited,
    placed.answered,
    placed.rate,
    placed.is_preferred,
    placed.row_order,
    placed.row_order = min(case when placed.is_preferred then placed.row_order end)
        over (partition by placed.survey, placed.wave) as is_first,
    {% for lang, hidden, unknown in [
        ('nl', 'afgeschermd', 'niet bekend'), ('en', 'suppressed', 'not known')
    ] %}
        {{ count_text(lang, 'placed.invited') }} as invited_text_{{ lang }},
        case
            when placed.answered is null and placed.data_status <> 'published' then '{{ hidden }}'
            else {{ count_text(lang, 'placed.answered') }}
        end as answered_text_{{ lang }},
        case
            when placed.answered is null and placed.data_status <> 'published' then '{{ hidden }}'
            else coalesce({{ number_text(lang, 'placed.rate') }} || '%', '{{ unknown }}')
        end as rate_text_{{ lang }},
    {% endfor %}
    sources.title as source_title,
    placed.source_locator,
    sources.url as source_url
from placed
left join {{ ref('dim_source') }} as sources on placed.source_id = sources.source_id
{{ join_codelist('data_status', 'placed.data_status', 'data_statuses') }}
