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

{#- A raw table of one wave, which may have other columns than that of another. -#}
{% macro raw_wave(table, survey, wave) -%}
    {{ return(adapter.dispatch('raw_wave', 'innovation_barometer')(table, survey, wave)) }}
{%- endmacro %}

{% macro default__raw_wave(table, survey, wave) -%}
    read_parquet('raw/{{ table }}/{{ survey }}/{{ wave }}.parquet')
{%- endmacro %}

{% macro spark__raw_wave(table, survey, wave) -%}
    parquet.`{{ env_var('BAROMETER_HOME') }}/raw/{{ table }}/{{ survey }}/{{ wave }}.parquet`
{%- endmacro %}

{#- One row per block of a wave, codes and profile: respondents, and sums of their weights. -#}
{% macro sums_of_blocks(wave, profiles) -%}
    {{ return(adapter.dispatch('sums_of_blocks', 'innovation_barometer')(wave, profiles)) }}
{%- endmacro %}

{#- Of grouping sets DuckDB reads and joins the wave once for all blocks: a tenth of the time. Which
    set a row is of, a column says that is in this set only; it must not look constant. -#}
{% macro default__sums_of_blocks(wave, profiles) -%}
    select
        {{ literal(wave.survey) }} as survey,
        {{ literal(wave.wave) }} as wave,
        case
        {%- for block in wave.blocks %}
            when in_{{ loop.index }} then {{ literal(block) }}
        {%- endfor %}
        end as block,
        case
        {%- for columns in wave.blocks.values() %}
            when in_{{ loop.index }} then {{ list_of(columns) }}
        {%- endfor %}
        end as codes,
        profile,
        count(*) as n,
        sum(weight) as sum_w,
        sum(weight * weight) as sum_w2
    from (
        select
            profiles.profile,
            profiles.weight,
        {%- for block in wave.blocks %}
            profiles.profile is not null as in_{{ loop.index }},
        {%- endfor %}
            answers.*
        from {{ answers_of_wave(wave) }} as answers
        {{ _join_profiles(wave, profiles) }}
    )
    group by grouping sets (
    {%- for columns in wave.blocks.values() %}
        (profile, in_{{ loop.index }}, {{ columns | join(', ') }}){{ ',' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}

{#- Spark takes 64 columns in all its grouping sets. -#}
{% macro spark__sums_of_blocks(wave, profiles) -%}
    {%- for block, columns in wave.blocks.items() %}
        select
            {{ columns_of_block(wave, block) }},
            profiles.profile,
            count(*) as n,
            sum(profiles.weight) as sum_w,
            sum(profiles.weight * profiles.weight) as sum_w2
        from {{ answers_of_wave(wave) }} as answers
        {{ _join_profiles(wave, profiles) }}
        group by profiles.profile, {{ columns | join(', ') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro _join_profiles(wave, profiles) -%}
    inner join {{ profiles }} as profiles
        on
            answers.respondent_id = profiles.respondent_id
            and profiles.survey = {{ literal(wave.survey) }}
            and profiles.wave = {{ literal(wave.wave) }}
{%- endmacro %}

{#- All texts of a group in alphabetical order, as one text. -#}
{% macro sorted_list(text, between=' ') -%}
    {{ return(adapter.dispatch('sorted_list', 'innovation_barometer')(text, between)) }}
{%- endmacro %}

{% macro default__sorted_list(text, between) -%}
    {#- Of a million groups a fourth of the time that string_agg takes in an order. -#}
    nullif(array_to_string(list_sort(list({{ text }})), '{{ between }}'), '')
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

{#- A list of columns. -#}
{% macro list_of(columns) -%}
    {{ return(adapter.dispatch('list_of', 'innovation_barometer')(columns)) }}
{%- endmacro %}

{% macro default__list_of(columns) -%}
    [{{ columns | join(', ') }}]
{%- endmacro %}

{% macro spark__list_of(columns) -%}
    array({{ columns | join(', ') }})
{%- endmacro %}

{#- An item of a list by its place, from 1. -#}
{% macro item_of_list(list, place) -%}
    {{ return(adapter.dispatch('item_of_list', 'innovation_barometer')(list, place)) }}
{%- endmacro %}

{% macro default__item_of_list(list, place) -%}
    {{ list }}[{{ place }}]
{%- endmacro %}

{% macro spark__item_of_list(list, place) -%}
    element_at({{ list }}, cast({{ place }} as int))
{%- endmacro %}

{#- A text as a literal. -#}
{% macro literal(value) -%}
    {{ return(adapter.dispatch('literal', 'innovation_barometer')(value)) }}
{%- endmacro %}

{% macro default__literal(value) -%}
    '{{ value | string | replace("'", "''") }}'
{%- endmacro %}

{% macro spark__literal(value) -%}
    {{ spark_literal(value) }}
{%- endmacro %}
