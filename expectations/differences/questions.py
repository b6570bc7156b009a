"""Compares questions: new, gone, with another wording, base or name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expectations.differences.difference import Difference, Severity
from expectations.differences.naming import name_variables, quoted
from expectations.differences.pairing import Pair, Pairing
from expectations.differences.side import Side
from expectations.differences.weighing import covering, grouped, judged, weigh
from ingest.likeness.evidence import ANOTHER_WORDING
from ingest.likeness.questions import same_wording
from ingest.likeness.text import plain, split_item, unnumbered
from ingest.models import Item, Text


def changed(now: Side, was: Side, pairing: Pairing) -> Iterator[Difference]:
    """Yield the differences in the questions of two waves."""
    pairs = pairing.pairs
    yield from _reused(now, was, pairing)
    yield from _wordings(now, pairs)
    moved = [pair for pair in pairs if pair.now.base != pair.was.base]
    for (base, earlier), group in grouped(moved, lambda p: (p.now.base, p.was.base)).items():
        yield weigh("routing_changed", now, group, was=earlier, now=base)
    renamed = [pair for pair in pairs if pair.now.variable != pair.was.variable]
    if renamed:
        missing = [
            pair.now.variable
            for pair in renamed
            if pair.now.variable not in now.rows and not pair.now.text
        ]
        rows = [row for pair in renamed for row in now.rows.get(pair.now.variable, [])]
        yield weigh(
            "variables_renamed",
            now,
            renamed,
            None if missing else covering(rows),
            count=len(renamed),
            example=f"{renamed[0].now.variable} ({renamed[0].was.variable})",
            missing=name_variables(missing) or "–",
        )
    yield from _new(now, pairs)
    yield from _vanished(now, was, pairs)


def _reused(now: Side, was: Side, pairing: Pairing) -> Iterator[Difference]:
    together = {(pair.now.variable, pair.was.variable): pair for pair in pairing.pairs}
    for name, item in now.items.items():
        other, pair = was.items.get(name), together.get((name, name))
        if other is None or (pair and not _another(now, pair)):
            continue
        score = pairing.likeness[name, name]
        if score < ANOTHER_WORDING:
            concepts = {row.concept for _, row in was.rows.get(name, [])}
            rows = now.rows.get(name, [])
            own = covering(rows) if not concepts & {row.concept for _, row in rows} else None
            yield Difference(
                "variable_reused",
                "info" if own else "review",
                (name,),
                (name,),
                {"was": quoted(other.wording), "now": quoted(item.wording)},
                {"likeness": round(100 * score)},
                own,
            )


def _another(side: Side, pair: Pair) -> bool:
    """Whether one name is used for two questions, although crosswalk rows say that it is one.

    This happens when the rows were copied from the earlier wave.
    """
    one_name = pair.now.variable == pair.was.variable
    return one_name and not pair.one_wording and judged(side, [pair.now.variable]) is None


def _wordings(now: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    changed = [
        pair
        for pair in pairs
        if unnumbered(pair.now.wording.nl) != unnumbered(pair.was.wording.nl)
        and not _another(now, pair)
    ]

    def battery(pair: Pair) -> object:
        """Group items of which only the stem changed."""
        (stem, own), (old_stem, old) = (
            split_item(item.wording.nl) for item in (pair.now, pair.was)
        )
        return (stem, old_stem) if plain(own) == plain(old) else pair.now.variable

    for group in grouped(changed, battery).values():
        one = group[0]
        years = same_wording(one.now.wording.nl, one.was.wording.nl)
        yield weigh(
            "years_changed" if years else "wording_changed",
            now,
            group,
            severity="info" if years or one.now.text else "review",
            was=quoted(_distinct_wording(one.was, one.now), battery=len(group) > 1),
            now=quoted(_distinct_wording(one.now, one.was), battery=len(group) > 1),
        )


def _distinct_wording(item: Item, other: Item) -> Text:
    """Return the wording; only the Dutch one if the English wordings are equal."""
    text = item.wording
    return Text(nl=text.nl, en=text.nl) if text.en == other.wording.en else text


def _new(now: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    paired = {pair.now.variable for pair in pairs}
    new = [item for name, item in now.items.items() if name not in paired]
    used = [item for item in new if item.variable in now.rows]
    opened = [item for item in new if item.text]
    unused = [item for item in new if item not in used and item not in opened]
    parts: list[tuple[list[Item], Severity]]
    parts = [(used, "info"), (opened, "info"), (unused, "review")]
    for items, severity in parts:
        if items:
            rows = [row for item in items for row in now.rows.get(item.variable, [])]
            yield Difference(
                "question_new",
                severity,
                tuple(item.variable for item in items),
                values={"now": _by_concept(now, items)},
                covered=covering(rows),
            )


def _vanished(now: Side, was: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    paired = {pair.was.variable for pair in pairs}
    gone = [item for name, item in was.items.items() if name not in paired]
    measured = {row.concept for rows in now.rows.values() for _, row in rows}
    explained: list[Item] = []
    unexplained: list[Item] = []
    missing: dict[str, None] = {}
    for item in gone:
        concepts = {row.concept for _, row in was.rows.get(item.variable, [])}
        left = concepts - set(now.answers.not_asked) - _judged_concepts(now)
        missing |= dict.fromkeys(sorted(left - measured))
        (unexplained if left else explained).append(item)
    parts: list[tuple[str, list[Item], Severity]]
    parts = [
        ("question_not_asked", explained, "info"),
        ("question_vanished", unexplained, "review"),
    ]
    for rule, items, severity in parts:
        if items:
            yield Difference(
                rule,
                severity,
                earlier_variables=tuple(item.variable for item in items),
                values={"was": _by_concept(was, items), "concepts": ", ".join(missing)},
            )


def _judged_concepts(now: Side) -> set[str]:
    """Concepts without an identical row in the wave."""
    found: dict[str, list[str]] = {}
    for rows in now.rows.values():
        for _, row in rows:
            found.setdefault(row.concept, []).append(row.status)
    return {concept for concept, statuses in found.items() if "identical" not in statuses}


def _by_concept(side: Side, items: Sequence[Item]) -> Text:
    """Name questions by concept and variables, without a concept by battery or wording."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in items:
        concepts = dict.fromkeys(row.concept for _, row in side.rows.get(item.variable, []))
        head = split_item(item.wording.nl)[0], split_item(item.wording.en)[0]
        name = (concepts and (next(iter(concepts)),) * 2) or (
            head if head[0] else (f"“{item.wording.nl}”", f"“{item.wording.en}”")
        )
        groups.setdefault(name, []).append(item.variable)
    nl, en = (
        "; ".join(f"{name[place]} ({name_variables(names)})" for name, names in groups.items())
        for place in (0, 1)
    )
    return Text(nl=nl, en=en)
