-- One row per survey, wave, concept, base, added item and pair of items (an item with itself too, a
-- pair once): mean and covariance of the answers to a scale of several items, of those who answered
-- all of them. With an added item these are the items of the scale and one item that was asked
-- beside it.
{% set scale = ['survey', 'wave', 'concept', 'base'] %}
with items as (
    select * from {{ ref('hrm_scale_items') }}
),

answers as (
    select * from {{ ref('hrm_pattern_cells') }}
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
        item_answers.pattern,
        item_answers.score
    from items
    inner join item_answers
        on {{ equal_columns('items', 'item_answers', scale + ['variable']) }}
    where items.in_scale and item_answers.score is not null
    union all
    select
        {{ prefixed('items', scale + ['item']) }},
        answers.pattern,
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
        scores.pattern,
        scores.score
    from sets
    inner join scores
        on {{ equal_columns('sets', 'scores', scale + ['item']) }}
),

complete as (
    select
        {{ prefixed('given', scale + ['added']) }},
        given.pattern
    from given
    inner join sizes
        on {{ equal_columns('given', 'sizes', scale + ['added']) }}
    group by {{ prefixed('given', scale + ['added']) }}, given.pattern, sizes.items
    having count(*) = sizes.items
),

used as (
    select
        given.*,
        patterns.n
    from given
    inner join complete
        on {{ equal_columns('given', 'complete', scale + ['added', 'pattern']) }}
    inner join {{ ref('hrm_patterns') }} as patterns
        on {{ equal_columns('given', 'patterns', ['survey', 'wave', 'pattern']) }}
),

-- Means first: a covariance from sums of products would lose digits.
means as (
    select
        {{ scale | join(', ') }},
        added,
        item,
        sum(n) as n,
        sum(n * score) / sum(n) as mean
    from used
    group by {{ scale | join(', ') }}, added, item
),

centred as (
    select
        used.*,
        means.mean,
        means.n as respondents,
        used.score - means.mean as deviation
    from used
    inner join means
        on {{ equal_columns('used', 'means', scale + ['added', 'item']) }}
)

select
    {{ prefixed('one', scale) }},
    nullif(one.added, '') as added,
    one.item,
    other.item as other_item,
    cast(one.respondents as bigint) as n,
    one.mean,
    sum(one.n * one.deviation * other.deviation) / one.respondents as covariance
from centred as one
inner join centred as other
    on
        {{ equal_columns('one', 'other', scale + ['added', 'pattern']) }}
        and one.item <= other.item
group by
    {{ prefixed('one', scale + ['added', 'item']) }}, other.item, one.respondents, one.mean
