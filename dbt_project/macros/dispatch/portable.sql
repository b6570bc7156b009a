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

{#- A quantile by linear interpolation between order statistics (R's type 7). -#}
{% macro quantile(column, probability) -%}
    {{ return(adapter.dispatch('quantile', 'innovation_barometer')(column, probability)) }}
{%- endmacro %}

{% macro default__quantile(column, probability) -%}
    quantile_cont({{ column }}, {{ probability }})
{%- endmacro %}

{% macro spark__quantile(column, probability) -%}
    percentile({{ column }}, {{ probability }})
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

{#- A row for each part of a text, where `separator` holds what stands between the parts. -#}
{% macro split_to_rows(text, separator) -%}
    {{ return(adapter.dispatch('split_to_rows', 'innovation_barometer')(text, separator)) }}
{%- endmacro %}

{% macro default__split_to_rows(text, separator) -%}
    unnest(string_split({{ text }}, {{ separator }}))
{%- endmacro %}

{% macro spark__split_to_rows(text, separator) -%}
    explode(split({{ text }}, concat('\\Q', {{ separator }}, '\\E')))
{%- endmacro %}
