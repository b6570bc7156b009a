"""OpenDocument spreadsheets, as LibreOffice saves them: one sheet is read."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from ingest.errors import Phrase, RefusedError, reason
from ingest.formats.base import AnswerTable, Options
from ingest.formats.layout import SEEN, TableFile, recognise
from ingest.formats.workbook import (
    DAMAGED,
    LARGEST_EXACT,
    check_part,
    check_sheet,
    check_size,
    first_texts,
    of_sheet,
    per_cent,
    sheet_choices,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

CONTENT, MANIFEST, KIND = "content.xml", "META-INF/manifest.xml", "mimetype"
SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
ENCRYPTED = b"encryption-data"
NAMESPACE = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE, TABLE, TEXT, STYLE = (NAMESPACE % name for name in ("office", "table", "text", "style"))
MOST_ROWS, MOST_COLUMNS = 2**20, 2**14  # of a sheet
MOST_RATIO = 2000  # markup is long, so the same few answers shrink more than a hundredfold
MOST_CELLS = 2 * 10**8  # a small file may say that one row fills the sheet
DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<d>\d+)D)?T?(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:[.,]\d+)?)S)?"
)
BLANKS = re.compile(r"[ \t\r\n]+")  # of the file itself; those of a text are elements


class OdsFile(TableFile):
    """An OpenDocument spreadsheet: one of its sheets.

    Attributes:
        format: OpenDocument.
        sheet: name of the sheet.
    """

    format: Literal["ods"]
    sheet: Annotated[str, Field(min_length=1)]

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read the sheet, as `XlsxFile` does."""
        with _opened(path, where) as archive:
            check_sheet(self.sheet, _sheets(archive), path, where)
            head = self.rows_above + self.header_rows
            rows = _rows(archive, self.sheet, head, path, where)
            return of_sheet(rows, self, self.sheet, path, where)

    def looks_like(self, path: Path, where: str) -> Phrase | None:
        """Return what the first rows of the sheet look like."""
        with _opened(path, where) as archive:
            found = recognise(_first_rows(archive, self.sheet, path, where))
        return found.reason if found else None

    @classmethod
    def choices(
        cls, path: Path, given: Options, texts: frozenset[str], where: str
    ) -> list[Options]:
        """Return the visible sheets, each with the layout that it seems to have."""
        with _opened(path, where) as archive:
            visible = [name for name, shown in _sheets(archive).items() if shown]
            return sheet_choices(
                given, visible, lambda name: _first_rows(archive, name, path, where)
            )


@contextmanager
def _opened(path: Path, where: str) -> Iterator[zipfile.ZipFile]:
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException

    try:
        with zipfile.ZipFile(path) as archive:
            held = archive.namelist()
            # Only these parts are read; the manifest of an old file declares its type.
            for name in {MANIFEST, KIND} & set(held):
                check_size(archive.getinfo(name), path, where)
            if MANIFEST in held and ENCRYPTED in archive.read(MANIFEST):
                raise RefusedError("ods_password", where, path=path)
            if CONTENT not in held or (KIND in held and archive.read(KIND)[:46] != SPREADSHEET):
                told = Phrase("ods_no_spreadsheet")
                raise RefusedError("ods_unreadable", where, path=path, reason=told)
            check_part(archive, archive.getinfo(CONTENT), path, where, MOST_RATIO)
            yield archive
    except (*DAMAGED, OSError, ParseError, DefusedXmlException, zlib.error, ValueError) as error:
        raise RefusedError("ods_unreadable", where, path=path, reason=reason(error)) from None


def _parsed(archive: zipfile.ZipFile) -> Iterator[tuple[str, Element]]:
    from defusedxml.ElementTree import iterparse

    with archive.open(CONTENT) as stream:
        yield from _events(iterparse, stream)


def _events(iterparse: Any, stream: IO[bytes]) -> Iterator[tuple[str, Element]]:
    yield from iterparse(stream, events=("start", "end"))


def _sheets(archive: zipfile.ZipFile) -> dict[str, bool]:
    """Return the names of the sheets, and whether each is visible."""
    hidden: set[str | None] = set()
    sheets: dict[str, bool] = {}
    depth = 0
    for event, element in _parsed(archive):
        if element.tag == f"{TABLE}table":
            if event == "start" and not depth:
                name = element.get(f"{TABLE}name", "")
                sheets[name] = element.get(f"{TABLE}style-name") not in hidden
            depth += 1 if event == "start" else -1
        elif event == "end":
            if element.tag == f"{STYLE}style":
                shown = element.find(f"{STYLE}table-properties")
                if shown is not None and shown.get(f"{TABLE}display") == "false":
                    hidden.add(element.get(f"{STYLE}name"))
            if element.tag in (f"{STYLE}style", f"{TABLE}table-row"):
                element.clear()
    return sheets


def _rows(
    archive: zipfile.ZipFile, sheet: str, head: int, path: Path, where: str
) -> Iterator[list[Any]]:
    """Yield the values of each row of a sheet, up to the last row with a value.

    Args:
        archive: the file.
        sheet: name of the sheet.
        head: rows above the answers, in which cells may be merged.
        path: the file, for messages.
        where: survey and wave, for messages.
    """
    depth, inside, empty, number, cells = 0, False, 0, 0, 0
    for event, element in _parsed(archive):
        if element.tag == f"{TABLE}table":
            if event == "start" and not depth:
                inside = element.get(f"{TABLE}name") == sheet
            elif event == "end" and depth == 1 and inside:
                return
            depth += 1 if event == "start" else -1
        elif event == "end" and element.tag == f"{TABLE}table-row" and depth == 1:
            if inside:
                times = _times(element, "rows", MOST_ROWS)
                values = _values(element, sheet, number + 1, head, path, where)
                number += times
                if values:
                    cells += times * len(values)
                    if number > MOST_ROWS or cells > MOST_CELLS:
                        told = Phrase("ods_too_large")
                        raise RefusedError("ods_unreadable", where, path=path, reason=told)
                    yield from ([] for _ in range(empty))
                    yield from (list(values) for _ in range(times))
                    empty = 0
                else:
                    empty += times
            element.clear()


def _times(element: Element, what: str, most: int) -> int:
    """How often a row or a cell stands there; a file may say that it fills the sheet."""
    return max(1, min(int(element.get(f"{TABLE}number-{what}-repeated", "1")), most + 1))


def _values(row: Element, sheet: str, number: int, head: int, path: Path, where: str) -> list[Any]:
    """The values of a row, up to the last one."""
    from openpyxl.utils import get_column_letter

    values: list[Any] = []
    size = 0
    for cell in row:
        covered = cell.tag == f"{TABLE}covered-table-cell"
        if not covered and cell.tag != f"{TABLE}table-cell":
            continue
        place = f"{get_column_letter(min(len(values), MOST_COLUMNS) + 1)}{number}"
        spans = {cell.get(f"{TABLE}number-{what}-spanned", "1") for what in ("rows", "columns")}
        below = int(cell.get(f"{TABLE}number-rows-spanned", "1")) - 1 + number > head
        if below and (covered or spans != {"1"}):
            raise RefusedError("xlsx_merged_cells", where, path=path, sheet=sheet, cells=[place])
        value = None if covered else _value(cell, place, path, where)
        times = _times(cell, "columns", MOST_COLUMNS)
        values += [value] * min(times, MOST_COLUMNS + 1 - len(values))
        if value is not None:
            size = len(values)
    return values[:size]


def _value(cell: Element, place: str, path: Path, where: str) -> Any:
    """The value of a cell, as a number, a moment or a text; a percentage is a text."""
    if cell.get(f"{TABLE}formula") is not None:
        raise RefusedError("xlsx_formula", where, path=path, cell=place)
    kind = cell.get(f"{OFFICE}value-type")
    try:
        if kind in ("float", "currency", "percentage"):
            exact = Decimal(cell.get(f"{OFFICE}value", ""))
            if abs(exact) >= LARGEST_EXACT and not exact % 1:
                raise RefusedError("xlsx_digits", where, path=path, cell=place)
            if kind == "percentage":
                return per_cent(exact)
            return int(exact) if not exact % 1 else float(exact)
        if kind == "boolean":
            return {"true": True, "false": False}[cell.get(f"{OFFICE}boolean-value", "")]
        if kind == "date":
            told = cell.get(f"{OFFICE}date-value", "")
            return datetime.fromisoformat(told) if "T" in told else _midnight(told)
        if kind == "time":
            return _duration(cell.get(f"{OFFICE}time-value", ""))
    except (ValueError, KeyError, InvalidOperation, OverflowError):
        wrong = Phrase("ods_bad_cell", cell=place)
        raise RefusedError("ods_unreadable", where, path=path, reason=wrong) from None
    text = cell.get(f"{OFFICE}string-value")
    if text is None:
        text = "\n".join(_text(part) for part in cell.findall(f"{TEXT}p"))
    return text or None


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time())


def _duration(told: str) -> timedelta:
    """A time, or a duration of more than a day: `PT25H00M00S`."""
    found = DURATION.fullmatch(told)
    if not found or not any(found[part] for part in "dhms"):
        raise ValueError(told)
    days, hours, minutes = (int(found[part] or 0) for part in "dhm")
    seconds = Decimal((found["s"] or "0").replace(",", "."))
    length = timedelta(days=days, hours=hours, minutes=minutes, microseconds=int(seconds * 10**6))
    return -length if found["sign"] else length


def _text(part: Element) -> str:
    """The text of a paragraph; blanks, tabs and line breaks of the typist are elements in it."""
    pieces = [_blank(part.text)]
    for inner in part:
        if inner.tag == f"{TEXT}s":
            pieces.append(" " * min(int(inner.get(f"{TEXT}c", "1")), MOST_COLUMNS))
        elif inner.tag == f"{TEXT}tab":
            pieces.append("\t")
        elif inner.tag == f"{TEXT}line-break":
            pieces.append("\n")
        elif inner.tag.startswith(TEXT):  # a span, a link; notes on a cell are no part of it
            pieces.append(_text(inner))
        pieces.append(_blank(inner.tail))
    return "".join(pieces)


def _blank(text: str | None) -> str:
    return BLANKS.sub(" ", text or "")


def _first_rows(archive: zipfile.ZipFile, sheet: str, path: Path, where: str) -> list[list[str]]:
    if not _sheets(archive).get(sheet):
        return []
    # Merged cells and formulas are refused when the sheet is read.
    return first_texts(islice(_rows(archive, sheet, SEEN, path, where), SEEN))
