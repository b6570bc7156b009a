-- One row per survey, wave, concept, base, added item and pair of items (an item with itself too, a
-- pair once): mean and covariance of the answers to a scale of several items, of those who answered
-- all of them. With an added item these are the items of the scale and one item that was asked
-- beside it.
{% set scale = ['survey', 'wave', 'concept', 'base'] %}
with items as (
    select * from {{ ref('hrm_scale_items') }}
),

answers as (
    select * from {{ ref('stg_answers') }}
),

recodes as (
    select * from {{ ref('recodes') }}
),

item_answers as (
    select * from {{ ref('hrm_item_answers') }}
),

scores as (
    select
        {{ prefixed('items', scale + ['item']) }},
        item_answers.respondent_id,
        item_answers.score
    from items
    inner join item_answers
        on {{ equal_columns('items', 'item_answers', scale + ['variable']) }}
    where items.in_scale and item_answers.score is not null
    union all
    select
        {{ prefixed('items', scale + ['item']) }},
        answers.respondent_id,
        recodes.score
    from items
    inner join answers
        on {{ equal_columns('items', 'answers', ['survey', 'wave', 'variable']) }}
    inner join recodes
        on items.recode = recodes.recode and answers.code = recodes.code
    where not items.in_scale and recodes.score is not null
),

sets as (
    select
        {{ scale | join(', ') }},
        item,
        '' as added
    from items
    where in_scale
    union all
    select
        {{ prefixed('items', scale + ['item']) }},
        beside.item as added
    from items
    inner join items as beside
        on {{ equal_columns('items', 'beside', scale) }}
    where not beside.in_scale and (items.in_scale or items.item = beside.item)
),

sizes as (
    select
        {{ scale | join(', ') }},
        added,
        count(*) as items
    from sets
    group by {{ scale | join(', ') }}, added
),

given as (
    select
        {{ prefixed('sets', scale + ['added', 'item']) }},
        scores.respondent_id,
        scores.score
    from sets
    inner join scores
        on {{ equal_columns('sets', 'scores', scale + ['item']) }}
),

complete as (
    select
        {{ prefixed('given', scale + ['added']) }},
        given.respondent_id
    from given
    inner join sizes
        on {{ equal_columns('given', 'sizes', scale + ['added']) }}
    group by {{ prefixed('given', scale + ['added']) }}, given.respondent_id, sizes.items
    having count(*) = sizes.items
),

used as (
    select given.*
    from given
    inner join complete
        on {{ equal_columns('given', 'complete', scale + ['added', 'respondent_id']) }}
)

select
    {{ prefixed('one', scale) }},
    nullif(one.added, '') as added,
    one.item,
    other.item as other_item,
    count(*) as n,
    avg(one.score) as mean,
    covar_pop(one.score, other.score) as covariance
from used as one
inner join used as other
    on
        {{ equal_columns('one', 'other', scale + ['added', 'respondent_id']) }}
        and one.item <= other.item
group by {{ prefixed('one', scale + ['added', 'item']) }}, other.item
