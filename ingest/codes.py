"""Codes of answers: the text of a cell, to the last character (`1`, `01`, `.a`, `Zeer eens`)."""

from __future__ import annotations

import re
from decimal import Decimal

Code = str
BLANK = "blank"  # the code, in a recode, of an empty tick of an answered battery
EMPTY_SEED = re.compile(r"\s*null\s*", re.IGNORECASE)  # dbt reads a cell of a seed as no value
EXTENDED = re.compile(r"\.[a-z]")  # an extended missing code of Stata says why there is no answer
WHOLE = re.compile(r"-?[1-9][0-9]*|0")  # written in one way only, so plain in YAML too
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


class Unquoted(str):
    """A value of YAML without quotes that another reader of YAML takes for something else."""


def by_code(code: Code) -> tuple[bool, Decimal, tuple[str | Decimal, ...]]:
    """Return what codes are sorted by: numbers by their value, then texts, and numbers in these."""
    if NUMBER.fullmatch(code):
        return False, Decimal(code), (code,)
    parts = re.split(r"([0-9]+)", code)  # every second part is a number
    return (
        True,
        Decimal(0),
        tuple(Decimal(part) if place % 2 else part for place, part in enumerate(parts)),
    )
