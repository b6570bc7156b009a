-- One row per survey, wave, concept, base, item, category, group, weighting and stratum: the sums
-- that every estimate follows from, with the estimate p of the whole cell beside them.
-- Respondents of one stratum who are in the same groups form a profile, and those who answered
-- alike have the same pattern. Answers are added up per pattern and profile, and only then counted
-- in each of its groups. A plain GROUP BY would meet every answer once per group.
{% set question = ['concept', 'base', 'item'] %}
{% set group = ['survey', 'wave', 'group_dimension', 'group_value'] %}
{% set cell = group + question + ['weighting'] %}
{# weighting: stratum, and what counts there as n, w, w^2, wy, w^2 y and w^2 y^2. #}
{% set weightings = {
    'none': ["'all'", 'n', 'n', 'sum_y', 'sum_y', 'sum_y2'],
    'weighted': ['profiles.stratum', 'sum_w', 'sum_w2', 'sum_wy', 'sum_w2y', 'sum_w2y2'],
} %}
{% set profile = ['survey', 'wave', 'profile'] %}
with sizes as (
    select * from {{ ref('hrm_stratum_sizes') }}
),

strata as (
    select
        survey,
        wave,
        'weighted' as weighting,
        stratum,
        n_stratum,
        frame_count
    from sizes
    where stratum is not null
    union all
    select distinct
        survey,
        wave,
        'none' as weighting,
        'all' as stratum,
        n as n_stratum,
        cast(null as bigint) as frame_count
    from sizes
),

profiles as (
    select * from {{ ref('hrm_profile_groups') }}
),

pattern_sums as (
    select * from {{ ref('est_pattern_sums') }}
),

member_sums as (
    select
        {{ prefixed('pattern_sums', profile) }},
        {{ prefixed('members', question) }},
        sum(pattern_sums.n) as n,
        sum(pattern_sums.sum_w) as sum_w,
        sum(pattern_sums.sum_w2) as sum_w2
    from {{ ref('hrm_pattern_members') }} as members
    inner join pattern_sums
        on {{ equal_columns('members', 'pattern_sums', ['survey', 'wave', 'pattern']) }}
    group by {{ prefixed('pattern_sums', profile) }}, {{ prefixed('members', question) }}
),

answer_sums as (
    select
        {{ prefixed('pattern_sums', profile) }},
        {{ prefixed('answers', question) }},
        answers.category,
        sum(pattern_sums.n * answers.value) as sum_y,
        sum(pattern_sums.n * answers.value * answers.value) as sum_y2,
        sum(pattern_sums.sum_w * answers.value) as sum_wy,
        sum(pattern_sums.sum_w2 * answers.value) as sum_w2y,
        sum(pattern_sums.sum_w2 * answers.value * answers.value) as sum_w2y2
    from {{ ref('hrm_pattern_answers') }} as answers
    inner join pattern_sums
        on {{ equal_columns('answers', 'pattern_sums', ['survey', 'wave', 'pattern']) }}
    group by
        {{ prefixed('pattern_sums', profile) }}, {{ prefixed('answers', question) }},
        answers.category
),

base_cells as (
    {% for weighting, (stratum, w, w2, wy, w2y, w2y2) in weightings.items() %}
        select
            {{ prefixed('profiles', group) }},
            {{ prefixed('member_sums', question) }},
            '{{ weighting }}' as weighting,
            {{ stratum }} as stratum,
            sum(member_sums.n) as n,
            sum(member_sums.{{ w }}) as sum_w,
            sum(member_sums.{{ w2 }}) as sum_w2
        from member_sums
        -- Answers by a group that is the concept itself would be 0 and 100 % and say nothing.
        inner join profiles
            on
                {{ equal_columns('member_sums', 'profiles', profile) }}
                and coalesce(profiles.grouping_concept, '') <> member_sums.concept
        group by
            {{ prefixed('profiles', group) }}, {{ prefixed('member_sums', question) }},
            {{ stratum }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

category_cells as (
    {% for weighting, (stratum, w, w2, wy, w2y, w2y2) in weightings.items() %}
        select
            {{ prefixed('profiles', group) }},
            {{ prefixed('answer_sums', question) }},
            '{{ weighting }}' as weighting,
            {{ stratum }} as stratum,
            answer_sums.category,
            sum(answer_sums.{{ wy }}) as sum_wy,
            sum(answer_sums.{{ w2y }}) as sum_w2y,
            sum(answer_sums.{{ w2y2 }}) as sum_w2y2
        from answer_sums
        inner join profiles
            on
                {{ equal_columns('answer_sums', 'profiles', profile) }}
                and coalesce(profiles.grouping_concept, '') <> answer_sums.concept
        group by
            {{ prefixed('profiles', group) }}, {{ prefixed('answer_sums', question) }},
            {{ stratum }}, answer_sums.category
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

cells as (
    select
        base_cells.*,
        asked.category,
        asked.statistic,
        strata.n_stratum,
        strata.frame_count,
        coalesce(category_cells.sum_wy, 0) as sum_wy,
        coalesce(category_cells.sum_w2y, 0) as sum_w2y,
        coalesce(category_cells.sum_w2y2, 0) as sum_w2y2
    from base_cells
    inner join strata
        on
            {{ equal_columns(
                'base_cells', 'strata', ['survey', 'wave', 'weighting', 'stratum']
            ) }}
    inner join {{ ref('hrm_asked_categories') }} as asked
        on {{ equal_columns('base_cells', 'asked', ['survey', 'wave'] + question) }}
    left join category_cells
        on
            {{ equal_columns('base_cells', 'category_cells', cell + ['stratum']) }}
            and asked.category = category_cells.category
),

points as (
    select
        *,
        sum(sum_w) over whole_cell as total_weight,
        sum(sum_wy) over whole_cell / sum(sum_w) over whole_cell as ratio
    from cells
    window whole_cell as (partition by {{ cell | join(', ') }}, category)
)

select
    {{ cell | join(', ') }},
    category,
    statistic,
    stratum,
    cast(n_stratum as bigint) as n_stratum,
    frame_count,
    cast(n as bigint) as n,
    sum_w,
    sum_w2,
    sum_wy,
    sum_w2y,
    sum_w2y2,
    total_weight,
    -- Sums of weights in another order can miss 0 and 1 by a rounding.
    case
        when statistic = 'share' and abs(ratio) < 1e-12 then 0
        when statistic = 'share' and abs(1 - ratio) < 1e-12 then 1
        else ratio
    end as p
from points
