-- One row per survey, pair of waves, concept, category, base, group and weighting: the covariance
-- of both estimates through the organisations that answered in both waves (linked pseudonym), and
-- their correlation as a release shows it.
-- With z_i = w_i d_i (y_i - p) / sum(wd), the m_h organisations of stratum h that are in both
-- samples, n1_h and n2_h respondents and N_h in the frame:
--   Cov = sum_h (m_h - n1_h n2_h / N_h) S12_h,
--   S12_h = sum over both (z1_i - mean(z1)) (z2_i - mean(z2)) / (m_h - 1)
-- (Wood 2008, Journal of Official Statistics 24, 53-78; Qualité and Tillé 2008, Survey Methodology
-- 34, 173-181). Two samples that were drawn independently share n1_h n2_h / N_h by chance, which
-- gives 0. Of two frames the larger counts; a stratum with one organisation in both gives 0.
{% set cell = [
    'survey', 'concept', 'base', 'group_dimension', 'group_value', 'weighting', 'category'
] %}
{% set pair = cell + ['from_wave', 'to_wave'] %}
with linked as (
    select * from {{ ref('est_linked_organisations') }}
),

points as (
    select distinct
        {{ cell | join(', ') }},
        wave,
        item,
        p,
        total_weight
    from {{ ref('est_stratum_sums') }}
),

pairs as (
    select
        {{ prefixed('earlier', cell + ['item']) }},
        earlier.wave as from_wave,
        later.wave as to_wave,
        earlier.p as from_p,
        later.p as to_p,
        earlier.total_weight as from_total_weight,
        later.total_weight as to_total_weight
    from points as earlier
    inner join points as later
        on
            {{ equal_columns('earlier', 'later', cell + ['item']) }}
            and earlier.wave < later.wave
),

-- z_i of every organisation in both samples, for each wave in which it is in the group and base.
both_sides as (
    {% for side in ['from', 'to'] %}
        {% set z %}
            linked.{{ side }}_weight * (coalesce(answers.value, 0) - pairs.{{ side }}_p)
            / pairs.{{ side }}_total_weight
        {% endset %}
        select
            {{ prefixed('pairs', pair) }},
            linked.stratum,
            linked.organisation_id,
            linked.m,
            linked.shared_by_chance,
            {{ z if side == 'from' else 0 }} as from_z,
            {{ z if side == 'to' else 0 }} as to_z
        from pairs
        inner join linked
            on
                {{ equal_columns(
                    'pairs', 'linked', ['survey', 'weighting', 'from_wave', 'to_wave']
                ) }}
        inner join {{ ref('hrm_respondent_groups') }} as member_groups
            on
                {{ equal_columns(
                    'pairs', 'member_groups', ['survey', 'group_dimension', 'group_value']
                ) }}
                and linked.{{ side }}_wave = member_groups.wave
                and linked.{{ side }}_respondent = member_groups.respondent_id
        inner join {{ ref('hrm_read_patterns') }} as patterns
            on
                linked.survey = patterns.survey
                and linked.{{ side }}_wave = patterns.wave
                and linked.{{ side }}_respondent = patterns.respondent_id
        inner join {{ ref('hrm_pattern_members') }} as members
            on
                {{ equal_columns('pairs', 'members', ['survey', 'concept', 'base', 'item']) }}
                and {{ equal_columns('patterns', 'members', ['wave', 'pattern']) }}
        left join {{ ref('hrm_pattern_answers') }} as answers
            on
                {{ equal_columns(
                    'members', 'answers',
                    ['survey', 'wave', 'pattern', 'concept', 'base', 'item']
                ) }}
                and pairs.category = answers.category
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

organisations as (
    select
        {{ pair | join(', ') }},
        stratum,
        m,
        shared_by_chance,
        sum(from_z) as from_z,
        sum(to_z) as to_z
    from both_sides
    group by {{ pair | join(', ') }}, stratum, m, shared_by_chance, organisation_id
),

strata as (
    select
        {{ pair | join(', ') }},
        m,
        shared_by_chance,
        sum(from_z) as sum_from,
        sum(to_z) as sum_to,
        sum(from_z * to_z) as sum_products
    from organisations
    group by {{ pair | join(', ') }}, stratum, m, shared_by_chance
),

covariances as (
    select
        {{ pair | join(', ') }},
        -- Organisations outside the group have z = 0 and count in m all the same.
        sum(case
            when m > 1
                then
                    (m - shared_by_chance) * (sum_products - sum_from * sum_to / m) / (m - 1)
            else 0
        end) as covariance
    from strata
    group by {{ pair | join(', ') }}
)

select
    covariances.*,
    {{ shown_correlation('covariances.covariance', 'earlier', 'later') }} as correlation
from covariances
{% for side, wave in [('earlier', 'from_wave'), ('later', 'to_wave')] %}
    inner join {{ ref('est_computed') }} as {{ side }}
        on
            {{ equal_columns('covariances', side, cell) }}
            and covariances.{{ wave }} = {{ side }}.wave
            and {{ side }}.statistic in ('share', 'mean')
{% endfor %}
