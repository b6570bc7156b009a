-- One row per survey, wave, base, variable and code that belongs to the base: the routing of the
-- questionnaire. Who belongs to a base gave such a code for each of its variables.
select
    cast(survey as string) as survey,
    cast(wave as string) as wave,
    cast(base as string) as base,
    cast(variable as string) as variable,
    cast(code as string) as code
from {{ raw('routing') }}
