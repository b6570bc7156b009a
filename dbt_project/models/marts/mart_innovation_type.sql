-- One row per indicator of the concept innovation_type: surveys, waves and groups side by side.
select *
from {{ ref('mart_indicator') }}
where concept = 'innovation_type'
