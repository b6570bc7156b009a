-- One row per survey, wave and variable of a loaded file, with the label that the file gives it.
select
    cast(survey as string) as survey,
    cast(wave as string) as wave,
    cast(variable as string) as variable,
    nullif(cast(label as string), '') as label
from {{ raw('variables') }}
