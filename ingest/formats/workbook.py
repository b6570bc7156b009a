"""Excel workbooks: one sheet is read, after a check of the size that the archive unpacks to."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import islice, zip_longest
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from ingest.columns import as_text
from ingest.errors import Phrase, RefusedError, reason
from ingest.formats.base import AnswerTable, Options
from ingest.formats.layout import (
    SEEN,
    TableFile,
    check_answers,
    proposed,
    read_heads,
    recognise,
)

if TYPE_CHECKING:
    import pyarrow as pa

OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and .xlsx with a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
LARGEST_PART = 512 * 2**20  # bytes
LARGEST_RATIO = 100
LARGEST_EXACT = 10**15  # Excel keeps 15 digits of a number
SMALL_PART = 2**20  # bytes; repeated cells in a smaller part may well shrink a hundredfold
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]+)"')
LAST_ROW = re.compile(r"\d+")
DECLARED = re.compile(rb"<!(DOCTYPE|ENTITY)")
OVERLAP = 200  # bytes; longer than what either pattern finds


class XlsxFile(TableFile):
    """An Excel workbook: one of its sheets.

    Attributes:
        format: Excel.
        sheet: name of the sheet.
    """

    format: Literal["xlsx"]
    sheet: Annotated[str, Field(min_length=1)]

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read the sheet. A text is as typed, a number in its shortest form, `45%` a percentage."""
        with _opened(path, where) as book:
            rows = _rows(book, path, self, where)
            return of_sheet(rows, self, self.sheet, path, where)

    def looks_like(self, path: Path, where: str) -> Phrase | None:
        """Return what the first rows of the sheet look like."""
        with _opened(path, where) as book:
            found = recognise(_first_rows(book, self.sheet))
        return found.reason if found else None

    @classmethod
    def choices(
        cls,
        path: Path,
        given: Options,
        texts: frozenset[str],
        where: str,
    ) -> list[Options]:
        """Return the visible sheets, each with the layout that it seems to have."""
        with _opened(path, where) as book:
            return sheet_choices(given, _visible(book), lambda name: _first_rows(book, name))


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
                check_part(archive, part, path, where)
    except (*DAMAGED, OSError) as error:
        raise RefusedError("xlsx_unreadable", where, path=path, reason=reason(error)) from None


def check_part(
    archive: zipfile.ZipFile,
    part: zipfile.ZipInfo,
    path: Path,
    where: str,
    most_ratio: int = LARGEST_RATIO,
) -> None:
    """Refuse a part of an archive that unpacks to too much, or that declares XML entities."""
    check_size(part, path, where, most_ratio)
    if part.filename.endswith((".xml", ".rels")):
        with archive.open(part) as stream:
            if next(_matches(DECLARED, stream), None):
                raise RefusedError("xlsx_entities", where, path=path, part=part.filename)


def check_size(
    part: zipfile.ZipInfo, path: Path, where: str, most_ratio: int = LARGEST_RATIO
) -> None:
    """Refuse a part of an archive that unpacks to too much."""
    ratio = part.file_size / max(part.compress_size, 1)
    if part.file_size > LARGEST_PART or (part.file_size > SMALL_PART and ratio > most_ratio):
        raise RefusedError(
            "xlsx_unpacks_large",
            where,
            path=path,
            part=part.filename,
            size=part.file_size / 2**20,
            ratio=ratio,
            most=LARGEST_PART // 2**20,
            most_ratio=most_ratio,
        )


def _matches(pattern: re.Pattern[bytes], stream: IO[bytes]) -> Iterator[bytes]:
    """Find a pattern in a stream, piece by piece."""
    kept = b""
    while piece := stream.read(2**20):
        yield from (found[1] for found in pattern.finditer(kept + piece))
        kept = piece[-OVERLAP:]


def _first_rows(book: Any, sheet: str) -> list[list[str]]:
    if sheet not in _visible(book):
        return []
    page = book[sheet]
    page.reset_dimensions()
    return first_texts(page.iter_rows(max_row=SEEN, values_only=True))


def sheet_choices(
    given: Options, visible: Iterable[str], first_rows: Callable[[str], list[list[str]]]
) -> list[Options]:
    """Return the visible sheets, or the given one, each with the layout that it seems to have."""
    if "sheet" in given:
        layout = proposed(first_rows(str(given["sheet"])), given)
        return [layout] if layout else []
    return [{"sheet": name, **proposed(first_rows(name), given)} for name in visible]


def check_sheet(sheet: str, sheets: Mapping[str, bool], path: Path, where: str) -> None:
    """Refuse a sheet that is hidden or not there; `sheets` says of each whether it is shown."""
    if not sheets.get(sheet):
        raise RefusedError(
            "xlsx_hidden_sheet" if sheet in sheets else "xlsx_no_sheet",
            where,
            path=path,
            sheet=sheet,
            sheets=[name for name, shown in sheets.items() if shown],
        )


def first_texts(rows: Iterable[Sequence[Any]]) -> list[list[str]]:
    """Return rows of a sheet as texts, all of the same length."""
    texts = [["" if value is None else str(value) for value in row] for row in rows]
    width = max((place for row in texts for place, cell in enumerate(row, 1) if cell), default=0)
    return [[*row, *[""] * width][:width] for row in texts]


def _rows(book: Any, path: Path, file: XlsxFile, where: str) -> Iterator[list[Any]]:
    """Yield the values of each row of the sheet."""
    shown = {page.title: page.sheet_state == "visible" for page in book.worksheets}
    check_sheet(file.sheet, shown, path, where)
    page = book[file.sheet]
    _check_merged(path, page, file.rows_above + file.header_rows, where)
    page.reset_dimensions()  # what the file says of its size may be wrong
    for row in page.iter_rows():
        yield [_value(cell, path, where) for cell in row]


def of_sheet(
    rows: Iterator[list[Any]], file: TableFile, sheet: str, path: Path, where: str
) -> AnswerTable:
    """Make a table of the rows of a sheet.

    Args:
        rows: the values of each row; rows may differ in length.
        file: says where the header is.
        sheet: name of the sheet, for messages.
        path: the file, for messages.
        where: survey and wave, for messages.

    Raises:
        RefusedError: no header, cells beside the table, or rows that are no respondents.
    """
    import pyarrow as pa

    header = [
        ["" if cell is None else str(cell) for cell in row]
        for row in islice(rows, file.rows_above, file.rows_above + file.header_rows)
    ]
    width = max((place for row in header for place, cell in enumerate(row, 1) if cell), default=0)
    if not width:
        raise RefusedError("xlsx_empty_sheet", where, path=path, sheet=sheet)
    header = [[*row, *[""] * width][:width] for row in header]
    heads = read_heads(header, file, 0, Phrase("sheet_of", sheet=sheet, path=path), where)
    names = heads.names
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
    held = [as_text(_column(column[:size])) for column in columns]
    table = pa.table(held, names=names)
    check_answers(table, path, where)
    return AnswerTable(table, heads.labels, {}, "")


def _check_merged(path: Path, page: Any, header: int, where: str) -> None:
    """Refuse merged cells below the header; there they may span columns or all of its rows."""
    # A sheet that is read row by row does not know its merged cells.
    with zipfile.ZipFile(path) as archive, archive.open(page._worksheet_path) as stream:
        found = [ref.decode("ascii") for ref in _matches(MERGED, stream)]
        if merged := [ref for ref in found if int(LAST_ROW.findall(ref)[-1]) > header]:
            raise RefusedError(
                "xlsx_merged_cells", where, path=path, sheet=page.title, cells=merged
            )


def _value(cell: Any, path: Path, where: str) -> Any:
    """The value of a cell; a number that its format shows as a percentage is a text."""
    if cell.data_type == "f":
        raise RefusedError("xlsx_formula", where, path=path, cell=cell.coordinate)
    value = cell.value
    if type(value) in (int, float) and abs(value) >= LARGEST_EXACT and not value % 1:
        raise RefusedError("xlsx_digits", where, path=path, cell=cell.coordinate)
    if type(value) in (int, float) and "%" in (shown := cell.number_format) and _percent(shown):
        return per_cent(Decimal(str(value)))
    if isinstance(value, datetime) and _time_only(cell.number_format):
        return _since_start(value, cell.parent.parent.epoch)
    return value


def per_cent(share: Decimal) -> str:
    """Return a share as it is shown: `45%`."""
    return f"{(share * 100).normalize():f}%"


@cache
def _percent(number_format: str) -> bool:
    """Whether a format shows per cents; a sign between quotes is only text."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", number_format)


@cache
def _time_only(number_format: str) -> bool:
    """Whether a format shows no day."""
    from openpyxl.styles.numbers import is_datetime

    return bool(is_datetime(number_format.lower()) == "time")  # pandas writes YYYY-MM-DD


def _since_start(moment: datetime, epoch: datetime) -> timedelta:
    """The duration that a format without a day stands for, such as 26 hours as `h:mm`."""
    from openpyxl.utils.datetime import to_excel

    return timedelta(milliseconds=round(to_excel(moment, epoch) * 24 * 60 * 60 * 1000))


def _column(cells: list[Any]) -> pa.Array:
    """Make a column of cells of any kind; each different value is converted once."""
    import pyarrow as pa

    kinds = {type(value) for value in cells} - {type(None)}
    if len(kinds) <= 1 or kinds == {int, float}:  # beside dates Arrow takes 0 for a day in 1970
        try:
            return pa.array(cells)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            pass
    words: dict[tuple[type, Any], str | None] = {}  # by type: 1, 1.0 and True are equal
    for kind in kinds:
        values = list({value for value in cells if type(value) is kind})
        plain = kind in (str, int)
        told = map(str, values) if plain else as_text(pa.array(values)).to_pylist()
        words |= {(kind, value): text for value, text in zip(values, told, strict=True)}
    return pa.array([words.get((type(value), value)) for value in cells], pa.string())
