-- One row per practice case and theme, technology, type or sector of it: to find cases like one's
-- own. The cases are a collection and no sample, so nothing is counted.
with cases as (
    select * from {{ ref('practice_cases') }}
),

listed as (
    {% for dimension, column in [
        ('theme', 'themes'), ('technology', 'technologies'), ('type', 'types'), ('sector', 'sector')
    ] %}
        select
            practice_case,
            '{{ dimension }}' as topic_dimension,
            {{ codes_to_rows(column, "';'") }} as topic
        from cases
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

labels as (
    select
        case codelist when 'practice_theme' then 'theme' else 'technology' end as topic_dimension,
        code as topic,
        label_nl,
        label_en
    from {{ ref('codelists') }}
    where codelist in ('practice_theme', 'practice_technology')
    union all
    select
        case concept when 'sector' then 'sector' else 'type' end as topic_dimension,
        category as topic,
        label_nl,
        label_en
    from {{ ref('categories') }}
    where concept in ('sector', 'innovation_type')
)

select
    listed.practice_case,
    cases.title_nl,
    cases.title_en,
    listed.topic_dimension,
    {{ labels_of('dimensions', 'topic_dimension') }},
    listed.topic,
    {{ labels_of('labels', 'topic') }}
from listed
inner join cases on listed.practice_case = cases.practice_case
left join labels
    on {{ equal_columns('listed', 'labels', ['topic_dimension', 'topic']) }}
{{ join_codelist('practice_dimension', 'listed.topic_dimension', 'dimensions') }}
