{#- `left.a = right.a and left.b = right.b ...`, for joins over the columns of a key. -#}
{% macro equal_columns(left, right, columns) -%}
    {%- for column in columns -%}
        {{ left }}.{{ column }} = {{ right }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- `table.a, table.b ...`, for the columns of a key in a select or a group by. -#}
{% macro prefixed(table, columns) -%}
    {%- for column in columns -%}
        {{ table }}.{{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
