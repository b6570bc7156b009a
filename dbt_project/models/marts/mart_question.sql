-- One row per choice of a reader (see mart_answer): the question, and in one or two sentences what
-- its figures say. A sentence names a change or a difference only where its verdict is clear. Where
-- none is, that comes first of groups and countries, which are chosen to be compared; no figure of
-- another country stands beside the Dutch one. A largest share is named only where no other can be
-- as large: a figure in words lies within 5 points
-- of what was printed, as in the disclosure checks, and a limit may lie anywhere on its side. Where
-- all answers are shown, sums of several do not count.
{% set words = {
    'nl': {
        'in': 'Bij', 'of': 'van de', 'comparisons': 'vergelijkingen is er een duidelijk',
        'change': 'e verandering', 'difference': ' verschil',
        'one': 'Er is één meting, dus een verandering is niet te zien.',
        'none': 'Geen van de vergelijkingen laat een duidelijk verschil zien.',
        'unknown': 'Of er iets verschilt, is niet te zeggen.',
        'countries': 'Of andere landen daarvan verschillen, is niet te zeggen.',
        'nearest': 'Het dichtst in de tijd ligt',
        'why': 'De redenen verschillen per antwoord.',
        'most': 'Het grootste aandeel', 'most_printed': 'Het grootste gepubliceerde aandeel',
        'most_shown': 'Het grootste getoonde aandeel',
        'only_printed': 'Gepubliceerd', 'only_shown': 'Getoond',
        'tie': 'Welk aandeel het grootst is, is niet te zeggen: onder meer', 'and': 'en',
        'against': 'ten opzichte van', 'points': ' procentpunten',
    },
    'en': {
        'in': 'In', 'of': 'of the', 'comparisons': 'comparisons there is a clear',
        'change': ' change', 'difference': ' difference',
        'one': 'There is one wave, so no change can be seen.',
        'none': 'None of the comparisons shows a clear difference.',
        'unknown': 'Whether anything differs cannot be told.',
        'countries': 'Whether other countries differ from that cannot be told.',
        'nearest': 'Nearest in time is',
        'why': 'The reasons differ between answers.',
        'most': 'The largest share', 'most_printed': 'The largest published share',
        'most_shown': 'The largest share shown',
        'only_printed': 'Published', 'only_shown': 'Shown',
        'tie': 'Which share is largest cannot be told: among others', 'and': 'and',
        'against': 'compared with', 'points': ' percentage points',
    },
} %}
with categories as (
    select
        *,
        sum(case when not is_combined then 1 else 0 end) over (partition by concept)
            as answers_of_concept
    from {{ ref('dim_category') }}
),

-- `is_seen`: what a sentence without a clear change looks at, which is the last wave with figures,
-- all groups, or the Netherlands.
ranged as (
    select
        answers.*,
        {% for lang in ['nl', 'en'] %}
            concat(
                answers.answer_{{ lang }}, ', ', answers.estimate_text_{{ lang }}, ' (',
                answers.member_{{ lang }}, ')'
            ) as named_{{ lang }},
        {% endfor %}
        coalesce(categories.is_combined, false) as is_combined,
        categories.answers_of_concept,
        case answers.compared
            when 'waves'
                then answers.member_order = max(
                    case when answers.estimate is not null then answers.member_order end
                ) over (partition by answers.choice_id)
            when 'countries' then answers.member_order = 0
            else true
        end as is_seen,
        case answers.mark
            when 'bound' then answers.drawn_from
            when 'about' then greatest(answers.estimate - 5, 0)
            else answers.estimate
        end as least,
        case answers.mark
            when 'bound' then answers.drawn_to
            when 'about' then least(answers.estimate + 5, 100)
            else answers.estimate
        end as most
    from {{ ref('mart_answer') }} as answers
    left join categories
        on {{ equal_columns('answers', 'categories', ['concept', 'category']) }}
),

completed as (
    select
        *,
        case
            when data_status = 'published'
                then
                    compared = 'waves'
                    and group_dimension = 'total'
                    and answers_of_concept = sum(
                        case
                            when is_seen and estimate is not null and not is_combined then 1 else 0
                        end
                    ) over (partition by choice_id)
            else
                0 = sum(case when is_seen and estimate is null and not is_gap then 1 else 0 end)
                    over (partition by choice_id)
        end as is_complete
    from ranged
),

contending as (
    select
        *,
        is_seen and estimate is not null and not (is_combined and coalesce(is_complete, false))
            as contends
    from completed
),

ranked as (
    select
        *,
        row_number() over (
            partition by choice_id
            order by
                case when is_clear then 0 else 1 end,
                abs(difference) desc nulls last,
                answer_order,
                member_order asc
        ) as weight,
        row_number() over (
            partition by choice_id
            order by
                case when contends then 0 else 1 end asc,
                least desc,
                most desc,
                answer_order asc,
                member_order asc
        ) as height,
        -- The country whose wave is nearest to the Dutch one.
        row_number() over (
            partition by choice_id, category
            order by
                case when member_order > 0 then 0 else 1 end asc,
                abs(cast(wave as integer) - cast(chosen_wave as integer)) asc,
                member_order asc
        ) as nearness
    from contending
),

answers as (
    select
        *,
        row_number() over (
            partition by choice_id
            order by
                case when contends and height > 1 then 0 else 1 end asc,
                most desc,
                least desc,
                height asc
        ) as rivalry
    from ranked
),

counted as (
    select
        choice_id,
        sum(case when is_clear then 1 else 0 end) as clear_ones,
        sum(
            case
                when is_clear or verdict in ('no_clear_change', 'no_clear_difference') then 1 else 0
            end
        ) as told_ones,
        count(verdict) as compared_ones,
        count(distinct case when verdict is not null then reason_nl end) as reasons,
        max(case when verdict is not null then reason_nl end) as reason_nl,
        max(case when verdict is not null then reason_en end) as reason_en,
        max(case when assumed then 1 else 0 end) = 1 as assumed,
        sum(case when contends then 1 else 0 end) as contenders,
        max(case when contends and height > 1 then most end) as rival_most,
        min(case when is_complete then 1 else 0 end) = 1 as is_complete
    from answers
    group by choice_id
),

-- The largest share, or that which is the largest cannot be told.
largest as (
    select
        tallest.choice_id,
        tallest.category,
    {% for lang in ['nl', 'en'] %}
        {% set w = words[lang] %}
        tallest.answer_{{ lang }},
        tallest.estimate_text_{{ lang }},
        tallest.member_{{ lang }},
        case
            when counted.contenders > 1 and tallest.least <= counted.rival_most
                then
                    concat(
                        '{{ w.tie }} ', tallest.named_{{ lang }}, ', {{ w.and }} ',
                        rival.named_{{ lang }}, '.'
                    )
            else concat(
                case
                    when counted.contenders > 1 and counted.is_complete then '{{ w.most }}'
                    when counted.contenders > 1 and tallest.data_status = 'published'
                        then '{{ w.most_printed }}'
                    when counted.contenders > 1 then '{{ w.most_shown }}'
                    when tallest.data_status = 'published' then '{{ w.only_printed }}'
                    else '{{ w.only_shown }}'
                end, ': ', tallest.named_{{ lang }}, '.'
                )
        end as sentence_{{ lang }}{{ ',' if not loop.last }}
    {% endfor %}
    from answers as tallest
    inner join counted on tallest.choice_id = counted.choice_id
    inner join answers as rival on tallest.choice_id = rival.choice_id and rival.rivalry = 1
    where tallest.height = 1
)

select
    answers.choice_id,
    -- The questions of the home survey first, as the catalogue has them, and the plain ones first.
    cast(row_number() over (
        order by
            case when answers.survey = '{{ var("home_survey") }}' then 0 else 1 end,
            case when answers.group_dimension = 'total' then 0 else 1 end,
            answers.concept_order,
            answers.data_status,
            answers.choice_nl
    ) as integer) as choice_order,
    answers.compared,
    answers.survey,
    answers.country,
    answers.concept,
    answers.concept_order,
    answers.base,
    answers.group_dimension,
    answers.chosen_wave,
    answers.data_status,
    counted.assumed,
{% for lang in ['nl', 'en'] %}
    {% set w = words[lang] %}
    answers.choice_{{ lang }},
    answers.concept_label_{{ lang }},
    answers.question_{{ lang }},
    answers.base_label_{{ lang }},
    case
        when counted.clear_ones > 0
            then
                concat(
                    answers.answer_{{ lang }}, ': ', answers.estimate_text_{{ lang }}, ' (',
                    answers.member_{{ lang }}, '). ', answers.verdict_label_{{ lang }}, ': ',
                    {{ change_text(
                        lang, 'answers.difference', 'answers.difference_low',
                        'answers.difference_high', w.points
                    ) }},
                    ' {{ w.against }} ',
                    answers.reference_{{ lang }},
                    '.'
                )
        when answers.compared = 'countries'
            then
                concat(
                    largest.answer_{{ lang }}, ': ', largest.estimate_text_{{ lang }}, ' (',
                    largest.member_{{ lang }}, '). ',
                    case
                        when counted.told_ones > 0 then '{{ w.none }}' else '{{ w.countries }}'
                    end
                )
        when answers.compared = 'groups' and counted.told_ones > 0 then '{{ w.none }}'
        when answers.compared = 'groups' and counted.compared_ones > 0 then '{{ w.unknown }}'
        else largest.sentence_{{ lang }}
    end as sentence_{{ lang }},
    case
        when counted.clear_ones > 0 and counted.told_ones = 1 then ''
        when counted.clear_ones > 0
            then
                concat(
                    '{{ w.in }} ', cast(counted.clear_ones as string), ' {{ w.of }} ',
                    cast(counted.told_ones as string), ' {{ w.comparisons }}',
                    case answers.compared
                        when 'waves' then '{{ w.change }}' else '{{ w.difference }}'
                    end, '.'
                )
        when answers.compared = 'countries' and counted.told_ones > 0 then ''
        when answers.compared = 'countries'
            then
                concat(
                    '{{ w.nearest }} ', nearest.member_{{ lang }}, '. ',
                    coalesce(nullif(nearest.reason_{{ lang }}, ''), '{{ w.why }}')
                )
        when answers.compared = 'groups' and counted.told_ones > 0 then largest.sentence_{{ lang }}
        when counted.told_ones > 0 then '{{ w.none }}'
        when counted.compared_ones > 0
            then
                concat(
                    case when answers.compared <> 'groups' then '{{ w.unknown }} ' else '' end,
                    coalesce(
                        case when counted.reasons = 1 then counted.reason_{{ lang }} end,
                        '{{ w.why }}'
                    ),
                    case
                        when answers.compared = 'groups'
                            then concat(' ', largest.sentence_{{ lang }})
                        else ''
                    end
                )
        when answers.compared = 'waves' then '{{ w.one }}'
        else ''
    end as detail_{{ lang }},
    answers.member_status_label_{{ lang }} as data_status_label_{{ lang }},
    {{ notice_text(lang) }}
        as notice_{{ lang }}{{ ',' if not loop.last }}
{% endfor %}
from answers
inner join counted on answers.choice_id = counted.choice_id
inner join largest on answers.choice_id = largest.choice_id
inner join answers as nearest
    on
        largest.choice_id = nearest.choice_id
        and largest.category = nearest.category
        and nearest.nearness = 1
{{ join_notices('answers.data_status', 'counted.assumed') }}
where answers.weight = 1
