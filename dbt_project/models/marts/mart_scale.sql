-- One row per survey, wave, concept, base and data status: how well the items of a scale of several
-- items go together, by one factor of the answers. `verdict` says how well one factor fits; where
-- there is none, `reason` says why.
{% set scale = ['survey', 'wave', 'concept', 'base'] %}
with scales as (
    select
        {{ scale | join(', ') }},
        cast(count(*) as bigint) as items
    from {{ ref('hrm_scale_items') }}
    where in_scale
    group by {{ scale | join(', ') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
),

factors as (
    select * from {{ ref('est_scale') }}
),

-- Where nobody answered every item there is no row of answers.
analysed as (
    select
        {{ prefixed('scales', scale + ['items']) }},
        loads.data_status,
        coalesce(factors.n, 0) as complete,
        coalesce(factors.status, 'too_few_answers') as status,
        {% for column in [
            'eigenvalue_1', 'eigenvalue_2', 'eigenvalue_3', 'variance_explained', 'alpha',
            'alpha_low', 'alpha_high', 'omega', 'omega_low', 'omega_high',
        ] -%}
            {{ to_unit('factors.' ~ column, release_unit('coefficient')) }} as {{ column }},
        {% endfor -%}
        {{ to_unit('factors.chi_square', release_unit('chi_square')) }} as chi_square,
        {% for column in ['cfi', 'rmsea', 'srmr'] -%}
            {{ to_unit('factors.' ~ column, release_unit('fit')) }} as {{ column }},
        {% endfor -%}
        cast(factors.factors as bigint) as factors,
        cast(factors.df as bigint) as df
    from scales
    inner join loads on scales.survey = loads.survey and scales.wave = loads.wave
    left join factors on {{ equal_columns('scales', 'factors', scale) }}
),

judged as (
    select
        *,
        case
            when status <> 'computed' then status
            when df = 0 then 'just_identified'
            when
                cfi < {{ release_rule('acceptable_cfi') }}
                or rmsea > {{ release_rule('acceptable_rmsea') }}
                then 'poor_fit'
            when alpha < {{ release_rule('acceptable_alpha') }} then 'one_factor_unreliable'
            else 'one_factor'
        end as reason,
        case
            when complete >= {{ release_rule('scale_base') }}
                then
                    cast(
                        floor(complete / {{ release_unit('complete') }})
                        * {{ release_unit('complete') }} as bigint
                    )
        end as shown_n
    from analysed
)

select
    judged.survey,
    surveys.survey_label_nl,
    surveys.survey_label_en,
    judged.wave,
    judged.concept,
    concepts.concept_label_nl,
    concepts.concept_label_en,
    judged.base,
    {{ labels_of('bases', 'base') }},
    judged.data_status,
    {{ labels_of('data_statuses', 'data_status') }},
    coalesce(assumptions.assumed, false) as assumed,
    judged.shown_n as n,
    judged.items,
    judged.eigenvalue_1,
    judged.eigenvalue_2,
    judged.eigenvalue_3,
    judged.factors,
    judged.variance_explained,
    judged.alpha,
    judged.alpha_low,
    judged.alpha_high,
    judged.omega,
    judged.omega_low,
    judged.omega_high,
    judged.chi_square,
    judged.df,
    judged.cfi,
    judged.rmsea,
    judged.srmr,
    case when judged.status = 'computed' then judged.reason end as verdict,
    {% for lang in ['nl', 'en'] %}
        case when judged.status = 'computed' then reasons.label_{{ lang }} end
            as verdict_label_{{ lang }},
    {% endfor %}
    case when judged.status <> 'computed' then judged.reason end as reason,
    {% for lang in ['nl', 'en'] %}
        case when judged.status <> 'computed' then reasons.label_{{ lang }} end
            as reason_{{ lang }},
    {% endfor %}
    {% for lang, to in [('nl', 'tot'), ('en', 'to')] %}
        {% for name in ['alpha', 'omega'] %}
            {{ printed_text(lang, 'judged.' ~ name) }}
            || coalesce(
                ' (' || {{ printed_text(lang, 'judged.' ~ name ~ '_low') }} || ' {{ to }} '
                || {{ printed_text(lang, 'judged.' ~ name ~ '_high') }} || ')', ''
            ) as {{ name }}_text_{{ lang }},
        {% endfor %}
        {{ count_text(lang, 'judged.shown_n') }} as n_text_{{ lang }},
        reasons.label_{{ lang }} as says_{{ lang }},
    {% endfor %}
    limits.label_nl as limitation_nl,
    limits.label_en as limitation_en
from judged
inner join {{ ref('dim_survey') }} as surveys on judged.survey = surveys.survey
inner join {{ ref('dim_concept') }} as concepts on judged.concept = concepts.concept
left join {{ ref('bases') }} as bases on judged.base = bases.base
{{ join_assumed('judged') }}
{{ join_codelist('data_status', 'judged.data_status', 'data_statuses') }}
{{ join_codelist('scale_reason', 'judged.reason', 'reasons') }}
{{ join_codelist('limitation', "'scale'", 'limits') }}
