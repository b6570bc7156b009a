{#- Raw answers have a column for each variable, in each wave others. So what reads them is written from
    the list of columns, and an engine reads only those that a block of variables needs. -#}

{#- Waves, each a dictionary: survey, wave, `blocks` (block -> its columns of raw answers, in their
    order) and `columns` (column -> how it is selected, known errors corrected).
    `among`: a query of survey and wave, and of block where `by_block`. -#}
{% macro waves_with_blocks(among, by_block=false) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set key = ['survey', 'wave'] + (['block'] if by_block else []) -%}
    {%- set cells -%}
        select cells.survey, cells.wave, cells.block, cells.variable, cells.answer_column
        from {{ ref('hrm_block_cells') }} as cells
        inner join ({{ among }}) as among on {{ equal_columns('cells', 'among', key) }}
        order by cells.survey, cells.wave, cells.block, cells.place
    {%- endset -%}
    {%- set errors = known_errors() -%}
    {%- set waves = {} -%}
    {%- for row in run_query(cells) -%}
        {%- set wave = waves.setdefault(
            (row.survey, row.wave),
            {'survey': row.survey, 'wave': row.wave, 'blocks': {}, 'columns': {}}
        ) -%}
        {%- do wave.blocks.setdefault(row.block, []).append(row.answer_column) -%}
        {%- do wave.columns.update({
            row.answer_column:
            corrected(row.answer_column, errors.get((row.survey, row.wave, row.variable), []))
        }) -%}
    {%- endfor -%}
    {{ return(waves.values() | list) }}
{%- endmacro %}

{#- Known errors of each survey, wave and variable. -#}
{% macro known_errors() -%}
    {%- set errors = {} -%}
    {%- for row in run_query('select * from ' ~ ref('stg_corrections')) -%}
        {%- do errors.setdefault((row.survey, row.wave, row.variable), []).append(row) -%}
    {%- endfor -%}
    {{ return(errors) }}
{%- endmacro %}

{#- A column of raw answers, with the known errors of its variable corrected. -#}
{% macro corrected(column, errors) -%}
    {%- if errors -%}
        case
        {%- for error in errors %}
            when {{ column }} = {{ literal(error.code) }}
            {%- if error.respondent_id is not none %} and respondent_id = {{ literal(error.respondent_id) }}{% endif %}
                then {{ 'null' if error.becomes is none else literal(error.becomes) }}
        {%- endfor %}
            else {{ column }}
        end
    {%- else -%}
        {{ column }}
    {%- endif -%}
{%- endmacro %}

{#- The answers of a wave, one row per respondent. -#}
{% macro answers_of_wave(wave) -%}
    (
        select respondent_id
        {%- for column, selected in wave.columns.items() %}, {{ selected }} as {{ column }}{% endfor %}
        from {{ raw_wave('answers', wave.survey, wave.wave) }}
    )
{%- endmacro %}

{#- Names of a block, and its codes as a list. -#}
{% macro columns_of_block(wave, block) -%}
    {{ literal(wave.survey) }} as survey,
    {{ literal(wave.wave) }} as wave,
    {{ literal(block) }} as block,
    {{ list_of(wave.blocks[block]) }} as codes
{%- endmacro %}

{#- No rows, with the same columns and more: name -> type. -#}
{% macro no_block(more) -%}
    select
        cast(null as string) as survey,
        cast(null as string) as wave,
        cast(null as string) as block,
        {{ list_of(['cast(null as string)']) }} as codes
        {%- for name, type in more.items() %}, cast(null as {{ type }}) as {{ name }}{% endfor %}
    where false
{%- endmacro %}

{#- One row per respondent and block: the pattern. -#}
{% macro respondent_patterns(patterns, waves) -%}
    select
        answers.survey,
        answers.wave,
        answers.respondent_id,
        answers.block,
        patterns.pattern
    from (
        {%- for wave in waves %}{% for block in wave.blocks %}
        select
            {{ columns_of_block(wave, block) }},
            respondent_id
        from {{ answers_of_wave(wave) }} as answers
        union all
        {%- endfor %}{% endfor %}
        {{ no_block({'respondent_id': 'string'}) }}
    ) as answers
    inner join {{ patterns }} as patterns
        on {{ equal_columns('answers', 'patterns', ['survey', 'wave', 'block', 'codes']) }}
{%- endmacro %}

{#- One row per respondent of a wave: stratum and profile, from the classes of the patterns of its
    blocks. -#}
{% macro classed_respondents(wave, classes) -%}
    {%- set numbers = range(1, wave.blocks | length + 1) -%}
    select
        {{ literal(wave.survey) }} as survey,
        {{ literal(wave.wave) }} as wave,
        answers.respondent_id,
        coalesce({% for number in numbers %}class_{{ number }}.stratum, {% endfor %}null) as stratum,
        concat_ws(
            '.'{% for number in numbers %}, cast(class_{{ number }}.class as string){% endfor %}
        ) as profile
    from {{ answers_of_wave(wave) }} as answers
    {%- for block, columns in wave.blocks.items() %}
    inner join {{ classes }} as class_{{ loop.index }}
        on
            class_{{ loop.index }}.survey = {{ literal(wave.survey) }}
            and class_{{ loop.index }}.wave = {{ literal(wave.wave) }}
            and class_{{ loop.index }}.block = {{ literal(block) }}
            and class_{{ loop.index }}.codes = {{ list_of(columns) }}
    {%- endfor %}
{%- endmacro %}

{#- One row per respondent and variable of a query (survey, wave, variable, answer_column). -#}
{% macro variable_answers(variables) -%}
    {%- if execute -%}
        {%- set errors = known_errors() -%}
        {%- for row in run_query(variables) %}
    select
        {{ literal(row.survey) }} as survey,
        {{ literal(row.wave) }} as wave,
        respondent_id,
        {{ literal(row.variable) }} as variable,
        {{ corrected(row.answer_column, errors.get((row.survey, row.wave, row.variable), [])) }} as code,
        {{ row.answer_column }} as code_in_file
    from {{ raw_wave('answers', row.survey, row.wave) }}
    union all
        {%- endfor %}
    {%- endif %}
    select
        cast(null as string) as survey,
        cast(null as string) as wave,
        cast(null as string) as respondent_id,
        cast(null as string) as variable,
        cast(null as string) as code,
        cast(null as string) as code_in_file
    where false
{%- endmacro %}
