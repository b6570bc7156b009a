"""An OpenDocument spreadsheet is read as LibreOffice shows it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import RefusedError
from ingest.formats import OdsFile
from tests.ingest.mutations import ODS, WHERE, ods_sheet, write_ods

TEXT = '<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell>'
CELLS = {
    "a percentage": ('office:value-type="percentage" office:value="0.125"', "12.5%"),
    "an amount": ('office:value-type="currency" office:currency="EUR" office:value="1000"', "1000"),
    "a whole number with decimals": ('office:value-type="float" office:value="3.0"', "3"),
    "a duration": ('office:value-type="time" office:time-value="PT25H05M09S"', "25:05:09"),
    "part of a second": ('office:value-type="time" office:time-value="PT0H0M1.5S"', "0:00:01.5"),
    "days": ('office:value-type="time" office:time-value="P1DT2H"', "26:00:00"),
    "less than nothing": ('office:value-type="time" office:time-value="-PT1H00M00S"', "-1:00:00"),
    "a day": ('office:value-type="date" office:date-value="2027-02-28"', "2027-02-28"),
    "a moment": (
        'office:value-type="date" office:date-value="2027-02-28T13:45:00"',
        "2027-02-28 13:45:00",
    ),
    "true": ('office:value-type="boolean" office:boolean-value="true"', "TRUE"),
    "a text told apart": ('office:value-type="string" office:string-value="007"', "007"),
}


def cells(path: Path, **options: Any) -> dict[str, list[str | None]]:
    file = OdsFile.model_validate({"name": path.name, "format": "ods", "sheet": "S", **options})
    held: dict[str, list[str | None]] = file.content(path, frozenset(), WHERE).data.to_pydict()
    return held


def sheet(path: Path, rows: str) -> Path:
    told = f'<table:table table:name="S">{rows}</table:table>'
    return write_ods(path, lambda _: ODS.format(sheets=told))


def row(*held: str) -> str:
    return f"<table:table-row>{''.join(held)}</table:table-row>"


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_the_value_that_the_file_holds(name: str, tmp_path: Path) -> None:
    value, wanted = CELLS[name]
    cell = f"<table:table-cell {value}><text:p>as shown</text:p></table:table-cell>"
    path = sheet(tmp_path / "a.ods", row(TEXT % "id", TEXT % "q") + row(TEXT % "1", cell))
    assert cells(path) == {"id": ["1"], "q": [wanted]}


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("two<text:s/><text:s text:c='2'/>blanks", "two   blanks"),
        ("a<text:tab/>tab", "a\ttab"),
        ("one</text:p><text:p>two", "one\ntwo"),
        ("one<text:line-break/>two", "one\ntwo"),
        ("<text:span>bold</text:span> and <text:a>link</text:a>", "bold and link"),
        ("&lt;b&gt; &amp; é 日", "<b> & é 日"),
        ("wrapped\n   by the file", "wrapped by the file"),
    ],
)
def test_a_text_is_as_it_was_typed(inside: str, text: str, tmp_path: Path) -> None:
    note = "<office:annotation><text:p>a note</text:p></office:annotation>"
    cell = (TEXT % inside).replace("<text:p>", f"{note}<text:p>", 1)
    path = sheet(tmp_path / "a.ods", row(TEXT % "id", TEXT % "q") + row(TEXT % "1", cell))
    assert cells(path) == {"id": ["1"], "q": [text]}


def test_rows_and_cells_that_are_written_once_are_repeated(tmp_path: Path) -> None:
    twice = TEXT.replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="2"')
    header = row(TEXT % "id", TEXT % "a", TEXT % "b")
    body = row(TEXT % "1", twice % "x").replace(
        "<table:table-row", '<table:table-row table:number-rows-repeated="3"'
    )
    grouped = f"<table:table-row-group>{body}</table:table-row-group>"
    path = sheet(
        tmp_path / "a.ods", f"<table:table-header-rows>{header}</table:table-header-rows>{grouped}"
    )
    assert cells(path) == {"id": ["1"] * 3, "a": ["x"] * 3, "b": ["x"] * 3}


def test_an_empty_row_between_answers_is_refused_as_in_excel(tmp_path: Path) -> None:
    empty = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    answers = row(TEXT % "1", TEXT % "x")
    path = sheet(tmp_path / "a.ods", row(TEXT % "id", TEXT % "q") + answers + empty + answers)
    with pytest.raises(RefusedError) as refused:
        cells(path)
    assert refused.value.rule == "row_empty"


def test_many_equal_answers_that_shrink_well_are_read(tmp_path: Path) -> None:
    rows = [[f"q{n}" for n in range(40)], *([[n, *[1 + n % 2] * 39] for n in range(500)])]
    path = write_ods(tmp_path / "a.ods", lambda _: ODS.format(sheets=ods_sheet("S", rows)))
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("content.xml")
    assert part.file_size > 10**6 and part.file_size / part.compress_size > 100
    assert cells(path)["q39"][:3] == ["1", "2", "1"]


def test_a_file_of_an_old_program_is_read(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "a.ods")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    doctype = (
        b'<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "x.dtd">'
    )
    parts["META-INF/manifest.xml"] = doctype + parts["META-INF/manifest.xml"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert cells(path, sheet="Antwoorden")["RESPNR"] == ["1", "2", "3", "4", "5"]


def test_only_the_visible_sheets_are_offered_and_each_is_read_by_its_name(tmp_path: Path) -> None:
    rows = [["id", "q"], [1, "x"], [2, "y"]]
    hidden = ods_sheet("Hidden", rows, "ta2")
    both = ods_sheet("S", rows) + hidden + ods_sheet("Other", [["a", "b"], [3, 4]])
    path = write_ods(tmp_path / "a.ods", lambda _: ODS.format(sheets=both))
    assert [way["sheet"] for way in OdsFile.choices(path, {}, frozenset(), WHERE)] == ["S", "Other"]
    assert cells(path, sheet="Other") == {"a": ["3"], "b": ["4"]}
    for name, rule in (("Hidden", "xlsx_hidden_sheet"), ("None", "xlsx_no_sheet")):
        with pytest.raises(RefusedError) as refused:
            cells(path, sheet=name)
        assert refused.value.rule == rule


def test_a_layout_is_recognised_and_head_cells_may_be_merged(tmp_path: Path) -> None:
    covered = "<table:covered-table-cell/>"
    wide = (TEXT % "Which kinds?").replace(
        "<table:table-cell", '<table:table-cell table:number-columns-spanned="2"'
    )
    heads = row(TEXT % "Respondent ID", TEXT % "Collector ID", wide, covered)
    below = row("<table:table-cell/>", "<table:table-cell/>", TEXT % "Goods", TEXT % "Services")
    answers = row(TEXT % "1", TEXT % "7", TEXT % "Goods", "<table:table-cell/>")
    path = sheet(tmp_path / "a.ods", heads + below + answers)
    ways = OdsFile.choices(path, {}, frozenset(), WHERE)
    assert ways == [{"sheet": "S", "header": "questions", "header_rows": 2}]
    held = cells(path, header="questions", header_rows=2)
    assert held["which_kinds_goods"] == ["Goods"] and held["which_kinds_services"] == [None]


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_a_broken_file_is_refused_in_one_message(tmp_path: Path, data: Any) -> None:
    path = write_ods(tmp_path / "a.ods")
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        cells(path, sheet="Antwoorden")
    except RefusedError as refused:
        assert "How to fix: " in str(refused) and "Oplossing: " in refused.text("nl")
