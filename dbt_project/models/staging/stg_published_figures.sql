-- One row per figure as printed in a source, superseded ones included. What a source calls "about"
-- is no limit: `approximate` says it.
select
    cast(survey as string) as survey,
    cast(row_id as string) as row_id,
    cast(wave as string) as wave,
    cast(concept as string) as concept,
    cast(category as string) as category,
    cast(base as string) as base,
    cast(group_dimension as string) as group_dimension,
    cast(group_value as string) as group_value,
    cast(statistic as string) as statistic,
    nullif(cast(bound as string), 'about') as bound,
    cast(value as double) as value,
    cast(unit as string) as unit,
    cast(n as bigint) as n,
    cast(approximate as boolean) as approximate,
    cast(category_original as string) as category_original,
    cast(source_id as string) as source_id,
    cast(locator as string) as locator,
    cast(status as string) as status,
    cast(status_reason_nl as string) as status_reason_nl,
    cast(status_reason_en as string) as status_reason_en
from {{ raw('published_figures') }}
