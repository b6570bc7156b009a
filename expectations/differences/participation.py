"""Compares who takes part in two waves, and how they are asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from expectations.differences.difference import Difference
from expectations.differences.naming import quoted
from expectations.differences.side import Side
from expectations.differences.weighing import covering
from ingest.likeness.text import plain
from ingest.models import Text

METHODS = {
    "mode": Text(nl="wijze van afnemen", en="mode"),
    "respondent": Text(nl="wie invult", en="who fills it in"),
    "sampling": Text(nl="steekproef", en="sampling"),
    "weighting": Text(nl="weging", en="weighting"),
}


def changed(now: Side, was: Side) -> Iterator[Difference]:
    """Yield the differences in participation: unit, organisations, mode and sampling."""
    ours, theirs = now.wave.wave, was.wave.wave
    if _both(ours.population) != _both(theirs.population):
        held = [row for rows in now.rows.values() for row in rows]
        judged = all(row.status != "identical" for _, row in held)
        yield Difference(
            "unit_changed",
            "info" if held and judged else "review",
            values={"was": quoted(theirs.population), "now": quoted(ours.population)},
            covered=covering(held) if judged else None,
        )
    yield from _organisations(now, was)
    for name, what in METHODS.items():
        one, other = getattr(ours, name), getattr(theirs, name)
        if one and other and one != other:
            shown = [quoted(text) if isinstance(text, Text) else text for text in (other, one)]
            yield Difference(
                "method_changed", "review", values={"what": what, "was": shown[0], "now": shown[1]}
            )


def _organisations(now: Side, was: Side) -> Iterator[Difference]:
    ours, theirs = _pseudonyms(now), _pseudonyms(was)
    several = [count for count in ours.values() if count > 1]
    before = sum(count > 1 for count in theirs.values())
    if several and len(several) / len(ours) > 2 * before / max(len(theirs), 1):
        yield Difference(
            "organisation_repeated",
            "review",
            (str(now.answers.organisation),),
            values={"count": len(several), "most": max(several), "before": before},
            evidence={"organisations": len(ours), "more_than_once": len(several), "was": before},
        )
    if ours and theirs and not ours.keys() & theirs.keys():
        yield Difference(
            "organisations_not_linked",
            "review",
            (str(now.answers.organisation),),
            (str(was.answers.organisation),),
            {"count": len(ours)},
        )


def _pseudonyms(side: Side) -> Counter[str]:
    """Return organisation -> number of respondents; empty if organisations are unknown."""
    name = side.answers.organisation
    if side.table is None or not name or name not in side.table.data.column_names:
        return Counter()
    return Counter(value for value in side.table.data.column(name).to_pylist() if value is not None)


def _both(text: Text | None) -> str:
    """Return the plain text in both languages, to compare."""
    return plain(f"{text.nl} {text.en}") if text else ""
