"""One row per survey, wave, concept, base and item: how an item fits its scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def model(dbt: Any, session: Any) -> pd.DataFrame:
    """Compute the rows from moments of answers."""
    from analyses.scales import Needs, scale_items

    rules = dbt.ref("release_rules").df().set_index("rule")["value"]
    needs = Needs(rules["scale_base"], rules["scale_base_per_item"], rules["scale_smallest_items"])
    return scale_items(dbt.ref("est_scale_moments").df(), needs)
