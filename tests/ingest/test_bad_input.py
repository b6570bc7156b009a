"""The catalogue of bad input: every fault is caught by the rule that is named for it.

The number of a fault is that of its kind: 1 encodings, 2 marks, NUL bytes and notes, 3 decimals,
4 delimiters, 5 header rows, 6 columns, 7 items, 8 labels, 9 codes, 10 several choices, 11 who
answered, 12 weights, 13 tests and careless answers, 14 formats, 15 archives, 16 sizes, 17 formulas,
18 SQL, 19 paths, 20 personal data.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from expectations.checks import check_file
from ingest import registry
from ingest.errors import RefusedError, Spoken
from ingest.messages import catalogue
from ingest.models import Source
from ingest.texts import Check, Entry, Refusal
from ingest.wave_files import open_wave
from tests.ingest.mutations import (
    AGREEMENT,
    BATTERY_LABELS,
    CSV,
    NAMES,
    SCALE,
    TICKS,
    WHERE,
    WORDING,
    answers_of,
    as_bytes,
    battery_frame,
    battery_manifest,
    csv_text,
    in_archive,
    in_battery,
    in_book,
    in_cell,
    in_csv,
    in_ods,
    in_parquet,
    write_battery,
    write_csv,
    write_dta,
    write_ods,
    write_old_dta,
    write_parquet,
    write_por,
    write_sav,
    write_xlsx,
    write_xpt,
)
from tests.support import missing_words

XLSX = {"format": "xlsx", "sheet": "Antwoorden"}
ODS = {"format": "ods", "sheet": "Antwoorden"}
PARQUET = {"format": "parquet"}
DTA = {"format": "dta"}
SURVEY = {
    "survey": "proef",
    "country": "NL",
    "title": {"nl": "Proef", "en": "Trial"},
    "publisher": "Niemand",
    "unit": {"code": "organisation", "nl": "organisatie", "en": "organisation"},
    "reference_wave": "2027",
}


@dataclass(frozen=True)
class Fault:
    """A file that goes wrong in one way, and what must be said of it.

    Attributes:
        number: its kind.
        rule: the rule that catches it.
        wave: the manifest of its wave.
        put: writes the file.
        words: what the message says, among other things.
        warns: the rule only warns.
    """

    number: int
    name: str
    rule: str
    wave: dict[str, Any]
    put: Callable[[Path], object]
    words: tuple[str, ...]
    warns: bool = False


def small(
    number: int,
    name: str,
    rule: str,
    file: dict[str, Any],
    put: Callable[[Path], object],
    words: tuple[str, ...],
) -> Fault:
    """A fault in how the file is written."""
    wave = {"wave": "2027", "population": WORDING, "answers": answers_of(**file)}
    return Fault(number, name, rule, wave, put, words)


def large(
    number: int,
    name: str,
    rule: str,
    put: Callable[[Path], object],
    words: tuple[str, ...],
    *,
    form: str = "parquet",
    warns: bool = False,
    **answers: Any,
) -> Fault:
    """A fault in what the file holds."""
    wave = battery_manifest()
    wave["answers"] |= {"file": {"name": f"proef.{form}", "format": form}, **answers}
    return Fault(number, name, rule, wave, put, words, warns)


def ambiguous_list() -> Fault:
    """A cell that can be split into codes in two ways."""
    kinds = dict.fromkeys(["law", "rule, plan", "law, rule", "plan"], "x")
    wave = {"wave": "2027", "population": WORDING, "answers": answers_of(**CSV)}
    item = {"variable": "V05", "codelist": "kinds", "base": "all", "separator": ", "}
    wave["answers"] |= {
        "codelists": {"kinds": kinds, "grade": {}},
        "items": [{**item, "wording": WORDING}, *wave["answers"]["items"][1:]],
    }
    put = in_csv("2027-02-01;1;", "2027-02-01;law, rule, plan;")
    words = ("'V05'", "'law, rule, plan'", "two ways")
    return Fault(10, "a list that can be split in two ways", "list_ambiguous", wave, put, words)


def described(fault: Fault, folder: Path) -> registry.Registry:
    """Read the survey of a fault from files, as the product does."""
    place = folder / "surveys" / "proef"
    (place / "waves").mkdir(parents=True)
    (place / "survey.yml").write_text(yaml.safe_dump(SURVEY), "utf-8")
    (place / "waves" / "2027.yml").write_text(yaml.safe_dump(fault.wave), "utf-8")
    source = {"source_id": "proef", "title": "Proef", "publisher": "Niemand", "language": "nl"}
    columns = list(Source.model_fields)
    rows = [columns, [source.get(name, "") for name in columns]]
    text = "".join(f"{','.join(row)}\n" for row in rows)
    (place.parent / "sources.csv").write_text(text, "utf-8")
    return registry.load(place.parent)


def told(fault: Fault, folder: Path, results: Path) -> tuple[dict[str, Spoken], dict[str, Spoken]]:
    """What refuses the file, and what is warned of; by rule."""
    path = folder / "data" / WHERE / Path(fault.wave["answers"]["file"]["name"]).name
    path.parent.mkdir(parents=True)
    try:
        wave = described(fault, folder).wave(WHERE)
        fault.put(path)
        findings = check_file(open_wave(wave, folder / "data", folder / "samples"), results=results)
    except RefusedError as error:
        return {error.rule: error}, {}
    broken = [finding for finding in findings if not finding.passed]
    return (
        {finding.rule: finding for finding in broken if finding.refuses},
        {finding.rule: finding for finding in broken if not finding.refuses},
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Great Expectations keeps its results."""
    return tmp_path_factory.mktemp("quality")


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


def shift(frame: pd.DataFrame) -> pd.DataFrame:
    """From the first tick on, every answer stands one column too far to the right."""
    items = [*TICKS, *SCALE]
    moved = frame.copy()
    moved[items[1:]] = frame[items[:-1]].to_numpy()
    return moved


def twice(name: str) -> Callable[[pd.DataFrame], None]:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[4, name] = frame.loc[2, name]

    return change


def blank_in_half(frame: pd.DataFrame) -> None:
    """In the first half of the rows a choice that was not made is blank instead of 0."""
    frame.loc[:5, TICKS] = frame.loc[:5, TICKS].replace(0.0, float("nan"))


def lists(frame: pd.DataFrame) -> pd.DataFrame:
    """The choices stand together in one cell."""
    return frame.assign(K_1=["1,3", "1", *["2"] * 10])


def all_alike(frame: pd.DataFrame) -> None:
    frame.loc[[2, 6], SCALE] = 3.0


def locked_ods(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
        archive.writestr("content.xml", b"\x8f\x02")


def serial_dates(book: Any) -> None:
    for row in range(2, 7):
        book["Antwoorden"].cell(row, 3, 46053 + row)


def weight(value: float | None) -> Callable[[Path], object]:
    """The weight of the second respondent."""

    def change(frame: pd.DataFrame) -> None:
        frame.loc[1, "GEWICHT"] = value

    return in_battery(change)


def one_huge_weight(frame: pd.DataFrame) -> pd.DataFrame:
    """Among 36 respondents, so that one of them can weigh over twenty times the mean."""
    rows = pd.concat([frame] * 3, ignore_index=True)
    names = {"RESPNR": range(36), "ORGID": [f"org{n}" for n in range(36)]}
    return rows.assign(**names, GEWICHT=[9999.0, *[1.0] * 35])


def unbroken(path: Path) -> None:
    write_battery(battery_frame(), path)


def labelled(**labels: str) -> Callable[[Path], object]:
    return lambda path: write_battery(battery_frame(), path, labels=labels)


def coded(codes: dict[int, str]) -> Callable[[Path], object]:
    return lambda path: write_battery(battery_frame(), path, codes=codes)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
LOCKED = OLE + "EncryptedPackage".encode("utf-16-le")
EXCEL = "cannot be read as an Excel workbook"
SECRET = "jan.jansen@gemeente.example"
REVERSED = {1: "Eens", 2: "Neutraal", 3: "Oneens", 9: "Weet niet"}
HOSTILE = "=cmd|' /C calc'!A0"
FAULTS = [
    small(
        1,
        "windows-1252 called utf-8",
        "csv_encoding",
        CSV,
        lambda path: write_csv(path, "windows-1252"),
        ("line 2", "byte 0xe9", "not a character of utf-8", "answers.file.encoding"),
    ),
    small(
        1,
        "utf-8 called windows-1252",
        "csv_is_utf8",
        CSV | {"encoding": "windows-1252"},
        write_csv,
        ("is UTF-8", "the manifest says windows-1252"),
    ),
    small(
        1,
        "windows-1252 called iso-8859-1",
        "csv_encoding",
        CSV | {"encoding": "iso-8859-1"},
        as_bytes(lambda content: content.replace("é".encode(), b"\x80")),
        ("line 2", "byte 0x80", "not a character of iso-8859-1"),
    ),
    small(
        1,
        "Unicode text of Excel",
        "csv_utf16",
        CSV,
        lambda path: write_csv(path, "utf-16"),
        ("is UTF-16", "answers.file.encoding in the manifest to utf-16"),
    ),
    small(
        1,
        "UTF-8 called UTF-16",
        "csv_no_utf16",
        CSV | {"encoding": "utf-16"},
        write_csv,
        ("does not begin with the mark of UTF-16",),
    ),
    small(
        1,
        "half a character of UTF-16",
        "csv_unreadable",
        CSV | {"encoding": "utf-16"},
        lambda path: path.write_bytes(write_csv(path, "utf-16").read_bytes()[:-1]),
        ("cannot be read as delimited text", "truncated data"),
    ),
    small(
        4,
        "a first line that tells Excel of another delimiter",
        "csv_sep_line",
        CSV,
        as_bytes(lambda content: b"sep=,\r\n" + content),
        ("',' is between its cells, not ';'", "answers.file.delimiter"),
    ),
    small(
        2,
        "a NUL byte",
        "csv_nul_byte",
        CSV,
        as_bytes(lambda content: content.replace(b"c3", b"c\0")),
        ("line 5", "NUL byte"),
    ),
    small(
        2,
        "notes under the table",
        "csv_row_cells",
        CSV,
        as_bytes(lambda content: content + b"Bron: Survalyzer\r\n"),
        ("row 6 (1)", "remove notes below the table"),
    ),
    small(
        2,
        "notes under the table, with all delimiters",
        "note_below",
        CSV,
        as_bytes(lambda content: content + b"Bron: Survalyzer;;;;;\r\n"),
        ("row 6, the last one", "one filled cell", "remove notes"),
    ),
    small(
        2,
        "a quote that is not closed",
        "csv_quote_open",
        CSV,
        in_csv(";e5", ';"e5'),
        ("a cell on line 7", "do not enclose the whole cell"),
    ),
    small(
        2,
        "a quote that takes in the next row",
        "csv_lines_in_cell",
        CSV,
        in_csv("c3;2027-02-03;9;;\r\n4;d4", '"c3;2027-02-03;9;;\r\n4;d4"'),
        ("several lines", "'ORGID' in row 3", "not closed"),
    ),
    small(
        2,
        "a note under the table in Excel",
        "note_below",
        XLSX,
        in_book(note_below),
        ("row 7, the last one",),
    ),
    small(
        2,
        "a row with the total under a CSV",
        "total_below",
        CSV,
        lambda path: path.write_text(csv_text() + "Totaal;60;30;;;\r\n", "utf-8"),
        ("row 6, the last one", "'Totaal'"),
    ),
    small(
        2,
        "a row with means under a table in Excel, after an empty cell",
        "total_below",
        XLSX,
        in_book(lambda book: book.active.append([None, "Gemiddelde:", 60])),
        ("row 6, the last one", "'Gemiddelde:'"),
    ),
    small(
        2,
        "a Danish total with the number of respondents",
        "total_below",
        CSV,
        lambda path: path.write_text(csv_text() + "I alt (n=6);60;30;;;\r\n", "utf-8"),
        ("row 6, the last one",),
    ),
    small(
        2,
        "empty rows in a CSV",
        "row_empty",
        CSV,
        in_csv("3;c3", ";;;;;\r\n3;c3"),
        ("without any value: 3", "remove the empty rows"),
    ),
    small(
        2,
        "an empty last row in a CSV",
        "row_empty",
        CSV,
        lambda path: path.write_text(csv_text() + ";;;;;\r\n", "utf-8"),
        ("without any value: 6",),
    ),
    small(
        2,
        "an empty row in Excel",
        "row_empty",
        XLSX,
        in_book(lambda book: book.active.insert_rows(3)),
        ("without any value: 2",),
    ),
    small(
        2,
        "a number of 17 digits in Excel",
        "xlsx_digits",
        XLSX,
        in_book(lambda book: book.active.append([12345678901234567, "o", None, 1, 2, "x"])),
        ("cell A7", "formatted as text"),
    ),
    small(
        2,
        "a control character in a cell",
        "control_character",
        CSV,
        in_csv("3;c3", "3;c\x1b3"),
        ("ORGID has a control character (U+001B) in row 3", "--text"),
    ),
    small(
        4,
        "one column",
        "csv_one_column",
        CSV,
        lambda path: path.write_text("RESPNR\n1\n2\n", "utf-8"),
        ("a single column, 'RESPNR'", "a column for each question"),
    ),
    small(
        4,
        "another delimiter",
        "csv_delimiter",
        CSV | {"delimiter": ","},
        write_csv,
        ("with delimiter comma", "semicolon (5 times)", "answers.file.delimiter"),
    ),
    small(
        5,
        "the header twice",
        "csv_header_repeated",
        CSV,
        in_csv("3;c3", ";".join(NAMES) + "\r\n3;c3"),
        ("row 3", "repeats the header"),
    ),
    small(
        5,
        "three header rows where one is described",
        "csv_import_ids_below",
        CSV,
        lambda path: write_csv(path, header_rows=3),
        ("import ids", "header_rows: 3"),
    ),
    small(
        5,
        "one header row where three are described",
        "csv_import_ids_missing",
        CSV | {"header_rows": 3},
        write_csv,
        ("no import ids", "header_rows: 1"),
    ),
    small(
        6,
        "a row with a cell too many",
        "csv_row_cells",
        CSV,
        in_csv("c3;", "c3;;"),
        ("more or fewer cells than the header (6)", "row 3 (7)", "double quotes"),
    ),
    small(
        6, "a row with a cell too few", "csv_row_cells", CSV, in_csv("d4;", "d4"), ("row 4 (5)",)
    ),
    small(
        6,
        "a column twice",
        "column_twice",
        CSV,
        in_csv("V06", "V05"),
        ("has more than one column V05",),
    ),
    small(
        6,
        "a column without a name",
        "column_nameless",
        CSV,
        in_csv("V06", ""),
        ("no name in column 5",),
    ),
    small(
        6,
        "a column with a control character in its name",
        "column_unfit",
        CSV,
        in_csv("V06", "V\x0706"),
        ("control characters", r"V\x0706"),
    ),
    small(
        6,
        "a column twice in Excel",
        "column_twice",
        XLSX,
        in_book(name_twice),
        ("more than one column V05",),
    ),
    small(
        6,
        "cells beside the table",
        "xlsx_beside_table",
        XLSX,
        in_book(beside),
        ("row 2", "beside the named columns"),
    ),
    small(
        10,
        "a list in a column",
        "nested_column",
        PARQUET,
        in_parquet(V05=[[1], [2], [], [], []]),
        ("'V05'", "of type list", "number, a date or a text"),
    ),
    small(
        13,
        "a mark that holds for some rows",
        "synthetic_mark",
        CSV,
        in_csv("V06", "SYNTHETISCH"),
        ("SYNTHETISCH", "put generated and real answers in separate files"),
    ),
    small(14, "no workbook", "xlsx_unreadable", XLSX, as_bytes(bytes), (EXCEL, "another format")),
    small(
        14,
        "half a workbook",
        "xlsx_unreadable",
        XLSX,
        lambda path: path.write_bytes(write_xlsx(path).read_bytes()[:3000]),
        (EXCEL, "incomplete"),
    ),
    small(
        14,
        "a workbook with a password",
        "xlsx_password",
        XLSX,
        lambda path: path.write_bytes(LOCKED),
        ("is protected with a password", "without a password"),
    ),
    small(14, "no spreadsheet", "ods_unreadable", ODS, as_bytes(bytes), ("OpenDocument", ".ods")),
    small(
        14,
        "half a spreadsheet",
        "ods_unreadable",
        ODS,
        lambda path: path.write_bytes(write_ods(path).read_bytes()[:900]),
        ("cannot be read as an OpenDocument spreadsheet", "copy all of it"),
    ),
    small(
        14,
        "a value of another kind",
        "ods_unreadable",
        ODS,
        in_ods('office:value="7.5"', 'office:value="seven"'),
        ("the value of cell E2 is not of its kind",),
    ),
    small(
        14,
        "a spreadsheet with a password",
        "ods_password",
        ODS,
        locked_ods,
        ("is protected with a password", "LibreOffice"),
    ),
    small(
        14,
        "a row that fills the sheet",
        "ods_unreadable",
        ODS,
        in_ods(
            '<table:table-row><table:table-cell office:value-type="float" office:value="5">',
            '<table:table-row table:number-rows-repeated="2000000000">'
            '<table:table-cell office:value-type="float" office:value="5">',
        ),
        ("more cells than can be read",),
    ),
    small(
        14,
        "a formula in a spreadsheet",
        "xlsx_formula",
        ODS,
        in_ods('office:value="7.5"', 'table:formula="of:=15/2" office:value="7.5"'),
        ("cell E2", "paste special"),
    ),
    small(
        14,
        "merged cells in a spreadsheet",
        "xlsx_merged_cells",
        ODS,
        in_ods('office:value="7.5"', 'table:number-rows-spanned="2" office:value="7.5"'),
        ("E2",),
    ),
    small(
        14,
        "an entity in a spreadsheet",
        "xlsx_entities",
        ODS,
        in_ods("<office:document-content", "<!DOCTYPE a><office:document-content"),
        ("content.xml",),
    ),
    small(
        14,
        "an .xls called .xlsx",
        "xlsx_is_xls",
        XLSX,
        lambda path: path.write_bytes(OLE),
        ("old format .xls",),
    ),
    small(
        14,
        "a damaged part",
        "xlsx_damaged",
        XLSX,
        in_archive("xl/worksheets/sheet1.xml", lambda content: content[:-90]),
        (EXCEL, "save it again"),
    ),
    small(
        14,
        "a sheet that is not there",
        "xlsx_no_sheet",
        XLSX | {"sheet": "Data"},
        write_xlsx,
        ("no sheet 'Data'", "Allowed: Antwoorden, Toelichting"),
    ),
    small(
        14,
        "a hidden sheet",
        "xlsx_hidden_sheet",
        XLSX,
        in_book(hide),
        ("a hidden sheet", "make the sheet visible"),
    ),
    small(
        14,
        "merged cells",
        "xlsx_merged_cells",
        XLSX,
        in_book(merge),
        ("merged cells: D2:D3", "unmerge"),
    ),
    small(
        14,
        "a formula",
        "xlsx_formula",
        XLSX,
        in_book(formula),
        ("cell E4", "contains a formula", "values"),
    ),
    small(
        14,
        "an empty sheet",
        "xlsx_empty_sheet",
        XLSX,
        in_book(nothing),
        ("is empty", "answers.file.sheet"),
    ),
    small(
        14,
        "no Parquet",
        "parquet_unreadable",
        PARQUET,
        as_bytes(bytes),
        ("cannot be read as a Parquet file", "another"),
    ),
    small(
        14,
        "half a Parquet",
        "parquet_unreadable",
        PARQUET,
        lambda path: path.write_bytes(write_parquet(path).read_bytes()[:-40]),
        ("cannot be read as a Parquet file", "incomplete"),
    ),
    small(
        15,
        "a part that unpacks to far more",
        "xlsx_unpacks_large",
        XLSX,
        in_archive("xl/media/image1.png", zeroes),
        ("image1.png", "unpacks to 20 MB", "times its size"),
    ),
    small(
        15,
        "entities in a part",
        "xlsx_entities",
        XLSX,
        in_archive("xl/worksheets/sheet1.xml", entity),
        ("xl/worksheets/sheet1.xml", "declares XML entities", "do not use the file"),
    ),
    small(
        16,
        "a file over its limit",
        "file_too_large",
        CSV | {"max_megabytes": 1},
        as_bytes(lambda content: content * 10_000),
        ("is 2 MB", "Allowed: 1 MB", "answers.file.max_megabytes"),
    ),
    small(
        16,
        "more rows than memory holds",
        "too_many_cells",
        PARQUET,
        lambda path: pq.write_table(pa.table({"RESPNR": pa.nulls(260_000_000, pa.int8())}), path),
        ("260,000,000 rows", "right file"),
    ),
    small(
        20,
        "an e-mail address in a column",
        "personal_values",
        CSV,
        in_csv("c3", SECRET),
        ("ORGID", "row 3", "e-mail"),
    ),
    small(
        20,
        "an IP address in a column",
        "personal_values",
        CSV,
        in_csv("c3", "10.1.2.33"),
        ("ORGID", "row 3", "an IP"),
    ),
    small(
        20,
        "a column with names",
        "personal_columns",
        CSV,
        in_csv("ORGID", "Voornaam"),
        ("personal data: Voornaam",),
    ),
    small(
        20,
        "a column with IP addresses",
        "personal_columns",
        CSV,
        in_csv("ORGID", "IPAddress"),
        ("IPAddress",),
    ),
    small(
        20,
        "a column with addresses in Excel",
        "personal_columns",
        XLSX,
        in_book(personal),
        ("personal data: E-mail adres",),
    ),
    small(
        20,
        "an e-mail address in Parquet",
        "personal_values",
        PARQUET,
        in_parquet(CONTACT=["", "", "", SECRET, ""]),
        ("CONTACT", "row 4", "e-mail"),
    ),
    small(
        1,
        "parts in two encodings",
        "csv_mixed_encoding",
        CSV | {"encoding": "windows-1252"},
        as_bytes(lambda content: content + "6;f6;2027-02-06;1;6,0;naïef\r\n".encode("cp1252")),
        ("line 2 is UTF-8",),
    ),
    small(
        3,
        "decimal points where commas are described",
        "not_a_number",
        CSV,
        lambda path: write_csv(path, decimal="."),
        ("V06 has '7.5' in row 1", "decimal mark ','", "answers.file.decimal"),
    ),
    small(
        3,
        "decimal commas where points are described",
        "not_a_number",
        CSV | {"decimal": "."},
        write_csv,
        ("V06 has '7,5' in row 1",),
    ),
    small(
        3,
        "decimals of which nobody told the mark",
        "not_a_number",
        CSV | {"decimal": None},
        write_csv,
        ("V06 has '7,5' in row 1", "decimal mark none"),
    ),
    small(
        3,
        "groups of another size than thousands",
        "not_a_number",
        CSV | {"thousands": "."},
        in_csv(";7,5;", ";12.34;"),
        ("V06 has '12.34' in row 1", "thousands separator '.'"),
    ),
    small(
        3,
        "thousands with a point",
        "not_a_number",
        CSV,
        in_csv(";7,5;", ";1.234;"),
        ("V06 has '1.234' in row 1", "thousands separator none", "answers.file.thousands"),
    ),
    small(
        16,
        "a row of many megabytes",
        "csv_row_too_long",
        CSV,
        in_csv("Eén loket", "x" * (17 * 2**20)),
        ("a row of more than 16 MB",),
    ),
    small(
        14,
        "half an SPSS file",
        "sav_unreadable",
        {"format": "sav"},
        lambda path: path.write_bytes(write_sav(path).read_bytes()[:900]),
        ("incomplete",),
    ),
    small(
        14,
        "half an SPSS portable file",
        "por_unreadable",
        {"format": "por"},
        lambda path: path.write_bytes(write_por(path).read_bytes()[:600]),
        ("export the answers as .sav",),
    ),
    small(
        14,
        "half a SAS transport file",
        "sas_unreadable",
        {"format": "xpt"},
        lambda path: path.write_bytes(write_xpt(path).read_bytes()[:-99]),
        ("its last record is cut off", "incomplete"),
    ),
    small(
        14,
        "two data sets in a SAS transport file",
        "sas_several",
        {"format": "xpt"},
        lambda path: path.write_bytes(
            (whole := write_xpt(path).read_bytes())
            + whole[whole.index(b"HEADER RECORD*******MEMB") :]
        ),
        ("holds 2 data sets",),
    ),
    small(
        14,
        "text under the name of a SAS data set",
        "sas_unreadable",
        {"format": "sas7bdat"},
        lambda path: path.write_bytes(b"RESPNR;V05\n1;2\n" * 400),
        ("another format",),
    ),
    small(
        14,
        "half a Stata file",
        "dta_unreadable",
        DTA,
        lambda path: path.write_bytes(write_dta(path).read_bytes()[:900]),
        ("cannot be read as a Stata file", "incomplete"),
    ),
    small(
        14,
        "a Stata file without its end",
        "dta_unreadable",
        DTA,
        lambda path: path.write_bytes(write_dta(path).read_bytes()[:-5]),
        ("its end is missing",),
    ),
    small(
        14,
        "an old Stata file without its value labels",
        "dta_labels_missing",
        DTA,
        lambda path: path.write_bytes(write_dta(path, version=12).read_bytes()[:-30]),
        ("does not hold the value labels that belong to V05", "may be incomplete"),
    ),
    small(
        14,
        "no Stata file",
        "dta_unreadable",
        DTA,
        as_bytes(bytes),
        ("cannot be read as a Stata file", "another format"),
    ),
    small(
        1,
        "an old Stata file of which nobody told the encoding",
        "dta_encoding_missing",
        DTA,
        write_old_dta,
        ("Stata 13 or earlier", "OPEN", "windows-1252"),
    ),
    small(
        1,
        "an old Stata file in windows-1252 called utf-8",
        "dta_encoding",
        DTA | {"encoding": "utf-8"},
        write_old_dta,
        ("are not utf-8", "answers.file.encoding"),
    ),
    small(
        1,
        "an old Stata file in utf-8 called windows-1252",
        "dta_encoding",
        DTA | {"encoding": "windows-1252"},
        lambda path: write_dta(path, version=13),
        ("are not windows-1252, at OPEN",),
    ),
    small(
        1,
        "a new Stata file called windows-1252",
        "dta_is_utf8",
        DTA | {"encoding": "windows-1252"},
        write_dta,
        ("Stata 14 or later", "remove encoding"),
    ),
    small(
        14,
        "months of Stata",
        "dta_date",
        DTA,
        lambda path: write_dta(path, variable_format={"V06": "%tm"}),
        ("'V06'", "%tm", "Allowed: %td, %tc, %ty"),
    ),
    small(
        16,
        "an empty file",
        "file_empty",
        CSV,
        as_bytes(lambda _: b""),
        ("is empty", "copy the file again"),
    ),
    ambiguous_list(),
    small(
        5,
        "a first column with a name where none is described",
        "first_column_named",
        CSV | {"first_column": "row"},
        write_csv,
        ("begins with the name 'RESPNR'", "remove first_column"),
    ),
    small(
        5,
        "a column without a question",
        "column_nameless",
        CSV | {"header": "questions"},
        lambda path: path.write_text(csv_text().replace("ORGID", ""), "utf-8"),
        ("no name in column 2",),
    ),
    small(
        5,
        "rows above the header that are not described",
        "csv_row_cells",
        CSV,
        lambda path: path.write_text(f"Title;2027\n{csv_text()}", "utf-8"),
        ("more or fewer cells than the header (2)",),
    ),
    small(
        5,
        "fewer rows above the header than described",
        "csv_delimiter",
        CSV | {"rows_above": 30},
        write_csv,
        ("the header of",),
    ),
    small(
        5,
        "header rows of different lengths",
        "csv_header_cells",
        CSV | {"header_rows": 3},
        lambda path: path.write_text(csv_text(header_rows=3).replace(";Cijfer;", ";"), "utf-8"),
        ("have 6, 5, 6 cells",),
    ),
    small(
        2,
        "quotes within a name",
        "csv_quote_open",
        CSV,
        in_csv("V05", '"V"05'),
        ("a cell on line 1", "inside a quoted text, write a double quote twice"),
    ),
    large(
        5,
        "question texts as the first row of answers",
        "not_a_number",
        in_battery(lambda frame: pd.concat([pd.DataFrame([BATTERY_LABELS]), frame]).astype(str)),
        ("GEWICHT has 'Weegfactor' in row 1",),
    ),
    large(
        6, "columns shifted by one", "known_codes", in_battery(shift), ("A_1 = 0", "allowed in A_1")
    ),
    large(
        6,
        "a column missing",
        "variables",
        in_battery(lambda frame: frame.drop(columns="A_3")),
        ("missing: A_3", "export the file again"),
    ),
    large(
        6,
        "a column extra",
        "variables",
        in_battery(lambda frame: frame.assign(A_9=1.0)),
        ("not described: A_9",),
    ),
    large(
        7,
        "an item code used for another item",
        "items_reused",
        labelled(A_2=BATTERY_LABELS["A_5"]),
        ("A_2: 'Stelling 5 over leren van fouten' = A_5 in row A_2",),
        form="sav",
    ),
    large(
        7,
        "an item code used for a new question",
        "wordings",
        labelled(A_2="Budget per jaar"),
        ("'Budget per jaar'", "a different question"),
        form="sav",
        warns=True,
    ),
    large(
        8,
        "labels of a reversed scale",
        "labels",
        coded(REVERSED),
        ("A_1: 1 'Oneens' -> 'Eens'", "reversed"),
        form="sav",
    ),
    large(
        8,
        "a code with a new meaning",
        "labels",
        coded(AGREEMENT | {2: "Weigert"}),
        ("A_1: 2 'Neutraal' -> 'Weigert'",),
        form="sav",
    ),
    large(
        9,
        "an unknown code",
        "known_codes",
        in_cell("A_1", 4, "7"),
        ("A_1 = 7 in row 4", "1 Oneens, 2 Neutraal, 3 Eens, 9 Weet niet"),
    ),
    large(
        9,
        "99 for don't know where 9 is described",
        "known_codes",
        in_cell("A_1", 4, "99"),
        ("A_1 = 99 in row 4",),
    ),
    large(
        9,
        "666666 for other",
        "known_codes",
        in_cell("K_2", 4, "666666"),
        ("K_2 = 666666 in row 4",),
    ),
    large(
        9, "a code with a decimal", "known_codes", in_cell("A_1", 4, "1.5"), ("A_1 = 1.5 in row 4",)
    ),
    large(
        9,
        "labels instead of codes",
        "known_codes",
        in_cell("A_1", 4, "Eens"),
        ("A_1 = Eens in row 4",),
    ),
    large(
        10,
        "blank and 0 for what was not chosen",
        "ticks",
        in_battery(blank_in_half),
        ("K_1 … K_3 in row", "0 or 1 in every cell"),
    ),
    large(
        10,
        "choices as a list in one cell",
        "known_codes",
        in_battery(lists),
        ("K_1 = 1,3", "allowed in K_1: 0 Nee, 1 Ja"),
    ),
    large(
        10,
        "0 where only 1 is described",
        "known_codes",
        unbroken,
        ("K_1 = 0", "allowed in K_1: 1 Ja"),
        codelists={"ticked": {1: "Ja"}, "agreement": AGREEMENT},
    ),
    large(
        11,
        "a respondent who answers twice",
        "respondent_once",
        in_battery(twice("RESPNR")),
        ("3 in row 3, 5",),
    ),
    large(
        11,
        "an organisation that answers twice",
        "organisation_once",
        in_battery(twice("ORGID")),
        ("org3 in row 3, 5", "parts_of_organisations: true"),
    ),
    large(
        11,
        "a row without a respondent",
        "respondent_known",
        in_battery(
            lambda frame: frame.__setitem__("RESPNR", frame["RESPNR"].where(frame.index != 4))
        ),
        ("in row 5",),
    ),
    large(
        6,
        "variables of another questionnaire",
        "variables",
        in_battery(lambda frame: frame.rename(columns=lambda name: name.replace("A_", "B_"))),
        ("missing: A_1", "not described: B_1", "the file of another wave"),
    ),
    large(
        6,
        "no respondent's number",
        "variables",
        in_battery(lambda frame: frame.rename(columns={"RESPNR": "respnr"})),
        ("missing: RESPNR", "not described: respnr"),
    ),
    large(
        11,
        "more respondents than were invited",
        "row_count",
        unbroken,
        ("Found: 12.", "design.frame"),
        design={"stratum": "sector", "frame": {"municipalities": 10}},
    ),
    large(
        11,
        "one date after the field period",
        "field_period",
        in_battery(
            lambda frame: frame.__setitem__("DATUM", [*frame["DATUM"][:-1], date(2027, 4, 1)])
        ),
        ("2027-04-01 in row 12.", "correct field_period"),
    ),
    large(
        11, "no respondents", "row_count", in_battery(lambda frame: frame.iloc[:0]), ("Found: 0",)
    ),
    large(
        11,
        "answers of another year",
        "field_period",
        in_battery(lambda frame: frame.assign(DATUM=date(2026, 2, 1))),
        (
            "2027-02-01 to 2027-03-31",
            "2026-02-01",
            "the file of wave 2027",
        ),
    ),
    large(12, "a weight missing", "weight_not_positive", weight(None), ("GEWICHT is '' in row 2",)),
    large(
        12,
        "a weight of zero",
        "weight_not_positive",
        weight(0.0),
        ("GEWICHT is '0' in row 2", "a number above 0"),
    ),
    large(
        12,
        "a negative weight",
        "weight_not_positive",
        weight(-1.5),
        ("GEWICHT is '-1.5' in row 2",),
    ),
    large(
        12,
        "a huge weight",
        "weight_too_large",
        in_battery(one_huge_weight),
        ("GEWICHT is 9,999 in row 1", "20 times the mean", "trim weights"),
    ),
    large(
        12,
        "no weights at all",
        "variables",
        in_battery(lambda frame: frame.drop(columns="GEWICHT")),
        ("missing: GEWICHT",),
    ),
    large(
        13,
        "one answer throughout a battery",
        "straight_lining",
        in_battery(all_alike),
        ("A_1 … A_8 in row 3, 7",),
        warns=True,
    ),
    large(
        13,
        "an answer that tests the questionnaire",
        "test_answers",
        in_cell("OPEN", 3, "test"),
        ("OPEN in row 3",),
        warns=True,
    ),
    large(
        14,
        "dates as numbers of Excel",
        "dates",
        in_battery(lambda frame: frame.assign(DATUM=range(46054, 46066))),
        ("46054", "year-month-day"),
    ),
    large(
        14,
        "dates in another order",
        "dates",
        in_battery(lambda frame: frame.assign(DATUM="01-02-2027")),
        ("01-02-2027", "export DATUM as a date"),
    ),
    large(17, "a formula for a code", "known_codes", in_cell("A_1", 4, HOSTILE), (HOSTILE,)),
    large(
        18,
        "SQL for a code",
        "known_codes",
        in_cell("A_1", 4, "1'; drop table answers;--"),
        ("A_1 = 1'; drop table answers;--",),
    ),
    large(
        18,
        "SQL for a name",
        "variables",
        in_battery(lambda frame: frame.rename(columns={"A_1": "A_1; drop table x"})),
        ("not described: A_1; drop table x",),
    ),
    large(
        19,
        "a file name that leaves its folder",
        "description_unfit",
        unbroken,
        ("answers.file", "name = '../../proef.parquet'"),
        file={"name": "../../proef.parquet", "format": "parquet"},
    ),
    large(
        19,
        "a sample that leaves its folder",
        "description_unfit",
        unbroken,
        ("answers.sample = '../../etc/passwd'",),
        sample="../../etc/passwd",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.number}: {fault.name}")
def test_a_fault_is_caught_by_its_rule_and_told_in_both_languages(
    tmp_path: Path, results: Path, fault: Fault
) -> None:
    refused, warned = told(fault, tmp_path, results)
    assert fault.rule in (warned if fault.warns else refused)
    assert not (fault.warns and refused)
    spoken = (warned if fault.warns else refused)[fault.rule]
    en, nl = spoken.text("en"), spoken.text("nl")
    assert not missing_words(en, (f"rule {fault.rule}: ", "How to fix: ", *fault.words)), en
    assert not missing_words(nl, (f"regel {fault.rule}: ", "Oplossing: ")), nl
    assert not re.search(r", rule |Allowed: |How to fix: |Found: ", nl), nl
    for words in (en, nl):
        assert "\n" not in words
        assert SECRET not in words and "10.1.2.33" not in words


@pytest.mark.parametrize("form", ["parquet", "sav", "dta"])
def test_the_same_survey_without_a_fault_is_accepted(
    tmp_path: Path, results: Path, form: str
) -> None:
    fault = large(0, "none", "", unbroken, (), form=form)
    assert told(fault, tmp_path, results) == ({}, {})


ACCEPTED: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame | None], dict[str, Any]]] = {
    "columns in another order": (lambda frame: frame[frame.columns[::-1]], {}),
    "parts of an organisation": (twice("ORGID"), {"parts_of_organisations": True}),
    "a formula in an open answer": (lambda frame: frame.assign(OPEN=HOSTILE), {}),
    "SQL in an open answer": (lambda frame: frame.assign(OPEN="'); drop table x;--"), {}),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_only_looks_like_a_fault_is_accepted_with_the_same_answers(
    tmp_path: Path, results: Path, name: str
) -> None:
    change, manifest = ACCEPTED[name]
    fault = large(0, name, "", in_battery(change), (), **manifest)
    assert told(fault, tmp_path, results) == ({}, {})
    wave = registry.load(tmp_path / "surveys").wave(WHERE)
    read = open_wave(wave, tmp_path / "data", tmp_path).table.data.to_pydict()
    for variable in (*TICKS, *SCALE):
        assert read[variable] == [f"{code:g}" for code in battery_frame()[variable]]


def test_an_empty_tick_is_accepted_where_the_manifest_says_what_it_means(
    tmp_path: Path, results: Path
) -> None:
    items = [
        item | ({"battery": "partners"} if item["variable"] in TICKS else {})
        for item in battery_manifest()["answers"]["items"]
    ]
    fault = large(0, "blank ticks", "", in_battery(blank_in_half), (), items=items)
    assert told(fault, tmp_path, results) == ({}, {})


def test_every_kind_of_fault_is_in_the_catalogue() -> None:
    assert {fault.number for fault in FAULTS} == set(range(1, 21))
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


OVER_A_FILE = re.compile(
    "csv_|xlsx_|ods_|sav_|por_|sas_|dta_|parquet_|personal_|column_|first_column_|list_ambiguous|note_"
    "|nested_|synthetic_|weight_|total_|row_empty|control_|too_many_cells|file_empty|file_too_large"
    "|not_a_number"
)


def test_every_rule_over_a_file_has_its_fault_in_the_catalogue() -> None:
    held = {rule for rule in rules("ingest", Refusal) if OVER_A_FILE.match(rule)}
    held |= rules("expectations", Check)
    # A correction is a fault of the manifest, once the file is mended (test_file_checks.py). A code
    # that is declared missing is one of the crosswalk (test_declarations.py).
    assert held - {"corrections", "declared_missing"} == {fault.rule for fault in FAULTS} - {
        "description_unfit"
    }


def rules(package: str, kind: type[Entry]) -> set[str]:
    return {rule for rule, entry in catalogue(package).items() if isinstance(entry, kind)}
