"""Prepares texts for comparison: plain words, words with the same meaning, stems of batteries.

What a text is compared by, from strict to loose:

    plain       words, numbers and signs; only case, kinds of spaces, quotes and dashes, and
                punctuation are left out. Two texts are the same if this is the same.
    unnumbered  the same of a question, without its number
    undated     the same without years
    folded      without accents. It finds what is alike, and never decides what is the same.
    stemmed     the same with words of the same meaning replaced by one of them
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from ingest.descriptions import read_yaml
from ingest.models import Model

LEXICON = Path(__file__).with_name("lexicon.yml")

# Letters without an accent that is a character of its own.
LETTERS = str.maketrans(
    {"æ": "ae", "ø": "o", "ð": "d", "þ": "th", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "ё": "е"}
)
# One sign that may be written in two ways.
SIGNS = str.maketrans({"≥": ">=", "≧": ">=", "⩾": ">=", "≤": "<=", "≦": "<=", "⩽": "<=", "−": "-"})
SAME_CHARACTER = ("<wide>", "<narrow>", "<compat>")  # decompositions that keep the meaning
MORE_SIGNS = frozenset("%‰&#*@§")  # punctuation to Unicode, but it carries meaning
IN_NUMBER = frozenset(".,:/'")  # between two digits
NUMBERING = re.compile(r"^\s*(?:[a-z]{0,3}\d+(?:_\d+)?[a-z]?\s*[.):]\s+)+", re.IGNORECASE)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
BEFORE_ITEM = re.compile(r"[:–—]\s|\s-\s|：")  # between the stem of a battery and one of its items
IN_BRACKETS = re.compile(r"(.+?)\s*\[([^\[\]]+)\]\s*", re.DOTALL)
NO_ANSWER = frozenset({"dont_know", "not_applicable", "refused", "not_asked", "declared_missing"})
WHOLE_WORD = 4  # letters: a shorter entry of the lexicon is a whole word ("ny" is not "nyhed")


Word = Annotated[str, AfterValidator(lambda text: folded(text))]


class Lexicon(Model):
    """Words with the same meaning in several languages (`lexicon.yml`); they are folded.

    Attributes:
        answers: the meaning of an answer -> labels with that meaning.
        marks: what programs write in a cell without a value, with their signs.
        weights: words that the name of a variable with a weight has one of.
        beside_weights: words that such a name may have besides.
        keys: words that the name of a column that identifies respondents is made of.
        negations: words that turn a label into its opposite.
        fillers: words that say little.
        degrees: words that make another answer of a label ('eens', 'zeer eens').
        opposites: beginnings of words that turn a word into its opposite.
        words: rows of beginnings of words with the same meaning.
    """

    answers: dict[str, tuple[Word, ...]]
    marks: frozenset[str]
    weights: frozenset[Word]
    beside_weights: frozenset[Word]
    keys: frozenset[Word]
    negations: tuple[Word, ...]
    fillers: frozenset[Word]
    degrees: frozenset[Word]
    opposites: tuple[Word, ...]
    words: tuple[tuple[Word, ...], ...]


@cache
def lexicon() -> Lexicon:
    """Return the content of `lexicon.yml`."""
    return read_yaml(Lexicon, LEXICON)


@cache
def plain(text: str) -> str:
    """Return the words, numbers and signs of a text in lower case, with one space between.

    Signs (`<`, `≥`, `+`, `%`, `€`, emoji), a minus, decimals and accents are kept. A text without
    words and numbers ('--', '?') is kept as it is, but for spaces.
    """
    normal = _normal(text)
    return " ".join(_tokens(normal) if any(map(_is_letter, normal)) else normal.split())


@cache
def unnumbered(text: str) -> str:
    """Return a plain question without its number, as in 'Q7. ' or '3a) '."""
    return plain(NUMBERING.sub("", text)) or plain(text)


@cache
def undated(text: str) -> str:
    """Return a plain question without years: the period in it changes with every wave."""
    asked = unnumbered(text)
    return " ".join(YEAR.sub(" ", asked).split()) or asked


@cache
def folded(text: str) -> str:
    """Return a plain text without accents, to find what is alike; it is no proof of being equal.

    Only Latin and Greek letters lose their accents: 'й' and 'が' are letters of their own. Of
    scripts that write no spaces, every character becomes a word.
    """
    kept: list[str] = []
    for letter in unicodedata.normalize("NFD", plain(text).casefold()):
        if not (unicodedata.category(letter) == "Mn" and kept and _accented(kept[-1])):
            kept.append(letter)
    whole = unicodedata.normalize("NFC", "".join(kept)).translate(LETTERS)
    spaced = "".join(f" {letter} " if _is_a_word(letter) else letter for letter in whole)
    return " ".join(spaced.split())


@cache
def stemmed(text: str) -> str:
    """Return a folded text in which words with the same meaning are the same word."""
    return " ".join(_first_of_row(word) for word in folded(text).split())


def split_item(text: str) -> tuple[str, str]:
    """Split the wording of an item into the stem of its battery and its own part.

    'Soort innovatie: product' gives 'Soort innovatie' and 'product', and so does 'Soort innovatie
    [product]', as survey tools write it. Without a stem the first part
    is empty.
    """
    if bracketed := IN_BRACKETS.fullmatch(text):
        return bracketed[1], bracketed[2]
    own = BEFORE_ITEM.split(text)[-1]
    return text[: len(text) - len(own)].rstrip(" :：–—-"), own


@cache
def meaning(label: str) -> str | None:
    """Return the meaning of an answer that is the same for every question, such as `dont_know`.

    A label with several reasons for no answer ('Weet niet / n.v.t.') means the first.
    """
    label = NUMBERING.sub("", label)
    parts = [_meanings().get(folded(part)) for part in label.split("/")]
    several = len(parts) > 1 and NO_ANSWER.issuperset(parts)
    return _meanings().get(folded(label)) or (parts[0] if several else None)


def is_mark(text: str) -> bool:
    """Return whether a cell holds what programs write without a value, such as `NA`, `#N/A`."""
    return text.strip().upper() in lexicon().marks


def is_key(name: str) -> bool:
    """Return whether a name says that a column identifies respondents, such as `ResponseId`."""
    words = _words_of_name(name)
    return bool(words) and words <= lexicon().keys


def is_weight(name: str) -> bool:
    """Return whether a name says that a column holds weights: no 'lichaamsgewicht'."""
    words = {word for word in _words_of_name(name) if not word.isdigit()}
    return bool(words & lexicon().weights) and words <= lexicon().weights | lexicon().beside_weights


def _words_of_name(name: str) -> set[str]:
    """The folded words of a name, which signs, digits and capitals tell apart."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d])(?=\d)|[^\w]|_", " ", name)
    return set(folded(spaced).split())


def is_sign(token: str) -> bool:
    """Return whether a part of a plain text is a sign, and no word or number."""
    return len(token) == 1 and not _is_letter(token)


def _normal(text: str) -> str:
    """One form for what is written in several: composed, lower case, one kind of digits."""
    composed = unicodedata.normalize("NFC", text).translate(SIGNS)
    same = "".join(map(_same_character, composed))
    return unicodedata.normalize("NFC", same.lower())


@cache
def _same_character(letter: str) -> str:
    """The usual form of a character; nothing for one that is not seen."""
    category = unicodedata.category(letter)
    if category == "Cf" or letter in "\ufe0e\ufe0f":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(letter))
    if category == "Pd":
        return "-"
    if category in ("Cc", "Sk") or category.startswith("Z"):
        return " "
    if letter in "‘’‚‛′ʼ":
        return "'"
    if unicodedata.decomposition(letter).startswith(SAME_CHARACTER):
        return unicodedata.normalize("NFKC", letter)
    return letter


def _tokens(text: str) -> Iterator[str]:
    """Yield words and numbers, and each sign."""
    held = ""
    for place, letter in enumerate(text):
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        number = after.isdecimal() and (
            (letter in IN_NUMBER and before.isdecimal())
            or (letter in ".," and not held)
            or (letter == "-" and _is_minus(text, place))
        )
        if _is_letter(letter) or number or (letter == "-" and held and _ends_word(text, place)):
            held += letter
            continue
        if held:
            yield held
            held = ""
        if _is_sign_character(letter) or (letter == "-" and _is_minus(text, place)):
            yield letter
    if held:
        yield held


def _is_minus(text: str, place: int) -> bool:
    """Whether a dash is a sign, and does not stand between words or before an item of a list."""
    left, right = text[:place].rstrip(), text[place + 1 :].lstrip()
    before, after = left[-1:], right[:1]
    if before and _is_letter(before):
        return text[place - 1].isspace() and text[place + 1 : place + 2].isdecimal()
    return bool(before) or after.isdecimal()


def _ends_word(text: str, place: int) -> bool:
    """Whether a dash belongs to the word before it, as in the mark 'A-'."""
    return not text[place + 1 : place + 2].strip()


@cache
def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


@cache
def _is_sign_character(letter: str) -> bool:
    return letter in MORE_SIGNS or unicodedata.category(letter) in ("Sm", "Sc", "So")


@cache
def _accented(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN ", "GREEK "))


@cache
def _is_a_word(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("CJK UNIFIED ", "HIRAGANA ", "KATAKANA "))


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
