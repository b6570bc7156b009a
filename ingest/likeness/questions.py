"""Compares the wordings of questions: by words, of which a rare word counts for more.

The items of a battery share their stem ("Invloed op de innovatie: ..."), so their own part counts
for most. Words of two languages are the same where `lexicon.yml` says so, or where they are
written alike, as in the Nordic languages. A whole sentence in another language is not understood.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log
from typing import TYPE_CHECKING

from ingest.likeness.codes import denials, limits
from ingest.likeness.text import split_item, stemmed, undated
from ingest.models import Title

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Table = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

STEM, OWN_PART = 0.35, 0.65  # weights of the two parts of an item of a battery
ALIKE = 80  # percent of the letters of two words, from where on they may be forms of one word
OTHER_SENSE = (
    0.5  # factor: one wording denies, or has another limit ('< 50'), and the other does not
)
FEW_WORDS = 40  # percent: below this a label and a wording have hardly a word in common


def same_wording(one: str, other: str) -> bool:
    """Return whether two wordings are the same, except for years, case and punctuation."""
    return undated(one) == undated(other)


def wordings(title: Title) -> tuple[str, ...]:
    """Return the wordings of a question in all languages."""
    return tuple(filter(None, (title.nl, title.en, title.original)))


def hardly_alike(label: str, wordings: Iterable[str]) -> bool:
    """Return whether a label has hardly a word in common with any wording; it may be shortened."""
    from rapidfuzz.fuzz import token_set_ratio

    words = _words(label)
    return all(token_set_ratio(words, _words(text)) < FEW_WORDS for text in wordings)


def question_table(ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]]) -> Table:
    """Compare questions, each by all of its wordings, in any language.

    Args:
        ours: the wordings of each question; a question without any is like none.
        theirs: the same of the questions that they are compared with.

    Returns:
        Ours x theirs: how alike the two most similar wordings are, see `wording_table`.
    """
    import numpy as np

    flat = wording_table(
        [text for texts in ours for text in texts], [text for texts in theirs for text in texts]
    )
    columns, rows = np.zeros((len(flat), len(theirs))), np.zeros((len(ours), len(theirs)))
    for place, group in _groups(theirs):
        columns[:, place] = flat[:, group].max(axis=1, initial=0.0)
    for place, group in _groups(ours):
        rows[place] = columns[group].max(axis=0, initial=0.0)
    return rows


def _groups(texts: Sequence[Sequence[str]]) -> Iterator[tuple[int, slice]]:
    start = 0
    for place, group in enumerate(texts):
        yield place, slice(start, start + len(group))
        start += len(group)


def wording_table(ours: Sequence[str], theirs: Sequence[str]) -> Table:
    """Compare every wording of `ours` with every one of `theirs`.

    Returns:
        Ours x theirs, from 0 (no word in common) to 1 (the same words). Where both are items of a
        battery, it is the weighted mean of the likeness of their stems and of their own parts.
        Where only one is, its own part may also be compared alone.
    """
    import numpy as np

    stems, parts = _split(ours)
    other_stems, other_parts = _split(theirs)
    whole = _Words([*ours, *theirs]).table(ours, theirs)
    stem = _Words([*ours, *theirs]).table(stems, other_stems)
    part = _Words([*parts, *other_parts]).table(parts, other_parts)
    both = np.outer([bool(text) for text in stems], [bool(text) for text in other_stems])
    weighted = STEM * np.where(both, stem, whole) + OWN_PART * part
    table: Table = np.where(both, weighted, np.maximum(whole, weighted))
    return np.where(_another_sense(ours, theirs), OTHER_SENSE * table, table)


def _another_sense(ours: Sequence[str], theirs: Sequence[str]) -> Bools:
    """Ours x theirs: whether one denies what the other says, or names another limit."""
    import numpy as np

    senses = [[(bool(denials(text)), limits(text)) for text in texts] for texts in (ours, theirs)]
    number = {sense: n for n, sense in enumerate({*senses[0], *senses[1]})}
    rows, columns = ([number[sense] for sense in held] for held in senses)
    another: Bools = np.not_equal.outer(np.array(rows, int), np.array(columns, int))
    return another


def _split(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    parts = [split_item(text) for text in texts]
    return [stem for stem, _ in parts], [own for _, own in parts]


def _words(text: str) -> str:
    return stemmed(undated(text))


class _Words:
    """Words with a weight each: a word in many texts says little.

    Args:
        texts: all texts that will be compared.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        spread = [set(_words(text).split()) for text in set(texts)]
        held = Counter(word for words in spread for word in words)
        self._weights: Mapping[str, float] = {
            word: log(1 + len(spread) / n) for word, n in held.items()
        }

    def table(self, rows: Sequence[str], columns: Sequence[str]) -> Table:
        """Compare each text of `rows` with each of `columns`.

        Returns:
            Rows x columns. Each is the weight of the words that have a counterpart in the other
            text, as a share of the weight of all words of both (Dice). A counterpart with another
            ending counts by the share of equal letters.
        """
        import numpy as np
        from rapidfuzz.fuzz import ratio
        from rapidfuzz.process import cdist

        ours = [_words(text).split() for text in rows]
        theirs = [_words(text).split() or [""] for text in columns]
        result = np.zeros((len(rows), len(columns)))
        vocabulary = sorted({word for words in theirs for word in words})
        place = {word: n for n, word in enumerate(vocabulary)}
        flat = np.array([place[word] for words in theirs for word in words], dtype=np.intp)
        starts = np.cumsum([0, *(len(words) for words in theirs[:-1])])
        weights = np.array([self._weights.get(word, 0.0) for word in vocabulary])
        total = np.add.reduceat(weights[flat], starts) if theirs else np.zeros(0)
        for row, words in enumerate(ours):
            if not words or not theirs:
                continue
            own = np.array([self._weights.get(word, 0.0) for word in words])
            alike = cdist(words, vocabulary, scorer=ratio, score_cutoff=ALIKE) / 100
            found = np.maximum.reduceat(alike[:, flat], starts, axis=1)
            back = np.add.reduceat(alike.max(axis=0)[flat] * weights[flat], starts)
            result[row] = (own @ found + back) / np.maximum(own.sum() + total, 1e-9)
        return result
