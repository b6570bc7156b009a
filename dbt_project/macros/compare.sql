{#-
  Tests of a difference between two estimates, as expressions. The statistic is compared with the
  standard normal distribution, as the samples are large enough for that where a figure is shown.
-#}

{#- Two-sided p-value of z, a difference in standard errors; z is a column, as it is named often. -#}
{% macro p_value(z) -%}
    2 * {{ normal_cdf('(-abs(' ~ z ~ '))') }}
{%- endmacro %}

{#- A difference in standard errors; none without a standard error above 0. -#}
{% macro z_value(difference, standard_error) -%}
    case when {{ standard_error }} > 0 then ({{ difference }}) / {{ standard_error }} end
{%- endmacro %}

{#-
  Standard error of the difference between two rows of mart_indicator, with their covariance.
  Shares are percentages there, and covariances of fractions: 2 * 100^2.
-#}
{% macro difference_error(one, other, covariance) -%}
    sqrt(greatest(
        power({{ one }}.standard_error, 2) + power({{ other }}.standard_error, 2)
        - case when {{ one }}.statistic = 'share' then 20000 else 2 end
        * coalesce({{ covariance }}, 0), 0
    ))
{%- endmacro %}

{#-
  Three CTEs that test every row of `relation` on its column z: `tested` adds p_value, `adjusted`
  p_value_adjusted by Holm (1979, Scandinavian Journal of Statistics 6, 65-70): the k-th smallest of
  the m p-values of a family times m - k + 1, never below the one before it, at most 1. `order`
  settles ties.
-#}
{% macro tested_by_holm(relation, family, order) -%}
tested as (
    select
        *,
        {{ p_value('z') }} as p_value
    from {{ relation }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by {{ family | join(', ') }}
            order by p_value nulls last, {{ order | join(', ') }}
        ) as p_rank,
        count(p_value) over (partition by {{ family | join(', ') }}) as tests_done
    from tested
),

adjusted as (
    select
        *,
        case
            when p_value is not null then max(least(1, p_value * (tests_done - p_rank + 1))) over (
                partition by {{ family | join(', ') }}
                order by p_rank
                rows between unbounded preceding and current row
            )
        end as p_value_adjusted
    from ranked
)
{%- endmacro %}

{#-
  The smallest difference that a two-sided test at 5 % finds with 80 % power:
  (1.960 + 0.842) standard errors.
-#}
{% macro smallest_detectable(standard_error) -%}
    ({{ z975() }} + 0.8416212335729143) * {{ standard_error }}
{%- endmacro %}

{#-
  Verdict on a tested difference. `words` names it where the adjusted p-value is below 5 %: up,
  down, and where it is not: unclear. What cannot be compared (`impossible`) is never tested, and
  what nobody judged (`undetermined`) has no p-value.
-#}
{% macro verdict(difference, words, comparability=none) -%}
    case
        {% if comparability -%}
        when {{ comparability }} = 'impossible' then 'not_comparable'
        {% endif -%}
        when p_value is null then 'cannot_tell'
        when p_value_adjusted >= 0.05 then '{{ words.unclear }}'
        when {{ difference }} > 0 then '{{ words.up }}'
        else '{{ words.down }}'
    end
{%- endmacro %}

{#- Why a verdict is what it is: a code of the codelist test_reason. -#}
{% macro test_reason(tested, comparability=none) -%}
    case
        {% if comparability -%}
        when {{ comparability }} in ('impossible', 'undetermined') then null
        {% endif -%}
        when either_bound then 'bound'
        when p_value is null then 'no_interval'
        else {{ tested }}
    end
{%- endmacro %}

{#-
  Margin of a tested difference: its interval, standard error and the smallest that could have been
  found. Empty where there is no test.
-#}
{% macro margin(difference, standard_error, name) -%}
    case when p_value is not null then {{ difference }} - {{ z975() }} * {{ standard_error }} end
        as {{ name }}_low,
    case when p_value is not null then {{ difference }} + {{ z975() }} * {{ standard_error }} end
        as {{ name }}_high,
    case when p_value is not null then {{ standard_error }} end as standard_error,
    p_value,
    p_value_adjusted,
    case when p_value is not null then {{ smallest_detectable(standard_error) }} end
        as smallest_detectable_{{ name }}
{%- endmacro %}
