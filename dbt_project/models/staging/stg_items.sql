-- One row per survey, wave and variable that was asked.
select
    cast(survey as string) as survey,
    cast(wave as string) as wave,
    cast(variable as string) as variable,
    cast(is_margin as boolean) as is_margin,
    cast(is_number as boolean) as is_number,
    cast(codelist as string) as codelist,
    cast(base as string) as base,
    cast(battery as string) as battery,
    cast(separator as string) as separator,
    cast(known as string) as known,
    cast(wording_original as string) as wording_original,
    cast(wording_nl as string) as wording_nl,
    cast(wording_en as string) as wording_en
from {{ raw('items') }}
