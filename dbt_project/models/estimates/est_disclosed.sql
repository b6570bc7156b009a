-- One row per estimate of est_computed, with nothing in it that could point at an organisation.
-- Primary (C): a base under 10, or a group that is never shown on its own. Secondary (D): where
-- the hidden groups of a partition could be subtracted from its total (one hidden group, or
-- hidden groups with fewer than 10 answers together), the smallest group left is hidden too.
-- Groups of a multiple-response question overlap and cannot be subtracted.
{% set siblings = [
    'survey', 'wave', 'concept', 'category', 'statistic', 'base', 'weighting', 'group_dimension'
] %}
with estimates as (
    select * from {{ ref('est_computed') }}
),

dimensions as (
    select
        group_dimensions.group_dimension,
        concepts.kind
    from {{ ref('group_dimensions') }} as group_dimensions
    inner join {{ ref('concepts') }} as concepts
        on group_dimensions.concept = concepts.concept
),

hidden_groups as (
    select
        group_dimensions.group_dimension,
        categories.category as group_value
    from {{ ref('categories') }} as categories
    inner join {{ ref('group_dimensions') }} as group_dimensions
        on categories.concept = group_dimensions.concept
    where not categories.shown_alone
),

judged as (
    select
        estimates.*,
        dimensions.kind = 'single' as is_partition,
        estimates.n < {{ var('minimum_base') }} or hidden_groups.group_value is not null
            as is_primary
    from estimates
    left join dimensions on estimates.group_dimension = dimensions.group_dimension
    left join hidden_groups
        on
            estimates.group_dimension = hidden_groups.group_dimension
            and estimates.group_value = hidden_groups.group_value
),

counted as (
    select
        *,
        sum(case when is_primary then 1 else 0 end) over partition_of_total as hidden,
        sum(case when is_primary then n else 0 end) over partition_of_total as hidden_n,
        row_number() over (
            partition by {{ siblings | join(', ') }}
            order by case when is_primary then 1 else 0 end, n, group_value
        ) as rank_of_smallest
    from judged
    window partition_of_total as (partition by {{ siblings | join(', ') }})
),

marked as (
    select
        *,
        case
            when is_primary then 'C'
            when
                is_partition and rank_of_smallest = 1
                and (hidden = 1 or (hidden > 1 and hidden_n < {{ var('minimum_base') }}))
                then 'D'
            else 'F'
        end as conf_status
    from counted
)

select
    survey,
    wave,
    concept,
    category,
    base,
    group_dimension,
    group_value,
    weighting,
    statistic,
    {% for column in [
        'estimate', 'estimate_low', 'estimate_high', 'standard_error', 'total',
        'total_standard_error', 'n', 'df'
    ] %}
        case when conf_status = 'F' then {{ column }} end as {{ column }},
    {% endfor %}
    case when conf_status = 'F' then interval_method else 'none' end as interval_method,
    conf_status
from marked
