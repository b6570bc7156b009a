-- One row per pattern, concept, base, variable and crosswalk row (per code where one cell holds
-- several) of a rule that reads one variable at a time.
select *
from {{ ref('hrm_coded_answers') }}
where combines is null
