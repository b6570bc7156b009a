{#- A stable short name of a row: 12 hexadecimal digits of the md5 of its key. -#}
{% macro short_hash(columns) -%}
    substring(md5(concat_ws('|', {% for column in columns -%}
        {{ column }}{{ ', ' if not loop.last }}
    {%- endfor %})), 1, 12)
{%- endmacro %}
