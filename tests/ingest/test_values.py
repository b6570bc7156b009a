"""A cell is read as the text that it shows; numbers only where a number is described."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from pydantic import ValidationError

from ingest.errors import RefusedError
from ingest.formats import FORMATS
from ingest.models import Item
from ingest.numbers import NumberForm, number_forms
from ingest.readers import choices, read
from tests.support import missing_words

WHERE = "proef/2027"
CSV = {"delimiter": ";", "encoding": "utf-8"}


def csv_file(folder: Path, content: str | bytes) -> Path:
    path = folder / "proef.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def cells(path: Path, *numbers: str, **options: Any) -> dict[str, list[str | None]]:
    """Read a file; those in `numbers` are numbers, of which 99 says that there is none."""
    form = path.suffix.removeprefix(".")
    file = FORMATS[form].model_validate({"name": path.name, "format": form, **options})
    table = read(path, file, frozenset(), WHERE, dict.fromkeys(numbers, frozenset({"99"})))
    held: dict[str, list[str | None]] = table.data.to_pydict()
    return held


# Numbers as they are written in different countries and by different programs.
NUMBERS: dict[str, tuple[dict[str, str], list[str], list[str | None]]] = {
    "English thousands": (
        {"thousands": ","},
        ["1,000", "2,350", "850", "1,250,000"],
        ["1000", "2350", "850", "1250000"],
    ),
    "Dutch thousands": ({"thousands": "."}, ["1.000", "2.350", "850"], ["1000", "2350", "850"]),
    "both marks, in Dutch": (
        {"thousands": ".", "decimal": ","},
        ["1.000,50", "7,5", "-1.000", "1000"],
        ["1000.5", "7.5", "-1000", "1000"],
    ),
    "both marks, in English": (
        {"thousands": ",", "decimal": "."},
        ["1,234.50", "7.5", "1234.5"],
        ["1234.5", "7.5", "1234.5"],
    ),
    "Swiss thousands": ({"thousands": "'"}, ["1'000", "1\u2019000"], ["1000", "1000"]),
    "French thousands": (
        {"thousands": " ", "decimal": ","},
        ["1 000", "1\u00a0000,5", "1\u202f000"],
        ["1000", "1000.5", "1000"],
    ),
    "powers of ten, as R writes them": ({"decimal": "."}, ["1e+05", "1.5e-2"], ["100000", "0.015"]),
    "per cents": ({}, ["45%", "50 %", "0%"], ["45", "50", "0"]),
    "a code that says why there is none": (
        {"decimal": ","},
        ["1,0", "99,0", "99", ""],
        ["1", "99", "99", None],
    ),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_read_with_the_marks_of_its_file(tmp_path: Path, name: str) -> None:
    marks, texts, numbers = NUMBERS[name]
    rows = "".join(f"{place};x;{text};{text}\n" for place, text in enumerate(texts))
    path = csv_file(tmp_path, f"nr;x;aantal;code\n{rows}")
    held = cells(path, "aantal", **CSV, **marks)
    assert held["aantal"] == numbers
    assert held["code"] == [text or None for text in texts]  # no number: nothing changes


@pytest.mark.parametrize(
    ("marks", "text"),
    [
        ({}, "1,000"),
        ({}, "1.000"),
        ({"decimal": ","}, "1.000"),
        ({"decimal": "."}, "1,000"),
        ({"decimal": ",", "thousands": "."}, "1,000.5"),
        ({"thousands": ","}, "1,00"),
        ({"thousands": "."}, "1.0000"),
        ({"thousands": " "}, "1 00 000"),
        ({"decimal": "."}, "NA"),
        ({"decimal": "."}, "12 jaar"),
        ({"decimal": "."}, " 12"),
        ({"decimal": "."}, "45%"),  # beside 7, which is none
    ],
    ids=str,
)
def test_what_is_no_number_in_that_form_is_refused_with_its_row(
    tmp_path: Path, marks: dict[str, str], text: str
) -> None:
    path = csv_file(tmp_path, f"nr;aantal\n1;7\n2;{text}\n")
    with pytest.raises(RefusedError) as refused:
        cells(path, "aantal", **CSV, **marks)
    words = ("rule not_a_number", f"aantal has {text!r} in row 2", "How to fix: ")
    assert not missing_words(str(refused.value), words)
    assert "Oplossing: " in refused.value.text("nl")


FORMS = st.sampled_from(
    [
        NumberForm(decimal, thousands)
        for decimal in (".", ",")
        for thousands in (None, ".", ",", " ", "'")
        if decimal != thousands
    ]
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(form=FORMS, number=st.decimals(-(10**12), 10**12, allow_nan=False, places=4))
def test_a_number_in_any_form_is_the_same_number(form: NumberForm, number: Decimal) -> None:
    marks = {",": form.thousands or "", ".": form.decimal}
    text = "".join(str(marks.get(letter, letter)) for letter in f"{number:,f}")
    told = form.number(text)
    assert told is not None and Decimal(told) == number


def test_the_marks_of_numbers_are_for_a_person_to_choose(tmp_path: Path) -> None:
    def ways(text: str, **given: str) -> list[Any]:
        path = csv_file(tmp_path, text)
        return choices(path, FORMATS["csv"], {**CSV, **given}, frozenset(), WHERE)

    english = "nr;werknemers;budget\n1;1,000;12,500\n2;850;1,250,000\n"
    assert ways(english) == [{**CSV, "thousands": ","}]
    assert ways(english, thousands=",") == []
    dutch = "nr;werknemers\n1;1.000\n2;850\n"
    assert ways(dutch) == [{**CSV, "thousands": "."}, {**CSV, "decimal": "."}]
    assert ways("nr;cijfer\n1;7,5\n2;8\n") == [{**CSV, "decimal": ","}]
    assert ways("nr;code\n1;1\n2;01\n") == []


def test_a_number_beside_words_is_no_reason_to_ask_for_its_mark() -> None:
    data = pa.table({"a": ["1,5", "geen"], "b": ["1.2.3", "4"], "c": [None, ""]})
    assert number_forms(data, frozenset(), {";"}, {}) == []


def book(folder: Path, *columns: list[Any], formats: dict[int, str] | None = None) -> Path:
    """Write a workbook; `formats` has the format of the cells of a column, from 1."""
    made = openpyxl.Workbook()
    made.active.title = "Blad"
    for place, column in enumerate(columns, 1):
        made.active.cell(1, place, f"v{place}")
        for row, value in enumerate(column, 2):
            cell = made.active.cell(row, place, value)
            if formats and place in formats:
                cell.number_format = formats[place]
    path = folder / "proef.xlsx"
    made.save(path)
    return path


DAY_AND_MORE = timedelta(days=1, hours=6)
BOOKS: dict[str, tuple[list[Any], str | None, list[str | None]]] = {
    "a duration over a day": (
        [timedelta(minutes=5), DAY_AND_MORE, timedelta(days=40)],
        "[hh]:mm:ss",
        ["0:05:00", "30:00:00", "960:00:00"],
    ),
    "a duration in hours and minutes": ([DAY_AND_MORE, None], "[h]:mm", ["30:00:00", None]),
    "a duration in minutes": ([DAY_AND_MORE, 0.5], "[mm]:ss", ["30:00:00", "12:00:00"]),
    "a duration over a day shown as a time": ([1.25, 2.5], "h:mm:ss", ["30:00:00", "60:00:00"]),
    "a time of the day": ([time(9, 5), time(0, 0)], "h:mm", ["09:05:00", "00:00:00"]),
    "truth values": ([True, False, None], None, ["TRUE", "FALSE", None]),
    "truth values beside numbers": ([True, 1, 0, False], None, ["TRUE", "1", "0", "FALSE"]),
    "numbers as text": (
        ["1", 2, "1 ", "01", "1.0", 1.5],
        None,
        ["1", "2", "1 ", "01", "1.0", "1.5"],
    ),
    "per cents": ([0.45, 1, 0.125, 0.07], "0%", ["45%", "100%", "12.5%", "7%"]),
    "a per cent sign that is only text": ([45], '0"%"', ["45"]),
    "words for nothing": (
        ["NA", "N/A", "None", "null", "-", " ", ""],
        None,
        ["NA", "N/A", "None", "null", "-", " ", None],
    ),
    "errors of Excel": (["#N/A", "#REF!"], None, ["#N/A", "#REF!"]),
    "days and text": (
        [date(2024, 1, 2), "03-01-2024", "onbekend"],
        None,
        ["2024-01-02", "03-01-2024", "onbekend"],
    ),
    "moments and text": (
        [datetime(2024, 1, 2), datetime(2024, 1, 3, 10, 30), "x"],
        None,
        ["2024-01-02 00:00:00", "2024-01-03 10:30:00", "x"],
    ),
    "large numbers": (
        [123456789012345, 12, -999999999999999, 1e-7],
        None,
        ["123456789012345", "12", "-999999999999999", "0.0000001"],
    ),
}


@pytest.mark.parametrize("name", BOOKS)
def test_a_cell_of_a_workbook_is_the_text_that_it_shows(tmp_path: Path, name: str) -> None:
    values, shown, texts = BOOKS[name]
    others = list(range(len(values)))
    path = book(tmp_path, others, values, others, formats={2: shown} if shown else None)
    assert cells(path, sheet="Blad")["v2"] == texts


def test_a_duration_is_the_same_in_a_workbook_that_counts_from_1904(tmp_path: Path) -> None:
    path = book(tmp_path, [1, 2], [1.25, 0.5], formats={2: "h:mm:ss"})
    made = openpyxl.load_workbook(path)
    made.epoch = CALENDAR_MAC_1904
    sheet = made.active
    for row, days in ((2, 1.25), (3, 0.5)):
        sheet.cell(row, 2).value = days
        sheet.cell(row, 2).number_format = "h:mm:ss"
    made.save(path)
    assert cells(path, sheet="Blad")["v2"] == ["30:00:00", "12:00:00"]


# Oddities of delimited text: content, options, cells; or the rule that refuses it.
ODD: dict[str, tuple[bytes, dict[str, Any], dict[str, list[str | None]] | str]] = {
    "a mark of UTF-8": (b"\xef\xbb\xbfid;q\n1;1\n", {}, {"id": ["1"], "q": ["1"]}),
    "UTF-16": ("id;q\n1;é\n".encode("utf-16"), {"encoding": "utf-16"}, {"id": ["1"], "q": ["é"]}),
    "words for truth": (
        b"id;q;c\n1;TRUE;NA\n2;False;NO\n",
        {},
        {"id": ["1", "2"], "q": ["TRUE", "False"], "c": ["NA", "NO"]},
    ),
    "the euro in windows-1252": (
        b"id;t\n1;caf\xe9\n2;\x80\n",
        {"encoding": "windows-1252"},
        {"id": ["1", "2"], "t": ["café", "€"]},
    ),
    "Polish in windows-1250": (
        b"id;t\n1;\xb3\n",
        {"encoding": "windows-1250"},
        {"id": ["1"], "t": ["ł"]},
    ),
    "Russian in windows-1251": (
        b"id;t\n1;\xe4\xe0\n",
        {"encoding": "windows-1251"},
        {"id": ["1"], "t": ["да"]},
    ),
    "Greek in windows-1253": (
        b"id;t\n1;\xed\xe1\xe9\n",
        {"encoding": "windows-1253"},
        {"id": ["1"], "t": ["ναι"]},
    ),
    "DOS": (b"id;t\n1;caf\x82\n", {"encoding": "cp850"}, {"id": ["1"], "t": ["café"]}),
    "old Macintosh": (
        b"id;t\r1;caf\x8e\r",
        {"encoding": "mac-roman"},
        {"id": ["1"], "t": ["café"]},
    ),
    "a column twice": (b"id;q;q\n1;1;2\n", {}, "column_twice"),
    "an inch": (b'id;maat\n1;5"\n2;6\n', {}, {"id": ["1", "2"], "maat": ['5"', "6"]}),
    "two inches": (b'id;maat\n1;5" bij 6"\n', {}, {"id": ["1"], "maat": ['5" bij 6"']}),
    "inches as they should be": (b'id;maat\n1;"5"""\n', {}, {"id": ["1"], "maat": ['5"']}),
    "text after a closing quote": (b'id;maat\n1;"5" breed\n', {}, "csv_quote_open"),
    "a quote that is not closed": (b'id;maat\n1;"5\n2;6\n', {}, "csv_quote_open"),
    "a quote that swallows a cell": (b'id;maat\n1;"5\n2;"6"\n', {}, "csv_quote_open"),
    "lines that end in CR": (b"id;q\r1;1\r2;2\r", {}, {"id": ["1", "2"], "q": ["1", "2"]}),
    "lines that end in all ways": (b"id;q\r\n1;1\n2;2\r3;3", {}, {"id": [*"123"], "q": [*"123"]}),
    "spaces that do not break": (
        "id;q\n1;1\u00a0\n2;\u00a0\n".encode(),
        {},
        {"id": ["1", "2"], "q": ["1\u00a0", "\u00a0"]},
    ),
    "such spaces, left off": (
        "id;q\n1;\u00a0\n2;1\u00a0\n".encode(),
        {"trim": True},
        {"id": ["1", "2"], "q": [None, "1"]},
    ),
    "spaces": (b"id; q\n1; 1\n", {}, {"id": ["1"], " q": [" 1"]}),
    "spaces, left off": (b"id; q\n1; 1\n", {"trim": True}, {"id": ["1"], "q": ["1"]}),
    "per cents": (b"id;q\n1;45%\n", {}, {"id": ["1"], "q": ["45%"]}),
    "a line for Excel": (b"sep=;\nid;q\n1;1\n", {}, {"id": ["1"], "q": ["1"]}),
    "a line for Excel, between quotes": (
        b'"sep=;"\r\nid;q\r\n1;1\r\n',
        {},
        {"id": ["1"], "q": ["1"]},
    ),
    "a line for Excel on another mark": (b"sep=,\nid;q\n1;1\n", {}, "csv_sep_line"),
    "codes in other forms": (
        b"id;q\n01;1.0\n1;01.10\n1.0;1e5\n+1;1,0\n",
        {"decimal": ","},
        {"id": ["01", "1", "1.0", "+1"], "q": ["1.0", "01.10", "1e5", "1,0"]},
    ),
    "lists of codes": (
        b"id;q\n1;1,2\n2;3,10\n",
        {"decimal": ","},
        {"id": [*"12"], "q": ["1,2", "3,10"]},
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_read_as_it_stands_or_refused_by_name(tmp_path: Path, name: str) -> None:
    content, options, wanted = ODD[name]
    path = csv_file(tmp_path, content)
    if isinstance(wanted, dict):
        assert cells(path, **{**CSV, **options}) == wanted
        return
    with pytest.raises(RefusedError) as refused:
        cells(path, **{**CSV, **options})
    assert refused.value.rule == wanted
    assert "Oplossing: " in refused.value.text("nl")


ARROW: dict[str, tuple[Callable[[], pa.Array], list[str | None]]] = {
    "numbers of 32 bits": (
        lambda: pa.array([0.1, 1.0, None], pa.float32()),
        ["0.1", "1", None],
    ),
    "numbers of 64 bits": (
        lambda: pa.array([0.1, 1e22, float("nan"), -0.0]),
        ["0.1", "10000000000000000000000", None, "0"],
    ),
    "truth values": (lambda: pa.array([True, False]), ["TRUE", "FALSE"]),
    "durations": (
        lambda: pa.array([DAY_AND_MORE, timedelta(seconds=-1)]),
        ["30:00:00", "-0:00:01"],
    ),
    "parts of a second": (
        lambda: pa.array([datetime(2024, 1, 2, 3, 4, 5, 250000)]),
        ["2024-01-02 03:04:05.25"],
    ),
    "decimals": (lambda: pa.array([Decimal("1.50"), Decimal("2.00")]), ["1.5", "2"]),
    "small decimals": (lambda: pa.array([Decimal("0.00000001")]), ["0.00000001"]),
    "numbers of 16 bits": (lambda: pa.array([1.5, 2.0], pa.float16()), ["1.5", "2"]),
    "parts of a microsecond": (
        lambda: pa.array([1], pa.timestamp("ns")),
        ["1970-01-01 00:00:00.000000001"],
    ),
    "texts": (lambda: pa.array(["1.0", "01", " ", ""]), ["1.0", "01", " ", None]),
}


@pytest.mark.parametrize("name", ARROW)
def test_a_cell_of_parquet_is_its_shortest_text(tmp_path: Path, name: str) -> None:
    make, texts = ARROW[name]
    path = tmp_path / "proef.parquet"
    pq.write_table(pa.table({"v": make()}), path)
    assert cells(path)["v"] == texts


@pytest.mark.parametrize(
    "values",
    [
        pa.array([[1]]),
        pa.array([b"\xff"]),
        pa.array([b"\xff"], pa.binary(1)),
        pa.array([bytes(16)], pa.uuid()),
    ],
    ids=lambda values: str(values.type),
)
def test_a_column_of_parquet_that_is_no_plain_value_is_refused(
    tmp_path: Path, values: pa.Array
) -> None:
    path = tmp_path / "proef.parquet"
    pq.write_table(pa.table({"v": values}), path)
    with pytest.raises(RefusedError, match="rule nested_column: variable 'v'"):
        cells(path)


@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"text": True, "number": True},
        {"number": True, "codelist": "x"},
        {"text": True, "missing": {99: "?"}},
        {"number": True, "separator": ";"},
    ],
    ids=str,
)
def test_an_item_is_of_one_kind(kind: dict[str, Any]) -> None:
    wording = {"nl": "Vraag", "en": "Question"}
    with pytest.raises(ValidationError):
        Item.model_validate({"variable": "V", "base": "all", "wording": wording, **kind})


PIECES = st.sampled_from([*'";,\r\n ', "\u00a0", '""', "sep=;\n", "1", "é", "\ufeff", "=", "1,0"])


@settings(deadline=None, derandomize=True, max_examples=400)
@given(pieces=st.lists(PIECES, max_size=14))
@example(pieces=['"', "1", '"', "1"])
def test_any_delimited_text_is_read_as_the_standard_library_does_or_refused(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str]
) -> None:
    import csv
    import io

    body = "".join(pieces)
    path = csv_file(tmp_path_factory.mktemp("any"), f"id;q\n{body}")
    try:
        held = cells(path, **CSV)
    except RefusedError as error:
        assert "How to fix: " in str(error) and "\n" not in str(error)
        return
    rows = [row for row in csv.reader(io.StringIO(body, newline=""), delimiter=";") if row]
    assert list(zip(*held.values(), strict=True)) == [
        tuple(cell or None for cell in row) for row in rows
    ]
