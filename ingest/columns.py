"""Columns of a file as text: codes without decimals, dates as ISO, no answer as null."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import Phrase, RefusedError

if TYPE_CHECKING:
    import pyarrow as pa

MIDNIGHT = " 00:00:00"
LARGEST_EXACT = 2**53  # whole numbers up to here have a double of their own


def as_text(values: pa.ChunkedArray | pa.Array, decimal: str | None = None) -> pa.Array:
    """Turn a column of any plain type into text; each different value is converted once.

    Args:
        values: numbers, booleans (1 and 0), dates, times or texts.
        decimal: the decimal mark, for a column of texts that may hold numbers.

    Returns:
        Strings, dictionary-encoded where values repeat; empty texts and NaN are null.

    Raises:
        TypeError: the type is a nested one, or binary.
    """
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
    if pa.types.is_null(values.type):
        return pa.nulls(len(values), pa.string())
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_nested(values.type) or pa.types.is_binary(values.type):
        raise TypeError(str(values.type))
    encoded = values.dictionary_encode()
    # Different values can give the same text (1 and 1,0), so the dictionary is encoded again.
    words = _words(encoded.dictionary, decimal).dictionary_encode()
    indices = words.indices.take(encoded.indices)
    text = pa.DictionaryArray.from_arrays(indices, words.dictionary)
    return text if 2 * len(words.dictionary) <= len(text) else text.cast(pa.string())


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
    """Refuse a header with an empty name, or with the same name twice.

    Raises:
        RefusedError: with the places or the names.
    """
    if empty := [place for place, name in enumerate(names, 1) if not name.strip()]:
        raise RefusedError("column_nameless", where, what=what, places=empty)
    if twice := [name for name, n in Counter(names).items() if n > 1]:
        raise RefusedError("column_twice", where, what=what, names=twice)


def check_notes(table: pa.Table, path: Path, where: str) -> None:
    """Refuse a last row with one filled cell, which is a note below the table and no respondent.

    Raises:
        RefusedError: with the number of the row.
    """
    if table.num_rows and table.num_columns > 1:
        last = table.slice(table.num_rows - 1).to_pylist()[0]
        if sum(value is not None for value in last.values()) == 1:
            raise RefusedError("note_below", where, path=path, row=table.num_rows)


def _words(values: pa.Array, decimal: str | None) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = values.type
    if pa.types.is_floating(kind):
        return _numbers(values)
    if pa.types.is_boolean(kind):
        return values.cast(pa.int8()).cast(pa.string())
    if pa.types.is_timestamp(kind):
        words = values.cast(pa.timestamp("s", kind.tz), safe=False).cast(pa.string())
        dates_only = pc.all(pc.ends_with(words, MIDNIGHT)).as_py()
        return pc.utf8_slice_codeunits(words, 0, len("2021-02-01")) if dates_only else words
    words = values.cast(pa.string())
    if pa.types.is_decimal(kind):
        return _shortest(words)
    if decimal == ",":
        words = pc.replace_substring_regex(words, r"^(-?\d+),(\d+)$", r"\1.\2")
    if decimal:
        words = _shortest(words)
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words)


def _shortest(words: pa.Array) -> pa.Array:
    """Remove trailing zeros of decimals: 1.0 is 1, 1.50 is 1.5; no other text changes."""
    import pyarrow.compute as pc

    words = pc.replace_substring_regex(words, r"^(-?\d+)\.0+$", r"\1")
    return pc.replace_substring_regex(words, r"^(-?\d+\.\d*[1-9])0+$", r"\1")


def _numbers(values: pa.Array) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    numbers = values.to_numpy(zero_copy_only=False).astype(float) + 0.0  # -0.0 becomes 0.0
    whole = np.abs(numbers) < LARGEST_EXACT
    whole[whole] = numbers[whole] == np.trunc(numbers[whole])
    if whole.all():
        return pa.array(numbers.astype("int64")).cast(pa.string())
    return pa.array(
        [
            str(int(number)) if exact else None if number != number else str(number)
            for number, exact in zip(numbers.tolist(), whole.tolist(), strict=True)
        ],
        pa.string(),
    )
