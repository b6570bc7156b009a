"""Compares codes and labels, and whether the crosswalk counts them as before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from expectations.differences.difference import Covered, Difference
from expectations.differences.naming import ranges
from expectations.differences.pairing import CodePairs, Pair, pair_codes
from expectations.differences.side import Side
from expectations.differences.weighing import covering, grouped, shared, weigh
from ingest.codes import Code, by_code
from ingest.likeness.codes import answer_codes, order_of
from ingest.models import Text

KINDS = {
    "text": Text(nl="open antwoord", en="open answer"),
    "number": Text(nl="getal", en="number"),
    "codes": Text(nl="codes", en="codes"),
}


def changed(now: Side, was: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Yield the differences in the codes of questions that two waves share."""
    kinds = [pair for pair in pairs if pair.now.kind != pair.was.kind]
    changes = grouped(kinds, lambda pair: (pair.was.kind, pair.now.kind))
    for (then, kind), group in changes.items():
        yield weigh("answer_kind_changed", now, group, was=KINDS[then], now=KINDS[kind])
    coded = [pair for pair in pairs if pair.now.codelist and pair.was.codelist]

    def lists(pair: Pair) -> object:
        theirs = was.codelist(pair.was.variable)
        return tuple(now.codelist(pair.now.variable).items()), tuple(theirs.items())

    for group in grouped(coded, lists).values():
        yield from _codelists(now, was, group)


def _codelists(now: Side, was: Side, group: list[Pair]) -> Iterator[Difference]:
    """Compare the codelist of a group of questions with its earlier codelist."""
    ours = now.codelist(group[0].now.variable)
    theirs = was.codelist(group[0].was.variable)
    codes = pair_codes(ours, theirs)
    yield from _contradictions(now, was, group, codes)
    alike = _counted_alike(now, was, group, codes)
    order = order_of(((code, then) for _, code, then in codes.same), ours, theirs)
    if order == "reversed" or order == "reordered":
        yield weigh(
            "scale_reversed" if order == "reversed" else "labels_reordered",
            now,
            group,
            alike,
            was=_scale(theirs, ends=order == "reversed"),
            now=_scale(ours, ends=order == "reversed"),
        )
    elif codes.moved:
        yield weigh(
            "codes_renumbered",
            now,
            group,
            alike,
            was="; ".join(f"{then} {label}" for label, _, then in codes.moved),
            now="; ".join(f"{code} {label}" for label, code, _ in codes.moved),
        )
    if codes.relabelled:
        yield weigh(
            "label_changed",
            now,
            group,
            alike,
            was="; ".join(f"{then} {label}" for _, _, then, label in codes.relabelled),
            now="; ".join(f"{code} {label}" for code, label, _, _ in codes.relabelled),
        )
    if codes.new:
        known = all(
            code in now.recodes.get(row.recode or "", {})
            for pair in group
            for _, row in now.rows.get(pair.now.variable, [])
            for code in codes.new
        )
        rows = [row for pair in group for row in now.rows.get(pair.now.variable, [])]
        yield weigh(
            "code_new", now, group, covering(rows) if known else None, now=_scale(codes.new)
        )
    if codes.gone:
        yield weigh("code_vanished", now, group, was=_scale(codes.gone))


def _scale(codes: Mapping[Code, str], *, ends: bool = False) -> str:
    order = answer_codes(codes) if ends else sorted(codes, key=by_code)
    held = [f"{code} {codes[code]}" for code in order]
    return " … ".join((held[0], held[-1])) if ends else "; ".join(held)


def _counts_as(side: Side, recode: str | None, code: Code) -> str:
    row = side.recodes.get(recode or "", {}).get(code)
    if row is None:
        return "–"
    return row.category or (f"{row.score:g}" if row.score is not None else row.missing_kind or "–")


def _outcomes(
    now: Side, was: Side, pair: Pair, codes: CodePairs
) -> Iterator[tuple[str, str, str, tuple[int, Any], bool]]:
    """Yield label, what it counts as now and then, its row, and whether the labels are equal."""
    matched = [(f"{code} {label}", code, then, True) for label, code, then in codes.same]
    matched += [(f"{code} {label}", code, then, False) for code, label, then, _ in codes.relabelled]
    for _, (ours, theirs) in sorted(shared(now, was, pair).items()):
        for label, code, then, equal in matched:
            counts = _counts_as(now, ours[1].recode, code)
            yield label, counts, _counts_as(was, theirs[1].recode, then), ours, equal


def _counted_alike(now: Side, was: Side, group: list[Pair], codes: CodePairs) -> Covered | None:
    """Return the rows if every code of every question counts as before."""
    rows: list[tuple[int, Any]] = []
    for pair in group:
        outcomes = list(_outcomes(now, was, pair, codes))
        if not outcomes or any(counts != then for _, counts, then, _, _ in outcomes):
            return None
        rows += [row for *_, row, _ in outcomes]
    return covering(rows)


def _contradictions(
    now: Side, was: Side, group: list[Pair], codes: CodePairs
) -> Iterator[Difference]:
    """Yield labels that count as something else than in the earlier wave."""
    found: dict[tuple[str, str, str], dict[int, tuple[Pair, Any]]] = {}
    for pair in group:
        if not pair.one_wording:
            continue
        for label, counts, then, (line, row), equal in _outcomes(now, was, pair, codes):
            if equal and counts != then:
                found.setdefault((label, counts, then), {})[line] = (pair, row)
    for (label, counts, then), held in found.items():
        pairs = list({pair.now.variable: pair for pair, _ in held.values()}.values())
        by = covering((line, row) for line, (_, row) in held.items())
        assert by is not None
        yield weigh(
            "recode_contradicts_label",
            now,
            pairs,
            severity="refuse",
            label=f"“{label}”",
            now=counts,
            was=then,
            rows=f"{by.file}, {ranges(by.rows)}",
        )
