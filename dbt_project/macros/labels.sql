{#- The row of a codelist (codelists.csv) for the code in `column`, as a join. -#}
{% macro join_codelist(codelist, column, alias=none) -%}
    {%- set alias = alias or codelist -%}
    left join {{ ref('codelists') }} as {{ alias }}
        on {{ alias }}.codelist = '{{ codelist }}' and {{ column }} = {{ alias }}.code
{%- endmacro %}

{#- What must be said of a figure: that it is synthetic, that its question is assumed; as joins. -#}
{% macro join_notices(data_status, assumed) -%}
    {{ join_codelist('notice', data_status) }}
    {{ join_codelist('notice', 'case when ' ~ assumed ~ " then 'assumed' end", 'assumption') }}
{%- endmacro %}

{#- The same as one text, where `join_notices` is joined. -#}
{% macro notice_text(lang) -%}
    concat_ws(' ', notice.label_{{ lang }}, assumption.label_{{ lang }})
{%- endmacro %}

{#- Whether the concept of a row rests on an assumed question (est_assumed), as a join. `wave` and
    `concept` say in which column, or expression, they are. -#}
{% macro join_assumed(relation, alias='assumptions', wave='wave', concept=none) -%}
    left join {{ ref('est_assumed') }} as {{ alias }}
        on
            {{ relation }}.survey = {{ alias }}.survey
            and {{ relation }}.{{ wave }} = {{ alias }}.wave
            and {{ concept or relation ~ '.concept' }} = {{ alias }}.concept
            and {{ alias }}.category = '*'
{%- endmacro %}

{#- Labels in Dutch and English of a relation that has label_nl and label_en, named after a column. -#}
{% macro labels_of(relation, name) -%}
    {{ relation }}.label_nl as {{ name }}_label_nl,
    {{ relation }}.label_en as {{ name }}_label_en
{%- endmacro %}

{#- Columns that have labels beside them, each with its labels in Dutch and English. -#}
{% macro labelled(columns, relation=none) -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {%- for column in columns -%}
        {{ prefix }}{{ column }},
    {{ prefix }}{{ column }}_label_nl,
    {{ prefix }}{{ column }}_label_en{{ ',\n    ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- Terms of regressions (model_terms.csv), a row each with labels: the question, and the answer. -#}
{% macro labelled_terms() -%}
    select distinct
        model_terms.term,
        model_terms.concept,
        model_terms.category,
        model_terms.source_note_nl,
        model_terms.source_note_en,
        concepts.default_base as base,
        {% for lang in ['nl', 'en'] %}
            concat(
                concepts.concept_label_{{ lang }},
                case when concepts.kind <> 'scale' then ': ' else '' end,
                case when concepts.kind <> 'scale' then categories.category_label_{{ lang }} else '' end
            ) as label_{{ lang }},
        {% endfor %}
        1000 * concepts.sort_order + coalesce(categories.sort_order, 0) as sort_order
    from {{ ref('model_terms') }} as model_terms
    inner join {{ ref('dim_concept') }} as concepts on model_terms.concept = concepts.concept
    left join {{ ref('dim_category') }} as categories
        on
            model_terms.concept = categories.concept
            and model_terms.category = categories.category
{%- endmacro %}
