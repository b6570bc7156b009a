-- One row per survey, wave and stratum of the sampling frame.
select
    cast(survey as string) as survey,
    cast(wave as string) as wave,
    cast(stratum as string) as stratum,
    cast(frame_count as bigint) as frame_count
from {{ raw('strata') }}
