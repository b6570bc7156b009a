"""Compares answers: shifts that sampling does not explain, and scales that look reversed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from expectations.differences.difference import Difference
from expectations.differences.homogeneity import Shift, looks_mirrored, p_value
from expectations.differences.pairing import Pair, pair_codes
from expectations.differences.side import Side
from expectations.differences.weighing import covering, shared
from ingest.codes import BLANK, Code, by_code
from ingest.errors import Language
from ingest.likeness.codes import answer_codes
from ingest.likeness.questions import same_wording
from ingest.likeness.text import plain
from ingest.models import Text

# With these no change is computed, whatever differs.
NO_CHANGE_COMPUTED = frozenset({"impossible", "undetermined"})


def respondents(side: Side) -> int:
    """Return the number of respondents; 0 without a file."""
    return side.table.data.num_rows if side.table else 0


def _answers(side: Side, variable: str) -> Counter[Code] | None:
    """Return code -> number of answers of a variable; None without its column."""
    if side.table is None or variable not in side.table.data.column_names:
        return None
    counts: Counter[Code] = Counter()
    for held in side.table.data.column(variable).value_counts().to_pylist():
        if held["values"] is not None:
            counts[held["values"]] += held["counts"]
    return counts


def tests_of(now: Side, was: Side, pairs: Sequence[Pair]) -> Iterator[Shift]:
    """Test each category that both waves measure; without crosswalk rows, each equal codelist."""
    for pair in pairs:
        ours, theirs = _answers(now, pair.now.variable), _answers(was, pair.was.variable)
        if ours is None or theirs is None or not (pair.now.codelist and pair.was.codelist):
            continue
        names = (pair.now.variable, pair.was.variable)
        alike = {
            key: rows
            for key, rows in shared(now, was, pair).items()
            if (rule := now.harmonisation.rules[key[2]]).gives in ("category", "selected")
            and not rule.combines
        }
        for (concept, category, _), ((_, row), (_, other)) in sorted(alike.items()):
            counts = _counted(now, ours, row.recode), _counted(was, theirs, other.recode)
            yield _test((concept, category, *names), counts[1], counts[0])
        labels = now.codelist(pair.now.variable), was.codelist(pair.was.variable)
        named = {plain(label): label for label in labels[0].values()}
        equal = named.keys() == {plain(label) for label in labels[1].values()}
        if not alike and equal and same_wording(pair.now.wording.nl, pair.was.wording.nl):
            counts = _labelled(ours, labels[0], named), _labelled(theirs, labels[1], named)
            yield _test(("", "", *names), counts[1], counts[0])


def _test(name: tuple[str, ...], was: Mapping[str, int], now: Mapping[str, int]) -> Shift:
    return Shift(name, was, now, p_value(was, now))


def _counted(side: Side, answers: Counter[Code], recode: str | None) -> dict[str, int]:
    """Return category -> number of valid answers, in the order of the recode."""
    found: Counter[str] = Counter()
    for code, row in side.recodes.get(recode or "", {}).items():
        if row.category and code != BLANK:
            found[row.category] += answers[code]
    return dict(found)


def _labelled(
    answers: Counter[Code], labels: Mapping[Code, str], named: Mapping[str, str]
) -> dict[str, int]:
    """Return label -> number of answers; `named` gives one spelling to equal labels."""
    found: Counter[str] = Counter()
    for code, label in labels.items():
        found[named[plain(label)]] += answers[code]
    return {label: count for label, count in found.items() if count}


def shifted(now: Side, tests: Sequence[Shift]) -> Iterator[Difference]:
    """Yield the concepts whose answers shifted by more than sampling explains."""
    rows = now.harmonisation
    concepts = {row.concept: row for row in rows.concepts.rows}
    labels = {
        (row.concept, row.category): Text(nl=row.label_nl, en=row.label_en)
        for row in rows.categories.rows
    }
    groups: dict[str, list[Shift]] = {}
    for test in tests:
        groups.setdefault(test.name[0] or test.name[2], []).append(test)
    for name, group in groups.items():
        moved = sorted((test for test in group if test.moved), key=lambda test: test.adjusted or 0)
        if not moved:
            continue
        concept = concepts.get(name)
        # What an organisation is. What it did can be a grouping too, but may really change.
        traits = concept and name in rows.groupings.values() and concept.kind == "single"
        held = [
            row
            for test in moved
            for row in now.rows.get(test.name[2], [])
            if row[1].concept == name
        ]
        unpublished = held and all(row.status in NO_CHANGE_COMPUTED for _, row in held)
        yield Difference(
            "composition_shifted" if traits else "distribution_shifted",
            "info" if unpublished else "review",
            tuple(dict.fromkeys(test.name[2] for test in moved)),
            tuple(dict.fromkeys(test.name[3] for test in moved)),
            {
                "concept": Text(nl=concept.label_nl, en=concept.label_en) if concept else name,
                "count": len(moved),
                "tested": sum(test.p is not None for test in group),
                "shares": _shares(moved, labels),
            },
            {"shifts": [_numbers(test) for test in moved]},
            covering(held) if unpublished else None,
        )


def _shares(moved: Sequence[Shift], labels: Mapping[tuple[str, str], Text]) -> Text:
    """Show the most certain shifts, three at most, with their numbers of answers."""
    shown_in: dict[Language, list[str]] = {"nl": [], "en": []}
    for test in moved[:3]:
        concept, category, *_ = test.name
        shown = "selected" if category else test.largest
        label = labels.get((concept, category or shown))
        was, now = test.share(shown)
        sizes = f"n {sum(test.was.values())}, {sum(test.now.values())}"
        for language, parts in shown_in.items():
            name = getattr(label, language) if label else shown
            parts.append(f"{name} {was:.0f} → {now:.0f} % ({sizes})")
    return Text(nl="; ".join(shown_in["nl"]), en="; ".join(shown_in["en"]))


def _numbers(test: Shift) -> dict[str, object]:
    concept, category, variable, earlier = test.name
    return {
        "concept": concept or None,
        "category": category or None,
        "variable": variable,
        "earlier_variable": earlier,
        "was": dict(test.was),
        "is": dict(test.now),
        "shares": {
            name: [round(share, 1) for share in test.share(name)] for name in test.categories
        },
        "p_value": test.p,
        "p_value_adjusted": test.adjusted,
    }


def mirrored(now: Side, was: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Yield scales whose answers fit the earlier ones only in reverse; once for all items."""
    found: dict[tuple[str, ...], list[tuple[Pair, list[int], list[int]]]] = {}
    for pair in pairs:
        ours, theirs = _answers(now, pair.now.variable), _answers(was, pair.was.variable)
        if ours is None or theirs is None or not (pair.now.codelist and pair.was.codelist):
            continue
        labels = was.codelist(pair.was.variable)
        codes = pair_codes(now.codelist(pair.now.variable), labels)
        scale = set(answer_codes(labels))
        held = sorted(
            ((then, code) for _, code, then in codes.same if then in scale),
            key=lambda pair: by_code(pair[0]),
        )
        counts = [theirs[then] for then, _ in held], [ours[code] for _, code in held]
        if len(held) == len(scale) and looks_mirrored(*counts):
            found.setdefault(tuple(labels[then] for then, _ in held), []).append((pair, *counts))
    for points, items in found.items():
        _, before, after = items[0]
        shown = " ".join(f"{one}→{other}" for one, other in zip(before, after, strict=True))
        yield Difference(
            "answers_mirrored",
            "review",
            tuple(pair.now.variable for pair, *_ in items),
            tuple(pair.was.variable for pair, *_ in items),
            {"shares": f"{items[0][0].now.variable}, {points[0]} – {points[-1]}: {shown}"},
            {
                "answers": {
                    pair.now.variable: {"was": one, "is": other} for pair, one, other in items
                }
            },
        )
