-- One row per figure as printed in a source, superseded ones included with the reason.
select
    figures.row_id,
    figures.survey,
    figures.wave,
    figures.concept,
    figures.category,
    figures.base,
    figures.group_dimension,
    figures.group_value,
    figures.statistic,
    figures.bound,
    figures.value,
    figures.unit,
    figures.n,
    figures.approximate,
    figures.category_original,
    figures.status,
    figures.status_reason_nl,
    figures.status_reason_en,
    sources.title as source_title,
    figures.locator as source_locator,
    sources.url as source_url
from {{ ref('stg_published_figures') }} as figures
inner join {{ ref('dim_source') }} as sources on figures.source_id = sources.source_id
