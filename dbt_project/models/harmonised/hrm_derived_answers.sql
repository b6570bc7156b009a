-- One row per pattern, concept, base, item and category that a rule derives from another
-- concept: a count or a class. These questions have one answer (item `*`).
{{ config(materialized='view') }}
{% for model in ['hrm_counted_answers', 'hrm_binned_answers'] %}
    select
        survey,
        wave,
        pattern,
        concept,
        base,
        '*' as item,
        category
    from {{ ref(model) }}
    {{ 'union' if not loop.last }}
{% endfor %}
