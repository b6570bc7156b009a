-- One row per indicator of the concept initiative_source: surveys, waves and groups side by side.
select *
from {{ ref('mart_indicator') }}
where concept = 'initiative_source'
