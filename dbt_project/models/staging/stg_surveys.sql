-- One row per survey.
select
    cast(survey as string) as survey,
    cast(country as string) as country,
    cast(title_nl as string) as title_nl,
    cast(title_en as string) as title_en,
    cast(title_original as string) as title_original,
    cast(publisher as string) as publisher,
    cast(unit as string) as unit,
    cast(unit_nl as string) as unit_nl,
    cast(unit_en as string) as unit_en,
    cast(reference_wave as string) as reference_wave,
    cast(family as string) as family
from {{ raw('surveys') }}
