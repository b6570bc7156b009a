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
  Holm's adjustment (1979, Scandinavian Journal of Statistics 6, 65-70): the k-th smallest of m
  p-values times m - k + 1, never below the one before it, at most 1. Takes two steps, because the
  second looks back over the first: rank with `row_number() over (partition by family order by p
  nulls last, ...)` and count with `count(p) over (partition by family)`.
-#}
{% macro holm(p, rank, tests, family) -%}
    case when {{ p }} is not null then max(least(1, {{ p }} * ({{ tests }} - {{ rank }} + 1))) over (
        partition by {{ family | join(', ') }}
        order by {{ rank }}
        rows between unbounded preceding and current row
    ) end
{%- endmacro %}

{#-
  The smallest difference that a two-sided test at 5 % finds with 80 % power:
  (1.960 + 0.842) standard errors.
-#}
{% macro smallest_detectable(standard_error) -%}
    ({{ z975() }} + 0.8416212335729143) * {{ standard_error }}
{%- endmacro %}
