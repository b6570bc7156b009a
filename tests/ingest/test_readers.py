"""The same survey reads the same from every format, and what cannot be trusted is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyreadstat
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ingest import registry
from ingest.errors import RefusedError
from ingest.raw.answers import write_wave
from ingest.readers import glance, read
from ingest.wave_files import open_wave
from tests.conftest import Barometer
from tests.ingest.mutations import (
    CSV,
    LABELS,
    NAMES,
    READ,
    WHERE,
    as_read,
    battery_frame,
    csv_text,
    described,
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
from tests.support import (
    MANIFEST,
    WAVE,
    Spss,
    edit,
    missing_words,
    refusal,
    rules_that_hold,
    sample_of,
)

XLSX = {"format": "xlsx", "sheet": "Antwoorden"}
PARQUET = {"format": "parquet"}
FORMATS: dict[str, tuple[dict[str, Any], Callable[[Path], Path]]] = {
    "SPSS": ({"format": "sav"}, write_sav),
    "SPSS, compressed": ({"format": "sav"}, lambda path: write_sav(path, compress=True)),
    "SAS transport": ({"format": "xpt"}, write_xpt),
    "Stata": ({"format": "dta"}, write_dta),
    "Stata 13": (
        {"format": "dta", "encoding": "utf-8"},
        lambda path: write_dta(path, version=13),
    ),
    "Stata 12": ({"format": "dta", "encoding": "windows-1252"}, write_old_dta),
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
    "OpenDocument": ({**XLSX, "format": "ods"}, write_ods),
    "Parquet": (PARQUET, write_parquet),
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_survey_reads_the_same_from_every_format(tmp_path: Path, name: str) -> None:
    file, write = FORMATS[name]
    path = write(tmp_path / f"proef.{file['format']}")
    table = as_read(path, **file)
    assert table.data.to_pydict() == READ
    answers = described(**file)
    assert glance(path, answers.file, answers.texts, WHERE) == ("", 5)


def test_labels_come_from_the_formats_that_have_them(tmp_path: Path) -> None:
    labels = dict(zip(NAMES, LABELS, strict=True))
    assert as_read(write_sav(tmp_path / "proef.sav"), format="sav").labels == labels
    assert as_read(write_dta(tmp_path / "proef.dta"), format="dta").labels == labels
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


def test_a_number_beside_dates_in_a_workbook_stays_a_number(tmp_path: Path) -> None:
    def number(book: Any) -> None:
        book["Antwoorden"].cell(3, 3, 0).number_format = "General"

    path = write_xlsx(tmp_path / "proef.xlsx", number)
    dates = as_read(path, **XLSX).data.column("DATUM").to_pylist()
    assert dates == ["2027-02-01", "0", *READ["DATUM"][2:]]


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


@pytest.mark.parametrize("name", [name for name in HOSTILE if "/" not in name])
def test_a_label_and_the_name_of_a_sheet_are_only_ever_data(tmp_path: Path, name: str) -> None:
    for form in ("sav", "dta"):
        path = write_battery(battery_frame(), tmp_path / f"proef.{form}", {"A_1": name}, {1: name})
        found = as_read(path, format=form)
        assert found.labels["A_1"].rstrip() == name.rstrip()
        assert {code: text.rstrip() for code, text in found.codes["A_1"].items()} == {
            "1": name.rstrip()
        }

    def rename(book: Any) -> None:
        book["Antwoorden"].title = name

    path = write_xlsx(tmp_path / "proef.xlsx", rename)
    assert as_read(path, format="xlsx", sheet=name).data.to_pydict() == READ


@pytest.mark.parametrize(
    "file",
    [
        {"format": "xls"},
        {"format": "csv", "delimiter": ";"},
        CSV | {"encoding": "ebcdic"},
        CSV | {"header_rows": 4},
        CSV | {"header": "questions", "header_rows": 3},
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


def by_the_book(content: bytes) -> dict[str, list[str | None]]:
    """What the standard library reads in it."""
    import csv
    import io

    text = content.decode("utf-8")
    header, *rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") if row]
    return {name: [row[place] or None for row in rows] for place, name in enumerate(header)}


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
        file = described(**CSV, header_rows=header_rows)
        table = read(path, file.file, file.texts, WHERE)
    except RefusedError as error:
        assert "How to fix: " in str(error)
    else:
        assert table.data.to_pydict() == by_the_book(content)


@pytest.mark.parametrize(
    "name",
    [
        "SPSS",
        "SPSS, compressed",
        "SPSS, portable",
        "SAS transport",
        "Stata",
        "Stata 12",
        "Excel",
        "Parquet",
    ],
)
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
    file, write = (FORMATS | {"SPSS, portable": ({"format": "por"}, write_por)})[name]
    path = write(tmp_path / f"proef.{file['format']}")
    content = bytearray(path.read_bytes())
    for place, byte in spots:
        content[place % len(content)] = byte
    path.write_bytes(content)
    try:
        assert as_read(path, **file).data.num_rows >= 0
    except RefusedError as error:
        assert "How to fix: " in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("form", ["dta", "csv", "xlsx", "parquet"])
def test_a_wave_in_another_format_passes_the_same_checks(copy: Barometer, form: str) -> None:
    """The Dutch wave of 2021, its file exported otherwise: the same rules hold or do not."""
    values = Spss.read(sample_of(copy)).frame
    options = {"csv": "csv, delimiter: ';', encoding: utf-8, decimal: ','"}
    options |= {"dta": "dta", "xlsx": "xlsx, sheet: Sheet1", "parquet": "parquet"}
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
        if form == "dta":
            pyreadstat.write_dta(values, str(path))
        elif form == "csv":
            values.convert_dtypes().to_csv(path, sep=";", decimal=",", index=False)
        elif form == "xlsx":
            values.to_excel(path, index=False)
        else:
            values.to_parquet(path)
        done = copy.run("wave", "check", WAVE)
        if not wrong:
            assert done.returncode == 0, done.stderr
            assert {"row_count", "known_codes"} <= rules_that_hold(done.stdout)
            (line,) = [
                line for line in copy.run("wave", "list").stdout.splitlines() if WAVE in line
            ]
            assert "published + microdata" in line and "366" in line
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, ("V05 = 7 in row 12", "allowed in V05: 1 Ja")), message
