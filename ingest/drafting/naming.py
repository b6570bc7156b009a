"""Makes names of concepts and categories of texts in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

WRITTEN = str.maketrans({"≤": "<=", "≦": "<=", "⩽": "<=", "≥": ">=", "≧": ">=", "⩾": ">="})
# Signs of a number that tell labels apart, and their words.
SIGNS = (
    (re.compile(r"(?<![-=<>])<=(?=[^\w<>]{0,3}\d)"), " at most "),
    (re.compile(r"(?<![-=<>])>=(?=[^\w<>]{0,3}\d)"), " at least "),
    (re.compile(r"(?<![-=<>])<(?=[^\w<>=]{0,3}\d)"), " less than "),
    (re.compile(r"(?<![-=<>])>(?=[^\w<>=]{0,3}\d)"), " more than "),
    (re.compile(r"(?<!\S)[-−](?=\s?\d)"), "minus "),
    (re.compile(r"(?<!\S)\+(?=\s?\d)"), "plus "),
    (re.compile(r"(?<=\d)\+"), " plus"),
)


def slug(text: str) -> str:
    """Return a text as a name has it: Latin letters and digits, with underscores between.

    Letters of other scripts are written in Latin ones ('Да' is `da`), and signs of a number become
    words, so that '< 50', '> 50' and '50' have names of their own. A text without
    letters and digits has none.
    """
    from text_unidecode import unidecode

    plain = unicodedata.normalize("NFKC", text).translate(WRITTEN)
    for sign, words in SIGNS:
        plain = sign.sub(words, plain)
    return "_".join(re.findall(r"[a-z0-9]+", unidecode(plain).lower()))


def unique(name: str, taken: Container[str], longest: int) -> str:
    """Return a name that is not taken: itself, or with a number behind it.

    Args:
        name: the name that is wanted.
        taken: names that are there.
        longest: the most characters that it may have.
    """
    base, number = name[:longest].strip("_"), 2
    name = base
    while name in taken:
        end = f"_{number}"
        name, number = f"{base[: longest - len(end)].strip('_')}{end}", number + 1
    return name
