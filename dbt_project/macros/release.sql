{#- The value of a threshold of a release (release_rules.csv). -#}
{% macro release_rule(rule) -%}
    (select value from {{ ref('release_rules') }} where rule = '{{ rule }}')
{%- endmacro %}

{#- A number rounded to a unit, halves up. Sums in another order differ by about 1e-13; the inner
    rounding keeps a half a half. -#}
{% macro to_unit(value, unit) -%}
    round(floor(round(({{ value }}) / {{ unit }}, 9) + 0.5) * {{ unit }}, 6)
{%- endmacro %}

{#- A number rounded up to a unit. -#}
{% macro up_to_unit(value, unit) -%}
    round(ceil(round(({{ value }}) / {{ unit }}, 9)) * {{ unit }}, 6)
{%- endmacro %}

{#- A positive number rounded down to some digits: 3471 to 3400. -#}
{% macro down_to_digits(value, digits) -%}
    {%- set unit = "power(10, floor(log10(" ~ value ~ ")) - (" ~ digits ~ " - 1))" -%}
    round(floor(round(({{ value }}) / {{ unit }}, 9)) * {{ unit }}, 9)
{%- endmacro %}

{#- A number rounded up to some digits; 0 stays 0. -#}
{% macro up_to_digits(value, digits) -%}
    {%- set unit = "power(10, floor(log10(nullif(" ~ value ~ ", 0))) - (" ~ digits ~ " - 1))" -%}
    coalesce(round(ceil(round(({{ value }}) / {{ unit }}, 9)) * {{ unit }}, 9), {{ value }})
{%- endmacro %}

{#- A positive number rounded to some digits, halves up. -#}
{% macro to_digits(value, digits) -%}
    {%- set unit = "power(10, floor(log10(" ~ value ~ ")) - (" ~ digits ~ " - 1))" -%}
    round(floor(round(({{ value }}) / {{ unit }}, 9) + 0.5) * {{ unit }}, 9)
{%- endmacro %}

{#- The unit that a statistic is rounded to whatever its base (release_precision.csv). -#}
{% macro release_unit(statistic) -%}
    (
        select unit from {{ ref('release_precision') }}
        where statistic = '{{ statistic }}' and below_n is null
    )
{%- endmacro %}
