"""Words of open answers, counted by the organisations that used them.

What could point at an organisation or a person is left out before anything is counted: e-mail
addresses, web addresses, everything with a digit, and names. A word with a capital is a name,
unless it begins a sentence and stands somewhere in the texts without a capital; so is a word that
the dictionary of its language writes with one. Of the other words only those count that the
dictionary knows, or that a person listed. Words are counted one by one, never in combination.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# E-mail addresses, web addresses, and all that has a digit.
POINTING = re.compile(r"\S*[\d@]\S*|\S*(?:://|www\.)\S*|\S+\.[^\W\d_]{2,}\S*")
WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
# What stands before the first word of a sentence. A point after a short word may be that of an
# initial or a title, and a name may follow.
SENTENCE = re.compile(r"(?:^|[^\W\d_]{5}[.!?…])\s*$")


@dataclass(frozen=True)
class Vocabulary:
    """What is known of a language.

    Attributes:
        language: ISO 639-1 code of a language that simplemma has a dictionary of.
        stop_words: words, or terms, that do not count.
        terms: word in lower case -> the term it counts as. A listed word counts with a capital and
            without a dictionary too.
        groups: term -> the group of terms that it belongs to.
    """

    language: str
    stop_words: Collection[str]
    terms: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


def has_dictionary(language: str) -> bool:
    """Return whether words of a language (ISO 639-1) can be brought to their base form."""
    from simplemma import lemmatize

    try:
        lemmatize("a", lang=language)
    except ValueError:
        return False
    return True


def count_terms(texts: pd.DataFrame, vocabulary: Vocabulary, fewest: int) -> pd.DataFrame:
    """Count the organisations that used each term, and each group of terms.

    Args:
        texts: one row per answer: `organisation`, its pseudonym, and `text`.
        vocabulary: the language of the texts.
        fewest: organisations that must have used a term, or any term of a group; others are left
            out, as rare words may point at one of them.

    Returns:
        One row per term: `kind` (`term`, `group`, or `unlisted`: a word that neither the dictionary
        nor the list knows, for who keeps the list and never for readers), `term`, `organisations`
        (how many used it) and `share` (of those with a row in `texts`, 0 to 1).
    """
    import pandas as pd

    kept = [POINTING.sub(" ", text) for text in texts["text"]]
    in_lower_case = {word for text in kept for word in WORD.findall(text) if word.islower()}
    used = {
        (organisation, kind, term)
        for organisation, text in zip(texts["organisation"], kept, strict=True)
        for kind, term in _terms(text, in_lower_case, vocabulary)
    }
    counted = pd.DataFrame(sorted(used), columns=["organisation", "kind", "term"])
    sizes = counted.groupby(["kind", "term"], as_index=False).size()
    common = sizes[sizes["size"] >= fewest].rename(columns={"size": "organisations"})
    common["share"] = common["organisations"] / texts["organisation"].nunique()
    return common.sort_values(
        ["kind", "organisations", "term"], ascending=[True, False, True], ignore_index=True
    )


def _terms(
    text: str, in_lower_case: Collection[str], vocabulary: Vocabulary
) -> Iterator[tuple[str, str]]:
    """Yield the kind and the term of every word that counts, and the groups of these terms."""
    from simplemma import is_known, lemmatize

    language, stop_words = vocabulary.language, vocabulary.stop_words
    for found in WORD.finditer(text):
        word = found[0].lower().replace("’", "'")
        term = vocabulary.terms.get(word)
        if term is None:
            if word in stop_words or len(word) == 1:
                continue
            begins = SENTENCE.search(text[max(0, found.start() - 20) : found.start()])
            if not (found[0].islower() or (begins and found[0].lower() in in_lower_case)):
                continue
            lemma = lemmatize(word, lang=language).replace("_", "")
            if lemma != lemma.lower() or lemma in stop_words:
                continue
            if not is_known(word, lang=language):
                yield "unlisted", word
                continue
            term = lemma
        yield "term", term
        if group := vocabulary.groups.get(term):
            yield "group", group
