"""SPSS system files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ingest.columns import as_text
from ingest.errors import RefusedError, reason
from ingest.formats.base import AnswerFile, AnswerTable

if TYPE_CHECKING:
    import pyarrow as pa

CELLS_AT_ONCE = 5_000_000  # the reader makes objects of tens of bytes each


class SavFile(AnswerFile):
    """An SPSS system file. Codes that it declares missing are kept.

    Attributes:
        format: SPSS.
    """

    format: Literal["sav"]

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read the file."""
        return labelled_table(partial(_read, path, where))

    def summary(self, path: Path, texts: frozenset[str], where: str) -> tuple[str, int]:
        """Return what the header says."""
        _, meta = _read(path, where, metadataonly=True)
        return meta.file_label or "", meta.number_rows


def labelled_table(read: Callable[..., tuple[Any, Any]]) -> AnswerTable:
    """Make a table of a file with labels, some rows at a time, so that memory stays within bounds.

    Args:
        read: a reader of `pyreadstat`; it gets the options of that reader.
    """
    import pyarrow as pa

    _, meta = read(metadataonly=True)
    names = meta.column_names
    limit = max(CELLS_AT_ONCE // max(len(names), 1), 1)
    pieces: dict[str, list[pa.Array]] = {name: [] for name in names}
    start, size = 0, limit
    while size == limit:
        columns, _ = read(output_format="dict", row_offset=start, row_limit=limit)
        size = len(columns[names[0]]) if names else 0
        for name in names:
            pieces[name].append(_array(columns.pop(name)))
        start += size
    data = pa.table({name: _joined(pieces.pop(name)) for name in names})
    codes = {
        name: dict(zip(as_text(_array(list(texts))).to_pylist(), texts.values(), strict=True))
        for name, texts in meta.variable_value_labels.items()
    }
    labels = {name: label or "" for name, label in meta.column_names_to_labels.items()}
    return AnswerTable(data, labels, codes, meta.file_label or "")


def _array(values: list[Any]) -> pa.Array:
    """Make an array; where numbers and texts stand together, as 1 and .a of Stata, all is text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        numbers = [None if isinstance(value, str) else value for value in values]
        texts = [value if isinstance(value, str) else None for value in values]
        words = as_text(pa.array(numbers, from_pandas=True)).cast(pa.string())
        return pc.coalesce(words, pa.array(texts, pa.string()))


def _joined(pieces: list[pa.Array]) -> pa.Array:
    import pyarrow as pa

    # A piece without any answer has no type of its own.
    kinds = {piece.type for piece in pieces if not pa.types.is_null(piece.type)}
    if len(kinds) > 1:
        pieces = [as_text(piece).cast(pa.string()) for piece in pieces]
        kinds = {pa.string()}
    kind = kinds.pop() if kinds else pa.string()
    return as_text(pa.chunked_array([piece.cast(kind) for piece in pieces], kind))


def _read(path: Path, where: str, **options: Any) -> tuple[Any, Any]:
    import pyreadstat

    failures = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError)
    try:
        content, meta = pyreadstat.read_sav(path, user_missing=True, **options)
    except (*failures, ValueError, OverflowError) as error:
        raise RefusedError("sav_unreadable", where, path=path, reason=reason(error)) from None
    return content, meta
