"""Numbers in the form that a file writes them in: with its decimal mark and thousands separator."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from ingest.columns import first_row
from ingest.errors import Phrase, RefusedError

if TYPE_CHECKING:
    import pyarrow as pa

SPACES = " \u00a0\u202f"  # a space between thousands may be one that does not break
APOSTROPHES = "'\u2019"
PER_CENT = re.compile(rf"[{SPACES}]?%$")


@dataclass(frozen=True)
class NumberForm:
    """How a file writes numbers.

    Attributes:
        decimal: the decimal mark; without one only whole numbers are numbers.
        thousands: the mark between groups of three digits, if there is one. A space stands for one
            that does not break too, an apostrophe for the typographic one.
    """

    decimal: str | None = "."
    thousands: str | None = None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        alike = {" ": SPACES, "'": APOSTROPHES}.get(self.thousands or "", self.thousands)
        whole = rf"[0-9]{{1,3}}(?:[{alike}][0-9]{{3}})+|[0-9]+" if alike else "[0-9]+"
        broken = rf"(?:{re.escape(self.decimal)}([0-9]+))?" if self.decimal else "()"
        return re.compile(rf"(-?)({whole}){broken}([eE][-+]?[0-9]+)?")

    def number(self, text: str) -> str | None:
        """Return the shortest decimals of a number in this form; nothing for another text."""
        if not (found := self._pattern.fullmatch(text)):
            return None
        sign, whole, broken, power = found.groups()
        plain = re.sub("[^0-9]", "", whole) + (f".{broken}" if broken else "")
        plain = f"{Decimal(plain + power):f}" if power else plain
        plain = (plain.rstrip("0").rstrip(".") if "." in plain else plain).lstrip("0")
        return sign + ("0" if plain.startswith(".") else "") + plain if plain else "0"

    def fits(self, texts: Iterable[str]) -> bool:
        """Return whether all texts are numbers in this form."""
        return all(map(self._pattern.fullmatch, texts))

    @property
    def told(self) -> Phrase:
        """The form, for a message."""
        return Phrase(
            "number_form",
            decimal=repr(self.decimal) if self.decimal else Phrase("none"),
            thousands=repr(self.thousands) if self.thousands else Phrase("none"),
        )


def without_per_cent(texts: Collection[str]) -> dict[str, str]:
    """Return each text without its sign of per cent, if all have one: `45%` is 45 then."""
    bare = {text: PER_CENT.sub("", text) for text in texts}
    return bare if all(bare[text] != text for text in texts) else {text: text for text in texts}


def read_numbers(
    data: pa.Table,
    form: NumberForm,
    variables: Mapping[str, frozenset[str]],
    where: str,
) -> pa.Table:
    """Write the numbers of some variables in one form: `1.000,50` with those marks is `1000.5`.

    Args:
        data: one text column per variable.
        form: how the file writes numbers.
        variables: variable -> codes that say why there is no number. Others are left as they are.
        where: survey and wave, for messages.

    Raises:
        RefusedError: with variable, row and value of what is no number in that form.
    """
    for name, missing in variables.items():
        if name in data.column_names:
            place = data.column_names.index(name)
            column = _numbers(data.column(name), name, form, missing, where)
            data = data.set_column(place, name, column)
    return data


def _numbers(
    column: pa.ChunkedArray, name: str, form: NumberForm, missing: frozenset[str], where: str
) -> pa.ChunkedArray:
    """The number of each text, found once for each different text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = column.combine_chunks()
    encoded = encoded if pa.types.is_dictionary(encoded.type) else encoded.dictionary_encode()
    words: list[str] = encoded.dictionary.to_pylist()
    given = set(words) - missing
    numbers = {word: form.number(bare) for word, bare in without_per_cent(given).items()}
    # 99.0 is the code 99, too.
    same = {number: code for code in missing if (number := NumberForm().number(code)) is not None}
    numbers = {word: same.get(number or "", number) for word, number in numbers.items()}
    if wrong := [word for word, number in numbers.items() if number is None]:
        row = first_row(column, lambda texts: pc.is_in(texts, pa.array(wrong, pa.string())))
        raise RefusedError(
            "not_a_number",
            where,
            variable=name,
            row=row,
            value=column[row - 1].as_py() if row else wrong[0],
            form=form.told,
        )
    told = pa.array([numbers.get(word, word) for word in words], pa.string())
    return pa.chunked_array([told.take(encoded.indices)])


def number_forms(
    data: pa.Table, texts: frozenset[str], taken: set[str], given: Mapping[str, object]
) -> list[dict[str, str]]:
    """Return the forms that the numbers with a mark may be in, for a person to choose from.

    Args:
        data: one text column per variable.
        texts: variables with open answers.
        taken: what is no decimal mark, such as the delimiter.
        given: `decimal` and `thousands`, as far as a person chose them.

    Returns:
        The options of each form that fits the most columns with as few marks as possible; nothing
        where no column holds only numbers, and a mark in some of them.
    """
    columns = [
        held
        for name, column in zip(data.column_names, data.columns, strict=True)
        if name not in texts and (held := _marked(column))
    ]
    decimals = [given["decimal"]] if "decimal" in given else [None, *sorted({*".,"} - taken)]
    thousands = [given["thousands"]] if "thousands" in given else [None, *".,", " ", "'"]
    fitting: dict[tuple[int, int], list[dict[str, str]]] = {}
    for decimal, mark in product(decimals, thousands):
        marks = {"decimal": decimal, "thousands": mark}
        options = {name: str(value) for name, value in marks.items() if value is not None}
        form = NumberForm(options.get("decimal"), options.get("thousands"))
        if decimal != mark and (fits := sum(map(form.fits, columns))):
            fitting.setdefault((fits, -len(options)), []).append(options)
    return fitting[max(fitting)] if fitting else []


def _marked(column: pa.ChunkedArray) -> set[str]:
    """The different texts of a column of numbers, if some have a mark; else nothing."""
    import pyarrow.compute as pc

    words = column.unique().drop_null().cast("string")
    marks = rf"[.,{APOSTROPHES}{SPACES}]"
    numbers = pc.match_substring_regex(words, rf"^-?[0-9]+({marks}[0-9]+)*$")
    marked = pc.match_substring_regex(words, marks)
    held = pc.all(numbers).as_py() and pc.any(marked).as_py()
    return set(words.to_pylist()) if held else set()
