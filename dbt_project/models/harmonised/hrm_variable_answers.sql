-- One row per survey, wave, respondent and variable of those that are read by themselves: open
-- questions, and variables with known errors. `code_in_file` is what the file says, `code` has the
-- errors corrected.
-- depends_on: {{ source('raw', 'answers') }}
{% set read_alone %}
    with read_alone as (
        select
            survey,
            wave,
            variable
        from {{ ref('hrm_crosswalk') }}
        where gives = 'text'
        union
        select
            survey,
            wave,
            variable
        from {{ ref('stg_corrections') }}
    )

    select
        variables.survey,
        variables.wave,
        variables.variable,
        variables.answer_column
    from {{ ref('stg_variables') }} as variables
    inner join read_alone
        on {{ equal_columns('variables', 'read_alone', ['survey', 'wave', 'variable']) }}
    where variables.answer_column is not null
    order by variables.survey, variables.wave, variables.variable
{% endset %}
{{ variable_answers(read_alone) }}
