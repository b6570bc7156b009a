{#-
  Tests of a difference between two figures of mart_indicator, in points of the figure. They use
  what a release shows and nothing else, so that a reader can do them again.
  Shares: Agresti and Caffo (2000, The American Statistician 54, 280-288) on effective numbers:
    s = (p n + 1) / (n + 2), variance s (1 - s) / (n + 2).
  Means: the estimate with its standard error. A figure that is rounded to a unit u has the variance
  u^2 / 12 on top. Two figures with the correlation r differ with the standard error
    sqrt(v1 + v2 - 2 r sqrt(v1 v2)).
  One statistic gives p-value, interval, smallest detectable difference and verdict. From which
  number of answers on it holds, tests/statistics/test_simulation.py finds out.
-#}

{#-
  Correlation of two estimates of est_computed, as a release shows it: rounded down to 0.1, so that
  a margin becomes wider by it and never narrower. Covariances are of fractions, errors of shares in
  points.
-#}
{% macro shown_correlation(covariance, one, other) -%}
    {%- set product -%} nullif({{ one }}.standard_error * {{ other }}.standard_error, 0) {%- endset -%}
    {%- set correlation -%}
        case when {{ one }}.statistic = 'share' then 10000 else 1 end * {{ covariance }}
        / {{ product }}
    {%- endset -%}
    floor(round(10 * greatest(-1, least(1, {{ correlation }})), 9)) / 10
{%- endmacro %}

{#- Share or mean that is tested. -#}
{% macro tested_figure(row) -%}
    case
        when {{ row }}.statistic = 'share'
            then ({{ row }}.estimate * {{ row }}.effective_n + 100) / ({{ row }}.effective_n + 2)
        else {{ row }}.estimate
    end
{%- endmacro %}

{% macro tested_variance(row) -%}
    (case
        when {{ row }}.statistic = 'share'
            then
                {{ tested_figure(row) }} * (100 - {{ tested_figure(row) }})
                / ({{ row }}.effective_n + 2)
        else power({{ row }}.standard_error, 2)
    end + power({{ row }}.rounding_unit, 2) / 12)
{%- endmacro %}

{#- What both figures of a test share: columns of the rows `one` and `other`. -#}
{% macro test_of(one, other, correlation) -%}
    {%- set v1, v2 = tested_variance(one), tested_variance(other) -%}
    {{ tested_figure(one) }} - {{ tested_figure(other) }} as own_difference,
    sqrt(greatest(
        {{ v1 }} + {{ v2 }} - 2 * coalesce({{ correlation }}, 0) * sqrt({{ v1 }} * {{ v2 }}), 0
    )) as own_error,
    {{ correlation }} as correlation,
    least({{ one }}.rounding_unit, {{ other }}.rounding_unit, 1) / 10 as test_unit,
    least(coalesce({{ one }}.n, {{ one }}.effective_n), coalesce({{ other }}.n, {{ other }}.effective_n))
        as smaller_n,
    coalesce({{ one }}.n, {{ one }}.effective_n) is null
    or coalesce({{ other }}.n, {{ other }}.effective_n) is null as without_n,
    {{ one }}.bound is not null or {{ other }}.bound is not null as either_bound,
    {{ one }}.approximate or {{ other }}.approximate as either_approximate,
    greatest({{ one }}.coefficient_of_variation, {{ other }}.coefficient_of_variation)
        as larger_variation,
    case
        when 'indicative' in ({{ one }}.reliability, {{ other }}.reliability) then 'indicative'
        when {{ one }}.reliability = {{ other }}.reliability then {{ one }}.reliability
    end as worse_reliability
{%- endmacro %}

{#-
  Whether both figures have a number of answers, and one only a derived one (derived_bases.csv). A test
  then counts a part of it (`effective_n` of mart_indicator), and its reason says so.
-#}
{% macro rests_on_derived_n(one, other) -%}
    ({{ one }}.n is null or {{ other }}.n is null)
    and coalesce({{ one }}.n, {{ one }}.n_derived) is not null
    and coalesce({{ other }}.n, {{ other }}.n_derived) is not null as on_derived_n
{%- endmacro %}

{#- Place of a comparability from best to worst: of what cannot be judged, some may be possible. -#}
{% macro comparability_rank(comparability) -%}
    case {{ comparability }}
        {% for status in ['identical', 'comparable', 'limited', 'undetermined', 'impossible'] -%}
        when '{{ status }}' then {{ loop.index }}
        {% endfor -%}
    end
{%- endmacro %}

{#- The worst of several comparabilities; an empty one does not count. -#}
{% macro worst_comparability(comparabilities) -%}
    case
        {% for status in ['impossible', 'undetermined', 'limited', 'comparable', 'identical'] -%}
        when '{{ status }}' in ({{ comparabilities | join(', ') }}) then '{{ status }}'
        {% endfor -%}
    end
{%- endmacro %}

{#-
  Why two figures are not tested, as a code of the codelist test_reason; nothing where they are.
  `more` holds reasons of a mart: pairs of a condition and a code.
-#}
{% macro untested(comparability=none, more=[]) -%}
    case
        {% if comparability -%}
        when {{ comparability }} in ('impossible', 'undetermined') then {{ comparability }}
        {% endif -%}
        when either_bound then 'bound'
        when either_approximate then 'approximate'
        {% for condition, code in more -%}
        when {{ condition }} then '{{ code }}'
        {% endfor -%}
        when without_n or own_error is null or own_error = 0 then 'no_interval'
        when smaller_n < {{ release_rule('smallest_tested_base') }} then 'too_small'
    end
{%- endmacro %}

{#-
  CTEs that test every row of `relation` that has no `untested`; the last one is `tested`.
  - A row belongs to the first family of its mart (test_families.csv) whose conditions hold; `within`
    always splits families.
  - Of a category and its complement one test counts; the complement shows it from the other side.
  - Holm (1979, Scandinavian Journal of Statistics 6, 65-70): the k-th smallest of the m p-values of
    a family is tested at 5 % / (m - k + 1) until the first that is not rejected; it and those after
    it are tested at its level. p_value_adjusted is the k-th smallest times m - k + 1, never below
    the one before it, at most 1. So p_value_adjusted is below 5 % where the interval at the level of
    the row does not hold 0, and only there.
  `key` are the columns of a row besides the category.
-#}
{% macro tested_by_holm(relation, mart, within, key) -%}
    {%- set same_test = 'partition by ' ~ (key + ['statistic', 'test']) | join(', ') -%}
    {%- set family = 'partition by ' ~ (within + ['test_family', 'family_part']) | join(', ') -%}
in_families as (
    select
        {{ relation }}.*,
        families.family as test_family,
        families.label_nl as test_family_label_nl,
        families.label_en as test_family_label_en,
        concat_ws(
            '|',
            case when families.by_concept then {{ relation }}.concept end,
            case when families.by_group_dimension then {{ relation }}.group_dimension end
        ) as family_part,
        categories.complement_of is not null as is_complement,
        coalesce(categories.complement_of, {{ relation }}.category) as test,
        row_number() over (
            partition by {{ prefixed(relation, key + ['category', 'statistic']) }}
            order by families.sort_order
        ) as family_place
    from {{ relation }}
    inner join {{ ref('test_families') }} as families
        on
            families.mart = '{{ mart }}'
            and coalesce(families.concept, {{ relation }}.concept) = {{ relation }}.concept
            and coalesce(
                families.grouped = ({{ relation }}.group_dimension not in ('total', 'country')), true
            )
    left join {{ ref('categories') }} as categories
        on {{ equal_columns(relation, 'categories', ['concept', 'category']) }}
),

partners as (
    select
        *,
        max(case when not is_complement and untested is null then own_difference end)
            over ({{ same_test }}) as partner_difference,
        max(case when not is_complement and untested is null then own_error end)
            over ({{ same_test }}) as partner_error
    from in_families
    where family_place = 1
),

mirrored as (
    select
        *,
        case
            when untested is null and is_complement
                then coalesce(-partner_difference, own_difference)
            when untested is null then own_difference
        end as tested_difference,
        case
            when untested is null and is_complement then coalesce(partner_error, own_error)
            when untested is null then own_error
        end as test_error
    from partners
),

normal as (
    select
        *,
        tested_difference / test_error as z
    from mirrored
),

with_p as (
    select
        *,
        2 * {{ normal_cdf('(-abs(z))') }} as p
    from normal
),

ranked as (
    select
        *,
        dense_rank() over (
            {{ family }} order by p nulls last, {{ (key + ['statistic', 'test']) | join(', ') }}
        ) as p_rank
    from with_p
),

counted as (
    select
        *,
        max(case when p is not null then p_rank end) over ({{ family }}) as tests_in_family
    from ranked
),

adjusted as (
    select
        *,
        max(least(1, p * (tests_in_family - p_rank + 1))) over ({{ family }} order by p_rank)
            as p_adjusted,
        min(case when p * (tests_in_family - p_rank + 1) >= 0.05 then p_rank end)
            over ({{ family }}) as first_kept
    from counted
),

levels as (
    select
        *,
        case
            when p is not null
                then 0.05 / (tests_in_family - least(p_rank, coalesce(first_kept, p_rank)) + 1)
        end as level
    from adjusted
),

tested as (
    select
        *,
        -({{ normal_quantile('level / 2') }}) as z_level
    from levels
)
{%- endmacro %}

{#- Verdict on a tested difference; `words` are up, down and unclear. -#}
{% macro verdict(words, comparability=none) -%}
    {%- set care -%}
        {%- if comparability -%}
            || case when {{ comparability }} = 'limited' then '_limited' else '' end
        {%- endif -%}
    {%- endset -%}
    case
        when untested = 'impossible' then 'not_comparable'
        when untested is not null then 'cannot_tell'
        when p_adjusted >= 0.05 then '{{ words.unclear }}'
        when tested_difference > 0 then '{{ words.up }}' {{ care }}
        else '{{ words.down }}' {{ care }}
    end
{%- endmacro %}

{#-
  What a tested difference shows; empty where there is no test. It has one digit more than the figures,
  or 0.1 where these are rounded to several points. Ends are rounded away from 0, so that no interval
  gets or loses it, p-values down. Two separate samples have no correlation to show.
-#}
{% macro margin(name, correlated=true) -%}
    {{ away_from_zero('tested_difference - z_level * test_error', 'test_unit') }} as {{ name }}_low,
    {{ away_from_zero('tested_difference + z_level * test_error', 'test_unit') }} as {{ name }}_high,
    cast(round(100 * (1 - level), 3) as double) as confidence_level,
    {{ up_to_digits('test_error', 2) }} as standard_error,
    {% if correlated -%}
        case when untested is null then correlation end as correlation,
    {% endif -%}
    floor(10000 * p) / 10000 as p_value,
    floor(10000 * case when p is not null then p_adjusted end) / 10000 as p_value_adjusted,
    test_family,
    test_family_label_nl,
    test_family_label_en,
    cast(case when p is not null then tests_in_family end as bigint) as tests_in_family,
    -- 0.8416 is the 80 % quantile of the standard normal distribution.
    {{ up_to_unit('(z_level + 0.8416212335729143) * test_error', 'test_unit') }}
        as smallest_detectable_{{ name }}
{%- endmacro %}

{#- A number rounded away from 0 to a unit. -#}
{% macro away_from_zero(value, unit) -%}
    sign({{ value }}) * {{ up_to_unit('abs(' ~ value ~ ')', unit) }}
{%- endmacro %}

{#-
  Quantile of the standard normal distribution: Wichura (1988, algorithm AS 241, Applied Statistics
  37, 477-484), about 1e-16 of the value; neither engine has one.
-#}
{% macro normal_quantile(p) -%}
    {%- set middle = '(0.180625 - power(' ~ p ~ ' - 0.5, 2))' -%}
    {%- set tail = 'sqrt(-ln(least(' ~ p ~ ', 1 - (' ~ p ~ '))))' -%}
    {%- set near, far = '(' ~ tail ~ ' - 1.6)', '(' ~ tail ~ ' - 5)' -%}
    case
        when abs({{ p }} - 0.5) <= 0.425
            then
                ({{ p }} - 0.5) * ({{ horner(middle, [
                    '2.5090809287301226727e+3', '3.3430575583588128105e+4',
                    '6.7265770927008700853e+4', '4.5921953931549871457e+4',
                    '1.3731693765509461125e+4', '1.9715909503065514427e+3',
                    '1.3314166789178437745e+2', '3.3871328727963666080e0'
                ]) }}) / ({{ horner(middle, [
                    '5.2264952788528545610e+3', '2.8729085735721942674e+4',
                    '3.9307895800092710610e+4', '2.1213794301586595867e+4',
                    '5.3941960214247511077e+3', '6.8718700749205790830e+2',
                    '4.2313330701600911252e+1', '1.0e0'
                ]) }})
        else sign({{ p }} - 0.5) * case
            when {{ tail }} <= 5
                then
                    ({{ horner(near, [
                        '7.74545014278341407640e-4', '2.27238449892691845833e-2',
                        '2.41780725177450611770e-1', '1.27045825245236838258e0',
                        '3.64784832476320460504e0', '5.76949722146069140550e0',
                        '4.63033784615654529590e0', '1.42343711074968357734e0'
                    ]) }}) / ({{ horner(near, [
                        '1.05075007164441684324e-9', '5.47593808499534494600e-4',
                        '1.51986665636164571966e-2', '1.48103976427480074590e-1',
                        '6.89767334985100004550e-1', '1.67638483018380384940e0',
                        '2.05319162663775882187e0', '1.0e0'
                    ]) }})
            else
                ({{ horner(far, [
                    '2.01033439929228813265e-7', '2.71155556874348757815e-5',
                    '1.24266094738807843860e-3', '2.65321895265761230930e-2',
                    '2.96560571828504891230e-1', '1.78482653991729133580e0',
                    '5.46378491116411436990e0', '6.65790464350110377720e0'
                ]) }}) / ({{ horner(far, [
                    '2.04426310338993978564e-15', '1.42151175831644588870e-7',
                    '1.84631831751005468180e-5', '7.86869131145613259100e-4',
                    '1.48753612908506148525e-2', '1.36929880922735805310e-1',
                    '5.99832206555887937690e-1', '1.0e0'
                ]) }})
        end
    end
{%- endmacro %}
