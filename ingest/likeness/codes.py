"""Pairs the codes of two codelists by their labels, and compares the order of the answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal, TypeVar

from ingest.codes import Code
from ingest.likeness.text import lexicon, meaning, plain, stemmed

C = TypeVar("C", bound=Code)
D = TypeVar("D", bound=Code)
Order = Literal["same", "renumbered", "reversed", "reordered"]

SAME_LABEL = 85  # percent of the letters of two labels
SHORTEST = 3  # letters of a word that can have an opposite ('eens', 'oneens')
NO_ANSWER = frozenset({"dont_know", "not_applicable", "refused"})  # meanings in the lexicon


def same_label(one: str, other: str) -> bool:
    """Return whether two labels are literally the same answer, except for case and punctuation."""
    return plain(one) == plain(other)


@cache
def label_likeness(one: str, other: str) -> float:
    """Return how alike two labels are, from 0 to 100; from `SAME_LABEL` they are one answer.

    Labels with other numbers ('10 tot 49', '50 tot 99') are other answers, and so are a label and
    its opposite ('eens', 'oneens'), however alike they are written.
    """
    from rapidfuzz import fuzz

    if same_label(one, other):
        return 100.0
    if meaning(one) or meaning(other):
        return 99.0 if meaning(one) == meaning(other) else 0.0
    if _other_numbers(one, other) or _opposite(plain(one), plain(other)):
        return 0.0
    return min(fuzz.ratio(stemmed(one), stemmed(other)), 98.0)


def pair_labels(ones: Mapping[C, str], others: Mapping[D, str]) -> dict[C, D]:
    """Pair the codes of two lists by their labels; codes without an equal stay out.

    Args:
        ones: code -> label.
        others: code -> label.

    Returns:
        Code of `ones` -> code of `others`, one to one, the most alike first. Of labels that are
        equally alike, those with the same code go first.
    """
    scores = []
    for place, (one, label) in enumerate(ones.items()):
        for other_place, (other, other_label) in enumerate(others.items()):
            score = label_likeness(label, other_label)
            if score >= SAME_LABEL:
                scores.append((-score, str(one) != str(other), place, other_place, one, other))
    pairs: dict[C, D] = {}
    taken: set[D] = set()
    for *_, one, other in sorted(scores):
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return pairs


def answer_codes(labels: Mapping[C, str]) -> list[int]:
    """Return the codes of answers: consecutive numbers, without don't know and the like."""
    held: list[int] = sorted(
        code
        for code, label in labels.items()
        if isinstance(code, int) and meaning(label) not in NO_ANSWER
    )
    answers = held[:1]
    for code in held[1:]:
        if code != answers[-1] + 1:  # 9 or 99 after 5 is no answer
            break
        answers.append(code)
    return answers


def order_of(
    pairs: Iterable[tuple[Code, Code]], now: Mapping[C, str], was: Mapping[D, str]
) -> Order:
    """Return how the order of the answers changed; other codes for the same order: `renumbered`.

    Args:
        pairs: (code now, code then) of the same answer.
        now: code -> label.
        was: code -> label in the earlier wave.
    """
    ours, theirs = set(answer_codes(now)), set(answer_codes(was))
    held = sorted((then, code) for code, then in pairs if code in ours and then in theirs)
    then, code = [pair[0] for pair in held], [pair[1] for pair in held]
    if then == code:
        return "same"
    if len(held) > 2 or then == code[::-1]:
        if code == sorted(code, reverse=True):
            return "reversed"
        if code != sorted(code):
            return "reordered"
    return "renumbered"


def _other_numbers(one: str, other: str) -> bool:
    """Whether both labels hold numbers, and not the same ones; '0 zeker niet' repeats its code."""
    ours, theirs = (re.findall(r"\d+", plain(label)) for label in (one, other))
    return bool(ours) and bool(theirs) and ours != theirs


def _opposite(one: str, other: str) -> bool:
    """Whether one of two plain labels denies what the other says."""
    ours, theirs = Counter(one.split()), Counter(other.split())
    known = lexicon()
    if sum(ours[word] for word in known.negations) != sum(theirs[word] for word in known.negations):
        return True
    left, right = ours - theirs, theirs - ours
    return any(
        word in more and len(word) >= SHORTEST
        for less, more in ((left, right), (right, left))
        for word in _without_prefix(less)
    )


def _without_prefix(words: Iterable[str]) -> list[str]:
    """What is left of words that begin with a prefix of `opposites`."""
    return [
        word.removeprefix(prefix)
        for word in words
        for prefix in lexicon().opposites
        if word.startswith(prefix)
    ]
