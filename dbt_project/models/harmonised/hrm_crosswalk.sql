-- One row per survey, wave, concept, base, variable and category: the crosswalk with the properties
-- of its rule (crosswalk_rules.csv). Models ask for these properties and never for a rule by name.
{{ config(materialized='view') }}
select
    crosswalk.*,
    rules.gives,
    rules.combines,
    rules.mirrored
from {{ ref('crosswalk') }} as crosswalk
inner join {{ ref('crosswalk_rules') }} as rules on crosswalk.rule = rules.rule
