"""Decides how severe a difference is: crosswalk rows may already take it into account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from expectations.differences.difference import Covered, Difference, Severity
from expectations.differences.pairing import Pair
from expectations.differences.side import Key, Side


def judged(now: Side, variables: Iterable[str]) -> Covered | None:
    """Return the crosswalk rows of variables if a person judged that none is identical."""
    rows = [now.rows.get(variable, []) for variable in variables]
    held = [item for own in rows for item in own]
    if not all(rows) or any(row.status == "identical" or not row.reason_nl for _, row in held):
        return None
    return covering(held)


def covering(rows: Iterable[tuple[int, Any]]) -> Covered | None:
    """Return numbered crosswalk rows as the rows that take a difference into account."""
    held = dict(rows)
    if not held:
        return None
    statuses = dict.fromkeys(row.status for row in held.values())
    return Covered("crosswalk.csv", tuple(sorted(held)), tuple(statuses))


def weigh(
    rule: str,
    side: Side,
    pairs: Sequence[Pair],
    covered: Covered | None = None,
    severity: Severity = "review",
    **values: object,
) -> Difference:
    """Return a difference of paired questions; `info` if crosswalk rows take it into account."""
    names = tuple(pair.now.variable for pair in pairs)
    covered = covered or (judged(side, names) if severity == "review" else None)
    return Difference(
        rule,
        "info" if covered else severity,
        names,
        tuple(pair.was.variable for pair in pairs),
        values,
        covered=covered,
    )


def grouped(pairs: Iterable[Pair], key: Callable[[Pair], Any]) -> dict[Any, list[Pair]]:
    """Group pairs by a key."""
    groups: dict[Any, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(key(pair), []).append(pair)
    return groups


def shared(now: Side, was: Side, pair: Pair) -> dict[Key, tuple[tuple[int, Any], tuple[int, Any]]]:
    """Return what a question counts towards in both waves, with the row of each wave."""
    ours, theirs = now.keys(pair.now.variable), was.keys(pair.was.variable)
    return {key: (ours[key], theirs[key]) for key in ours.keys() & theirs.keys()}
