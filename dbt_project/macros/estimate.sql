{#-
  Estimators of a stratified design, as expressions over grouped sums: one pass over the answers
  gives every concept x category x group x wave. Notation: stratum h, N_h units in the frame,
  n_h respondents, weight w_i, domain indicator d_i, answer y_i (0/1 for a share).
-#}

{#- Finite population correction 1 - n_h / N_h; 1 where the frame is not known. -#}
{% macro finite_population_correction(n_stratum, frame_count) -%}
    coalesce(1 - {{ n_stratum }} / cast({{ frame_count }} as double), 1)
{%- endmacro %}

{#- n_h / (n_h - 1), and 1 in a stratum with one respondent. -#}
{% macro bessel_correction(n_stratum) -%}
    case when {{ n_stratum }} > 1
        then {{ n_stratum }} / cast({{ n_stratum }} - 1 as double) else 1 end
{%- endmacro %}

{#-
  Contribution of one stratum to the variance of p = sum(wdy) / sum(wd), by Taylor linearisation
  (Särndal, Swensson, Wretman 1992, 5.5-5.6; R survey: svydesign + svymean):
    z_i = w_i d_i (y_i - p) / W,  V_h = (1 - n_h/N_h) n_h/(n_h - 1) sum_i (z_i - mean(z))^2
  over all n_h respondents of the stratum, those outside the domain with z = 0. Written out in
  sums: sum z = (swy - p sw) / W and sum z^2 = (sw2y2 - 2 p sw2y + p^2 sw2) / W^2.
  A stratum with one respondent is centred on the overall mean of z, which is 0
  (R: survey.lonely.psu = "adjust").
  A difference of sums loses digits (Chan, Golub, LeVeque 1983, The American Statistician 37,
  242-247): where all of a stratum answer alike the rest is rounding, of the order of 1e-16 of the
  sums. What is below 1e-12 of them is 0; one different answer in a million is above it.
-#}
{% macro stratum_variance(
    p, total_weight, n_stratum, correction, sum_w, sum_w2, sum_wy, sum_w2y, sum_w2y2
) -%}
    {%- set squares = [sum_w2y2, '+', p, '*', p, '*', sum_w2] | join(' ') -%}
    {%- set sum_of_squares -%}
        ({{ squares }} - 2 * {{ p }} * {{ sum_w2y }}
        - case when {{ n_stratum }} > 1
            then power({{ sum_wy }} - {{ p }} * {{ sum_w }}, 2) / {{ n_stratum }} else 0 end)
    {%- endset -%}
    {{ correction }}
    * {{ bessel_correction(n_stratum) }}
    * case when {{ sum_of_squares }} > 1e-12 * ({{ squares }})
        then {{ sum_of_squares }} else 0 end / power({{ total_weight }}, 2)
{%- endmacro %}

{#-
  Over the strata of a figure: the size of a simple random sample with the variance that a share has
  where every stratum answers alike, which is stratum_variance with p (1 - p) for the variance in
  each stratum: W^2 / sum_h((1 - n_h/N_h) n_h/(n_h - 1) sum w^2). Of weights and frame alone, so that
  it tells nothing about the answers of a stratum. It is Kish's effective number (1965, Survey
  Sampling, 11.7) with the finite population correction; statistical offices call a margin from it a
  generalised variance (Wolter 2007, Introduction to Variance Estimation, chapter 7).
-#}
{% macro expected_effective_number(n_stratum, correction, sum_w, sum_w2) -%}
    power(sum({{ sum_w }}), 2) / nullif(sum(
        {{ correction }} * {{ bessel_correction(n_stratum) }} * {{ sum_w2 }}
    ), 0)
{%- endmacro %}

{#- 97.5 % quantile of the standard normal distribution. -#}
{% macro z975() -%} 1.959963984540054 {%- endmacro %}

{#-
  97.5 % quantile of Student's t. `tabulated` is the value from the seed t_quantiles (df 1-200);
  above that the Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5) is exact to 1e-9.
-#}
{% macro t975(df, tabulated) -%}
    {%- set z = 1.959963984540054 -%}
    {%- set g1 = (z ** 3 + z) / 4 -%}
    {%- set g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96 -%}
    {%- set g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384 -%}
    case
        when {{ df }} < 1 then null
        when {{ df }} <= 200 then {{ tabulated }}
        else {{ z }} + {{ g1 }} / {{ df }} + {{ g2 }} / power({{ df }}, 2)
            + {{ g3 }} / power({{ df }}, 3)
    end
{%- endmacro %}

{#-
  Bound of the interval of a proportion on the logit scale:
    logit(p) ± t se / (p (1 - p))   (R survey: svyciprop(method = "logit")).
  `sign` is -1 for the lower and 1 for the upper bound.
-#}
{% macro logit_bound(p, standard_error, t, sign) -%}
    {#- Where the standard error is 0 a rounding may not put the bound on the wrong side of p. -#}
    {{ 'greatest' if sign > 0 else 'least' }}({{ p }}, 1 / (1 + exp(-(
        ln(case when {{ p }} > 0 and {{ p }} < 1 then {{ p }} / (1 - {{ p }}) end)
        + ({{ sign }}) * {{ t }} * {{ standard_error }} / ({{ p }} * (1 - {{ p }}))
    ))))
{%- endmacro %}

{#-
  Bound of Wilson's score interval (Wilson 1927, JASA 22, 209-212) of a proportion on n answers;
  n may be an effective number (sum w)^2 / sum w^2.
-#}
{% macro wilson_bound(p, n, sign) -%}
    {#- Exactly 0 or 1 at the ends, where the formula is only so up to a rounding. -#}
    case when {{ p }} {{ '< 1' if sign > 0 else '> 0' }} then
        {{ 'greatest' if sign > 0 else 'least' }}({{ p }}, (
            {{ p }} + power({{ z975() }}, 2) / (2 * {{ n }})
            + ({{ sign }}) * {{ z975() }} * sqrt(
                {{ p }} * (1 - {{ p }}) / {{ n }} + power({{ z975() }}, 2) / (4 * power({{ n }}, 2))
            )
        ) / (1 + power({{ z975() }}, 2) / {{ n }}))
    else {{ p }} end
{%- endmacro %}

{#- That bound in per cent, with the one decimal that a margin has beside a published share. -#}
{% macro wilson_margin(p, n, sign) -%}
    {{ one_decimal('100 * (' ~ wilson_bound(p, n, sign) ~ ')') }}
{%- endmacro %}

{#-
  Standard normal distribution function: Hart's (1968) rational approximation as given by
  West (2005, Wilmott magazine, 70-76), absolute error below 1e-15; neither engine has one.
-#}
{% macro normal_cdf(x) -%}
    {%- set a = 'abs(' ~ x ~ ')' -%}
    {%- set top = [
        '3.52624965998911e-02', '0.700383064443688', '6.37396220353165', '33.912866078383',
        '112.079291497871', '221.213596169931', '220.206867912376'
    ] -%}
    {%- set bottom = [
        '8.83883476483184e-02', '1.75566716318264', '16.064177579207', '86.7807322029461',
        '296.564248779674', '637.333633378831', '793.826512519948', '440.413735824752'
    ] -%}
    (case when {{ x }} > 0 then 1 else 0 end
    + case when {{ x }} > 0 then -1 else 1 end * case
        when {{ a }} > 37 then 0
        when {{ a }} < 7.07106781186547 then
            exp(-{{ a }} * {{ a }} / 2) * ({{ horner(a, top) }}) / ({{ horner(a, bottom) }})
        else
            exp(-{{ a }} * {{ a }} / 2) / 2.506628274631
            / ({{ a }} + 1 / ({{ a }} + 2 / ({{ a }} + 3 / ({{ a }} + 4 / ({{ a }} + 0.65)))))
    end)
{%- endmacro %}

{#- A polynomial with the highest power first, by Horner's scheme. -#}
{% macro horner(x, coefficients) -%}
    {%- set text = namespace(value='cast(' ~ coefficients[0] ~ ' as double)') -%}
    {%- for coefficient in coefficients[1:] -%}
        {%- set text.value = '(' ~ text.value ~ ') * ' ~ x ~ ' + ' ~ coefficient -%}
    {%- endfor -%}
    {{ text.value }}
{%- endmacro %}
