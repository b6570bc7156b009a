-- One row per survey, wave, concept, base, item and data status: how an item fits its scale. An
-- item that the crosswalk keeps out of the scale is shown as what it would be in it.
{% set item = ['survey', 'wave', 'concept', 'base', 'item'] %}
with items as (
    select * from {{ ref('hrm_scale_items') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
),

fits as (
    select * from {{ ref('est_scale_item') }}
),

analysed as (
    select
        {{ prefixed('items', item) }},
        items.variable,
        items.item_label_nl,
        items.item_label_en,
        loads.data_status,
        coalesce(fits.status, 'too_few_answers') as status,
        {% for column in ['loading', 'item_rest', 'alpha_if_dropped'] -%}
            {{ to_unit('fits.' ~ column, release_unit('coefficient')) }} as {{ column }},
        {% endfor -%}
        items.in_scale
    from items
    inner join loads on items.survey = loads.survey and items.wave = loads.wave
    left join fits on {{ equal_columns('items', 'fits', item) }}
),

judged as (
    select
        *,
        case
            when status <> 'computed' then status
            when in_scale and loading < 0 then 'in_scale_reversed'
            when in_scale and loading < {{ release_rule('weak_loading') }} then 'in_scale_weak'
            when in_scale then 'in_scale'
            when abs(loading) < {{ release_rule('weak_loading') }}
                then case when loading < 0 then 'kept_out_weak_reversed' else 'kept_out_weak' end
            when loading < 0 then 'kept_out_reversed'
            else 'kept_out_fits'
        end as reason
    from analysed
)

select
    judged.survey,
    judged.wave,
    judged.concept,
    concepts.concept_label_nl,
    concepts.concept_label_en,
    judged.base,
    {{ labels_of('bases', 'base') }},
    judged.variable,
    judged.item,
    judged.item_label_nl,
    judged.item_label_en,
    judged.data_status,
    {{ labels_of('data_statuses', 'data_status') }},
    coalesce(assumptions.assumed, false) as assumed,
    judged.in_scale,
    judged.loading,
    judged.item_rest,
    case when judged.in_scale then judged.alpha_if_dropped end as alpha_if_dropped,
    judged.reason,
    reasons.label_nl as reason_nl,
    reasons.label_en as reason_en
from judged
inner join {{ ref('dim_concept') }} as concepts on judged.concept = concepts.concept
left join {{ ref('bases') }} as bases on judged.base = bases.base
{{ join_assumed('judged') }}
{{ join_codelist('data_status', 'judged.data_status', 'data_statuses') }}
{{ join_codelist('scale_reason', 'judged.reason', 'reasons') }}
