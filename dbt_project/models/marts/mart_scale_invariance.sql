-- One row per survey, concept, base, pair of waves, level and data status: whether the items of a
-- scale work alike in both waves. Each level asks for more than the one before: the same items, the
-- same weights, the same starting points. Means may be compared only where the last one holds.
-- A level is judged by the figures of this table: how much the fit falls from the level before it.
{% set pair = ['survey', 'concept', 'base', 'from_wave', 'to_wave', 'data_status'] %}
with levels as (
    select
        code,
        label_nl,
        label_en,
        sort_order
    from {{ ref('codelists') }}
    where codelist = 'invariance_level'
),

-- Generated and real answers are not compared.
shown as (
    select
        {{ prefixed('models', pair[:-1]) }},
        later.data_status,
        models.level,
        levels.label_nl as level_label_nl,
        levels.label_en as level_label_en,
        levels.sort_order as level_order,
        models.from_n,
        models.to_n,
        models.items,
        models.status,
        {{ to_unit('models.chi_square', release_unit('chi_square')) }} as chi_square,
        {{ to_unit('models.cfi', release_unit('fit')) }} as cfi,
        {{ to_unit('models.rmsea', release_unit('fit')) }} as rmsea,
        cast(models.df as bigint) as df
    from {{ ref('est_scale_invariance') }} as models
    inner join {{ ref('stg_loads') }} as earlier
        on models.survey = earlier.survey and models.from_wave = earlier.wave
    inner join {{ ref('stg_loads') }} as later
        on
            models.survey = later.survey
            and models.to_wave = later.wave
            and earlier.data_status = later.data_status
    inner join levels on models.level = levels.code
),

changes as (
    select
        *,
        round(lag(cfi) over (one_pair) - cfi, 6) as cfi_fall,
        round(rmsea - lag(rmsea) over one_pair, 6) as rmsea_rise
    from shown
    window one_pair as (partition by {{ pair | join(', ') }} order by level_order)
),

-- 2 where a level holds by itself, 0 where it does not, 1 where that is not known.
by_itself as (
    select
        *,
        case
            when status <> 'computed' then 1
            when level_order = 1 and df = 0 then 2
            when level_order = 1
                then
                    case
                        when
                            cfi >= {{ release_rule('acceptable_cfi') }}
                            and rmsea <= {{ release_rule('acceptable_rmsea') }}
                            then 2
                        else 0
                    end
            when cfi_fall is null then 1
            when
                cfi_fall <= {{ release_rule('invariance_cfi') }}
                and rmsea_rise <= {{ release_rule('invariance_rmsea') }}
                then 2
            else 0
        end as own
    from changes
),

together as (
    select
        *,
        min(own) over (
            partition by {{ pair | join(', ') }}
            order by level_order
            rows between unbounded preceding and current row
        ) as verdict
    from by_itself
),

judged as (
    select
        *,
        case verdict when 2 then true when 0 then false end as holds,
        case
            when status <> 'computed' then status
            when verdict < own then 'level_below'
            when own = 2 then 'equal'
            when own = 0 and level_order = 1 then 'poor_fit'
            when own = 0 then 'unequal'
            else 'level_below'
        end as reason
    from together
)

select
    judged.survey,
    judged.concept,
    concepts.concept_label_nl,
    concepts.concept_label_en,
    judged.base,
    {{ labels_of('bases', 'base') }},
    judged.data_status,
    {{ labels_of('data_statuses', 'data_status') }},
    coalesce(assumptions.assumed, false) or coalesce(earlier.assumed, false) as assumed,
    judged.from_wave,
    judged.to_wave,
    judged.level,
    judged.level_label_nl,
    judged.level_label_en,
    judged.level_order,
    {% for wave in ['from', 'to'] -%}
        case
            when judged.{{ wave }}_n >= {{ release_rule('scale_base') }}
                then
                    cast(
                        floor(judged.{{ wave }}_n / {{ release_unit('complete') }})
                        * {{ release_unit('complete') }} as bigint
                    )
        end as {{ wave }}_n,
    {% endfor -%}
    judged.items,
    judged.chi_square,
    judged.df,
    judged.cfi,
    judged.rmsea,
    judged.cfi_fall,
    judged.rmsea_rise,
    judged.holds,
    judged.reason,
    reasons.label_nl as reason_nl,
    reasons.label_en as reason_en,
    limits.label_nl as limitation_nl,
    limits.label_en as limitation_en
from judged
inner join {{ ref('dim_concept') }} as concepts on judged.concept = concepts.concept
left join {{ ref('bases') }} as bases on judged.base = bases.base
{{ join_assumed('judged', wave='to_wave') }}
{{ join_assumed('judged', 'earlier', wave='from_wave') }}
{{ join_codelist('data_status', 'judged.data_status', 'data_statuses') }}
{{ join_codelist('scale_reason', 'judged.reason', 'reasons') }}
{{ join_codelist('limitation', "'scale_invariance'", 'limits') }}
