"""One row per survey, wave, concept, base, k and cluster: groups that a scale falls into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def model(dbt: Any, session: Any) -> pd.DataFrame:
    """Split the scale of each concept that has classes, in each wave that asked it."""
    from analyses.clusters import clusters

    return clusters(dbt.ref("hrm_class_values").df())
