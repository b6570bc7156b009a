-- One row per publication that figures are copied from.
select
    source_id,
    title,
    publisher,
    url,
    language
from {{ ref('stg_sources') }}
