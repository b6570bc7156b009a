"""One small survey in every format, and what goes wrong with such files in real life."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from ingest.formats import AnswerTable
from ingest.models import Answers
from ingest.readers import read

WHERE = "proef/2027"
NAMES = ["RESPNR", "ORGID", "DATUM", "V05", "V06", "OPEN"]
LABELS = ["Nummer", "Organisatie", "Datum", "Vernieuwd?", "Cijfer", "Welke?"]
# An open answer is kept as typed: its delimiter, quotes, lines, formula and number.
ROWS: list[tuple[Any, ...]] = [
    (1, "a1", date(2027, 2, 1), 1, 7.5, "Eén loket; voor iedereen"),
    (2, "b2", date(2027, 2, 2), 2, 8, 'Het "huis"\nvan de wijk'),
    (3, "c3", date(2027, 2, 3), 9, None, None),
    (4, "d4", date(2027, 2, 4), None, 10, "=1+1"),
    (5, "e5", date(2027, 2, 5), 1, 6, "1.0"),
]
READ = {
    "RESPNR": ["1", "2", "3", "4", "5"],
    "ORGID": ["a1", "b2", "c3", "d4", "e5"],
    "DATUM": ["2027-02-01", "2027-02-02", "2027-02-03", "2027-02-04", "2027-02-05"],
    "V05": ["1", "2", "9", None, "1"],
    "V06": ["7.5", "8", None, "10", "6"],
    "OPEN": [row[-1] for row in ROWS],
}
CSV = {"format": "csv", "delimiter": ";", "encoding": "utf-8", "decimal": ","}
WORDING = {"nl": "Vraag", "en": "Question"}


def described(**file: Any) -> Answers:
    """The manifest's description of the survey, for a file of that format."""
    return Answers.model_validate(answers_of(**file))


def as_read(path: Path, **file: Any) -> AnswerTable:
    """Read a file of the survey in that format."""
    answers = described(**file)
    return read(path, answers.file, answers.texts, WHERE, numbers=answers.numbers)


def answers_of(**file: Any) -> dict[str, Any]:
    return {
        "file": {"name": f"proef.{file['format']}", **file},
        "respondent": "RESPNR",
        "organisation": "ORGID",
        "completed_on": "DATUM",
        "design": {"stratum": "sector", "frame": {"municipalities": 10}},
        "codelists": {"yes_no": {1: "Ja", 2: "Nee", 9: "Weet niet"}},
        "items": [
            {"variable": "V05", "codelist": "yes_no", "base": "all", "wording": WORDING},
            {"variable": "V06", "number": True, "base": "all", "wording": WORDING},
            {"variable": "OPEN", "text": True, "base": "all", "wording": WORDING},
        ],
    }


def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=NAMES)


def csv_text(delimiter: str = ";", decimal: str = ",", header_rows: int = 1) -> str:
    """The survey as a survey tool exports it: numbers with a decimal, quotes where needed."""
    values = frame().astype({"V05": "Int8"})
    text = values.to_csv(sep=delimiter, decimal=decimal, index=False, lineterminator="\r\n")
    if header_rows == 3:
        ids = delimiter.join(f'"{{""ImportId"":""{name}""}}"' for name in NAMES)
        first, rest = text.split("\r\n", 1)
        text = "\r\n".join([first, delimiter.join(LABELS), ids, rest])
    return text


def write_csv(path: Path, encoding: str = "utf-8", **form: Any) -> Path:
    path.write_bytes(csv_text(**form).encode(encoding))
    return path


def write_sav(path: Path, *, compress: bool = False) -> Path:
    values = frame()
    values["OPEN"] = values["OPEN"].fillna("")
    values[["RESPNR", "V05", "V06"]] = values[["RESPNR", "V05", "V06"]].astype(float)
    pyreadstat.write_sav(
        values, str(path), column_labels=LABELS, missing_ranges={"V05": [9]}, compress=compress
    )
    return path


def write_por(path: Path) -> Path:
    """The survey without its open answers: ASCII is all that this format holds for sure."""
    labels = dict(zip(NAMES[:-1], LABELS, strict=False))
    pyreadstat.write_por(frame().drop(columns="OPEN"), str(path), column_labels=labels)
    return path


def write_xpt(path: Path) -> Path:
    labels = dict(zip(NAMES, LABELS, strict=True))
    pyreadstat.write_xport(frame(), str(path), column_labels=labels)
    return path


def write_dta(path: Path, **form: Any) -> Path:
    """The survey as Stata 15 writes it; its value labels say that 9 is no valid answer."""
    values = frame()
    values["OPEN"] = values["OPEN"].fillna("")
    values[["RESPNR", "V05", "V06"]] = values[["RESPNR", "V05", "V06"]].astype(float)
    pyreadstat.write_dta(
        values,
        str(path),
        column_labels=LABELS,
        variable_value_labels={"V05": {1: "Ja", 2: "Nee", 9: "Weet niet"}},
        **form,
    )
    return path


def write_old_dta(path: Path) -> Path:
    """The survey as Stata 12 writes it on Windows, with texts in its code page."""
    values = frame().assign(DATUM=pd.to_datetime(frame()["DATUM"]))
    values["OPEN"] = values["OPEN"].fillna("")
    values.to_stata(path, version=114, convert_dates={"DATUM": "td"}, write_index=False)
    return path


def write_xlsx(path: Path, change: Callable[[Any], None] | None = None) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Antwoorden"
    book.create_sheet("Toelichting").append(["Codes staan in het codeboek"])
    for row in [NAMES, *ROWS]:
        book["Antwoorden"].append(row)
    for row in book["Antwoorden"].iter_rows():
        if isinstance(row[-1].value, str):
            row[-1].data_type = "s"  # an open answer that looks like a formula is a text
    if change:
        change(book)
    book.save(path)
    return path


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" office:version="1.3">
<office:automatic-styles><style:style style:name="ta1" style:family="table">
<style:table-properties table:display="true"/></style:style>
<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/>
</style:style></office:automatic-styles>
<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>
</office:document-content>"""
REST_OF_ROW = '<table:table-cell table:number-columns-repeated="16370"/>'
REST_OF_SHEET = (
    f'<table:table-row table:number-rows-repeated="1048000">{REST_OF_ROW}</table:table-row>'
)


def ods_line(line: str) -> str:
    """A line with blanks as elements, but for a single one between words."""
    blank = re.compile(r"(?<= ) +|^ +| +$")
    told = blank.sub(lambda found: f'<text:s text:c="{len(found[0])}"/>', escape(line))
    return told.replace("\t", "<text:tab/>")


def ods_cell(value: Any) -> str:
    """A cell as LibreOffice writes it: a value of a kind, and what is shown of it."""
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind = f'"boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, int | float):
        kind = f'"float" office:value="{value}"'
    elif isinstance(value, date):
        kind = f'"date" office:date-value="{value.isoformat()}"'
    else:
        shown = "".join(f"<text:p>{ods_line(line)}</text:p>" for line in value.split("\n"))
        return f'<table:table-cell office:value-type="string">{shown}</table:table-cell>'
    return f"<table:table-cell office:value-type={kind}><text:p>x</text:p></table:table-cell>"


def ods_sheet(name: str, rows: Iterable[Iterable[Any]], style: str = "ta1") -> str:
    lines = "".join(
        f"<table:table-row>{''.join(map(ods_cell, row))}{REST_OF_ROW}</table:table-row>"
        for row in rows
    )
    return (
        f'<table:table table:name="{name}" table:style-name="{style}">'
        f"<table:table-column/>{lines}{REST_OF_SHEET}</table:table>"
    )


def write_ods(
    path: Path, change: Callable[[str], str] | None = None, rows: Iterable[Iterable[Any]] = ()
) -> Path:
    """The survey as LibreOffice saves it; a change is made in its content."""
    told = ods_sheet("Toelichting", [["Codes staan in het codeboek"]])
    content = ODS.format(sheets=ods_sheet("Antwoorden", rows or [NAMES, *ROWS]) + told)
    if change:
        changed = change(content)
        assert changed != content
        content = changed
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return path


def in_ods(old: str, new: str) -> Callable[[Path], object]:
    """A fault in the content of an OpenDocument spreadsheet."""
    return lambda path: write_ods(path, lambda content: content.replace(old, new, 1))


def write_parquet(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table({**pa.Table.from_pandas(frame()).to_pydict(), **columns}), path)
    return path


def in_csv(old: str, new: str) -> Callable[[Path], object]:
    """A fault in a CSV: the first place of `old` becomes `new`."""

    def break_it(path: Path) -> None:
        text = csv_text()
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8", newline="")

    return break_it


def as_bytes(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """A fault in the bytes of a CSV."""
    return lambda path: path.write_bytes(change(csv_text().encode("utf-8")))


def in_book(change: Callable[[Any], None]) -> Callable[[Path], object]:
    """A fault in the workbook."""
    return lambda path: write_xlsx(path, change)


def in_archive(part: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """A fault in a part of the workbook's archive; `part` is made when it is not there."""

    def break_it(path: Path) -> None:
        parts = {}
        with zipfile.ZipFile(write_xlsx(path)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts[part] = change(parts.get(part, b""))
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        path.write_bytes(stream.getvalue())

    return break_it


def in_parquet(**columns: Any) -> Callable[[Path], object]:
    """A fault in the columns of a Parquet file."""
    return lambda path: write_parquet(path, **columns)


# A second survey, with what the file checks look at: batteries, weights, labels of variables.
TICKS, SCALE = [f"K_{n}" for n in (1, 2, 3)], [f"A_{n}" for n in range(1, 9)]
BATTERY_LABELS = {
    "RESPNR": "Nummer",
    "ORGID": "Organisatie",
    "DATUM": "Datum",
    "GEWICHT": "Weegfactor",
    **{name: f"Met wie werkte u samen: {who}" for name, who in zip(TICKS, "xyz", strict=True)},
    **{name: f"Stelling {name[-1]} over leren van fouten" for name in SCALE},
    "OPEN": "Wat vernieuwde u?",
}
AGREEMENT = {1: "Oneens", 2: "Neutraal", 3: "Eens", 9: "Weet niet"}


def battery_frame() -> pd.DataFrame:
    """Twelve organisations that answer as they should."""
    size = range(1, 13)
    columns: dict[str, Any] = {
        "RESPNR": [float(n) for n in size],
        "ORGID": [f"org{n}" for n in size],
        "DATUM": [date(2027, 2, n) for n in size],
        "GEWICHT": [0.5 + n / 10 for n in size],
    }
    for place, name in enumerate(TICKS):
        columns[name] = [float(n % (place + 2) == 0) for n in size]
    for place, name in enumerate(SCALE):
        columns[name] = [float(1 + (n + place) % 3) for n in size]
    return pd.DataFrame({**columns, "OPEN": ["Een loket", *["Anders werken"] * 11]})


def battery_manifest() -> dict[str, Any]:
    """Its manifest, for a Parquet file."""
    return {
        "wave": "2027",
        "population": WORDING,
        "field_period": {"start": date(2027, 2, 1), "end": date(2027, 3, 31)},
        "answers": {
            "file": {"name": "proef.parquet", "format": "parquet"},
            "respondent": "RESPNR",
            "organisation": "ORGID",
            "completed_on": "DATUM",
            "design": {"weight": "GEWICHT"},
            "codelists": {"ticked": {0: "Nee", 1: "Ja"}, "agreement": AGREEMENT},
            "items": [
                *(_item(name, codelist="ticked") for name in TICKS),
                *(_item(name, codelist="agreement") for name in SCALE),
                _item("OPEN", text=True),
            ],
        },
    }


def _item(name: str, **kind: Any) -> dict[str, Any]:
    wording = {"nl": BATTERY_LABELS[name], "en": f"Question {name}"}
    return {"variable": name, **kind, "base": "all", "wording": wording}


def write_battery(
    frame: pd.DataFrame,
    path: Path,
    labels: dict[str, str] | None = None,
    codes: dict[int, str] | None = None,
) -> Path:
    """Write it in the format that the name of the file ends with."""
    if path.suffix == ".sav":
        known = {**BATTERY_LABELS, **(labels or {})}
        pyreadstat.write_sav(
            frame,
            str(path),
            column_labels={name: known[name] for name in frame},
            variable_value_labels=dict.fromkeys(SCALE, codes or AGREEMENT),
        )
    elif path.suffix == ".dta":
        known = {**BATTERY_LABELS, **(labels or {})}
        pyreadstat.write_dta(
            frame,
            str(path),
            column_labels={name: known[name] for name in frame},
            variable_value_labels=dict.fromkeys(SCALE, codes or AGREEMENT),
        )
    elif path.suffix == ".csv":
        frame.to_csv(path, sep=";", decimal=",", index=False)
    else:
        frame.to_parquet(path, index=False)
    return path


def in_battery(change: Callable[[pd.DataFrame], pd.DataFrame | None]) -> Callable[[Path], object]:
    """A fault in its columns or rows: the change is made in place, or returned."""

    def break_it(path: Path) -> None:
        frame = battery_frame()
        changed = change(frame)
        write_battery(frame if changed is None else changed, path)

    return break_it


def in_cell(name: str, row: int, value: object) -> Callable[[Path], object]:
    """A fault in one cell; rows count from 1, as in the messages."""

    def change(frame: pd.DataFrame) -> None:
        texts = [f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in frame[name]]
        frame[name] = pd.Series(texts, dtype=object)
        frame.loc[row - 1, name] = value

    return in_battery(change)
