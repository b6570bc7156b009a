"""Finds personal data in a file of answers, by the names and the values of its columns."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.columns import first_row
from ingest.descriptions import read_yaml
from ingest.errors import RefusedError
from ingest.formats import AnswerTable
from ingest.models import PersonalData, PersonalPattern

if TYPE_CHECKING:
    import pyarrow as pa

LIST = Path(__file__).with_name("personal_data.yml")
LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "þ": "th", "ß": "ss"})
WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# A number with a check digit is personal if most values have its form, and nearly all of these have
# a right check digit; of other numbers one in ten or eleven has.
MOST, NEARLY_ALL = 0.5, 0.8
ENOUGH = 2000  # values to judge a column by
CONTROL = "0123456789ABCDEFHJKLMNPRSTUVWXY"


@cache
def _listed() -> PersonalData:
    return read_yaml(PersonalData, LIST)


@cache
def _names() -> frozenset[str]:
    spelled = [one.casefold() for one in _listed().columns]
    words = [_words(name) for one in spelled for name in (one, one.translate(WRITTEN_OUT))]
    return frozenset("".join(name) for full in words for name in (full, _bare(full)))


@cache
def _around() -> frozenset[str]:
    return frozenset(word for one in _listed().around for word in _words(one))


def _bare(words: list[str]) -> list[str]:
    return [word for word in words if word not in _around()]


def _words(text: str) -> list[str]:
    """The words of a text in lower case, without accents, digits and marks."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.findall(r"[^\W\d_]+", kept)


def named_personal(text: str) -> bool:
    """Return whether a name or a question asks for personal data, such as `Wat is uw naam?`."""
    name = "".join(_bare(_words(text)))
    return bool(name) and name in _names()


def find_personal_names(table: AnswerTable) -> list[str]:
    """Return the columns of which the name or the label says that they hold personal data.

    The label of a variable with coded answers may name a choice: by telephone, by e-mail.
    """
    labels = {name: text for name, text in table.labels.items() if not table.codes.get(name)}
    return [
        name
        for name in table.data.column_names
        if named_personal(name) or named_personal(labels.get(name, ""))
    ]


def find_personal_values(
    table: AnswerTable, texts: frozenset[str]
) -> dict[str, tuple[PersonalPattern, int]]:
    """Return the columns of which values are personal data: the kind, and the first row from 1.

    Args:
        table: one text column per variable.
        texts: variables with open answers, which are not searched: a respondent may name an
            address there.
    """
    import pyarrow.compute as pc

    def row_of(column: pa.ChunkedArray, pattern: str) -> int | None:
        return first_row(column, partial(pc.match_substring_regex, pattern=pattern))

    found: dict[str, tuple[PersonalPattern, int]] = {}
    plain = [kind for kind in _listed().patterns if not kind.number]
    numbers = [kind for kind in _listed().patterns if kind.number]
    # All patterns at once first: most columns have nothing, and are searched once.
    any_plain = "|".join(f"(?:{kind.pattern})" for kind in plain)
    for name, column in zip(table.data.column_names, table.data.columns, strict=True):
        if name in texts:
            continue
        values = column.drop_null()[:ENOUGH].unique().to_pylist()
        likely = [kind for kind in numbers if _are_numbers(values, kind)]
        likely += plain if row_of(column, any_plain) else []
        rows = ((kind, row_of(column, kind.pattern)) for kind in likely)
        if hit := next(((kind, row) for kind, row in rows if row), None):
            found[name] = hit
    return found


def refuse_personal_data(table: AnswerTable, texts: frozenset[str], path: Path, where: str) -> None:
    """Refuse columns whose name or values are personal data.

    Nothing of the file is copied then, and no message repeats a value.

    Args:
        table: the variables.
        texts: variables with open answers, of which values are not searched.
        path: the file, for messages.
        where: survey and wave, for messages.

    Raises:
        RefusedError: with the column, and with the first row where a value matched.
    """
    if named := find_personal_names(table):
        raise RefusedError("personal_columns", where, path=path, names=named)
    for name, (kind, row) in find_personal_values(table, texts).items():
        raise RefusedError("personal_values", where, path=path, kind=kind, variable=name, row=row)


def _are_numbers(values: list[str], kind: PersonalPattern) -> bool:
    """Whether values are numbers of a kind, and not others of the same form."""
    formed = [value for value in values if re.search(kind.pattern, value)]
    right = sum(_is_right(value, kind) for value in formed)
    return bool(formed) and len(formed) >= MOST * len(values) and right >= NEARLY_ALL * len(formed)


def _is_right(value: str, kind: PersonalPattern) -> bool:
    """Whether the check digit of a number is right."""
    digits = [int(sign) for sign in value if sign.isdigit()]
    if kind.check == "mod_97":
        return _mod_97(value)
    if kind.check == "luhn":
        return _luhn(digits[-10:])
    if kind.check == "mod_31":
        return CONTROL[int("".join(map(str, digits[:9]))) % 31] == value.strip()[-1].upper()
    if kind.check == "mod_11_10":
        return _mod_11_10(digits)
    sums = (sum(a * b for a, b in zip(row, digits, strict=False)) for row in kind.weights)
    varied = any(a != b for a, b in pairwise(digits))
    return varied and all(total % 11 == 0 for total in sums)


def _luhn(digits: list[int]) -> bool:
    doubled = [digit * (2 - place % 2) for place, digit in enumerate(digits)]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _mod_97(value: str) -> bool:
    """ISO 7064, MOD 97-10, with the country and the check digits of an IBAN moved to the end."""
    signs = re.sub(r"\s", "", value).upper()
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


def _mod_11_10(digits: list[int]) -> bool:
    """ISO 7064, MOD 11,10."""
    product = 10
    for digit in digits[:-1]:
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == digits[-1]
