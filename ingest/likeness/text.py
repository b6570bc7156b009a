"""Prepares texts for comparison: plain words, words with the same meaning, stems of batteries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ingest.descriptions import read_yaml
from ingest.models import Model

LEXICON = Path(__file__).with_name("lexicon.yml")
Word = Annotated[str, Field(pattern=r"^[a-z0-9 ]+$")]

LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "þ": "th", "ß": "ss", "œ": "oe"})
NUMBERING = re.compile(r"^\s*(?:[a-z]{0,3}\d+(?:_\d+)?[a-z]?\s*[.):]\s+)+")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
BEFORE_ITEM = re.compile(r"[:–—]\s|\s-\s")  # between the stem of a battery and one of its items
WHOLE_WORD = 4  # letters: a shorter entry of the lexicon is a whole word ("ny" is not "nyhed")


class Lexicon(Model):
    """Words with the same meaning in several languages (`lexicon.yml`).

    Attributes:
        answers: the meaning of an answer -> labels with that meaning.
        weights: words in the name of a variable that holds a weight.
        negations: words that turn a label into its opposite.
        opposites: beginnings of words that do the same.
        words: rows of beginnings of words with the same meaning.
    """

    answers: dict[str, tuple[Word, ...]]
    weights: tuple[Word, ...]
    negations: tuple[Word, ...]
    opposites: tuple[Word, ...]
    words: tuple[tuple[Word, ...], ...]


@cache
def lexicon() -> Lexicon:
    """Return the content of `lexicon.yml`."""
    return read_yaml(Lexicon, LEXICON)


@cache
def plain(text: str) -> str:
    """Return the words of a text in lower case, without accents, punctuation and numbering."""
    lower = NUMBERING.sub("", text.lower().translate(LETTERS))
    letters = unicodedata.normalize("NFKD", lower)
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", kept))


@cache
def undated(text: str) -> str:
    """Return a plain text without years: the period in a question changes with every wave."""
    return " ".join(YEAR.sub(" ", plain(text)).split())


@cache
def stemmed(text: str) -> str:
    """Return a plain text in which words with the same meaning are the same word."""
    return " ".join(_first_of_row(word) for word in plain(text).split())


def split_item(text: str) -> tuple[str, str]:
    """Split the wording of an item into the stem of its battery and its own part.

    'Soort innovatie: product' gives 'Soort innovatie' and 'product'. Without a stem the first part
    is empty.
    """
    own = BEFORE_ITEM.split(text)[-1]
    return text[: len(text) - len(own)].rstrip(" :–—-"), own


@cache
def meaning(label: str) -> str | None:
    """Return the meaning of an answer that is the same for every question, such as `dont_know`."""
    return _meanings().get(plain(label))


@cache
def _meanings() -> Mapping[str, str]:
    return {label: meaning for meaning, labels in lexicon().answers.items() for label in labels}


@cache
def _stems() -> tuple[tuple[str, str], ...]:
    pairs = ((stem, row[0]) for row in lexicon().words for stem in row)
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _first_of_row(word: str) -> str:
    """The first word of the row of the lexicon that a word belongs to, else the word itself."""
    for stem, first in _stems():
        if word == stem or (len(stem) > WHOLE_WORD and word.startswith(stem)):
            return first
    return word
