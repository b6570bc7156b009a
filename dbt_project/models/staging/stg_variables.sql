-- One row per survey, wave and variable of a loaded file, with the label that the file gives it and
-- the column of raw answers that holds it, if it was described.
select
    cast(survey as string) as survey,
    cast(wave as string) as wave,
    cast(variable as string) as variable,
    nullif(cast(label as string), '') as label,
    cast(answer_column as string) as answer_column
from {{ raw('variables') }}
