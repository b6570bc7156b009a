-- One row per survey and wave of which answers were loaded.
select
    cast(survey as string) as survey,
    cast(wave as string) as wave,
    cast(file as string) as file_name,
    cast(sha256 as string) as file_sha256,
    cast(version as string) as version,
    cast(data_status as string) as data_status,
    cast(respondents as bigint) as respondents
from {{ raw('loads') }}
