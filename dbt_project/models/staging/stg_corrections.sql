-- One row per known error in a delivered file: which code is wrong, and what it becomes. Without a
-- respondent it holds for everyone with that code.
select
    cast(survey as string) as survey,
    cast(wave as string) as wave,
    cast(respondent_id as string) as respondent_id,
    cast(variable as string) as variable,
    cast(code as string) as code,
    cast(becomes as string) as becomes,
    cast(reason_nl as string) as reason_nl,
    cast(reason_en as string) as reason_en,
    cast(source as string) as source
from {{ raw('corrections') }}
