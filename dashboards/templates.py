"""Templates of text charts: from both languages to one, and a change back.

`{lang}` becomes the language, `[[nl|en]]` one of the two, and line breaks with their indents go.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Final

from ingest.messages import LANGUAGES, Language

_PARTS: Final = re.compile(r"\[\[(.*?)\|(.*?)\]\]|\n\s*")
_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")


def template_in(text: str, language: Language) -> str:
    """Return a template in one language."""
    return "".join(character for character, _ in _characters(text, language))


def changed_template(text: str, wanted: Mapping[Language, str]) -> str:
    """Return the template that gives these texts, or one that comes near where there is none.

    What one language changed in a part that both share is written as `[[nl|en]]`.
    """
    for language in LANGUAGES:
        together = _changed(text, language, wanted[language], shared=True)
        if all(template_in(together, other) == wanted[other] for other in LANGUAGES):
            return together
    for language in LANGUAGES:
        text = _changed(text, language, wanted[language], shared=False)
    return text


def _characters(text: str, language: Language) -> list[tuple[str, int]]:
    """Return each character of a template in a language, with its place in the text."""
    found: list[tuple[str, int]] = []
    place = 0
    for part in [*_PARTS.finditer(text), None]:
        found += _literal(text, place, part.start() if part else len(text), language)
        if part is None:
            break
        if part.group().startswith("[["):
            found += _literal(text, *part.span(1 + LANGUAGES.index(language)), language)
        place = part.end()
    return found


def _literal(text: str, start: int, end: int, language: Language) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    while start < end:
        if text.startswith("{lang}", start):
            found += [(letter, start) for letter in language]
            start += len("{lang}")
        else:
            found.append((text[start], start))
            start += 1
    return found


def _changed(text: str, language: Language, wanted: str, *, shared: bool) -> str:
    """Change a template so that it gives a text in a language.

    Args:
        text: the template.
        language: the language.
        wanted: the text.
        shared: whether the other language changes with it.
    """
    characters = _characters(text, language)
    ours = "".join(character for character, _ in characters)
    places = [place for _, place in characters] + [len(text)]
    for start, end, first, last in reversed(list(_differences(ours, wanted))):
        new = re.sub(rf"_{language}\b", "_{lang}", wanted[first:last])
        begin = places[start]
        stop = begin if start == end else _after(text, places[end - 1])
        old = text[begin:stop]
        if not shared and not _inside_choice(text, begin):
            kept = re.sub(r"\n\s*", "", old)
            sides = [new if one == language else kept for one in LANGUAGES]
            new = f"[[{'|'.join(sides)}]]"
        text = text[:begin] + new + text[stop:]
    return text


def _differences(ours: str, wanted: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield where two texts differ, by whole words: start and end in either."""
    words, others = ([*_WORDS.findall(side)] for side in (ours, wanted))
    starts, ends = ([0, *accumulate(map(len, side))] for side in (words, others))
    matcher = difflib.SequenceMatcher(None, words, others, autojunk=False)
    for kind, start, end, first, last in matcher.get_opcodes():
        if kind != "equal":
            yield starts[start], starts[end], ends[first], ends[last]


def _after(text: str, place: int) -> int:
    return place + (len("{lang}") if text.startswith("{lang}", place) else 1)


def _inside_choice(text: str, place: int) -> bool:
    return any(
        part.start() < place < part.end() and part.group().startswith("[[")
        for part in _PARTS.finditer(text)
    )
