-- One row per survey and wave with answers: a digest of all that its patterns are made from, which
-- are its file, its manifest and its blocks.
with loads as (
    select * from {{ ref('stg_loads') }}
),

blocks as (
    select * from {{ ref('hrm_blocks') }}
),

layouts as (
    select
        survey,
        wave,
        {{ sorted_list("concat(variable, '=', block)") }} as layout
    from blocks
    group by survey, wave
)

select
    loads.survey,
    loads.wave,
    md5(concat(loads.version, ' ', layouts.layout)) as made_from
from loads
inner join layouts on loads.survey = layouts.survey and loads.wave = layouts.wave
