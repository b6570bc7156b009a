-- One row per choice, answer and member: the figures of a question beside each other, as a page
-- shows them. A choice is a question of one survey, as a whole or split, and what is compared: its
-- waves, the groups of one wave, or countries. A member is one of these waves, groups or countries.
-- A choice without any figure is left out, and a difference that no verdict judges is not shown.
-- Between waves and groups every answer has all members: where there is no figure, words say so.
{% set shared = [
    'survey', 'country', 'concept', 'base', 'group_dimension', 'category', 'category_order', 'wave',
    'data_status', 'conf_status', 'n', 'estimate', 'estimate_low',
    'estimate_high', 'bound', 'approximate', 'assumed',
] %}
{% set pair = [
    'survey', 'country', 'concept', 'category', 'base', 'group_dimension', 'group_value',
    'statistic', 'weighting', 'data_status'
] %}
{% set of_answer = [
    'choice_id', 'compared', 'chosen_wave', 'survey', 'concept', 'base', 'group_dimension',
    'category', 'category_order', 'data_status', 'part', 'concept_order', 'choice_nl', 'choice_en',
    'concept_label_nl', 'concept_label_en', 'question_nl', 'question_en', 'base_label_nl',
    'base_label_en', 'answer_nl', 'answer_en'
] %}
{% set of_member = [
    'country', 'wave', 'member', 'member_order', 'member_status', 'assumed', 'member_nl',
    'member_en', 'member_status_label_nl', 'member_status_label_en'
] %}
{% set of_figure = [
    'conf_status', 'n', 'estimate', 'estimate_low', 'estimate_high', 'bound', 'approximate',
    'difference', 'difference_low', 'difference_high', 'smallest_difference', 'verdict',
    'reference_nl', 'reference_en', 'reason_nl', 'reason_en', 'interval_text_nl',
    'interval_text_en', 'n_text_nl', 'n_text_en', 'source_nl', 'source_en', 'verdict_label_nl',
    'verdict_label_en'
] %}
{% set differences = [
    'difference', 'difference_low', 'difference_high', 'smallest_difference'
] %}
{% set words = {
    'nl': {'smallest': 'Kleinste zichtbare verschil', 'points': 'procentpunten',
           'not_published': 'niet gepubliceerd', 'not_offered': 'geen antwoordmogelijkheid',
           'hidden': 'afgeschermd', 'unknown': 'niet bekend', 'margin': 'marge',
           'by': 'naar', 'years': 'door de jaren', 'microdata': 'berekend uit antwoorden',
           'synthetic': 'SYNTHETISCH', 'no_margin': 'marge niet bekend',
           'beside': 'naast andere landen', 'assumed': 'vraag aangenomen', 'source': 'Bron'},
    'en': {'smallest': 'Smallest detectable difference', 'points': 'percentage points',
           'not_published': 'not published', 'not_offered': 'no such answer offered',
           'hidden': 'suppressed', 'unknown': 'not known', 'margin': 'margin',
           'by': 'by', 'years': 'over the years', 'microdata': 'computed from answers',
           'synthetic': 'SYNTHETIC', 'no_margin': 'margin not known',
           'beside': 'beside other countries', 'assumed': 'assumed question', 'source': 'Source'},
} %}
with indicators as (
    select * from {{ ref('mart_indicator') }}
    where
        in_dashboard
        and statistic = 'share'
        and (weighting = 'none' or group_dimension <> 'total')
),

changes as (
    select * from {{ ref('mart_trend') }}
    where pair = 'consecutive'
),

-- Each group beside the one group that is no contrast of another.
contrasts as (
    select contrasts.*
    from {{ ref('mart_contrast') }} as contrasts
    left join {{ ref('group_contrasts') }} as others
        on
            {{ equal_columns('contrasts', 'others', ['group_dimension']) }}
            and contrasts.reference_value = others.group_value
    where others.group_value is null
),

pairs as (
    select * from {{ ref('mart_international') }}
),

over_waves as (
    select
        'waves' as compared,
        cast(null as string) as chosen_wave,
        {{ prefixed('indicators', shared) }},
        indicators.data_status as member_status,
        indicators.group_value as part,
        indicators.wave as member,
        cast(indicators.wave as integer) as member_order,
        changes.change as difference,
        changes.change_low as difference_low,
        changes.change_high as difference_high,
        changes.verdict,
        changes.smallest_detectable_change as smallest_difference,
    {% for lang in ['nl', 'en'] %}
        indicators.survey_label_{{ lang }} as place_{{ lang }},
        case
            when indicators.group_dimension <> 'total' then concat(
                '{{ words[lang].by }} ', lower(indicators.group_dimension_label_{{ lang }}),
                ', {{ words[lang].years }}'
                )
        end as split_{{ lang }},
        case
            when indicators.group_dimension <> 'total'
                then indicators.group_value_label_{{ lang }}
        end as part_{{ lang }},
        indicators.wave as member_{{ lang }},
        changes.from_wave as reference_{{ lang }},
        coalesce(changes.reason_{{ lang }}, indicators.note_text_{{ lang }}) as reason_{{ lang }},
        indicators.interval_text_{{ lang }},
        indicators.n_text_{{ lang }},
        indicators.source_title as source_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from indicators
    left join changes
        on
            {{ equal_columns('indicators', 'changes', pair) }}
            and indicators.wave = changes.to_wave
    where indicators.group_dimension <> 'country'
),

over_groups as (
    select
        'groups' as compared,
        indicators.wave as chosen_wave,
        {{ prefixed('indicators', shared) }},
        indicators.data_status as member_status,
        'total' as part,
        indicators.group_value as member,
        cast(categories.sort_order as integer) as member_order,
        contrasts.difference,
        contrasts.difference_low,
        contrasts.difference_high,
        contrasts.verdict,
        contrasts.smallest_detectable_difference as smallest_difference,
    {% for lang in ['nl', 'en'] %}
        concat(indicators.survey_label_{{ lang }}, ' ', indicators.wave) as place_{{ lang }},
        concat('{{ words[lang].by }} ', lower(indicators.group_dimension_label_{{ lang }}))
            as split_{{ lang }},
        cast(null as string) as part_{{ lang }},
        indicators.group_value_label_{{ lang }} as member_{{ lang }},
        contrasts.reference_value_label_{{ lang }} as reference_{{ lang }},
        coalesce(contrasts.reason_{{ lang }}, indicators.note_text_{{ lang }}) as reason_{{ lang }},
        indicators.interval_text_{{ lang }},
        indicators.n_text_{{ lang }},
        indicators.source_title as source_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from indicators
    inner join {{ ref('group_dimensions') }} as dimensions
        on indicators.group_dimension = dimensions.group_dimension
    inner join {{ ref('dim_category') }} as categories
        on
            dimensions.concept = categories.concept
            and indicators.group_value = categories.category
    left join contrasts
        on {{ equal_columns('indicators', 'contrasts', pair + ['wave']) }}
),

-- The Netherlands comes first, and then each other country.
beside_home as (
    select distinct
        nl_survey,
        nl_wave,
        nl_data_status,
        concept,
        category,
        base
    from pairs
),

over_countries as (
    select
        'countries' as compared,
        indicators.wave as chosen_wave,
        {{ prefixed('indicators', shared) }},
        indicators.data_status as member_status,
        'total' as part,
        indicators.survey as member,
        0 as member_order,
        cast(null as double) as difference,
        cast(null as double) as difference_low,
        cast(null as double) as difference_high,
        cast(null as string) as verdict,
        cast(null as double) as smallest_difference,
    {% for lang in ['nl', 'en'] %}
        concat(
            indicators.country_label_{{ lang }}, ' ', indicators.wave,
            ' {{ words[lang].beside }}'
        ) as place_{{ lang }},
        cast(null as string) as split_{{ lang }},
        cast(null as string) as part_{{ lang }},
        concat(indicators.country_label_{{ lang }}, ' ', indicators.wave) as member_{{ lang }},
        cast(null as string) as reference_{{ lang }},
        cast(null as string) as reason_{{ lang }},
        indicators.interval_text_{{ lang }},
        indicators.n_text_{{ lang }},
        indicators.source_title as source_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from indicators
    inner join beside_home
        on
            {{ equal_columns('indicators', 'beside_home', ['concept', 'category', 'base']) }}
            and indicators.survey = beside_home.nl_survey
            and indicators.wave = beside_home.nl_wave
            and indicators.data_status = beside_home.nl_data_status
    where indicators.group_dimension = 'total'
    union all
    select
        'countries' as compared,
        nl_wave as chosen_wave,
        nl_survey as survey,
        country,
        concept,
        base,
        'total' as group_dimension,
        category,
        category_order,
        wave,
        nl_data_status as data_status,
        'F' as conf_status,
        n,
        estimate,
        estimate_low,
        estimate_high,
        bound,
        approximate,
        assumed,
        data_status as member_status,
        'total' as part,
        concat(survey, ' ', country) as member,
        cast(dense_rank() over (order by country_label_nl, survey_label_nl) as integer)
            as member_order,
        -- As seen from the other country, which the row is about.
        0 - difference as difference,
        0 - difference_high as difference_low,
        0 - difference_low as difference_high,
        case
            when verdict like 'higher%' then replace(verdict, 'higher', 'lower')
            when verdict like 'lower%' then replace(verdict, 'lower', 'higher')
            else verdict
        end as verdict,
        smallest_detectable_difference as smallest_difference,
    {% for lang in ['nl', 'en'] %}
        concat(nl_country_label_{{ lang }}, ' ', nl_wave, ' {{ words[lang].beside }}')
            as place_{{ lang }},
        cast(null as string) as split_{{ lang }},
        cast(null as string) as part_{{ lang }},
        place_text_{{ lang }} as member_{{ lang }},
        concat(nl_country_label_{{ lang }}, ' ', nl_wave) as reference_{{ lang }},
        reason_{{ lang }},
        interval_text_{{ lang }},
        n_text_{{ lang }},
        source_title as source_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from pairs
),

members as (
    select * from over_waves
    union all
    select * from over_groups
    union all
    select * from over_countries
),

chosen as (
    select
        members.*,
        {{ short_hash([
            'compared', 'members.survey', "coalesce(chosen_wave, '')", 'members.concept',
            'members.base', 'members.group_dimension', 'members.data_status',
        ]) }} as choice_id,
        concepts.sort_order as concept_order,
    {% for lang in ['nl', 'en'] %}
        concat_ws(
            ' · ', concepts.concept_label_{{ lang }},
            case
                when members.base <> concepts.default_base then lower(bases.label_{{ lang }})
            end,
            split_{{ lang }}, place_{{ lang }},
            case members.data_status
                when 'synthetic' then '{{ words[lang].synthetic }}'
                when 'microdata' then '{{ words[lang].microdata }}'
            end
        ) as choice_{{ lang }},
        concepts.concept_label_{{ lang }},
        concepts.question_{{ lang }},
        bases.label_{{ lang }} as base_label_{{ lang }},
        statuses.label_{{ lang }} as member_status_label_{{ lang }},
        verdicts.label_{{ lang }} as verdict_label_{{ lang }},
        concat_ws(
            ' · ', coalesce(categories.category_label_{{ lang }}, members.category),
            part_{{ lang }}
        ) as answer_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from members
    inner join {{ ref('dim_concept') }} as concepts on members.concept = concepts.concept
    left join {{ ref('dim_category') }} as categories
        on {{ equal_columns('members', 'categories', ['concept', 'category']) }}
    left join {{ ref('bases') }} as bases on members.base = bases.base
    {{ join_codelist('data_status', 'members.member_status', 'statuses') }}
    {{ join_codelist('verdict', 'members.verdict', 'verdicts') }}
),

all_answers as (
    select distinct {{ of_answer | join(', ') }}
    from chosen
    where compared <> 'countries'
),

all_members as (
    select distinct choice_id, {{ of_member | join(', ') }}
    from chosen
),

completed as (
    select {{ (of_answer + of_member + of_figure) | join(', ') }}
    from chosen
    union all
    select
        {{ prefixed('all_answers', of_answer) }},
        {{ prefixed('all_members', of_member) }},
    {% for column in of_figure %}
        null as {{ column }}{{ ',' if not loop.last }}
    {% endfor %}
    from all_answers
    inner join all_members on all_answers.choice_id = all_members.choice_id
    left join chosen
        on
            {{ equal_columns('all_answers', 'chosen', ['choice_id', 'category', 'part']) }}
            and all_members.member = chosen.member
    where chosen.choice_id is null
),

{% set answer = 'partition by choice_id, category, part' %}
counted as (
    select
        *,
        conf_status is null as is_gap,
        coalesce(verdict not in ('cannot_tell', 'not_comparable'), false) as is_judged,
        count(estimate) over (partition by choice_id) as figures,
        min(member_order) over (partition by choice_id) as first_member,
        count(*) over ({{ answer }}) as members,
        row_number() over ({{ answer }} order by member_order) as place_in_answer,
        max(member_order) over (partition by choice_id) as last_member
    from completed
),

-- For a picture that is passed on: all sources of a choice.
sources as (
    select
        source_of,
        {{ sorted_list('source_nl', '; ') }} as sources_nl,
        {{ sorted_list('source_en', '; ') }} as sources_en
    from (
        select distinct
            choice_id as source_of,
            source_nl,
            source_en
        from counted
        where source_nl is not null and estimate is not null
    ) as titles
    group by source_of
)

select
    {{ short_hash(['choice_id', 'category', 'part', 'member']) }} as answer_id,
    choice_id,
    compared,
    survey,
    country,
    concept,
    base,
    group_dimension,
    chosen_wave,
    data_status,
    category,
    part,
    member,
    wave,
    cast(concept_order as integer) as concept_order,
    cast(
        dense_rank()
            over (partition by choice_id order by category_order, category, part)
        as integer
    )
        as answer_order,
    member_order,
    place_in_answer = 1 as is_first,
    cast(members as integer) as members,
    member_status,
    assumed,
    is_gap,
    case
        when compared = 'countries' then concat('country-', lower(country))
        when compared = 'groups' then concat('group-', cast(member_order as string))
        when member_order = last_member then 'wave-last'
        else 'wave-earlier'
    end as member_class,
    case
        when estimate is null then 'none'
        when approximate then 'about'
        when bound is not null then 'bound'
        else 'point'
    end as mark,
    n,
    estimate,
    case
        when approximate then estimate_low
        when bound = 'lower' then estimate
        when bound = 'upper' then 0
        else estimate_low
    end as drawn_from,
    case
        when approximate then estimate_high
        when bound = 'lower' then 100
        when bound = 'upper' then estimate
        else estimate_high
    end as drawn_to,
    estimate_low,
    estimate_high,
    {% for column in differences %}
        case when is_judged then {{ column }} end as {{ column }},
    {% endfor %}
    verdict,
    verdict in (
        'rise', 'fall', 'rise_limited', 'fall_limited', 'higher', 'lower', 'higher_limited',
        'lower_limited'
    ) as is_clear,
    cast(null as string) as release_id,  -- filled in when a release is published
{% for lang in ['nl', 'en'] %}
    choice_{{ lang }},
    concept_label_{{ lang }},
    question_{{ lang }},
    base_label_{{ lang }},
    answer_{{ lang }},
    concat_ws(
        ' · ', member_{{ lang }}, case when assumed then '{{ words[lang].assumed }}' end
    ) as member_{{ lang }},
    member_status_label_{{ lang }},
    case
        when estimate is not null
            then {{ estimate_text(lang, 'estimate', "'share'", 'approximate', 'bound') }}
        when is_gap and data_status = 'published' then '{{ words[lang].not_published }}'
        when is_gap then '{{ words[lang].not_offered }}'
        when conf_status <> 'F' then '{{ words[lang].hidden }}'
        else '{{ words[lang].unknown }}'
    end as estimate_text_{{ lang }},
    case
        when estimate is null or bound is not null then ''
        when estimate_low is null then '{{ words[lang].no_margin }}'
        else concat('{{ words[lang].margin }} ', interval_text_{{ lang }})
    end as interval_text_{{ lang }},
    n_text_{{ lang }},
    reference_{{ lang }},
    verdict_label_{{ lang }},
    case
        when verdict is not null
            then {{ verdict_text('verdict', 'verdict_label_' ~ lang) }}
        else ''
    end as verdict_text_{{ lang }},
    case
        when not is_judged or difference is null then ''
        else {{ change_text(lang, 'difference', 'difference_low', 'difference_high') }}
    end as difference_text_{{ lang }},
    coalesce(reason_{{ lang }}, '') as reason_{{ lang }},
    concat_ws(
        ' ', nullif(reason_{{ lang }}, ''),
        case
            when is_judged and smallest_difference is not null
                then concat(
                    '{{ words[lang].smallest }}: ',
                    {{ number_text(lang, 'smallest_difference') }},
                    ' {{ words[lang].points }}.'
                    )
        end
    ) as why_text_{{ lang }},
    source_{{ lang }},
    case
        when sources_{{ lang }} is null then member_status_label_{{ lang }}
        else concat('{{ words[lang].source }}: ', sources_{{ lang }})
    end as sources_text_{{ lang }}{{ ',' if not loop.last }}
{% endfor %}
from counted
left join sources on counted.choice_id = sources.source_of
where
    figures > 0
    -- What is split over one wave is the choice of the groups of that wave.
    and not (compared = 'waves' and group_dimension <> 'total' and first_member = last_member)
