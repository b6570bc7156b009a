-- One row per line that readers are told of a release: first the release itself, then what was
-- revised, the largest first and at most $most of a part, then what came and went by wave.
-- A line with {lang} is repeated for nl and en.
with parted as (
    select
        *,
        case
            when kind <> 'indicator' and verdict_before is distinct from verdict_after
                and change = 'moved' then 'verdict'
            when kind <> 'indicator' and change = 'moved' then 'difference'
            else change
        end as part
    from changes
),

told as (
    select
        *,
        row_number() over (partition by part order by change_order) as place,
        count(*) over (partition by part) as of_part
    from parted
    where part in ('moved', 'verdict')
),

by_wave as (
    select
        part,
        marked_{lang},
        count(*) filter (kind = 'indicator') as figures,
        count(*) filter (kind <> 'indicator') as comparisons,
        row_number() over (
            partition by part order by data_status = 'synthetic', count(*) desc, survey, wave
        ) as place,
        count(*) over (partition by part) as of_part,
    from parted
    where part not in ('moved', 'verdict')
    group by part, survey, wave, data_status, marked_nl, marked_en
),

lines as (
    select
        'release' as part,
        0 as place,
        $release_{lang}::varchar as text_{lang},
        null::varchar as reason_{lang},
    union all by name
    select
        part,
        place,
        text_{lang}, reason_{lang},
    from told
    where place <= $most
    union all by name
    select
        part,
        place,
        format($counted_{lang}, marked_{lang}, figures, comparisons) as text_{lang},
    from by_wave
    where place <= $most
    union all by name
    select distinct
        part,
        $most + 1 as place,
        format($more_{lang}, of_part - $most) as text_{lang},
    from told
    where of_part > $most
    union all by name
    select distinct
        part,
        $most + 1 as place,
        format($more_waves_{lang}, of_part - $most) as text_{lang},
    from by_wave
    where of_part > $most
),

words as (
    select
        unnest($parts::varchar[]) as code,
        generate_subscripts($parts::varchar[], 1) as place,
        unnest($labels_{lang}::varchar[]) as label_{lang},
)

select
    cast(row_number() over (order by words.place, lines.place) as integer) as line_order,
    lines.part,
    words.label_{lang},
    lines.text_{lang},
    lines.reason_{lang},
from lines
inner join words on lines.part = words.code
order by line_order
