"""The same survey reads the same from every format, and what cannot be trusted is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ingest import registry
from ingest.errors import IngestError
from ingest.load import open_wave, write_wave
from ingest.readers import AnswerTable, glance, read
from tests.conftest import Barometer
from tests.ingest.mutations import (
    CSV,
    LABELS,
    NAMES,
    READ,
    WHERE,
    as_bytes,
    csv_text,
    described,
    in_archive,
    in_book,
    in_csv,
    in_parquet,
    write_csv,
    write_parquet,
    write_sav,
    write_xlsx,
)
from tests.support import MANIFEST, WAVE, Spss, edit, missing_words, refusal, sample_of

XLSX = {"format": "xlsx", "sheet": "Antwoorden"}
PARQUET = {"format": "parquet"}
FORMATS: dict[str, tuple[dict[str, Any], Callable[[Path], Path]]] = {
    "SPSS": ({"format": "sav"}, write_sav),
    "CSV": (CSV, write_csv),
    "CSV in utf-8 with a mark": (
        CSV | {"encoding": "utf-8-sig"},
        lambda path: write_csv(path, "utf-8-sig"),
    ),
    "CSV in utf-8 with a mark that nobody told": (CSV, lambda path: write_csv(path, "utf-8-sig")),
    "CSV in windows-1252": (
        CSV | {"encoding": "windows-1252"},
        lambda path: write_csv(path, "windows-1252"),
    ),
    "CSV in iso-8859-1": (
        CSV | {"encoding": "iso-8859-1"},
        lambda path: write_csv(path, "iso-8859-1"),
    ),
    "CSV with commas and decimal points": (
        CSV | {"delimiter": ",", "decimal": "."},
        lambda path: write_csv(path, delimiter=",", decimal="."),
    ),
    "CSV with tabs": (CSV | {"delimiter": "\t"}, lambda path: write_csv(path, delimiter="\t")),
    "CSV of Qualtrics": (CSV | {"header_rows": 3}, lambda path: write_csv(path, header_rows=3)),
    "Excel": (XLSX, write_xlsx),
    "Parquet": (PARQUET, write_parquet),
}


def as_read(path: Path, **file: Any) -> AnswerTable:
    return read(path, described(**file), WHERE)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_survey_reads_the_same_from_every_format(tmp_path: Path, name: str) -> None:
    file, write = FORMATS[name]
    path = write(tmp_path / f"proef.{file['format']}")
    table = as_read(path, **file)
    assert table.data.to_pydict() == READ
    assert glance(path, described(**file), WHERE) == ("", 5)


def test_labels_come_from_the_formats_that_have_them(tmp_path: Path) -> None:
    labels = dict(zip(NAMES, LABELS, strict=True))
    assert as_read(write_sav(tmp_path / "proef.sav"), format="sav").labels == labels
    path = write_csv(tmp_path / "proef.csv", header_rows=3)
    assert as_read(path, **CSV, header_rows=3).labels == labels


@pytest.mark.parametrize("file", [CSV, XLSX, PARQUET], ids=lambda file: file["format"])
def test_a_column_of_ones_marks_a_generated_file(tmp_path: Path, file: dict[str, Any]) -> None:
    def mark(book: Any) -> None:
        for row, value in enumerate(["SYNTHETISCH", 1, 1, 1, 1, 1], 1):
            book["Antwoorden"].cell(row, len(NAMES) + 1, value)

    path = tmp_path / f"proef.{file['format']}"
    if file is CSV:
        rows = re.sub(r"(?m)^([1-5];)", r"1;\1", csv_text())
        path.write_text(f"SYNTHETISCH;{rows}", "utf-8", newline="")
    elif file is XLSX:
        write_xlsx(path, mark)
    else:
        write_parquet(path, SYNTHETISCH=[1] * 5)
    table = as_read(path, **file)
    assert table.title == "SYNTHETISCH"
    assert table.data.to_pydict() == READ


def zeroes(content: bytes) -> bytes:
    return content + bytes(20 * 2**20)


def entity(content: bytes) -> bytes:
    declared = b'<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return declared + content


def hide(book: Any) -> None:
    book["Antwoorden"].sheet_state = "hidden"


def merge(book: Any) -> None:
    book["Antwoorden"].merge_cells("D2:D3")


def formula(book: Any) -> None:
    book["Antwoorden"]["E4"] = "=E2+E3"


def name_twice(book: Any) -> None:
    book["Antwoorden"]["E1"] = "V05"


def beside(book: Any) -> None:
    book["Antwoorden"]["I3"] = "let op"


def note_below(book: Any) -> None:
    book["Antwoorden"]["A8"] = "Bron: enquête"


def nothing(book: Any) -> None:
    book["Antwoorden"].delete_rows(1, 9)


def personal(book: Any) -> None:
    book["Antwoorden"]["B1"] = "E-mail adres"


Fault = tuple[dict[str, Any], Callable[[Path], object], tuple[str, ...]]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
LOCKED = OLE + "EncryptedPackage".encode("utf-16-le")
EXCEL = "cannot be read as an Excel workbook"
SECRET = "jan.jansen@gemeente.example"
FAULTS: dict[str, Fault] = {
    "a file over its limit": (
        CSV | {"max_megabytes": 1},
        as_bytes(lambda content: content * 10_000),
        ("is 2 MB", "Allowed: 1 MB", "answers.file.max_megabytes"),
    ),
    "windows-1252 called utf-8": (
        CSV,
        lambda path: write_csv(path, "windows-1252"),
        ("line 2", "byte 0xe9", "no character of utf-8", "answers.file.encoding"),
    ),
    "utf-8 called windows-1252": (
        CSV | {"encoding": "windows-1252"},
        write_csv,
        ("is UTF-8", "the manifest says windows-1252"),
    ),
    "windows-1252 called iso-8859-1": (
        CSV | {"encoding": "iso-8859-1"},
        as_bytes(lambda content: content.replace("é".encode(), b"\x80")),
        ("line 2", "byte 0x80", "no character of iso-8859-1"),
    ),
    "Unicode text of Excel": (CSV, lambda path: write_csv(path, "utf-16"), ("is UTF-16",)),
    "a NUL byte": (
        CSV,
        as_bytes(lambda content: content.replace(b"c3", b"c\0")),
        ("line 5", "NUL byte"),
    ),
    "another delimiter": (
        CSV | {"delimiter": ","},
        write_csv,
        ("one column with delimiter comma", "semicolon (5 times)", "answers.file.delimiter"),
    ),
    "a row with a cell too many": (
        CSV,
        in_csv("c3;", "c3;;"),
        ("more or fewer cells than the 6 of the header", "row 3 (7)", "double quotes"),
    ),
    "a row with a cell too few": (CSV, in_csv("d4;", "d4"), ("row 4 (5)",)),
    "notes under the table": (
        CSV,
        as_bytes(lambda content: content + b"Bron: Survalyzer\r\n"),
        ("row 6 (1)", "remove notes under the table"),
    ),
    "notes under the table, with all delimiters": (
        CSV,
        as_bytes(lambda content: content + b"Bron: Survalyzer;;;;;\r\n"),
        ("row 6, the last one", "one filled cell", "remove notes"),
    ),
    "the header twice": (
        CSV,
        in_csv("3;c3", ";".join(NAMES) + "\r\n3;c3"),
        ("row 3", "repeats the header"),
    ),
    "three header rows where one is described": (
        CSV,
        lambda path: write_csv(path, header_rows=3),
        ("import ids", "header_rows: 3"),
    ),
    "one header row where three are described": (
        CSV | {"header_rows": 3},
        write_csv,
        ("no import ids", "header_rows: 1"),
    ),
    "a column twice": (CSV, in_csv("V06", "V05"), ("names more than one column V05",)),
    "a column without a name": (CSV, in_csv("V06", ""), ("no name in column 5",)),
    "a quote that is not closed": (
        CSV,
        in_csv(";e5", ';"e5'),
        ("odd number of double quotes",),
    ),
    "a quote that takes in the next row": (
        CSV,
        in_csv("c3;2027-02-03;9,0;;\r\n4;d4", '"c3;2027-02-03;9,0;;\r\n4;d4"'),
        ("'ORGID'", "several lines in row 3", "not closed"),
    ),
    "an e-mail address in a column": (CSV, in_csv("c3", SECRET), ("ORGID", "row 3", "e-mail")),
    "an IP address in a column": (CSV, in_csv("c3", "10.1.2.33"), ("ORGID", "row 3", "an IP")),
    "a column with names": (CSV, in_csv("ORGID", "Voornaam"), ("personal data: Voornaam",)),
    "a column with IP addresses": (CSV, in_csv("ORGID", "IPAddress"), ("IPAddress",)),
    "a mark that holds for some rows": (
        CSV,
        in_csv("V06", "SYNTHETISCH"),
        ("SYNTHETISCH", "generated and real answers never stand in one file"),
    ),
    "no workbook": (XLSX, as_bytes(bytes), (EXCEL, "another format")),
    "half a workbook": (
        XLSX,
        lambda path: path.write_bytes(write_xlsx(path).read_bytes()[:3000]),
        (EXCEL, "cut off"),
    ),
    "a workbook with a password": (
        XLSX,
        lambda path: path.write_bytes(LOCKED),
        ("is protected with a password", "without a password"),
    ),
    "an .xls called .xlsx": (XLSX, lambda path: path.write_bytes(OLE), ("old format .xls",)),
    "a part that unpacks to far more": (
        XLSX,
        in_archive("xl/media/image1.png", zeroes),
        ("image1.png", "unpacks to 20 MB", "times its size"),
    ),
    "entities in a part": (
        XLSX,
        in_archive("xl/worksheets/sheet1.xml", entity),
        ("xl/worksheets/sheet1.xml", "declares XML entities", "do not use the file"),
    ),
    "a damaged part": (
        XLSX,
        in_archive("xl/worksheets/sheet1.xml", lambda content: content[:-90]),
        (EXCEL, "save it again"),
    ),
    "a sheet that is not there": (
        XLSX | {"sheet": "Data"},
        write_xlsx,
        ("no sheet 'Data'", "Allowed: Antwoorden, Toelichting"),
    ),
    "a hidden sheet": (XLSX, in_book(hide), ("a hidden sheet", "make the sheet visible")),
    "merged cells": (XLSX, in_book(merge), ("merged cells: D2:D3", "unmerge")),
    "a formula": (XLSX, in_book(formula), ("cell E4", "holds a formula", "values")),
    "a column twice in Excel": (XLSX, in_book(name_twice), ("more than one column V05",)),
    "cells beside the table": (XLSX, in_book(beside), ("row 2", "beside the named columns")),
    "a note under the table in Excel": (XLSX, in_book(note_below), ("row 7, the last one",)),
    "an empty sheet": (XLSX, in_book(nothing), ("is empty", "answers.file.sheet")),
    "a column with addresses in Excel": (XLSX, in_book(personal), ("personal data: E-mail adres",)),
    "no Parquet": (PARQUET, as_bytes(bytes), ("cannot be read as a Parquet file", "another")),
    "half a Parquet": (
        PARQUET,
        lambda path: path.write_bytes(write_parquet(path).read_bytes()[:-40]),
        ("cannot be read as a Parquet file", "cut off"),
    ),
    "a list in a column": (
        PARQUET,
        in_parquet(V05=[[1], [2], [], [], []]),
        ("'V05'", "of type list", "number, a date or a text"),
    ),
    "an e-mail address in Parquet": (
        PARQUET,
        in_parquet(CONTACT=["", "", "", SECRET, ""]),
        ("CONTACT", "row 4", "e-mail"),
    ),
    "more rows than memory holds": (
        PARQUET,
        lambda path: pq.write_table(pa.table({"RESPNR": pa.nulls(260_000_000, pa.int8())}), path),
        ("260,000,000 rows", "right file"),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_that_cannot_be_trusted_is_refused(tmp_path: Path, name: str) -> None:
    file, break_it, words = FAULTS[name]
    path = tmp_path / f"proef.{file['format']}"
    break_it(path)
    with pytest.raises(IngestError) as refused:
        as_read(path, **file)
    message = str(refused.value)
    assert not missing_words(message, (WHERE, path.name, "To mend: ", *words)), message
    assert SECRET not in message and "10.1.2.33" not in message
    assert "\n" not in message


HOSTILE = ["Robert'); drop table x;--", "../../etc/passwd", "=cmd|' /C calc'!A0", 'a"b', "naïef "]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_ever_data(tmp_path: Path, name: str) -> None:
    wave = registry.load().wave(WAVE)
    answers = described(**PARQUET)
    wave = type(wave)(wave.survey, wave.wave.model_copy(update={"answers": answers}))
    path = tmp_path / "data" / WAVE / "proef.parquet"
    path.parent.mkdir(parents=True)
    write_parquet(path, **{name: [name] * 5})
    file = open_wave(wave, tmp_path / "data", tmp_path)
    assert file.data_status == "microdata"
    write_wave(file, tmp_path / "raw")
    written = tmp_path / "raw" / "variables" / f"{WAVE}.parquet"
    rows = duckdb.execute("select variable from read_parquet(?)", [str(written)]).fetchall()
    assert rows[-1] == (name,)


@pytest.mark.parametrize(
    "file",
    [
        {"format": "xls"},
        {"format": "csv", "delimiter": ";"},
        CSV | {"encoding": "ebcdic"},
        CSV | {"header_rows": 2},
        CSV | {"sheet": "Data"},
        PARQUET | {"name": "../../data.parquet"},
    ],
    ids=str,
)
def test_a_format_is_described_in_full_and_in_no_other_words(file: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        described(**file)


GOOD = csv_text().encode("utf-8")
PIECES = st.sampled_from(
    [b";", b'"', b"\r\n", b"\n", b"\r", b"\0", b"\xe9", b",", b" ", b"=", b"9"]
)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[bytes, int]:
    """A good CSV with a piece put in, taken out or put over another, up to three times."""
    content = GOOD
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(start + 12, len(content))))
        content = content[:start] + draw(st.one_of(st.just(b""), PIECES)) + content[end:]
    return content, draw(st.sampled_from([1, 3]))


def shortest(number: re.Match[str]) -> str:
    whole, decimals = number.groups()
    return whole if not decimals.strip("0") else f"{whole}.{decimals}"


def by_the_book(content: bytes) -> dict[str, list[str | None]]:
    """What the standard library reads in it."""
    import csv
    import io

    text = content.decode("utf-8")
    header, *rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") if row]
    columns = {name: [row[place] or None for row in rows] for place, name in enumerate(header)}
    return {
        name: values
        if name == "OPEN"
        else [value and re.sub(r"^(-?\d+)[.,](\d+?)0*$", shortest, value) for value in values]
        for name, values in columns.items()
    }


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example((GOOD, 1))
@example((b"", 1))
@example((b"\r\n", 1))
@given(mutations())
def test_a_damaged_csv_reads_as_it_stands_or_is_refused(
    tmp_path: Path, damaged: tuple[bytes, int]
) -> None:
    content, header_rows = damaged
    path = tmp_path / "proef.csv"
    path.write_bytes(content)
    try:
        table = as_read(path, **CSV, header_rows=header_rows)
    except IngestError as error:
        assert "To mend: " in str(error)
    else:
        assert table.data.to_pydict() == by_the_book(content)


@pytest.mark.parametrize("name", ["SPSS", "Excel", "Parquet"])
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    spots=st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), min_size=1, max_size=4)
)
def test_damaged_bytes_never_end_in_anything_but_a_refusal(
    tmp_path: Path, name: str, spots: list[tuple[int, int]]
) -> None:
    file, write = FORMATS[name]
    path = write(tmp_path / f"proef.{file['format']}")
    content = bytearray(path.read_bytes())
    for place, byte in spots:
        content[place % len(content)] = byte
    path.write_bytes(content)
    try:
        assert as_read(path, **file).data.num_rows >= 0
    except IngestError as error:
        assert "To mend: " in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_wave_in_another_format_passes_the_same_door(copy: Barometer, form: str) -> None:
    """The Dutch wave of 2021, its file exported otherwise: the same rules hold or do not."""
    values = Spss.read(sample_of(copy)).frame
    options = {"csv": "csv, delimiter: ';', encoding: utf-8, decimal: ','"}
    options |= {"xlsx": "xlsx, sheet: Sheet1", "parquet": "parquet"}
    edit(
        copy.project / MANIFEST,
        "{name: innovatie_barometer_overheid_2021.sav, format: sav}",
        f"{{name: proef.{form}, format: {options[form]}}}",
    )
    folder = copy.data / WAVE
    folder.mkdir(parents=True)
    path = folder / f"proef.{form}"
    for wrong in (False, True):
        values.loc[11, "V05"] = 7.0 if wrong else 1.0
        if form == "csv":
            values.to_csv(path, sep=";", decimal=",", index=False)
        elif form == "xlsx":
            values.to_excel(path, index=False)
        else:
            values.to_parquet(path)
        done = copy.run("wave", "check", WAVE)
        if not wrong:
            assert done.returncode == 0, done.stderr
            assert "8 rules hold" in done.stdout
            (line,) = [
                line for line in copy.run("wave", "list").stdout.splitlines() if WAVE in line
            ]
            assert "published + microdata" in line and "366" in line
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, ("V05 = 7 in row 12", "allowed in V05: 1 Ja")), message
