"""Weighs the evidence that two questions are one: wording, codes, name and more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal["wording", "label", "codes", "battery", "shares", "name"]

# The weight of each kind of evidence, where there is any. `label` takes the place of `wording`.
WEIGHTS: Mapping[Kind, float] = {
    "wording": 0.55,
    "label": 0.55,
    "codes": 0.2,
    "battery": 0.12,
    "shares": 0.08,
    "name": 0.05,
}
UNWORDED: Mapping[Kind, float] = {"name": 0.5, "codes": 0.25, "shares": 0.25}
MOST_UNWORDED = 0.7  # without a wording nobody can be sure
MOST_OTHER_WORDS = 0.95  # other words for the same
MOST_OTHER_YEARS = 0.999  # the same words but for years, so that the same year goes first
SURE = 0.75  # from this confidence on two questions are one
ANOTHER_WORDING = 0.55  # a wording that is less alike makes another question, also under one name


def confidence(evidence: Mapping[Kind, float], *, worded: bool = True) -> float:
    """Return the weighted mean of the evidence, 0 to 1.

    Args:
        evidence: kind of evidence -> 0 to 1.
        worded: whether the question has a wording at all.
    """
    weights = WEIGHTS if worded else UNWORDED
    held = {kind: weights[kind] for kind in evidence if kind in weights}
    score = sum(held[kind] * evidence[kind] for kind in held) / (sum(held.values()) or 1)
    return score if worded else min(score, MOST_UNWORDED)


def by_wording(likeness: float, *, literal: bool, years: bool = True) -> float:
    """Return what the likeness of two wordings is worth; only the literal wording is certain.

    Args:
        likeness: of the wordings, 0 to 1.
        literal: whether they are the same but for years.
        years: whether they name the same years.
    """
    if not literal:
        return min(likeness, MOST_OTHER_WORDS)
    return likeness if years else min(likeness, MOST_OTHER_YEARS)


def by_codes(paired: int, ours: int, theirs: int) -> float:
    """Return what codes with the same label are worth: their share of the longer codelist."""
    return paired / max(ours, theirs, 1)


def by_name(one: str, other: str) -> float:
    """Return how alike the names of two variables are."""
    from rapidfuzz.fuzz import ratio

    return ratio(one.lower(), other.lower()) / 100
