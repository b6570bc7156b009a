-- One row per survey, wave, concept, base and data status: which part of the answers that were
-- asked for is missing, of all respondents together. Missing answers are neither corrected for nor
-- filled in. What is shown follows from rounded numbers only, so that the exact size of a base
-- stays hidden.
with items as (
    select
        *,
        round(100 * (1 - valid / cast(asked as double))) as missing,
        -- Of a question with several items the mean number of valid answers to an item.
        round(valid / cast(items as double)) as n
    from {{ ref('est_item_response') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
)

select
    items.survey,
    items.wave,
    items.concept,
    concepts.concept_label_nl,
    concepts.concept_label_en,
    items.base,
    {{ labels_of('bases', 'base') }},
    loads.data_status,
    coalesce(assumptions.assumed, false) as assumed,
    items.items,
    cast(
        case
            when items.respondents = loads.respondents then items.respondents
            else round(items.n / (1 - items.missing / 100))
        end as bigint
    ) as asked,
    cast(items.n as bigint) as n,
    items.missing
from items
inner join loads on items.survey = loads.survey and items.wave = loads.wave
inner join {{ ref('dim_concept') }} as concepts on items.concept = concepts.concept
left join {{ ref('bases') }} as bases on items.base = bases.base
{{ join_assumed('items') }}
where items.n >= {{ release_rule('minimum_base') }}
