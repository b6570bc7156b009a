"""Codes of answers: whole numbers and, from Stata, the extended missing codes `.a` to `.z`."""

from __future__ import annotations

import re

Code = int | str
EXTENDED = re.compile(r"\.[a-z]")  # says why there is no answer; it is no number
CODE = re.compile(rf"-?[0-9]+|{EXTENDED.pattern}")


def as_code(text: str) -> Code:
    """Return the code that a cell holds as text; it has the form `CODE`."""
    return text if EXTENDED.fullmatch(text) else int(text)


def by_code(code: Code) -> tuple[bool, int, str]:
    """Return what codes are sorted by: numbers, then extended missing codes, as in Stata."""
    return (True, 0, code) if isinstance(code, str) else (False, code, "")
