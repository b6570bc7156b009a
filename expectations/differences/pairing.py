"""Pairs the questions and codes of a wave with those of an earlier wave.

The crosswalk goes first, then the same Dutch wording, then likeness (`ingest.likeness`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from expectations.differences.side import Key, Side
from ingest.codes import Code, by_code
from ingest.likeness.codes import pair_labels, same_label, uncoded
from ingest.likeness.evidence import (
    ANOTHER_WORDING,
    SURE,
    Kind,
    by_codes,
    by_name,
    by_wording,
    confidence,
)
from ingest.likeness.questions import question_table, wordings
from ingest.likeness.text import plain, undated
from ingest.models import Item


@dataclass(frozen=True)
class Pair:
    """One question in two waves.

    Attributes:
        by_concept: whether the crosswalk says that it is one.
        likeness: of the wordings, 0 to 1.
    """

    now: Item
    was: Item
    by_concept: bool
    likeness: float

    @property
    def one_wording(self) -> bool:
        """Whether the wordings are alike enough for one question."""
        return self.likeness >= ANOTHER_WORDING


@dataclass(frozen=True)
class Pairing:
    """The questions that two waves share.

    Attributes:
        pairs: in the order of this wave.
        likeness: (variable now, variable then) -> likeness of the wordings, 0 to 1.
    """

    pairs: tuple[Pair, ...]
    likeness: Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class CodePairs:
    """The codes of one question in two waves.

    Attributes:
        same: (label, code now, code then), the label equal.
        relabelled: (code now, label now, code then, label then).
        new: code -> label that the earlier wave did not have.
        gone: code -> label that only the earlier wave had.
    """

    same: tuple[tuple[str, Code, Code], ...]
    relabelled: tuple[tuple[Code, str, Code, str], ...]
    new: Mapping[Code, str]
    gone: Mapping[Code, str]

    @property
    def moved(self) -> tuple[tuple[str, Code, Code], ...]:
        """Labels whose code changed."""
        return tuple(item for item in self.same if item[1] != item[2])


def pair_questions(now: Side, was: Side) -> Pairing:
    """Pair the questions of two waves, each with one of the other at most."""
    left, right = dict(now.items), dict(was.items)
    alike = _likeness(now, was)
    found: dict[str, Pair] = {}

    def take(one: str, other: str, *, by_concept: bool = False) -> None:
        if one in left and other in right:
            likeness = alike[one, other]
            found[one] = Pair(left.pop(one), right.pop(other), by_concept, likeness)

    ours, theirs = _by_key(now), _by_key(was)
    for key in ours.keys() & theirs.keys():
        if len(ours[key]) == len(theirs[key]) == 1:
            take(next(iter(ours[key])), next(iter(theirs[key])), by_concept=True)
    # Items that differ in the year alone ('Omzet: 2024') are told apart by the whole wording.
    for form in (plain, undated):
        ours_once, theirs_once = _once(now, form), _once(was, form)
        for wording in ours_once.keys() & theirs_once.keys():
            take(ours_once[wording], theirs_once[wording])
    for name in left.keys() & right.keys():
        if alike[name, name] >= ANOTHER_WORDING:
            take(name, name)
    confidences = {
        (name, other): _confidence(now, was, name, other, alike[name, other])
        for name, item in left.items()
        for other, old in right.items()
        if item.kind == old.kind
    }
    for (name, other), score in sorted(confidences.items(), key=lambda item: (-item[1], item[0])):
        if score >= SURE:
            take(name, other)
    return Pairing(tuple(found[name] for name in now.items if name in found), alike)


def _confidence(now: Side, was: Side, name: str, other: str, likeness: float) -> float:
    """How sure it is that a variable and one of the earlier wave are one question.

    Equal codes are evidence. Other codes are not evidence against it: a question whose codes
    changed is exactly what must be found.
    """
    evidence: dict[Kind, float] = {
        "wording": by_wording(likeness, literal=False),
        "name": by_name(name, other),
    }
    ours, theirs = now.codelist(name), was.codelist(other)
    if ours and theirs:
        equal = by_codes(len(pair_labels(ours, theirs)), len(ours), len(theirs))
        return max(confidence(evidence), confidence({**evidence, "codes": equal}))
    return confidence(evidence)


def _likeness(now: Side, was: Side) -> dict[tuple[str, str], float]:
    """How alike the wordings of each two questions are, in whatever language."""
    table = question_table(
        [wordings(item.wording) for item in now.items.values()],
        [wordings(item.wording) for item in was.items.values()],
    )
    return {
        (name, other): float(table[row, column])
        for row, name in enumerate(now.items)
        for column, other in enumerate(was.items)
    }


def _once(side: Side, form: Callable[[str], str]) -> dict[str, str]:
    """Form of a Dutch wording -> variable, for wordings that only one variable has."""
    found: dict[str, list[str]] = {}
    for name, item in side.items.items():
        found.setdefault(form(item.wording.nl), []).append(name)
    return {wording: names[0] for wording, names in found.items() if len(names) == 1}


def _by_key(side: Side) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = {}
    for variable in side.rows:
        for key in side.keys(variable):
            found.setdefault(key, set()).add(variable)
    return found


def pair_codes(now: Mapping[Code, str], was: Mapping[Code, str]) -> CodePairs:
    """Pair codes by their labels, and what is left by equal codes."""
    pairs = pair_labels(now, was)
    bare, was_bare = uncoded(now), uncoded(was)
    same = tuple(
        (now[code], code, then)
        for code, then in pairs.items()
        if same_label(now[code], was[then]) or same_label(bare[code], was_bare[then])
    )
    settled = {code for _, code, _ in same}
    relabelled = {code: then for code, then in pairs.items() if code not in settled}
    left, right = now.keys() - pairs.keys(), was.keys() - set(pairs.values())
    relabelled |= {code: code for code in left & right}
    return CodePairs(
        tuple(sorted(same, key=lambda item: list(now).index(item[1]))),
        tuple(
            (code, now[code], relabelled[code], was[relabelled[code]])
            for code in sorted(relabelled, key=by_code)
        ),
        {code: label for code, label in now.items() if code in left - right},
        {code: label for code, label in was.items() if code in right - left},
    )
