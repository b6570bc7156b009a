{#- The row of a codelist (codelists.csv) for the code in `column`, as a join. -#}
{% macro join_codelist(codelist, column, alias=none) -%}
    {%- set alias = alias or codelist -%}
    left join {{ ref('codelists') }} as {{ alias }}
        on {{ alias }}.codelist = '{{ codelist }}' and {{ column }} = {{ alias }}.code
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
