-- One row per survey, wave, concept, base and variable: an item of a scale of several items, or an
-- item beside it: a statement of the same question with the same answers that the crosswalk keeps
-- out of the scale. `item` names it alike in every wave: by its statement (the category that its
-- variable selects), else by its Dutch wording, else by its variable.
{% set scale = ['survey', 'wave', 'concept', 'base'] %}
with crosswalk as (
    select * from {{ ref('hrm_crosswalk') }}
),

described as (
    select * from {{ ref('stg_items') }}
),

categories as (
    select * from {{ ref('categories') }}
),

scored as (
    select
        *,
        count(*) over (partition by {{ scale | join(', ') }}) as items
    from crosswalk
    where gives = 'score'
),

statements as (
    select
        survey,
        wave,
        variable,
        min(concept) as statement_concept,
        min(category) as statement
    from crosswalk
    where gives = 'selected' and combines is null
    group by survey, wave, variable
    having count(*) = 1
),

in_scale as (
    select
        {{ prefixed('scored', scale + ['variable', 'recode', 'mirrored']) }},
        statements.statement_concept,
        described.codelist
    from scored
    left join statements
        on {{ equal_columns('scored', 'statements', ['survey', 'wave', 'variable']) }}
    left join described
        on {{ equal_columns('scored', 'described', ['survey', 'wave', 'variable']) }}
    where scored.items > 1
),

-- An item beside the scale is scored as the items of the scale that are not mirrored.
questions as (
    select
        {{ scale | join(', ') }},
        statement_concept,
        codelist,
        min(recode) as recode
    from in_scale
    where not mirrored
    group by {{ scale | join(', ') }}, statement_concept, codelist
),

beside as (
    select
        {{ prefixed('questions', scale) }},
        statements.variable,
        questions.recode
    from questions
    inner join statements
        on {{ equal_columns('questions', 'statements', ['survey', 'wave', 'statement_concept']) }}
    inner join described
        on
            {{ equal_columns('statements', 'described', ['survey', 'wave', 'variable']) }}
            and questions.codelist = described.codelist
    left join in_scale
        on
            {{ equal_columns('questions', 'in_scale', scale) }}
            and statements.variable = in_scale.variable
    where in_scale.variable is null
),

items as (
    select
        {{ scale | join(', ') }},
        variable,
        cast(null as string) as recode,
        true as in_scale
    from in_scale
    union all
    select
        {{ scale | join(', ') }},
        variable,
        recode,
        false as in_scale
    from beside
),

named as (
    select
        items.*,
        statements.statement_concept,
        statements.statement,
        described.wording_nl,
        described.wording_en,
        coalesce(statements.statement, described.wording_nl, items.variable) as item_name
    from items
    left join statements
        on {{ equal_columns('items', 'statements', ['survey', 'wave', 'variable']) }}
    left join described
        on {{ equal_columns('items', 'described', ['survey', 'wave', 'variable']) }}
)

select
    {{ prefixed('named', scale + ['variable']) }},
    case
        when count(*) over (partition by {{ prefixed('named', scale) }}, named.item_name) = 1
            then named.item_name
        else named.variable
    end as item,
    named.in_scale,
    named.recode,
    named.statement,
    coalesce(categories.label_nl, named.wording_nl, named.variable) as item_label_nl,
    coalesce(categories.label_en, named.wording_en, named.variable) as item_label_en
from named
left join categories
    on
        named.statement_concept = categories.concept
        and named.statement = categories.category
