"""Excel workbooks: one sheet is read, after a check of the size that the archive unpacks to."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, time
from itertools import zip_longest
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from ingest.columns import as_text, check_names, check_notes
from ingest.errors import Phrase, RefusedError, reason
from ingest.formats.base import AnswerFile, AnswerTable, Options

if TYPE_CHECKING:
    import pyarrow as pa

OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and .xlsx with a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
LARGEST_PART = 512 * 2**20  # bytes
LARGEST_RATIO = 100
SMALL_PART = 2**20  # bytes; repeated cells in a smaller part may well shrink a hundredfold
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]+)"')
DECLARED = re.compile(rb"<!(DOCTYPE|ENTITY)")
OVERLAP = 200  # bytes; longer than what either pattern finds


class XlsxFile(AnswerFile):
    """An Excel workbook: the sheet, with the names of the variables in its first row.

    Attributes:
        format: Excel.
        sheet: name of the sheet; its first row holds the names of the variables.
    """

    format: Literal["xlsx"]
    sheet: Annotated[str, Field(min_length=1)]

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read the sheet. Dates without a time are dates, booleans 1 and 0."""
        import pyarrow as pa

        with _opened(path, where) as book:
            names, columns = _cells(book, path, self.sheet, where)
        table = pa.table(
            [as_text(_column(cells), None if name in texts else ".") for name, cells in columns],
            names=names,
        )
        check_notes(table, path, where)
        return AnswerTable(table, {}, {}, "")

    @classmethod
    def choices(
        cls,
        path: Path,
        given: Options,
        texts: frozenset[str],
        where: str,
    ) -> list[Options]:
        """Return the visible sheets."""
        if "sheet" in given:
            return []
        with _opened(path, where) as book:
            return [{"sheet": name} for name in _visible(book)]


@contextmanager
def _opened(path: Path, where: str) -> Iterator[Any]:
    from openpyxl import load_workbook

    _check_archive(path, where)
    try:
        with closing(load_workbook(path, read_only=True, keep_links=False)) as book:
            yield book
    except (RefusedError, ImportError):
        raise
    except Exception as error:  # the library raises whatever a damaged part leads to
        told = f"{type(error).__name__}: {reason(error)}"
        raise RefusedError("xlsx_damaged", where, path=path, reason=told) from None


def _visible(book: Any) -> list[str]:
    return [page.title for page in book.worksheets if page.sheet_state == "visible"]


def _check_archive(path: Path, where: str) -> None:
    with path.open("rb") as stream:
        if stream.read(len(OLE_MARK)) == OLE_MARK:
            locked = ENCRYPTED in stream.read()
            raise RefusedError("xlsx_password" if locked else "xlsx_is_xls", where, path=path)
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.infolist():
                _check_part(archive, part, path, where)
    except (*DAMAGED, OSError) as error:
        raise RefusedError("xlsx_unreadable", where, path=path, reason=reason(error)) from None


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path, where: str) -> None:
    ratio = part.file_size / max(part.compress_size, 1)
    if part.file_size > LARGEST_PART or (part.file_size > SMALL_PART and ratio > LARGEST_RATIO):
        raise RefusedError(
            "xlsx_unpacks_large",
            where,
            path=path,
            part=part.filename,
            size=part.file_size / 2**20,
            ratio=ratio,
            most=LARGEST_PART // 2**20,
            most_ratio=LARGEST_RATIO,
        )
    if part.filename.endswith((".xml", ".rels")):
        with archive.open(part) as stream:
            if next(_matches(DECLARED, stream), None):
                raise RefusedError("xlsx_entities", where, path=path, part=part.filename)


def _matches(pattern: re.Pattern[bytes], stream: IO[bytes]) -> Iterator[bytes]:
    """Find a pattern in a stream, piece by piece."""
    kept = b""
    while piece := stream.read(2**20):
        yield from (found[1] for found in pattern.finditer(kept + piece))
        kept = piece[-OVERLAP:]


def _cells(
    book: Any, path: Path, sheet: str, where: str
) -> tuple[list[str], list[tuple[str, list[Any]]]]:
    """Return the names of the variables, and with each name the values below it."""
    visible = _visible(book)
    if sheet not in visible:
        hidden = sheet in [page.title for page in book.worksheets]
        raise RefusedError(
            "xlsx_hidden_sheet" if hidden else "xlsx_no_sheet",
            where,
            path=path,
            sheet=sheet,
            sheets=visible,
        )
    page = book[sheet]
    _check_merged(path, page, where)
    page.reset_dimensions()  # what the file says of its size may be wrong
    rows = ([_value(cell, path, where) for cell in row] for row in page.iter_rows())
    names = ["" if name is None else str(name) for name in next(rows, [])]
    while names and not names[-1]:
        names.pop()
    check_names(names, Phrase("sheet_of", sheet=sheet, path=path), where)
    if not names:
        raise RefusedError("xlsx_empty_sheet", where, path=path, sheet=sheet)
    columns: list[list[Any]] = [[] for _ in names]
    size = 0  # rows up to the last one with a value
    for number, row in enumerate(rows, 1):
        if any(value is not None for value in row[len(names) :]):
            raise RefusedError("xlsx_beside_table", where, path=path, sheet=sheet, row=number)
        filled = False
        for column, value in zip_longest(columns, row[: len(names)]):
            column.append(value)
            filled = filled or value is not None
        size = number if filled else size
    return names, [(name, column[:size]) for name, column in zip(names, columns, strict=True)]


def _check_merged(path: Path, page: Any, where: str) -> None:
    # A sheet that is read row by row does not know its merged cells.
    with zipfile.ZipFile(path) as archive, archive.open(page._worksheet_path) as stream:
        if merged := [ref.decode("ascii") for ref in _matches(MERGED, stream)]:
            raise RefusedError(
                "xlsx_merged_cells", where, path=path, sheet=page.title, cells=merged
            )


def _value(cell: Any, path: Path, where: str) -> Any:
    if cell.data_type == "f":
        raise RefusedError("xlsx_formula", where, path=path, cell=cell.coordinate)
    return cell.value


def _column(cells: list[Any]) -> pa.Array:
    """Make a column of cells of any kind; each different value is converted once."""
    import pyarrow as pa

    kinds = {type(value) for value in cells} - {type(None)}
    if len(kinds) <= 1 or kinds == {int, float}:  # beside dates Arrow takes 0 for a day in 1970
        try:
            return pa.array(cells)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            pass
    # 1, 1.0 and True are one key, and mean the same.
    words = {value: _text(value) for value in set(cells)}
    return pa.array([words[value] for value in cells], pa.string())


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    return str(value)
