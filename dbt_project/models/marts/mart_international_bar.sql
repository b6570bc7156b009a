-- One row per bar of the international comparison: each foreign figure of `mart_international`, and
-- the Dutch figure once per Dutch wave. A space before the Dutch name puts that bar first where
-- bars are sorted by name.
with comparisons as (
    select * from {{ ref('mart_international') }}
),

bars as (
    select distinct
        {{ labelled(['concept', 'category']) }},
        category_order,
        base,
        nl_wave,
        nl_survey as survey,
        nl_survey_label_nl as survey_label_nl,
        nl_survey_label_en as survey_label_en,
        nl_country as country,
        nl_country_label_nl as country_label_nl,
        nl_country_label_en as country_label_en,
        nl_wave as wave,
        nl_estimate as estimate,
        'reference' as comparability,
        ' ' as start
    from comparisons
    union all
    select
        {{ labelled(['concept', 'category']) }},
        category_order,
        base,
        nl_wave,
        {{ labelled(['survey', 'country']) }},
        wave,
        estimate,
        comparability,
        '' as start
    from comparisons
)

select
    {{ labelled(['concept', 'category']) }},
    category_order,
    base,
    nl_wave,
    {{ labelled(['survey', 'country']) }},
    wave,
    estimate,
    {% for lang in ['nl', 'en'] %}
        start || country_label_{{ lang }} || ' ' || wave || chr(10)
        || {{ in_two_lines('survey_label_' ~ lang) }} as bar_{{ lang }},
    {% endfor %}
    comparability
from bars
