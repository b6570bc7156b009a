"""The rows of `mart_disclosure`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Protection:
    """One row of `mart_disclosure`: what a wave shows by a dimension, and what an attack found.

    Attributes:
        figures: shares that there could be.
        exact, bounds: of these, shown as a figure, and as a bound only.
        hidden_primary, hidden_secondary: of these, hidden for what they are, and to protect others.
        share_shown: of all, in per cent, to one digit.
        attacked: hidden counts that were attacked.
        pinned: of these, with one possible value, or not judged.
        narrow: of these, with a range that is only known to have two values.
        narrowest_range: the least that a hidden count can vary, at least; none where none is
            hidden.
    """

    survey: str
    wave: str
    group_dimension: str
    figures: int
    exact: int
    bounds: int
    hidden_primary: int
    hidden_secondary: int
    share_shown: float
    attacked: int = 0
    pinned: int = 0
    narrow: int = 0
    narrowest_range: int | None = None


def protection(kept: Path) -> list[Protection]:
    """Return the rows of `mart_disclosure` that the last check kept, in order."""
    return [
        Protection(**row)
        for file in sorted(kept.glob("*.json"))
        for row in json.loads(file.read_text("utf-8"))["protection"]
    ]
