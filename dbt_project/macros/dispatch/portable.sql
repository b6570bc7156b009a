{#- What differs between DuckDB and Spark, each in one dispatched macro. -#}

{% macro raw(table) -%}
    {{ return(adapter.dispatch('raw', 'innovation_barometer')(table)) }}
{%- endmacro %}

{% macro default__raw(table) -%}
    {{ source('raw', table) }}
{%- endmacro %}

{#- Spark reads the same Parquet files by path; source() keeps the lineage. -#}
{% macro spark__raw(table) -%}
    {%- set node = source('raw', table) -%}
    {%- set folder = 'registry/' ~ table ~ '.parquet'
        if table in var('registry_tables') else table ~ '/*/*.parquet' -%}
    parquet.`{{ env_var('BAROMETER_HOME') }}/raw/{{ folder }}`
{%- endmacro %}

{#- All texts of a group in alphabetical order, as one text. -#}
{% macro sorted_list(text) -%}
    {{ return(adapter.dispatch('sorted_list', 'innovation_barometer')(text)) }}
{%- endmacro %}

{% macro default__sorted_list(text) -%}
    string_agg({{ text }}, ' ' order by {{ text }})
{%- endmacro %}

{% macro spark__sorted_list(text) -%}
    array_join(array_sort(collect_list({{ text }})), ' ')
{%- endmacro %}

{#- Days from one date to another. -#}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between', 'innovation_barometer')(earlier, later)) }}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    ({{ later }} - {{ earlier }})
{%- endmacro %}

{% macro spark__days_between(earlier, later) -%}
    datediff({{ later }}, {{ earlier }})
{%- endmacro %}

{#- A row for each part of a text, split at `separator`. -#}
{% macro split_to_rows(text, separator) -%}
    {{ return(adapter.dispatch('split_to_rows', 'innovation_barometer')(text, separator)) }}
{%- endmacro %}

{% macro default__split_to_rows(text, separator) -%}
    unnest(string_split({{ text }}, {{ separator }}))
{%- endmacro %}

{% macro spark__split_to_rows(text, separator) -%}
    explode(split({{ text }}, concat('\\Q', {{ separator }}, '\\E')))
{%- endmacro %}

{#- A long text broken in two after at most 27 characters. -#}
{% macro in_two_lines(text) -%}
    {{ return(adapter.dispatch('in_two_lines', 'innovation_barometer')(text)) }}
{%- endmacro %}

{% macro default__in_two_lines(text) -%}
    regexp_replace({{ text }}, '^(.{8,27}) ', '\1' || chr(10))
{%- endmacro %}

{% macro spark__in_two_lines(text) -%}
    regexp_replace({{ text }}, '^(.{8,27}) ', concat('$1', chr(10)))
{%- endmacro %}
