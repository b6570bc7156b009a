-- One row per survey, wave and concept that its manifest says was not asked.
select
    cast(survey as string) as survey,
    cast(wave as string) as wave,
    cast(concept as string) as concept
from {{ raw('not_asked') }}
