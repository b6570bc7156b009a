-- One row per wave and result of the Dutch barometer, base, weighting and data status: the shares
-- in organisations with a limited, an average and a strong innovation climate, and how far the
-- strong lie from the others, with margin and verdict. Where the source prints a difference and not
-- the shares, the row holds that difference.
{% set key = ['survey', 'wave', 'category', 'base', 'weighting', 'data_status'] %}
-- Columns are named after the groups.
{% set groups = ['limited', 'average', 'strong'] %}
{% set figures = ['estimate', 'estimate_low', 'estimate_high', 'n', 'bound'] %}
{% set margins = ['difference_low', 'difference_high', 'confidence_level', 'p_value_adjusted'] %}
with shares as (
    select
        {{ key | join(', ') }},
        {% for name in groups %}
            {% for column in figures %}
                max(case when group_value = '{{ name }}' then {{ column }} end)
                    as {{ name }}_{{ column }},
            {% endfor %}
        {% endfor %}
        max(assumed) as assumed,
        count(*) as indicators
    from {{ ref('mart_indicator') }}
    where
        survey = '{{ var("home_survey") }}'
        and concept = 'result'
        and group_dimension = 'climate_group'
        and statistic = 'share'
    group by {{ key | join(', ') }}
),

tested as (
    select * from {{ ref('mart_contrast') }}
    where concept = 'result' and group_dimension = 'climate_group' and group_value = 'strong'
),

printed as (
    select
        figures.survey,
        figures.wave,
        figures.category,
        figures.base,
        'none' as weighting,
        'published' as data_status,
        pairs.reference_value,
        figures.value,
        sources.title as source_title,
        figures.locator as source_locator,
        sources.url as source_url
    from {{ ref('stg_published_figures') }} as figures
    inner join {{ ref('group_contrasts') }} as pairs
        on
            figures.group_dimension = pairs.published_dimension
            and figures.group_value = pairs.published_value
    inner join {{ ref('dim_source') }} as sources on figures.source_id = sources.source_id
    where
        figures.concept = 'result'
        and figures.statistic = 'difference'
        and figures.status = 'current'
        and pairs.group_dimension = 'climate_group'
        and pairs.group_value = 'strong'
),

results as (
    select {{ key | join(', ') }} from shares
    union
    select {{ key | join(', ') }} from printed
)

select
    results.survey,
    results.wave,
    results.category,
    categories.category_label_nl,
    categories.category_label_en,
    cast(categories.sort_order as integer) as category_order,
    results.base,
    {{ labels_of('bases', 'base') }},
    results.weighting,
    results.data_status,
    {{ labels_of('data_status', 'data_status') }},
    coalesce(shares.assumed, false) as assumed,
    {% for name in groups %}
        {% for column in figures %}
            shares.{{ name }}_{{ column }},
        {% endfor %}
    {% endfor %}
    {% for name in groups[:2] %}
        {% set contrast = 'strong_' ~ name %}
        coalesce({{ contrast }}.difference, printed_{{ name }}.value) as {{ contrast }}_difference,
        {% for column in margins %}
            {{ contrast }}.{{ column }} as {{ contrast }}_{{ column }},
        {% endfor %}
        coalesce({{ contrast }}.verdict, verdicts_{{ name }}.code) as {{ contrast }}_verdict,
        {% for language in ['nl', 'en'] %}
            coalesce(
                {{ contrast }}.verdict_label_{{ language }},
                verdicts_{{ name }}.label_{{ language }}
            ) as {{ contrast }}_verdict_label_{{ language }},
            coalesce({{ contrast }}.reason_{{ language }}, reasons_{{ name }}.label_{{ language }})
                as {{ contrast }}_reason_{{ language }},
        {% endfor %}
    {% endfor %}
    printed_limited.source_title,
    printed_limited.source_locator,
    printed_limited.source_url
from results
left join shares on {{ equal_columns('results', 'shares', key) }}
{% for name in groups[:2] %}
    left join tested as strong_{{ name }}
        on
            {{ equal_columns('results', 'strong_' ~ name, key) }}
            and strong_{{ name }}.reference_value = '{{ name }}'
    left join printed as printed_{{ name }}
        on
            {{ equal_columns('results', 'printed_' ~ name, key) }}
            and printed_{{ name }}.reference_value = '{{ name }}'
    -- Without a difference there is nothing to judge.
    {% set untested = 'case when strong_' ~ name ~ '.verdict is null' %}
    {% set is_printed = 'printed_' ~ name ~ '.value is not null' %}
    {{ join_codelist(
        'verdict',
        untested ~ ' and ' ~ is_printed ~ " then 'cannot_tell' end",
        'verdicts_' ~ name
    ) }}
    {{ join_codelist(
        'test_reason',
        untested ~ ' then case when ' ~ is_printed
        ~ " then 'no_interval' else 'no_difference' end end",
        'reasons_' ~ name
    ) }}
{% endfor %}
inner join {{ ref('dim_category') }} as categories
    on categories.concept = 'result' and results.category = categories.category
left join {{ ref('bases') }} as bases on results.base = bases.base
{{ join_codelist('data_status', 'results.data_status') }}
