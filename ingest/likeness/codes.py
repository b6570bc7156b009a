"""Pairs the codes of two codelists by their labels, and compares the order of the answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from functools import cache
from typing import Literal, NamedTuple, TypeVar

from ingest.codes import Code
from ingest.likeness.text import NO_ANSWER, folded, is_sign, lexicon, meaning, plain, stemmed

C = TypeVar("C", bound=Code)
D = TypeVar("D", bound=Code)
Order = Literal["same", "renumbered", "reversed", "reordered"]

SAME_LABEL = 85  # percent of the letters of two labels
SAME_WORD = 85  # the same of two words
SHORTEST = 3  # letters of a word that can have an opposite ('eens', 'oneens')
NUMBER = re.compile(r"-?[.,]?\d+(?:[.,:/']\d+)*")
LIMITS = frozenset("<>=≠±~+-")  # signs that change what a number means
NUMBERED = re.compile(r"-?[0-9]+")  # a code with a place in an order


def same_label(one: str, other: str) -> bool:
    """Return whether two labels are literally the same answer, except for case and punctuation."""
    return plain(one) == plain(other)


@cache
def label_likeness(one: str, other: str) -> float:
    """Return how alike two labels are, from 0 to 100; from `SAME_LABEL` they are one answer.

    Labels with other numbers ('10 tot 49', '50 tot 99') or signs ('< 50', '> 50') are other
    answers, and so are a label and its opposite ('eens', 'oneens') or another degree ('eens', 'zeer
    eens'), however alike they are written.
    """
    from rapidfuzz import fuzz

    if same_label(one, other):
        return 100.0
    if meaning(one) or meaning(other):
        return 99.0 if meaning(one) == meaning(other) else 0.0
    if other_amounts(one, other) or _other_words(folded(one), folded(other)):
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
    return dict(_pairs(tuple(ones.items()), tuple(others.items())))


@cache
def _pairs(ones: tuple[tuple[C, str], ...], others: tuple[tuple[D, str], ...]) -> list[tuple[C, D]]:
    scores = []
    bare, other_bare = uncoded(dict(ones)), uncoded(dict(others))
    for place, (one, label) in enumerate(ones):
        for other_place, (other, other_label) in enumerate(others):
            whole = label_likeness(label, other_label)
            score = max(whole, label_likeness(bare[one], other_bare[other]))
            if score >= SAME_LABEL:
                scores.append((-score, -whole, one != other, place, other_place, one, other))
    pairs: dict[C, D] = {}
    taken: set[D] = set()
    for *_, one, other in sorted(scores, key=lambda score: score[:5]):
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return list(pairs.items())


def uncoded(labels: Mapping[C, str]) -> Mapping[C, str]:
    """Take the code from the front of labels that repeat it ('1 Eens'), if they stay different."""
    bare = {}
    for code, label in labels.items():
        number = NUMBERED.fullmatch(code)
        repeated = number and re.match(rf"\s*{code}\b[\s.:)=–-]*(?=[^\W\d_])", label)
        bare[code] = label[repeated.end() :] if repeated else label
    told = [len(set(map(plain, held.values()))) for held in (bare, labels)]
    return bare if told[0] == told[1] else labels


def answer_codes(labels: Mapping[C, str]) -> list[C]:
    """Return the codes of answers: consecutive numbers, without don't know and the like."""
    held = sorted(
        (
            code
            for code, label in labels.items()
            if NUMBERED.fullmatch(code) and meaning(label) not in NO_ANSWER
        ),
        key=int,
    )
    numbered = {int(code) for code in labels if NUMBERED.fullmatch(code)}
    answers = held[:1]
    for code in held[1:]:
        # 9 or 99 after 5 is no answer; "don't know" may stand in the middle of a scale.
        if not numbered.issuperset(range(int(answers[-1]), int(code))):
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
    held = sorted((int(then), int(code)) for code, then in pairs if code in ours and then in theirs)
    then, code = [pair[0] for pair in held], [pair[1] for pair in held]
    if then == code:
        return "same"
    # "Don't know" may be the last answer, in a language that the lexicon does not have.
    if len(code) > 3 and then[-1] == code[-1]:
        then, code = then[:-1], code[:-1]
    if len(then) > 2 or then == code[::-1]:
        if code == sorted(code, reverse=True):
            return "reversed"
        if code != sorted(code):
            return "reordered"
    return "renumbered"


@cache
def other_amounts(one: str, other: str) -> bool:
    """Return whether two texts name other numbers, or signs that say other things of them.

    Where only one of them has a number ('0 zeker niet') or a unit, nothing contradicts it.
    """
    ours, theirs = _amounts(one), _amounts(other)
    return ours.limits != theirs.limits or any(
        one and other and one != other
        for one, other in ((ours.numbers, theirs.numbers), (ours.units, theirs.units))
    )


def limits(text: str) -> tuple[str, ...]:
    """Return the signs of a text that change what a number means, such as `<` and `+`."""
    return _amounts(text).limits


class _Amounts(NamedTuple):
    numbers: tuple[str, ...]
    limits: tuple[str, ...]
    units: tuple[str, ...]


@cache
def _amounts(text: str) -> _Amounts:
    words = plain(text).split()
    signs = [word for word in words if is_sign(word)]
    return _Amounts(
        tuple(number for word in words for number in NUMBER.findall(word)),
        tuple(sign for sign in signs if sign in LIMITS),
        tuple(sign for sign in signs if sign not in LIMITS),
    )


def _other_words(one: str, other: str) -> bool:
    """Whether the words of two folded labels make them other answers."""
    ours, theirs = Counter(one.split()), Counter(other.split())
    left, right = sorted((ours - theirs, theirs - ours), key=lambda words: words.total())
    if denials(one) != denials(other) or _opposite(left, right) or _opposite(right, left):
        return True
    told = left.keys() - lexicon().fillers
    if not told:  # one label says more than the other
        return not lexicon().degrees.isdisjoint(right)
    return not all(any(_forms(word, form) for form in right) for word in told)


def _forms(one: str, other: str) -> bool:
    """Whether two words are forms of one word, or words with the same meaning."""
    from rapidfuzz import fuzz

    return stemmed(one) == stemmed(other) or fuzz.ratio(one, other) >= SAME_WORD


@cache
def denials(text: str) -> int:
    """Return how often a text denies ('niet', 'δεν', '不'); numbers of words, in any language."""
    words = f" {folded(text)} "
    return sum(words.count(f" {word} ") for word in lexicon().negations)


def _opposite(less: Iterable[str], more: Container[str]) -> bool:
    """Whether a word without its prefix is one of the other words ('oneens', 'eens')."""
    return any(
        len(word) > len(prefix) + SHORTEST - 1
        and word.startswith(prefix)
        and word.removeprefix(prefix) in more
        for word in less
        for prefix in lexicon().opposites
    )
