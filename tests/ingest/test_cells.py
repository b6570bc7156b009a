"""Whatever stands in the cells of a file is read as it stands, or refused; nothing changes."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.errors import RefusedError
from ingest.readers import read
from tests.ingest.mutations import CSV, NAMES, described, write_ods

Cell = bool | int | float | date | str | None
Rows = list[list[Cell]]

# Letters of all the formats; a control character has no place in XML, nor in SPSS.
LETTERS = st.characters(codec="windows-1252", exclude_categories=["Cc", "Cf", "Zl", "Zp"])
TEXTS = st.one_of(
    st.text(LETTERS, max_size=12),
    st.sampled_from(["=1+1", "1.0", "007", "1e5", "-", "NA", "nan", "TRUE", "#N/A", "1,5", "''"]),
)
# SPSS, Stata, Excel and CSV hold a number as a double: 15 digits are safe.
WHOLE = st.integers(1 - 10**15, 10**15 - 1)
BROKEN = st.floats(-1e6, 1e6, allow_nan=False, width=32)
DATES = st.dates(date(1990, 1, 1), date(2099, 12, 31))


def columns(kinds: list[st.SearchStrategy[Any]]) -> st.SearchStrategy[Rows]:
    """Rows of cells, every column of one kind with empty cells in it."""

    def filled(size: int) -> st.SearchStrategy[Rows]:
        column = st.one_of(
            [st.lists(st.one_of(st.none(), kind), min_size=size, max_size=size) for kind in kinds]
        )
        return st.tuples(*[column] * len(NAMES)).map(
            lambda held: [*map(list, zip(*held, strict=True))]
        )

    return st.integers(0, 4).flatmap(filled)


def write_csv(rows: Rows, path: Path) -> None:
    def words(cell: Cell) -> str:
        text = as_it_stands(cell) or ""
        return text.replace(".", ",") if isinstance(cell, float) else text

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(NAMES)
        writer.writerows([[words(cell) for cell in row] for row in rows])


def write_xlsx(rows: Rows, path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Antwoorden"
    book.active.append(NAMES)
    for place, row in enumerate(rows, 2):
        for column, cell in enumerate(row, 1):
            made = book.active.cell(place, column, cell)
            if isinstance(cell, str):
                made.data_type = "s"  # typed in, not a formula
    book.save(path)


def write_sheet(rows: Rows, path: Path) -> None:
    write_ods(path, rows=[NAMES, *rows])


def write_parquet(rows: Rows, path: Path) -> None:
    held = {name: [row[place] for row in rows] for place, name in enumerate(NAMES)}
    pq.write_table(pa.table(held), path)


def frame_of(rows: Rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=NAMES)
    for name in NAMES:
        cells = [row[NAMES.index(name)] for row in rows]
        if any(isinstance(cell, str) for cell in cells):
            frame[name] = pd.Series([cell or "" for cell in cells], dtype=object)
        elif not any(isinstance(cell, date) for cell in cells):
            numbers = [math.nan if cell is None else float(cell) for cell in cells]
            frame[name] = pd.Series(numbers, dtype=float)
    return frame


def write_sav(rows: Rows, path: Path) -> None:
    pyreadstat.write_sav(frame_of(rows), str(path))


def write_dta(rows: Rows, path: Path) -> None:
    pyreadstat.write_dta(frame_of(rows), str(path))


def as_it_stands(cell: Cell) -> str | None:
    """What a cell says, as text; numbers without decimals that say nothing."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{Decimal(str(cell)):f}"
    return str(cell)


def same(found: str | None, cell: Cell, form: str) -> bool:
    """Whether a text is the cell: the same characters, or the same number."""
    wanted = as_it_stands(cell)
    if form == "sav" and isinstance(cell, str):  # it fills texts with spaces
        wanted = cell.rstrip(" ") or None
    if form == "csv" and isinstance(cell, float):
        wanted = (wanted or "").replace(".", ",")
    number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
    if found == wanted or not number or found is None or form == "csv":
        return found == wanted
    return math.isclose(float(found), cell, rel_tol=1e-14)  # Excel keeps 15 digits


NUMBERS = [WHOLE, BROKEN]
ANY = st.one_of(WHOLE, BROKEN, st.booleans(), DATES, TEXTS)
FORMATS: dict[str, tuple[dict[str, Any], Callable[[Rows, Path], None], st.SearchStrategy[Rows]]] = {
    "csv": (CSV, write_csv, columns([*NUMBERS, st.booleans(), DATES, TEXTS])),
    "xlsx": (
        {"format": "xlsx", "sheet": "Antwoorden"},
        write_xlsx,
        columns([*NUMBERS, st.booleans(), DATES, TEXTS, ANY]),
    ),
    "ods": (
        {"format": "ods", "sheet": "Antwoorden"},
        write_sheet,
        columns([*NUMBERS, st.booleans(), DATES, TEXTS, ANY]),
    ),
    "parquet": (
        {"format": "parquet"},
        write_parquet,
        columns([st.integers(-(2**63), 2**63 - 1), BROKEN, st.booleans(), DATES, TEXTS]),
    ),
    "sav": ({"format": "sav"}, write_sav, columns([*NUMBERS, DATES, TEXTS])),
    "dta": ({"format": "dta"}, write_dta, columns([*NUMBERS, DATES, TEXTS])),
}


@pytest.mark.parametrize("form", FORMATS)
@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
@example(data=None)
def test_cells_are_read_as_they_stand_or_refused(tmp_path: Path, form: str, data: Any) -> None:
    file, write, tables = FORMATS[form]
    plain: Rows = [[1, "a", date(2027, 2, 1), 1.5, 7, "=1+1"], [2, "b", None, 2.0, 8, "x"]]
    rows = plain if data is None else data.draw(tables)
    path = tmp_path / f"proef.{form}"
    write(rows, path)
    try:
        table = read(path, described(**file).file, frozenset(), "proef/2027").data
    except RefusedError as error:
        assert data is not None, error
        assert "How to fix: " in str(error) and "Oplossing: " in error.text("nl")
        return
    assert table.column_names == NAMES
    found = [list(row.values()) for row in table.to_pylist()]
    if form in ("csv", "xlsx", "ods"):  # rows without any cell are no rows there
        rows = [row for row in rows if any(as_it_stands(cell) is not None for cell in row)]
        found = [row for row in found if any(cell is not None for cell in row)]
    assert len(found) == len(rows)
    for read_row, row in zip(found, rows, strict=True):
        for name, text, cell in zip(NAMES, read_row, row, strict=True):
            assert same(text, cell, form), (name, text, cell)
