-- One row per figure, table, box or picture of the 2021 report and what there is on it: an
-- indicator of any wave or country, another printed number, a word of open answers, a statement
-- without a number, another mart, or that a wave has no figure, and why.
{% set part = [
    'figure_number', 'concept', 'group_dimension', 'survey', 'wave'
] %}
{% set shown = [
    'survey', 'country', 'wave', 'concept', 'category', 'base', 'group_dimension', 'group_value',
    'statistic', 'estimate', 'n', 'bound', 'approximate', 'assumed', 'data_status', 'source_title',
    'source_locator', 'source_url'
] %}
{% set derived = [
    'indicator_id', 'estimate_low', 'estimate_high', 'n_derived', 'n_derived_reason_nl',
    'n_derived_reason_en', 'word_nl', 'word_en', 'word_order'
] %}
{% set row = ['content', 'item'] + shown + derived
    + ['finding', 'see_also', 'reason', 'text_nl', 'text_en'] %}
{% set types = {
    'estimate': 'double', 'estimate_low': 'double', 'estimate_high': 'double', 'n': 'bigint',
    'n_derived': 'bigint', 'approximate': 'boolean', 'assumed': 'boolean', 'word_order': 'integer'
} %}
{#- Kinds of rows: the columns that they have by the same name, and those that they compute. Others
    are null. -#}
{% set kinds = [
    {
        'relation': 'found',
        'same': ['content', 'item'] + shown + derived,
        'given': {'reason': "case when estimate is null then 'suppressed' end"}
    },
    {
        'relation': 'missing',
        'same': ['reason', 'survey', 'country', 'wave', 'concept', 'category', 'base',
                 'group_dimension', 'statistic'],
        'given': {
            'content': "'not_available'",
            'item': "concat_ws('/', survey, wave, concept, group_dimension, category, statistic)"
        }
    },
    {
        'relation': ref('mart_report_finding'),
        'same': ['finding', 'survey', 'country', 'wave', 'concept', 'category', 'data_status',
                 'source_title', 'source_url', 'text_nl', 'text_en'],
        'given': {
            'content': "'finding'",
            'item': 'finding',
            'source_locator': "concat('p. ', cast(page as string))"
        }
    },
    {
        'relation': ref('report_figure_marts'),
        'same': [],
        'given': {
            'content': "'other_mart'",
            'item': 'mart',
            'see_also': 'mart',
            'text_nl': 'shows_nl',
            'text_en': 'shows_en'
        }
    }
] %}
{#- Relations with numbers: what their rows are, the column that names them, and the columns of
    `derived` that they have. -#}
{% set sources = [
    (ref('mart_indicator'), 'indicator', 'indicator_id', derived[:6]),
    ('printed', 'published_figure', 'item', []),
    ('words', 'word', 'item', ['estimate_low', 'estimate_high', 'word_nl', 'word_en', 'word_order'])
] %}
with asked as (
    select distinct concept from {{ ref('crosswalk') }}
),

parts as (
    select
        parts.*,
        coalesce(parts.base, concepts.default_base) as expected_base,
        figures.form = 'text' as is_text,
        asked.concept is not null as is_asked
    from {{ ref('report_figure_parts') }} as parts
    inner join {{ ref('concepts') }} as concepts on parts.concept = concepts.concept
    inner join {{ ref('report_figures') }} as figures
        on parts.figure_number = figures.figure_number
    left join asked on parts.concept = asked.concept
),

printed as (
    select
        figures.row_id as item,
        surveys.country,
        {{ prefixed(
            'figures', shown | reject('in', ['country', 'estimate', 'assumed', 'data_status'])
        ) }},
        figures.value as estimate,
        false as assumed,
        'published' as data_status
    from {{ ref('mart_published_figure') }} as figures
    inner join {{ ref('dim_survey') }} as surveys on figures.survey = surveys.survey
    where figures.status = 'current' and figures.statistic not in ('share', 'mean', 'count')
),

-- What too few organisations use now has no row; a question without any word has one without a
-- share.
words as (
    select
        terms.term_id as item,
        surveys.country,
        terms.term as category,
        'total' as group_dimension,
        'total' as group_value,
        'share' as statistic,
        false as approximate,
        cast(null as string) as source_title,
        cast(null as string) as source_locator,
        cast(null as string) as source_url,
        {{ prefixed('terms', [
            'survey', 'wave', 'concept', 'base', 'estimate', 'estimate_low', 'estimate_high', 'n',
            'bound', 'assumed', 'data_status'
        ]) }},
        terms.term_label_nl as word_nl,
        terms.term_label_en as word_en,
        -- Groups of words come first.
        cast(
            case when terms.kind = 'group' then terms.term_rank else 1000 + terms.term_rank end
            as integer
        ) as word_order
    from {{ ref('mart_term') }} as terms
    inner join {{ ref('dim_survey') }} as surveys on terms.survey = surveys.survey
    where terms.estimate is not null or terms.kind = 'none'
),

numbers as (
    {% for relation, content, item, given in sources %}
        select
            '{{ content }}' as content,
            {{ item }} as item,
            {{ shown | join(',\n            ') }}
            {%- for column in derived %}
                ,
                {% if column in given -%} {{ column }}
                {%- else -%} cast(null as {{ types.get(column, 'string') }}) as {{ column }}
                {%- endif %}
            {%- endfor %}
        from {{ relation }}
        -- The report does not weight; in groups answers have one weighting only.
        {{ "where weighting = 'none' or group_dimension <> 'total'" if content == 'indicator' }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

found as (
    select
        parts.figure_number,
        parts.every_wave,
        parts.is_text,
        numbers.*
    from parts
    inner join numbers
        on
            {{ equal_columns('parts', 'numbers', ['concept', 'group_dimension']) }}
            {%- for column in ['survey', 'country', 'category', 'base'] %}
                and coalesce(parts.{{ column }}, numbers.{{ column }}) = numbers.{{ column }}
            {%- endfor %}
),

-- What there is of a part in a wave, published and computed.
known as (
    select
        {{ part | join(',\n        ') }},
        sum(case when data_status = 'published' then 1 else 0 end) as published,
        sum(case when data_status <> 'published' then 1 else 0 end) as computed
    from found
    group by {{ part | join(', ') }}
),

not_asked as (
    select
        survey,
        wave,
        concept
    from {{ ref('stg_not_asked') }}
    union
    select
        survey,
        wave,
        concept
    from {{ ref('hrm_crosswalk') }}
    where gives is null and category is null
),

-- The waves that should have a part: those of its survey, or of all surveys that ask the same.
expected as (
    select
        parts.*,
        surveys.country as country_of_wave,
        waves.survey as survey_of_wave,
        waves.wave,
        parts.is_asked and waves.answers_status is not null as has_answers,
        coalesce(questions.concept, splits.concept) is not null as is_not_asked
    from parts
    inner join {{ ref('group_dimensions') }} as dimensions
        on parts.group_dimension = dimensions.group_dimension
    inner join {{ ref('dim_survey') }} as home on home.survey = '{{ var("home_survey") }}'
    inner join {{ ref('dim_survey') }} as surveys
        on
            parts.survey = surveys.survey
            or (parts.survey is null and home.family = surveys.family)
    inner join {{ ref('dim_wave') }} as waves on surveys.survey = waves.survey
    left join not_asked as questions
        on
            {{ equal_columns('waves', 'questions', ['survey', 'wave']) }}
            and parts.concept = questions.concept
    left join not_asked as splits
        on
            {{ equal_columns('waves', 'splits', ['survey', 'wave']) }}
            and dimensions.concept = splits.concept
    where parts.every_wave and coalesce(parts.country, surveys.country) = surveys.country
),

-- What a wave should have and has not: as a whole, or one answer of it that no source prints.
missing as (
    select
        expected.figure_number,
        expected.survey_of_wave as survey,
        expected.country_of_wave as country,
        expected.wave,
        expected.concept,
        cast(null as string) as category,
        expected.expected_base as base,
        expected.group_dimension,
        cast(null as string) as statistic,
        case
            when known.published > 0 then 'not_in_answers'
            when known.computed > 0 then 'not_published'
            when expected.is_not_asked then 'not_asked'
            when expected.has_answers then 'not_known'
            else 'not_published'
        end as reason
    from expected
    left join known
        on
            {{ equal_columns('expected', 'known', part | reject('equalto', 'survey')) }}
            and expected.survey_of_wave = known.survey
    where
        coalesce(known.published, 0) = 0
        or (known.computed = 0 and expected.has_answers)
    union all
    select
        answers.figure_number,
        answers.survey,
        answers.country,
        answers.wave,
        answers.concept,
        answers.category,
        min(answers.base) as base,
        answers.group_dimension,
        answers.statistic,
        'not_published' as reason
    from found as answers
    inner join known on {{ equal_columns('answers', 'known', part) }}
    left join found as others
        on
            {{ equal_columns('answers', 'others', part + ['category', 'statistic']) }}
            and others.data_status = 'published'
    left join {{ ref('dim_category') }} as categories
        on {{ equal_columns('answers', 'categories', ['concept', 'category']) }}
    where
        -- The rest of a printed share follows from it.
        categories.complement_of is null
        -- A text does not print its answers one by one.
        and not answers.is_text
        and answers.every_wave
        and answers.data_status <> 'published'
        and known.published > 0
        and others.item is null
    group by
        {{ prefixed('answers', part + ['country', 'category', 'statistic']) }}
),

united as (
    {% for kind in kinds %}
        select
            figure_number,
        {% for column in row -%}
            {% if column in kind.given -%} {{ kind.given[column] }}
            {%- elif column in kind.same -%} {{ column }}
            {%- else -%} cast(null as {{ types.get(column, 'string') }})
            {%- endif %} as {{ column }}{{ ',' if not loop.last }}
        {% endfor -%}
        from {{ kind.relation }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    united.figure_number,
    cast(figures.page as integer) as page,
    figures.title_nl,
    figures.title_en,
    figures.form,
    figures.n as caption_n,
    united.content,
    {{ labels_of('content', 'content') }},
    united.item,
    united.indicator_id,
    united.finding,
    united.see_also,
    united.survey,
    united.country,
    {{ labels_of('country', 'country') }},
    united.wave,
    united.concept,
    concepts.concept_label_nl,
    concepts.concept_label_en,
    united.category,
    -- Of a scale the statistic is what a reader looks for: mean, median, lowest.
    case
        when united.category = 'value' then statistic.label_nl
        else coalesce(united.word_nl, category.category_label_nl)
    end as category_label_nl,
    case
        when united.category = 'value' then statistic.label_en
        else coalesce(united.word_en, category.category_label_en)
    end as category_label_en,
    cast(
        case
            when united.category = 'value' then statistic.sort_order
            else coalesce(united.word_order, category.sort_order)
        end
        as integer
    ) as category_order,
    united.base,
    {{ labels_of('bases', 'base') }},
    united.group_dimension,
    united.group_value,
    {% for lang in ['nl', 'en'] %}
        coalesce(
            group_category.category_label_{{ lang }},
            case when united.group_value = 'total' then dimensions.label_{{ lang }} end
        ) as group_value_label_{{ lang }},
    {% endfor %}
    united.statistic,
    united.estimate,
    united.estimate_low,
    united.estimate_high,
    united.bound,
    united.approximate,
    coalesce(united.assumed, false) as assumed,
    united.n,
    united.n_derived,
    united.n_derived_reason_nl,
    united.n_derived_reason_en,
    united.data_status,
    {{ labels_of('data_status', 'data_status') }},
    united.reason,
    {{ labels_of('unavailable', 'reason') }},
    {% for lang in ['nl', 'en'] %}
        coalesce(
            united.text_{{ lang }},
            {{ estimate_text(
                lang, 'united.estimate', 'united.statistic', 'united.approximate', 'united.bound'
            ) }},
            unavailable.label_{{ lang }}
        ) as text_{{ lang }},
    {% endfor %}
    united.source_title,
    united.source_locator,
    united.source_url
from united
inner join {{ ref('report_figures') }} as figures on united.figure_number = figures.figure_number
left join {{ ref('dim_concept') }} as concepts on united.concept = concepts.concept
left join {{ ref('dim_category') }} as category
    on united.concept = category.concept and united.category = category.category
left join {{ ref('group_dimensions') }} as dimensions
    on united.group_dimension = dimensions.group_dimension
left join {{ ref('dim_category') }} as group_category
    on
        dimensions.concept = group_category.concept
        and united.group_value = group_category.category
left join {{ ref('bases') }} as bases on united.base = bases.base
{{ join_codelist('figure_content', 'united.content', 'content') }}
{{ join_codelist('country', 'united.country') }}
{{ join_codelist('data_status', 'united.data_status') }}
{{ join_codelist('statistic', 'united.statistic') }}
{{ join_codelist('unavailable', 'united.reason') }}
