"""One row per survey, wave, outcome, model and term: a logistic regression of a wave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def model(dbt: Any, session: Any) -> pd.DataFrame:
    """Explain each outcome in each wave that asked it."""
    from analyses.regression import Limits, regressions

    rules = dbt.ref("release_rules").df().set_index("rule")["value"]
    limits = Limits(
        rules["fewest_in_cell"], rules["fewest_events_per_term"], rules["largest_missing"]
    )
    return regressions(dbt.ref("hrm_term_values").df(), dbt.ref("regression_terms").df(), limits)
