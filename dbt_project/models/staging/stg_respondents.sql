-- One row per survey, wave and respondent.
select
    cast(survey as string) as survey,
    cast(wave as string) as wave,
    cast(respondent_id as string) as respondent_id,
    cast(organisation_id as string) as organisation_id,
    cast(weight as double) as weight
from {{ raw('respondents') }}
