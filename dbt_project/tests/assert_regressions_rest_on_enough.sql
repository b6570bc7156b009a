{#- Dagster shows a test of several models at the one that is named here. -#}
{{ config(meta={'dagster': {'ref': {'name': 'est_regression'}}}) }}
-- Regressions that were estimated on fewer events than they need, or with too many left out.
select
    survey,
    wave,
    outcome,
    model
from {{ ref('est_regression') }}
where
    model_reason = 'estimated'
    and (
        least(events, n - events) < {{ release_rule('fewest_in_cell') }}
        or least(events, n - events) < {{ release_rule('fewest_events_per_term') }} * terms
        -- Each of the terms may leave out others.
        or incomplete > terms * (n + incomplete) * {{ release_rule('largest_missing') }} / 100
    )
