-- One row per indicator of the concept result, in total and by innovation climate. Beside each
-- group stands how far it lies from organisations with a limited climate, in percentage points.
with results as (
    select * from {{ ref('mart_indicator') }}
    where concept = 'result' and group_dimension in ('total', 'climate_group')
)

select
    results.*,
    results.estimate - limited.estimate as difference_from_limited
from results
left join results as limited
    on
        results.survey = limited.survey
        and results.wave = limited.wave
        and results.category = limited.category
        and results.base = limited.base
        and results.weighting = limited.weighting
        and results.data_status = limited.data_status
        and results.group_dimension = limited.group_dimension
        and limited.group_value = 'limited'
