"""Tells how alike two texts are: by words, each weighing more the rarer it is.

Batteries share their stem ("Influence on the innovation: …"), so that the words they do not share
must decide. Words of different languages are alike where `lexicon.yml` says so, or where they are
written alike, as in the Nordic languages; a whole sentence in another language is not understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ingest.descriptions import read_yaml
from ingest.models import Model

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LEXICON = Path(__file__).with_name("lexicon.yml")
Word = Annotated[str, Field(pattern=r"^[a-z0-9 ]+$")]

LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "þ": "th", "ß": "ss", "œ": "oe"})
NUMBERING = re.compile(r"^\s*(?:[a-z]{0,3}\d+(?:_\d+)?[a-z]?\s*[.):]\s+)+")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")  # the period asked about moves on with every wave
ALIKE = 80  # percent of the letters of two words, from where on they may be forms of one word
SAME_LABEL = 88  # percent, for labels of answers, which are short


class Lexicon(Model):
    """Words that say the same in several languages (`lexicon.yml`).

    Attributes:
        answers: what an answer means -> labels that mean it.
        weights: words in the name of a variable that holds a weight.
        words: rows of beginnings of words that say the same.
    """

    answers: dict[str, tuple[Word, ...]]
    weights: tuple[Word, ...]
    words: tuple[tuple[Word, ...], ...]


@cache
def lexicon() -> Lexicon:
    """Return the words of `lexicon.yml`."""
    return read_yaml(Lexicon, LEXICON)


@cache
def plain(text: str) -> str:
    """Return a text in lower-case words without accents, punctuation, numbering and years."""
    lower = NUMBERING.sub("", text.lower().translate(LETTERS))
    letters = unicodedata.normalize("NFKD", YEAR.sub(" ", lower))
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", kept))


@cache
def _meanings() -> Mapping[str, str]:
    return {label: meaning for meaning, labels in lexicon().answers.items() for label in labels}


def meaning(label: str) -> str | None:
    """Return what an answer means whatever the question, such as `dont_know`; mostly nothing."""
    return _meanings().get(plain(label))


@cache
def _stems() -> tuple[tuple[str, str], ...]:
    pairs = ((stem, row[0]) for row in lexicon().words for stem in row)
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _word(word: str) -> str:
    """The first of a row of the lexicon for a word that begins like one of them."""
    for stem, first in _stems():
        # A short beginning is a whole word: "ny" is new, "nyhed" is news.
        if word == stem or (len(stem) > 4 and word.startswith(stem)):
            return first
    return word


def stemmed(text: str) -> str:
    """Return a text as `plain` does, with words that say the same in other languages made one."""
    return " ".join(_word(word) for word in plain(text).split())


def tail(text: str) -> str:
    """Return what an item of a battery has of its own: the text after the last colon."""
    return re.split(r"[:–—]\s|\s-\s", text)[-1]


def same_labels(ones: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Pair the codes of two lists by their labels; codes that resemble nothing stay out.

    Args:
        ones: code -> label.
        others: code -> label.

    Returns:
        Code of `ones` -> code of `others`, one to one: equal labels first, then labels with one
        meaning, then the most alike.
    """
    return dict(_paired(tuple(ones.items()), tuple(others.items())))


@cache  # a battery has the same answers again and again
def _paired(
    ones: tuple[tuple[str, str], ...], others: tuple[tuple[str, str], ...]
) -> Mapping[str, str]:
    from rapidfuzz import fuzz

    scores = []
    for one, label in ones:
        for other, text in others:
            if plain(label) == plain(text):
                score = 200.0
            elif meaning(label) or meaning(text):
                score = 150.0 if meaning(label) == meaning(text) else 0.0
            else:
                score = fuzz.ratio(stemmed(label), stemmed(text))
            if score >= SAME_LABEL:
                scores.append((-score, one, other))
    pairs: dict[str, str] = {}
    for _, one, other in sorted(scores):
        if one not in pairs and other not in pairs.values():
            pairs[one] = other
    return pairs


class Similarity:
    """How alike texts are, from 0 (no word in common) to 1 (the same words).

    Args:
        texts: all texts that will be compared; a word that many of them have says little.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        spread = [set(stemmed(text).split()) for text in set(texts)]
        held = Counter(word for words in spread for word in words)
        self._weights = {word: log(1 + len(spread) / n) for word, n in held.items()}

    def table(self, rows: Sequence[str], columns: Sequence[str]) -> npt.NDArray[np.float64]:
        """Compare each text of `rows` with each of `columns`.

        Returns:
            Rows x columns. Each is the weight of the words that have a counterpart in the other
            text, as a share of the weight of all words of both (Dice); a counterpart with other
            endings counts as far as the letters are the same.
        """
        import numpy as np
        from rapidfuzz.fuzz import ratio
        from rapidfuzz.process import cdist

        ours = [stemmed(text).split() for text in rows]
        theirs = [stemmed(text).split() or [""] for text in columns]
        result = np.zeros((len(rows), len(columns)))
        vocabulary = sorted({word for words in theirs for word in words})
        place = {word: n for n, word in enumerate(vocabulary)}
        flat = np.array([place[word] for words in theirs for word in words])
        starts = np.cumsum([0, *(len(words) for words in theirs[:-1])])
        weights = np.array([self._weights.get(word, 0.0) for word in vocabulary])
        total = np.add.reduceat(weights[flat], starts)
        for row, words in enumerate(ours):
            if not words:
                continue
            own = np.array([self._weights.get(word, 0.0) for word in words])
            alike = cdist(words, vocabulary, scorer=ratio, score_cutoff=ALIKE) / 100
            found = np.maximum.reduceat(alike[:, flat], starts, axis=1)
            back = np.add.reduceat(alike.max(axis=0)[flat] * weights[flat], starts)
            result[row] = (own @ found + back) / np.maximum(own.sum() + total, 1e-9)
        return result
