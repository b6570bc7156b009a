"""`barometer wave inspect` says what a file says of itself, readable and whole."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main


def inspected(path: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["wave", "inspect", str(path), *options])


@pytest.fixture
def satisfied(tmp_path: Path) -> Path:
    path = tmp_path / "satisfied.sav"
    frame = pd.DataFrame(
        {
            "id": [1.0, 2, 3, 4],
            "sat": [1.0, 97, 2, math.nan],
            "sex": ["m", "f", "m", ""],
            "age": [23.5, 999.0, 45.25, 61.0],
        }
    )
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label="Proef",
        note="made by hand",
        column_labels={"sat": "Hoe tevreden bent u?"},
        variable_value_labels={
            "sat": {1.0: "tevreden", 2.0: "ontevreden", 99.0: "weigert"},
            "sex": {"m": "man", "f": "vrouw"},
            "age": {999.0: "onbekend"},
        },
        missing_ranges={"sat": [{"lo": 97, "hi": 99}], "age": [999]},
        variable_measure={"sat": "ordinal"},
    )
    return path


def test_all_that_a_file_declares_is_in_the_report(satisfied: Path) -> None:
    done = inspected(satisfied, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["title"], found["notes"], found["respondents"]) == ("Proef", ["made by hand"], 4)
    told = {one["variable"]: one for one in found["variables"]}
    sat = told["sat"]
    kept = ("label", "kind", "measure", "format", "missing", "answered", "empty")
    assert [sat[name] for name in kept] == [
        "Hoe tevreden bent u?",
        "number",
        "ordinal",
        "F8.2",
        ["97 thru 99"],
        3,
        1,
    ]
    assert [
        (one["code"], one["label"], one["answers"], one["missing"]) for one in sat["codes"]
    ] == [
        ("1", "tevreden", 1, None),
        ("2", "ontevreden", 1, None),
        ("97", None, 1, "97 thru 99"),
        ("99", "weigert", 0, "97 thru 99"),
    ]
    assert told["sex"]["becomes"]["en"] == "codes with labels"
    assert [one["code"] for one in told["sex"]["codes"]] == ["f", "m"]
    assert any("documents" in one["en"] for one in found["not_kept"])


def test_every_answer_of_a_cell_with_several_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "kinds.csv"
    path.write_text("id;kinds\n1;1|2\n2;3|10\n3;1|2|3\n4;2\n", "utf-8")
    done = inspected(path, "--json", "--delimiter", ";", "--encoding", "utf-8")
    assert done.exit_code == 0, done.output
    kinds = json.loads(done.stdout)["variables"][1]
    counts = {one["code"]: one["answers"] for one in kinds["codes"]}
    assert (kinds["answered"], counts) == (4, {"1": 2, "2": 3, "3": 2, "10": 1})


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_report_fits_a_terminal_of_a_hundred_columns(satisfied: Path, language: str) -> None:
    done = inspected(satisfied, "--lang", language)
    assert done.exit_code == 0, done.output
    assert max(map(len, done.stdout.splitlines())) <= 100
    words = {"nl": "ontbrekend genoemd: 97 thru 99", "en": "declared missing: 97 thru 99"}
    assert words[language] in " ".join(done.stdout.split())


CODEBOOKS: dict[str, tuple[str, str]] = {
    "columns": ("name,code\nq,1\n", "codebook_columns"),
    "contradiction": ("variable,code,label\nq,1,Ja\nq,1,Nee\n", "codebook_contradicts"),
    "other file": ("variable,wording\nzz,Wat?\n", "codebook_of_other_file"),
    "other codes": ("variable,code,label\nq,01,Ja\nq,02,Nee\n", "codebook_codes"),
}


def answers(path: Path) -> Path:
    path.write_text("id,q\na,1\nb,2\nc,1\n", "utf-8")
    return path


READ = ("--delimiter", ",", "--encoding", "utf-8", "--decimal", ".")


def codebook(path: Path, rows: list[list[Any]]) -> Path:
    frame = pd.DataFrame(rows, columns=["Variable", "code", "label", "wording"])
    if path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, sep="\t" if path.suffix == ".tsv" else ";", index=False)
    return path


@pytest.mark.parametrize("extension", ["csv", "tsv", "xlsx"])
def test_a_codebook_gives_a_file_its_wordings_and_labels(tmp_path: Path, extension: str) -> None:
    rows = [["q", 1, "Ja, vaak", "Heeft u iets vernieuwd?"], [None, 2, "Nee", None]]
    book = codebook(tmp_path / f"book.{extension}", rows)
    done = inspected(answers(tmp_path / "a.csv"), *READ, "--codebook", str(book), "--json")
    assert done.exit_code == 0, done.output
    (q,) = [one for one in json.loads(done.stdout)["variables"] if one["variable"] == "q"]
    assert q["label"] == "Heeft u iets vernieuwd?"
    assert [(one["code"], one["label"], one["answers"]) for one in q["codes"]] == [
        ("1", "Ja, vaak", 2),
        ("2", "Nee", 1),
    ]


@pytest.mark.parametrize("case", CODEBOOKS)
def test_a_codebook_that_does_not_fit_is_refused(tmp_path: Path, case: str) -> None:
    content, rule = CODEBOOKS[case]
    book = tmp_path / "book.csv"
    book.write_text(content, "utf-8")
    done = inspected(answers(tmp_path / "a.csv"), *READ, "--codebook", str(book))
    assert done.exit_code == 1 and f"rule {rule}: " in done.stderr, done.output
    assert done.stderr.count("Error: ") == 1 and "How to fix: " in done.stderr


def test_a_codebook_may_not_contradict_the_file(satisfied: Path, tmp_path: Path) -> None:
    book = codebook(tmp_path / "book.csv", [["sat", 1, "zeer tevreden", None]])
    done = inspected(satisfied, "--codebook", str(book))
    assert done.exit_code == 1 and "rule codebook_contradicts: " in done.stderr, done.output
    assert "'zeer tevreden'" in done.stderr and "'tevreden'" in done.stderr


@pytest.mark.parametrize("name", ["book.pdf", "missing.csv"])
def test_a_codebook_that_is_no_table_is_refused(satisfied: Path, tmp_path: Path, name: str) -> None:
    if name == "book.pdf":
        (tmp_path / name).write_bytes(b"%PDF")
    done = inspected(satisfied, "--codebook", str(tmp_path / name))
    assert done.exit_code == 1 and done.stderr.count("Error: ") == 1, done.output
