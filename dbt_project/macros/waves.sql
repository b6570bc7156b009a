{#- Of an incremental model with a column `made_from`: waves of which it has no rows that were made
    from what there is now. -#}
{% macro changed_waves(versions) -%}
    select * from {{ versions }}
    {%- if is_incremental() %}
        where
            not exists (
                select 1 from {{ this }} as kept
                where {{ equal_columns('kept', versions.identifier, ['survey', 'wave', 'made_from']) }}
            )
    {%- endif %}
{%- endmacro %}

{#- Removes the rows of waves that changed or are gone. -#}
{% macro forget_changed_waves(versions) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where (survey, wave, made_from) not in (select (survey, wave, made_from) from {{ versions }})
    {%- endif -%}
{%- endmacro %}
