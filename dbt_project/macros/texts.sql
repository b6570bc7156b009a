{#- Texts that readers see, in Dutch (`nl`) or English (`en`). Marts hand them out, so that no
    dashboard, report or export formats a number by itself. -#}

{#- A number rounded to one decimal, halves away from 0. Sums in another order differ by about 1e-13:
    without the inner rounding 6.25 would be 6.2 in one build and 6.3 in the next. -#}
{% macro one_decimal(value) -%}
    round(round({{ value }}, 9), 1)
{%- endmacro %}

{#- A number with at most one decimal. -#}
{% macro number_text(lang, value) -%}
    {%- set text -%} regexp_replace({{ printed('%.1f', one_decimal(value)) }}, '[.]0$', '') {%- endset -%}
    {{ decimal_comma(text) if lang == 'nl' else text }}
{%- endmacro %}

{#- A difference, with its sign and one decimal. -#}
{% macro signed_text(lang, value) -%}
    {%- set text -%} {{ printed('%+.1f', one_decimal(value)) }} {%- endset -%}
    {{ decimal_comma(text) if lang == 'nl' else text }}
{%- endmacro %}

{% macro decimal_comma(text) -%}
    replace({{ text }}, '.', ',')
{%- endmacro %}

{#- A text, or that it is not known. -#}
{% macro known_text(lang, text) -%}
    coalesce({{ text }}, '{{ 'niet bekend' if lang == 'nl' else 'not known' }}')
{%- endmacro %}

{#- A count, with a mark between thousands. -#}
{% macro count_text(lang, value) -%}
    {%- set text -%} {{ printed('%,d', value) }} {%- endset -%}
    {{ known_text(lang, "replace(" ~ text ~ ", ',', '.')" if lang == 'nl' else text) }}
{%- endmacro %}

{#- What stands behind a margin where no source prints the number of answers but it follows from one. -#}
{% macro derived_text(lang, n) -%}
    case
        when {{ n }} is null then ''
        else ' ({{ 'afgeleid aantal' if lang == 'nl' else 'derived number' }}: '
            || {{ count_text(lang, n) }} || ')'
    end
{%- endmacro %}

{#- A number as a source prints it, with up to three decimals. -#}
{% macro printed_text(lang, value) -%}
    {%- set text -%} regexp_replace({{ printed('%.3f', value) }}, '[.]?0+$', '') {%- endset -%}
    {{ decimal_comma(text) if lang == 'nl' else text }}
{%- endmacro %}

{#- A figure with its unit. What is no answer to a question has the decimals of its source. -#}
{% macro figure_text(lang, estimate, statistic) -%}
    case
        when {{ statistic }} in ('minimum', 'maximum', 'threshold', 'adjusted_r2')
            then {{ printed_text(lang, estimate) }}
        else {{ number_text(lang, estimate) }}
    end || case {{ statistic }}
        when 'share' then '%'
        when 'difference' then '{{ ' procentpunt' if lang == 'nl' else ' percentage points' }}'
        else ''
    end
{%- endmacro %}

{#- A figure with its unit, and how exact the source is about it. A limit that is approximate is near
    the figure ("almost half"); any other may be far from it ("more than half"). -#}
{% macro estimate_text(lang, estimate, statistic, approximate, bound) -%}
    {%- set words = {
        'nl': {
            'over': 'ruim ', 'almost': 'bijna ', 'lower': 'ten minste ', 'upper': 'ten hoogste ',
            'about': 'ongeveer ',
        },
        'en': {
            'over': 'just over ', 'almost': 'almost ', 'lower': 'at least ', 'upper': 'at most ',
            'about': 'about ',
        },
    }[lang] -%}
    case
        when {{ bound }} = 'lower' and {{ approximate }} then '{{ words.over }}'
        when {{ bound }} = 'upper' and {{ approximate }} then '{{ words.almost }}'
        when {{ bound }} = 'lower' then '{{ words.lower }}'
        when {{ bound }} = 'upper' then '{{ words.upper }}'
        when {{ approximate }} then '{{ words.about }}'
        else ''
    end || {{ figure_text(lang, estimate, statistic) }}
{%- endmacro %}

{#- An interval. -#}
{% macro interval_text(lang, low, high) -%}
    {%- set text -%}
        {{ number_text(lang, low) }} || '{{ ' tot ' if lang == 'nl' else ' to ' }}'
        || {{ number_text(lang, high) }}
    {%- endset -%}
    {{ known_text(lang, text) }}
{%- endmacro %}

{#- A change with its interval. -#}
{% macro change_text(lang, change, low, high, unit='') -%}
    {%- set words = {
        'nl': {'margin': 'marge', 'to': 'tot', 'none': 'niet berekend'},
        'en': {'margin': 'margin', 'to': 'to', 'none': 'not computed'},
    }[lang] -%}
    coalesce(
        {{ signed_text(lang, change) }} || coalesce(
            '{{ unit }} ({{ words.margin }} ' || {{ signed_text(lang, low) }} || ' {{ words.to }} '
            || {{ signed_text(lang, high) }} || ')',
            '{{ unit }}'
        ),
        '{{ words.none }}'
    )
{%- endmacro %}

{#- The difference between two countries, with its verdict. -#}
{% macro difference_text(lang, difference, verdict, verdict_label) -%}
    coalesce(
        {{ signed_text(lang, difference) }} || case {{ verdict }}
            when 'cannot_tell' then ' (' || lower({{ verdict_label }}) || ')'
            else ' ' || {{ verdict_sign(verdict) }} || ' ' || lower({{ verdict_label }})
        end,
        '{{ 'niet berekend' if lang == 'nl' else 'not computed' }}'
    )
{%- endmacro %}

{#- A sign of a verdict that can be read without colour; ≈ stands for limited comparability. -#}
{% macro verdict_sign(verdict) -%}
    case
        when {{ verdict }} in ('rise', 'higher') then '▲'
        when {{ verdict }} in ('fall', 'lower') then '▼'
        when {{ verdict }} in ('rise_limited', 'higher_limited') then '▲≈'
        when {{ verdict }} in ('fall_limited', 'lower_limited') then '▼≈'
        when {{ verdict }} in ('no_clear_change', 'no_clear_difference') then '●'
        when {{ verdict }} = 'not_comparable' then '✕'
        else '?'
    end
{%- endmacro %}

{#- A verdict on a change, after its sign. -#}
{% macro verdict_text(verdict, label) -%}
    {{ verdict_sign(verdict) }} || ' ' || {{ label }}
{%- endmacro %}

{#- How far two figures compare, after a sign. -#}
{% macro comparability_text(comparability, label) -%}
    case
        when {{ comparability }} in ('identical', 'comparable') then '✓ '
        when {{ comparability }} = 'limited' then '≈ '
        when {{ comparability }} = 'impossible' then '✕ '
        else '? '
    end || {{ label }}
{%- endmacro %}

{#- The source of a figure, as an HTML link where it has an address. -#}
{% macro source_link(lang, title, url, locator=none) -%}
    coalesce(
        case
            when {{ url }} is null then {{ title }}
            else
                '<a href="' || {{ url }} || '" target="_blank" rel="noopener">' || {{ title }}
                || '</a>'
        end {%- if locator %} || coalesce(', ' || {{ locator }}, ''){% endif %},
        '{{ 'eigen berekening' if lang == 'nl' else 'own computation' }}'
    )
{%- endmacro %}
