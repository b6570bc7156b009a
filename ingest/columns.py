"""Columns of a file as text: numbers in their shortest form, dates as ISO, no answer as null."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import Phrase, RefusedError
from ingest.names import is_name

if TYPE_CHECKING:
    import pyarrow as pa

MIDNIGHT = " 00:00:00"
LARGEST_EXACT = 2**53  # whole numbers up to here have a double of their own


def as_text(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Turn a column of any plain type into text; each different value is converted once.

    A text stays as it is. A number is its shortest decimals, `1` where nothing follows the point.
    Truth values are `TRUE` and `FALSE`; days, moments and times are ISO 8601, and of moments that
    are all at midnight only the day is kept. A duration is `H:MM:SS`, with as many hours as it has.

    Returns:
        Strings, dictionary-encoded where values repeat; empty texts and NaN are null.

    Raises:
        TypeError: the type is a nested one, or binary.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
    if pa.types.is_null(values.type):
        return pa.nulls(len(values), pa.string())
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_nested(values.type) or "binary" in str(values.type):
        raise TypeError(str(values.type))
    encoded = values.dictionary_encode()
    text = encoded
    if not pa.types.is_string(values.type) or pc.index(encoded.dictionary, "").as_py() >= 0:
        # Different values can give one text (0.0 and -0.0), so the dictionary is encoded again.
        words = _words(encoded.dictionary).dictionary_encode()
        indices = words.indices.take(encoded.indices)
        text = pa.DictionaryArray.from_arrays(indices, words.dictionary)
    return text if 2 * len(text.dictionary) <= len(text) else text.cast(pa.string())


def duration_text(length: int, unit: str) -> str:
    """Return a duration as `H:MM:SS`; hours may be more than a day has.

    Args:
        length: in whole units.
        unit: `s`, `ms`, `us` or `ns`.
    """
    digits = {"s": 0, "ms": 3, "us": 6, "ns": 9}[unit]
    seconds, fraction = divmod(abs(length), 10**digits)
    broken = f".{fraction:0{digits}}".rstrip("0") if fraction else ""
    sign = "-" if length < 0 else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{broken}"


def number_text(number: float) -> str:
    """Return the shortest decimals that are the number, without an exponent."""
    if float(number).is_integer() and abs(float(number)) < LARGEST_EXACT:
        return str(int(number))
    return f"{Decimal(str(number)):f}".removesuffix(".0") if isfinite(number) else str(number)


def first_row(column: pa.ChunkedArray, matches: Callable[[pa.Array], pa.Array]) -> int | None:
    """Return the number of the first row with a matching text, from 1; none without one.

    Args:
        column: a column of texts as `as_text` makes them.
        matches: says which texts match; it gets each different text once.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
    encoded = isinstance(text, pa.DictionaryArray)
    found = matches(text.dictionary if encoded else text)
    if not pc.any(found).as_py():
        return None
    cells = found.take(text.indices) if encoded else found
    return int(pc.index(cells, pa.scalar(True)).as_py()) + 1


def check_names(names: list[str], what: Path | Phrase, where: str) -> None:
    """Refuse a header with an empty name, with control characters, or with a name twice.

    Raises:
        RefusedError: with the places or the names.
    """
    if empty := [place for place, name in enumerate(names, 1) if not name.strip()]:
        raise RefusedError("column_nameless", where, what=what, places=empty)
    if unfit := [name for name in names if not is_name(name)]:
        raise RefusedError("column_unfit", where, what=what, names=[*map(repr, unfit)])
    if twice := [name for name, n in Counter(names).items() if n > 1]:
        raise RefusedError("column_twice", where, what=what, names=twice)


def _words(values: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = values.type
    if pa.types.is_floating(kind):
        return _numbers(values)
    if pa.types.is_boolean(kind):
        return pc.utf8_upper(values.cast(pa.string()))
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        words = _without_fraction(values.cast(pa.string()))
        dates_only = pc.all(pc.ends_with(words, MIDNIGHT)).as_py()
        return pc.utf8_slice_codeunits(words, 0, len("2021-02-01")) if dates_only else words
    if pa.types.is_duration(kind):
        lengths = values.cast(pa.int64()).to_pylist()
        told = [None if length is None else duration_text(length, kind.unit) for length in lengths]
        return pa.array(told, pa.string())
    if pa.types.is_decimal(kind):
        told = [None if value is None else f"{value:f}" for value in values.to_pylist()]
        return _without_fraction(pa.array(told, pa.string()))
    words = values.cast(pa.string())
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words)


def _without_fraction(words: pa.Array) -> pa.Array:
    """Remove the zeros that end a fraction: 1.50 is 1.5, and 10:00:00.000 is 10:00:00."""
    import pyarrow.compute as pc

    zone = r"(Z|[+-]\d{4})?$"
    words = pc.replace_substring_regex(words, rf"\.0+{zone}", r"\1")
    return pc.replace_substring_regex(words, rf"(\.\d*[1-9])0+{zone}", r"\1\2")


def _numbers(values: pa.Array) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    given = values.to_numpy(zero_copy_only=False)
    numbers = given.astype(float)
    whole = np.abs(numbers) < LARGEST_EXACT
    whole[whole] = numbers[whole] == np.trunc(numbers[whole])
    if whole.all():
        return pa.array(numbers.astype("int64")).cast(pa.string())
    # As given: a number of 32 bits has shorter decimals than the same number of 64.
    told = [None if number != number else number_text(number) for number in given]
    return pa.array(told, pa.string())
