-- One row per survey, wave, codelist and code.
select
    cast(survey as string) as survey,
    cast(wave as string) as wave,
    cast(codelist as string) as codelist,
    cast(code as string) as code,
    cast(label as string) as label
from {{ raw('item_codes') }}
