"""Writes generated answers in the format that the wave's manifest gives its file.

Each format says in its own way that the file is synthetic: SPSS in its title, the others, which
have none, in a constant column `SYNTHETISCH`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ingest.formats import AnswerFile, CsvFile, ParquetFile, XlsxFile

if TYPE_CHECKING:
    import pandas as pd

MARK = "SYNTHETISCH"
CREATION_STAMP = slice(92, 109)  # date (9 bytes) and time (8) in the header of an SPSS file
Cell = int | float | str | None


@dataclass(frozen=True)
class Table:
    """Generated answers.

    Attributes:
        frame: one row per respondent; codes as floats, NaN for no answer.
        labels: variable -> label.
        codes: variable -> {code: label}.
        missing: variable -> codes that are no valid answer.
        title: what the file says of itself.
        made_on: last day of answering; the files of one sample must not differ by the day on
            which they are written.
    """

    frame: pd.DataFrame
    labels: Mapping[str, str]
    codes: Mapping[str, Mapping[int, str]]
    missing: Mapping[str, list[int]]
    title: str
    made_on: date | None


def write(table: Table, path: Path, file: AnswerFile) -> Path:
    """Write the answers to `path`, in the format and with the options of `file`.

    The same answers give the same bytes.

    Returns:
        `path`.
    """
    match file:
        case CsvFile():
            _csv(table, path, file)
        case XlsxFile():
            _xlsx(table, path, file)
        case ParquetFile():
            table.frame.assign(**{MARK: 1}).to_parquet(path, index=False)
        case _:
            _sav(table, path)
    return path


def _sav(table: Table, path: Path) -> None:
    import pyreadstat

    pyreadstat.write_sav(
        table.frame,
        str(path),
        file_label=table.title,
        column_labels=dict(table.labels),
        variable_value_labels={name: dict(codes) for name, codes in table.codes.items()},
        missing_ranges=dict(table.missing),
        row_compress=True,
    )
    stamp = f"{table.made_on or date(2000, 1, 1):%d %b %y}00:00:00".encode("ascii")
    content = bytearray(path.read_bytes())
    content[CREATION_STAMP] = stamp  # else every file would have a sha256 of its own
    path.write_bytes(content)


def _rows(table: Table) -> Iterator[list[Cell]]:
    """Yield the header and the rows, with the mark as the last column."""
    yield [*table.frame.columns, MARK]
    for row in table.frame.itertuples(index=False):
        yield [*(_cell(value) for value in row), 1]


def _cell(value: object) -> Cell:
    if isinstance(value, float):
        return None if math.isnan(value) else int(value) if value.is_integer() else value
    return str(value) or None


def _csv(table: Table, path: Path, file: CsvFile) -> None:
    frame = table.frame.assign(**{MARK: 1})
    with path.open("w", encoding=file.encoding, newline="") as stream:
        if file.header_rows == 3:  # as Qualtrics: names, question texts and import ids
            header = csv.writer(stream, delimiter=file.delimiter)
            header.writerow(frame.columns)
            header.writerow(table.labels.get(name, name) for name in frame.columns)
            header.writerow(f'{{"ImportId":"{name}"}}' for name in frame.columns)
        frame.to_csv(
            stream,
            index=False,
            header=file.header_rows == 1,
            sep=file.delimiter,
            decimal=file.decimal,
            lineterminator="\r\n",
        )


SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _xlsx(table: Table, path: Path, file: XlsxFile) -> None:
    """Write the least that ECMA-376 asks of a workbook: one sheet, texts in the cells.

    Libraries stamp a workbook with the time of writing; this one has the same bytes every time.
    """
    kind = "application/vnd.openxmlformats"
    sheet = "".join(
        f'<row r="{number}">{"".join(_xlsx_cell(cell, place, number) for place, cell in row)}</row>'
        for number, row in enumerate(map(enumerate, _rows(table)), 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{kind}-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        f'ContentType="{kind}-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{kind}-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name={quoteattr(file.sheet)} sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SPREADSHEET}">'
        f"<sheetData>{sheet}</sheetData></worksheet>",
    }
    with ZipFile(path, "w") as package:
        for name, content in parts.items():
            info = ZipInfo(name)  # of 1980, as every part of every file
            info.compress_type = ZIP_DEFLATED
            package.writestr(info, XML + content)


def _relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def _xlsx_cell(cell: Cell, place: int, row: int) -> str:
    if cell is None:
        return ""
    name, place = "", place + 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(65 + letter) + name
    if isinstance(cell, str):
        return f'<c r="{name}{row}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    return f'<c r="{name}{row}"><v>{cell}</v></c>'
