"""Finds which question of a wave is which of an earlier one, and which code is which.

What the crosswalk says goes first, then equal wording, then a likeness of texts. Texts are compared
in Dutch, the language in which every question is described.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ingest.formats import AnswerTable
from ingest.harmonisation import CrosswalkRow, Harmonisation, Recode
from ingest.models import Answers, Item, Text
from ingest.registry import SurveyWave

# Likeness of two texts, 0 to 100 (Indel similarity, as rapidfuzz computes it).
SAME_QUESTION = 85  # under another name
SAME_NAME = 60  # under the same name; below this the name stands for another question
SAME_LABEL = 85
YEAR = re.compile(r"\b(19|20)\d\d\b")

# What a row counts towards: concept, category and rule.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Side:
    """One of two waves that are compared.

    Attributes:
        table: its answers; None where there is no file that can be read.
        status: whether they are synthetic or microdata.
    """

    wave: SurveyWave
    answers: Answers
    harmonisation: Harmonisation
    table: AnswerTable | None = None
    status: str | None = None

    @cached_property
    def items(self) -> dict[str, Item]:
        """Variable -> its item."""
        return {item.variable: item for item in self.answers.items}

    @cached_property
    def rows(self) -> dict[str, list[tuple[int, CrosswalkRow]]]:
        """Variable -> its crosswalk rows, each with the number of its line."""
        found: dict[str, list[tuple[int, CrosswalkRow]]] = {}
        for line, row in self.harmonisation.crosswalk.numbered:
            own = (row.survey, row.wave) == (self.wave.survey.survey, self.wave.wave.wave)
            if own and row.variable and self.harmonisation.rules[row.rule].recodes:
                found.setdefault(row.variable, []).append((line, row))
        return found

    @cached_property
    def recodes(self) -> dict[str, dict[str, Recode]]:
        """Recode -> code -> what it counts as."""
        found: dict[str, dict[str, Recode]] = {}
        for row in self.harmonisation.recodes.rows:
            found.setdefault(row.recode, {})[row.code] = row
        return found

    def keys(self, variable: str) -> dict[Key, tuple[int, CrosswalkRow]]:
        """Return what a variable counts towards, with the row that says so."""
        return {
            (row.concept, row.category or "", row.rule): (line, row)
            for line, row in self.rows.get(variable, ())
        }

    def codelist(self, variable: str) -> Mapping[int, str]:
        """Return code -> label of a variable; empty for an open answer."""
        return self.answers.codelists.get(self.items[variable].codelist or "", {})


@dataclass(frozen=True)
class Pair:
    """One question in two waves; `by_concept` where the crosswalk says that it is one."""

    now: Item
    was: Item
    by_concept: bool


@dataclass(frozen=True)
class CodePairs:
    """The codes of one question in two waves.

    Attributes:
        same: (label, code now, code then), the label equal.
        relabelled: (code now, label now, code then, label then).
        new: code -> label that the earlier wave did not have.
        gone: code -> label that only the earlier wave had.
    """

    same: tuple[tuple[str, int, int], ...]
    relabelled: tuple[tuple[int, str, int, str], ...]
    new: Mapping[int, str]
    gone: Mapping[int, str]

    @property
    def moved(self) -> tuple[tuple[str, int, int], ...]:
        """Labels that have another code."""
        return tuple(item for item in self.same if item[1] != item[2])


def plain(text: str) -> str:
    """Return a text without capitals, punctuation and double spaces."""
    return " ".join(re.sub(r"[^\w]+", " ", text.lower()).split())


def without_years(text: str) -> str:
    """Return a plain text in which every year is the same."""
    return YEAR.sub("#", plain(text))


def stem(text: str) -> tuple[str, str]:
    """Split what the items of a battery share from what is their own ('Soort: product')."""
    head, colon, tail = text.partition(": ")
    return (head, tail) if colon else ("", text)


def likeness(one: str, other: str) -> float:
    """Return how alike two questions are; a stem that a battery shares does not make them alike."""
    from rapidfuzz import fuzz

    (head, tail), (other_head, other_tail) = stem(one), stem(other)
    if head and other_head:
        parts = ((head, other_head), (tail, other_tail))
        return min(fuzz.ratio(without_years(a), without_years(b)) for a, b in parts)
    return fuzz.ratio(without_years(one), without_years(other))


def pair_questions(now: Side, was: Side) -> list[Pair]:
    """Pair the questions of two waves, each with one of the other at most, in order of `now`."""
    left, right = dict(now.items), dict(was.items)
    found: dict[str, Pair] = {}

    def take(one: str, other: str, *, by_concept: bool = False) -> None:
        if one in left and other in right:
            found[one] = Pair(left.pop(one), right.pop(other), by_concept)

    ours, theirs = _by_key(now), _by_key(was)
    for key in ours.keys() & theirs.keys():
        if len(ours[key]) == len(theirs[key]) == 1:
            take(next(iter(ours[key])), next(iter(theirs[key])), by_concept=True)
    exact = {without_years(item.wording.nl): name for name, item in right.items()}
    for name, item in list(left.items()):
        take(name, exact.get(without_years(item.wording.nl), ""))
    for name in left.keys() & right.keys():
        if likeness(left[name].wording.nl, right[name].wording.nl) >= SAME_NAME:
            take(name, name)
    alike = (
        (likeness(item.wording.nl, other.wording.nl), name, other_name)
        for name, item in left.items()
        for other_name, other in right.items()
    )
    for score, name, other_name in sorted(alike, reverse=True):
        if score >= SAME_QUESTION:
            take(name, other_name)
    return [found[name] for name in now.items if name in found]


def _by_key(side: Side) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = {}
    for variable in side.rows:
        for key in side.keys(variable):
            found.setdefault(key, set()).add(variable)
    return found


def pair_codes(now: Mapping[int, str], was: Mapping[int, str]) -> CodePairs:
    """Pair codes by equal labels, then by labels that are much alike, then by equal codes."""
    from rapidfuzz import fuzz

    left, right = dict(now), dict(was)
    same: list[tuple[str, int, int]] = []
    relabelled: list[tuple[int, str, int, str]] = []
    by_label = {plain(label): code for code, label in right.items()}
    for code, label in now.items():
        other = by_label.get(plain(label))
        if other in right:
            same.append((left.pop(code), code, other))
            right.pop(other)
    # The same code comes first among labels that are equally alike.
    alike = sorted(
        (-fuzz.ratio(plain(label), plain(other)), code != other_code, code, other_code)
        for code, label in left.items()
        for other_code, other in right.items()
    )
    for score, _, code, other_code in alike:
        if -score >= SAME_LABEL and code in left and other_code in right:
            relabelled.append((code, left.pop(code), other_code, right.pop(other_code)))
    relabelled += [
        (code, left.pop(code), code, right.pop(code)) for code in sorted(left.keys() & right.keys())
    ]
    return CodePairs(tuple(same), tuple(sorted(relabelled)), left, right)


def substantive(codes: Iterable[int]) -> list[int]:
    """Return the codes of answers: those that follow each other; 9 or 99 apart is no answer."""
    ordered = sorted(codes)
    answers = ordered[:1]
    for code in ordered[1:]:
        if code != answers[-1] + 1:
            break
        answers.append(code)
    return answers


def order_of(pairs: CodePairs, now: Iterable[int], was: Iterable[int]) -> str:
    """Tell how the answers stand: `same`, `renumbered`, `reversed` or `reordered`."""
    answers, earlier = set(substantive(now)), set(substantive(was))
    held = sorted((then, code) for _, code, then in pairs.same if code in answers)
    held = [(then, code) for then, code in held if then in earlier]
    then, code = [item[0] for item in held], [item[1] for item in held]
    if then == code:
        return "same"
    if len(held) > 2 or then == code[::-1]:
        if code == sorted(code, reverse=True):
            return "reversed"
        if code != sorted(code):
            return "reordered"
    return "renumbered"


def named(variables: Iterable[str]) -> str:
    """Join variables, those that follow each other as one range: `q7_1–q7_17, q9`."""
    runs: list[tuple[str, str]] = []
    for name in variables:
        if runs and _follows(runs[-1][1], name):
            runs[-1] = (runs[-1][0], name)
        else:
            runs.append((name, name))
    return ", ".join(first if first == last else f"{first}–{last}" for first, last in runs)


def _follows(one: str, other: str) -> bool:
    ends = [re.fullmatch(r"(.*?)(\d+)", name) for name in (one, other)]
    heads = [(end[1], int(end[2])) for end in ends if end]
    return len(heads) == 2 and heads[1] == (heads[0][0], heads[0][1] + 1)


def ranges(numbers: Iterable[int]) -> str:
    """Join numbers, those that follow each other as one range: `3-5, 9`."""
    return named(str(number) for number in sorted(numbers))


def both(text: Text | None) -> str:
    """Return a text in both languages as one, to compare."""
    return plain(f"{text.nl} {text.en}") if text else ""
