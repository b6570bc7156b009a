-- One row per indicator of the concept financing_source: surveys, waves and groups side by side.
select *
from {{ ref('mart_indicator') }}
where concept = 'financing_source'
