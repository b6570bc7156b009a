-- One row per released figure or verdict that differs between the tables figures_earlier and
-- figures_later. A value stands only where the later release shows the figure: of what is hidden or
-- gone, nothing that an earlier release told. A line with {lang} is repeated for nl and en.
with paired as (
    select
        coalesce(later.kind, earlier.kind) as kind,
        coalesce(later.figure_id, earlier.figure_id) as figure_id,
        case
            when later.figure_id is null then 'vanished'
            when later.is_hidden and not coalesce(earlier.is_hidden, false) then 'suppressed'
            when later.is_hidden then null
            when earlier.figure_id is null then 'appeared'
            when earlier.is_hidden then 'shown'
            -- One run of the same models may add in another order.
            when
                (later.value is null) <> (earlier.value is null)
                or abs(later.value - earlier.value) > 1e-9 * greatest(1, abs(earlier.value))
                or later.verdict is distinct from earlier.verdict
                or later.text_nl is distinct from earlier.text_nl
                then 'moved'
            when
                later.n is distinct from earlier.n
                or later.reliability is distinct from earlier.reliability
                or (later.low is null) <> (earlier.low is null)
                or (later.high is null) <> (earlier.high is null)
                or abs(later.low - earlier.low) > 1e-9 * greatest(1, abs(earlier.low))
                or abs(later.high - earlier.high) > 1e-9 * greatest(1, abs(earlier.high))
                then 'margin'
        end as change,
        earlier,
        later,
        case when later.figure_id is null then earlier else later end as figure
    from figures_earlier as earlier
    full join figures_later as later
        on earlier.kind = later.kind and earlier.figure_id = later.figure_id
),

changed as (
    select
        kind,
        figure_id,
        change,
        figure.* exclude (kind, figure_id, value, verdict, text_nl, text_en),
        case when change = 'moved' then earlier.value end as before,
        case when change in ('moved', 'appeared', 'shown') then later.value end as after,
        case when change = 'moved' then earlier.verdict end as verdict_before,
        case when change in ('moved', 'appeared', 'shown') then later.verdict end as verdict_after,
        case when change = 'moved' then earlier.text_{lang} end as before_{lang},
        case when change in ('moved', 'appeared', 'shown') then later.text_{lang} end as after_{lang},
    from paired
    where change is not null
),

-- A copied figure does not rest on a file of answers. A comparison is corrected for all that are
-- tested with it, so that one may change while nothing of its own waves does.
traced as (
    select
        kind,
        figure_id,
        list_sort(list(distinct causes.cause)) as own
    from changed
    inner join origin_causes as causes on list_contains(changed.origins, causes.origin)
    where changed.data_status <> 'published' or causes.cause <> 'file'
    group by all
),

caused as (
    select
        changed.*,
        case
            when traced.own is not null or len($shared::varchar[]) > 0
                then coalesce(traced.own, []) || $shared::varchar[]
            when changed.kind <> 'indicator' and exists (select 1 from origin_causes)
                then ['others']
            else ['unknown']
        end as causes
    from changed
    left join traced on changed.kind = traced.kind and changed.figure_id = traced.figure_id
),

reasons as (
    select
        caused.kind,
        caused.figure_id,
        string_agg(words.words_{lang}, '; ' order by words.place) as reason_{lang},
    from caused
    inner join change_words as words on list_contains(caused.causes, words.code)
    group by all
)

select
    caused.change,
    caused.kind,
    caused.figure_id,
    caused.survey,
    caused.wave,
    caused.concept,
    caused.category,
    caused.base,
    caused.group_dimension,
    caused.group_value,
    caused.statistic,
    caused.weighting,
    caused.data_status,
    caused.is_public,
    caused.before,
    caused.after,
    caused.after - caused.before as difference,
    caused.verdict_before,
    caused.verdict_after,
    array_to_string(caused.causes, ',') as causes,
    cast(row_number() over (
        order by
            words.place,
            caused.data_status = 'synthetic',
            caused.kind <> 'indicator',
            caused.verdict_after is not distinct from caused.verdict_before,
            not caused.is_public,
            caused.statistic <> 'share',
            -- Shares by their points, the rest by how large a part of itself a figure moved.
            abs(caused.after - caused.before)
            / case
                when caused.statistic = 'share' then 1 else greatest(abs(caused.before), 1e-9)
            end desc nulls last,
            caused.group_dimension <> 'total',
            caused.survey,
            caused.wave,
            caused.kind,
            caused.figure_id
    ) as integer) as change_order,
    caused.marked_{lang},
    caused.figure_{lang},
    words.label_{lang} as change_{lang},
    caused.before_{lang},
    caused.after_{lang},
    format(words.words_{lang}, figure_{lang}, coalesce(before_{lang}, ''), coalesce(after_{lang}, '')) as text_{lang},
    reasons.reason_{lang},
from caused
inner join reasons on caused.kind = reasons.kind and caused.figure_id = reasons.figure_id
inner join change_words as words on caused.change = words.code
