-- One row per respondent, concept, base and item (`*` where the question has one answer): who was
-- asked and gave a valid answer. The base of every estimate.
select
    survey,
    wave,
    respondent_id,
    concept,
    base,
    item
from {{ ref('int_direct_answers') }}
union
select
    survey,
    wave,
    respondent_id,
    concept,
    base,
    item
from {{ ref('int_combined_answers') }}
union
select
    survey,
    wave,
    respondent_id,
    concept,
    base,
    '*' as item
from {{ ref('int_counted_answers') }}
union
select
    survey,
    wave,
    respondent_id,
    concept,
    base,
    '*' as item
from {{ ref('int_binned_answers') }}
