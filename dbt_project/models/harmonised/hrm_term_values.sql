-- One row per respondent and term of a regression (model_terms.csv) with a valid answer: 1 where
-- the respondent chose one of its answers, 0 where not, or the value of a scale. A wave that did
-- not ask all answers of a term has no rows of it; one without an outcome has none at all.
{% set item = ['survey', 'wave', 'concept', 'base', 'item'] %}
with terms as (
    select
        term,
        concept,
        coalesce(answer, category) as category,
        count(*) over (partition by term) as answers
    from {{ ref('model_terms') }}
),

asked as (
    select
        asked_categories.*,
        terms.term,
        terms.answers,
        count(*) over (
            partition by
                asked_categories.survey, asked_categories.wave, asked_categories.base, terms.term
        ) as asked_answers
    from {{ ref('hrm_asked_categories') }} as asked_categories
    inner join terms
        on {{ equal_columns('asked_categories', 'terms', ['concept', 'category']) }}
),

explained as (
    select distinct
        survey,
        wave
    from asked
    where asked_answers = answers and term in (select outcome from {{ ref('regression_terms') }})
),

{% for name, patterns in {
    'members': 'hrm_pattern_members', 'answers': 'hrm_pattern_answers'
}.items() %}
    {{ name }} as (
        select
            read_patterns.respondent_id,
            found.*
        from {{ ref(patterns) }} as found
        inner join {{ ref('hrm_read_patterns') }} as read_patterns
            on {{ equal_columns('found', 'read_patterns', ['survey', 'wave', 'pattern']) }}
        where found.concept in (select concept from terms)
    ),

{% endfor %}

-- Of a term with several answers it is not known that none was chosen while one is missing.
by_base as (
    select
        asked.survey,
        asked.wave,
        members.respondent_id,
        asked.base,
        asked.term,
        max(coalesce(answers.value, 0)) as value
    from asked
    inner join explained on {{ equal_columns('asked', 'explained', ['survey', 'wave']) }}
    inner join members on {{ equal_columns('asked', 'members', item) }}
    left join answers
        on
            {{ equal_columns('members', 'answers', item + ['respondent_id']) }}
            and asked.category = answers.category
    where asked.asked_answers = asked.answers
    group by asked.survey, asked.wave, members.respondent_id, asked.base, asked.term, asked.answers
    having max(coalesce(answers.value, 0)) > 0 or count(*) = asked.answers
)

-- A question may be asked in two bases, one of them within the other.
select
    survey,
    wave,
    respondent_id,
    term,
    max(value) as value
from by_base
group by survey, wave, respondent_id, term
