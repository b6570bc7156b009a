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
{% macro sorted_list(text, between=' ') -%}
    {{ return(adapter.dispatch('sorted_list', 'innovation_barometer')(text, between)) }}
{%- endmacro %}

{% macro default__sorted_list(text, between) -%}
    string_agg({{ text }}, '{{ between }}' order by {{ text }})
{%- endmacro %}

{% macro spark__sorted_list(text, between) -%}
    nullif(array_join(array_sort(collect_list({{ text }})), '{{ between }}'), '')
{%- endmacro %}

{#- A number as text; Spark writes an empty one as the text 'null'. -#}
{% macro printed(form, value) -%}
    {{ return(adapter.dispatch('printed', 'innovation_barometer')(form, value)) }}
{%- endmacro %}

{% macro default__printed(form, value) -%}
    printf('{{ form }}', {{ value }})
{%- endmacro %}

{% macro spark__printed(form, value) -%}
    case when ({{ value }}) is not null then printf('{{ form }}', {{ value }}) end
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

{#- A row for each code of a list. Raw data has a unit separator between codes. -#}
{% macro codes_to_rows(list, between='chr(31)') -%}
    {{ return(adapter.dispatch('codes_to_rows', 'innovation_barometer')(list, between)) }}
{%- endmacro %}

{% macro default__codes_to_rows(list, between) -%}
    unnest(string_split({{ list }}, {{ between }}))
{%- endmacro %}

{% macro spark__codes_to_rows(list, between) -%}
    explode(split({{ list }}, {{ between }}))
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

{#- Rows of a seed as literals: a Spark session puts values into SQL as they are, an empty one as the
    text 'None'. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set sql -%}
        insert into {{ this.render() }} values
        {%- for row in agate_table.rows %}
        (
            {%- for value in row -%}
                {%- set name = agate_table.column_names[loop.index0] -%}
                {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
                cast({{ spark_literal(value) }} as {{ type }}){{ ', ' if not loop.last }}
            {%- endfor -%}
        ){{ ',' if not loop.last }}
        {%- endfor -%}
    {%- endset -%}
    {%- if not agate_table.rows | length -%}
        {#- No rows still make a file, which has the columns. -#}
        {%- set sql = 'insert into ' ~ this.render() ~ ' select * from ' ~ this.render() -%}
    {%- endif -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro spark_literal(value) -%}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ value | string | replace('\\', '\\\\') | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}

{#- A whole number from two texts, of which either may be empty: as good as drawn anew for each two. -#}
{% macro hashed(one, other) -%}
    {{ return(adapter.dispatch('hashed', 'innovation_barometer')(one, other)) }}
{%- endmacro %}

{#- DuckDB combines the hashes of its arguments by a XOR, which adding up could undo. -#}
{% macro default__hashed(one, other) -%}
    hash(hash({{ one }}, {{ other }}))
{%- endmacro %}

{% macro spark__hashed(one, other) -%}
    cast(xxhash64({{ one }}, {{ other }}) as decimal(20, 0))
{%- endmacro %}
