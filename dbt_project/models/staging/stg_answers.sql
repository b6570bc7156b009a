-- One row per survey, wave, respondent and variable of a loaded file.
select
    cast(survey as string) as survey,
    cast(wave as string) as wave,
    cast(respondent_id as string) as respondent_id,
    cast(variable as string) as variable,
    cast(code as string) as code
from {{ raw('answers') }}
