"""Finds columns whose cells hold several answers, and the answers that they are made of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.lists import AmbiguousListError, split_list

SEPARATORS = (";", "\n", "|", ",")
MOST_ANSWERS = 40  # a question with more different answers is no list of choices
LEAST_REPEATED = 0.5  # of the answers, the share that someone else gave too
LEAST_LISTS = 0.2  # of the cells, the share with several answers, where these have commas
LEAST_IN_LISTS = 0.7  # the same of the answers in lists, where a comma may be a part of a text
SMALL = re.compile(r"0|-?[1-9]\d?")  # a code of a list of numbers; three digits may be thousands
LOWER_AFTER_UPPER = 0.7  # of cells that begin with a capital, for a small letter to go on


@dataclass(frozen=True)
class Listed:
    """The answers of a column of lists.

    Attributes:
        separator: what is between them.
        counts: answer -> how many gave it.
    """

    separator: str
    counts: Mapping[str, int]


def find_list(cells: Mapping[str, int]) -> Listed | None:
    """Return how the cells of a column are lists; nothing where they are not, or hardly.

    Args:
        cells: cell -> how often it occurs.
    """
    for separator in SEPARATORS:
        # One that only ends a cell has nothing to separate.
        if any(separator in cell.strip().strip(separator) for cell in cells):
            found = _listed(cells, separator)
            if found:
                return found
    return None


def _listed(cells: Mapping[str, int], separator: str) -> Listed | None:
    parts = {cell: [part for part in cell.split(separator) if part.strip()] for cell in cells}
    if all(SMALL.fullmatch(part.strip()) for held in parts.values() for part in held):
        answers = {part.strip() for held in parts.values() for part in held}
        # "1,5" alone may be one and a half.
        plain = separator not in ",." or any(len(held) > 2 for held in parts.values())
        accepted = plain and len(answers) <= MOST_ANSWERS
    else:
        parts = _joined(parts, separator)
        answers = {part.strip() for held in parts.values() for part in held}
        accepted = _repeated(cells, parts) and (separator != "," or _combined(cells, parts))
    if not accepted or not answers:
        return None
    counts: Counter[str] = Counter()
    try:
        for cell, times in cells.items():
            for answer in split_list(cell, separator, answers):
                counts[answer] += times
    except AmbiguousListError:
        return None
    spaced = all(re.fullmatch(rf"(?:[^{separator}]|{re.escape(separator)} )*", c) for c in cells)
    return Listed(f"{separator} " if separator == "," and spaced else separator, counts)


def _joined(parts: Mapping[str, Sequence[str]], separator: str) -> dict[str, list[str]]:
    """Join what belongs together: between brackets, and after a capital what begins small."""
    firsts = [held[0].lstrip()[:1] for held in parts.values() if held]
    capitals = sum(letter.isupper() for letter in firsts) >= LOWER_AFTER_UPPER * len(firsts)
    tight = any(
        len(held) > 1 and not held[1].startswith(" ") for held in parts.values()
    )  # then a separator with a space after it is a part of an answer
    joined: dict[str, list[str]] = {}
    for cell, held in parts.items():
        answers: list[str] = []
        for part in held:
            small = capitals and part.strip()[:1].islower()
            apart = tight and part.startswith(" ")
            if answers and (small or apart or _open(answers[-1])):
                answers[-1] += separator + part
            else:
                answers.append(part)
        joined[cell] = answers
    return joined


def _open(text: str) -> bool:
    return text.count("(") > text.count(")") or text.count("[") > text.count("]")


def _counted(cells: Mapping[str, int], parts: Mapping[str, Sequence[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for cell, held in parts.items():
        for part in held:
            counts[part.strip()] += cells[cell]
    return counts


def _repeated(cells: Mapping[str, int], parts: Mapping[str, Sequence[str]]) -> bool:
    """Whether most answers are given more than once, and there are few different ones."""
    counts = _counted(cells, parts)
    repeated = sum(times for times in counts.values() if times > 1)
    enough = repeated >= LEAST_REPEATED * sum(counts.values())
    return enough and len(counts) <= MOST_ANSWERS


def _combined(cells: Mapping[str, int], parts: Mapping[str, Sequence[str]]) -> bool:
    """Whether answers combine freely, unlike "Yes, often" and "Yes, at times"."""
    firsts = {held[0].strip() for held in parts.values() if held}
    later = {part.strip() for held in parts.values() for part in held[1:]}
    counts = _counted(cells, parts)
    in_lists = [part.strip() for held in parts.values() if len(held) > 1 for part in held]
    repeated = sum(counts[part] > 1 for part in in_lists)
    free = bool(firsts & later) and len(firsts | later) <= len(parts)
    chosen = sum(cells[cell] for cell, held in parts.items() if len(held) > 1)
    common = chosen >= LEAST_LISTS * sum(cells.values())
    return free and common and repeated >= LEAST_IN_LISTS * len(in_lists)
