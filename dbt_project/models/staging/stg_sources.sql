-- One row per publication that figures are copied from.
select
    cast(source_id as string) as source_id,
    cast(title as string) as title,
    cast(publisher as string) as publisher,
    cast(url as string) as url,
    cast(language as string) as language
from {{ raw('sources') }}
