"""Writes generated answers in the format that the wave's manifest gives its file.

An SPSS file is marked as synthetic in its title. The other formats have no title; their files get a
constant column `SYNTHETISCH`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import RefusedError
from ingest.formats import AnswerFile, CsvFile, ParquetFile, SavFile, XlsxFile
from ingest.readers import SYNTHETIC_MARK

if TYPE_CHECKING:
    import pandas as pd

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
        title: the title of the file.
        made_on: last day of answering. Files carry this date instead of today's, so that the same
            answers give the same bytes.
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

    Raises:
        RefusedError: samples cannot be written in that format.
    """
    match file:
        case SavFile():
            _sav(table, path)
        case CsvFile():
            _csv(table, path, file)
        case XlsxFile():
            _xlsx(table, path, file)
        case ParquetFile():
            table.frame.assign(**{SYNTHETIC_MARK: 1}).to_parquet(path, index=False)
        case _:
            raise RefusedError("sample_format", file.name)
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
    stamp = f"{_day(table):%d %b %y}00:00:00".encode("ascii")
    content = bytearray(path.read_bytes())
    content[CREATION_STAMP] = stamp  # else every file would have a sha256 of its own
    path.write_bytes(content)


def _rows(table: Table) -> Iterator[list[Cell]]:
    """Yield the header and the rows, with the mark as the last column."""
    yield [*table.frame.columns, SYNTHETIC_MARK]
    for row in table.frame.itertuples(index=False):
        yield [*(_cell(value) for value in row), 1]


def _cell(value: object) -> Cell:
    if isinstance(value, float):
        return None if math.isnan(value) else int(value) if value.is_integer() else value
    return str(value) or None


def _csv(table: Table, path: Path, file: CsvFile) -> None:
    def words(cell: Cell) -> Cell:
        return str(cell).replace(".", file.decimal or ".") if isinstance(cell, float) else cell

    with path.open("w", encoding=file.encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=file.delimiter)
        names, *rows = _rows(table)
        writer.writerow(names)
        if file.header_rows == 3:  # as Qualtrics: names, question texts and import ids
            writer.writerow(table.labels.get(str(name), name) for name in names)
            writer.writerow(f'{{"ImportId":"{name}"}}' for name in names)
        writer.writerows(map(words, row) for row in rows)


def _xlsx(table: Table, path: Path, file: XlsxFile) -> None:
    from xlsxwriter import Workbook

    texts_only = dict.fromkeys(("strings_to_formulas", "strings_to_urls"), False)
    with Workbook(path, texts_only) as book:
        # Without this the workbook carries the time of writing.
        book.set_properties({"created": datetime.combine(_day(table), time.min)})
        sheet = book.add_worksheet(file.sheet)
        for row, cells in enumerate(_rows(table)):
            sheet.write_row(row, 0, cells)


def _day(table: Table) -> date:
    return table.made_on or date(2000, 1, 1)
