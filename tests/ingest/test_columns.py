"""A manifest drops, renames, splits and numbers columns; the delivered file stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from pydantic import ValidationError

from ingest.errors import Phrase, RefusedError
from ingest.formats import AnswerTable, CsvFile, SavFile
from ingest.models import Answers, Columns
from ingest.readers import read
from tests.support import missing_words

CSV: Any = {"format": "csv", "delimiter": ";", "encoding": "utf-8", "decimal": ","}
ROWS = "RESPNR;E-mail;Wat vond u?;Plaats\n1;a@b.nl;1;NL-Utrecht\n2;;2;BE-Gent\n3;c@d.nl;;\n"


def as_arranged(folder: Path, content: str = ROWS, **columns: Any) -> AnswerTable:
    path = folder / "answers.csv"
    path.write_text(content, "utf-8")
    made = Columns.model_validate(columns)
    table = read(path, CsvFile(name=path.name, **CSV), frozenset(), "a/2027", columns=made)
    assert path.read_text("utf-8") == content
    return table


def test_columns_become_the_variables_of_the_manifest(tmp_path: Path) -> None:
    table = as_arranged(
        tmp_path,
        drop=["E-mail", "stad"],
        rename={"Wat vond u?": "Q1"},
        split={"Plaats": {"separator": "-", "into": ["land", "stad"]}},
        row_number="rij",
    )
    assert table.data.to_pydict() == {
        "RESPNR": ["1", "2", "3"],
        "Q1": ["1", "2", None],
        "land": ["NL", "BE", None],
        "rij": ["1", "2", "3"],
    }


def test_labels_and_codes_go_with_the_new_name_and_a_dropped_column_leaves_none(
    tmp_path: Path,
) -> None:
    path = tmp_path / "answers.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"A": [1.0, 2.0], "naam": ["x", "y"]}),
        str(path),
        column_labels={"A": "Vraag", "naam": "Hoe heet u?"},
        variable_value_labels={"A": {1: "Ja", 2: "Nee"}},
    )
    made = Columns(drop=("naam",), rename={"A": "B"})
    table = read(path, SavFile(name=path.name, format="sav"), frozenset(), "a/2027", columns=made)
    assert table.data.column_names == ["B"]
    assert table.labels == {"B": "Vraag"}
    assert {name: dict(codes) for name, codes in table.codes.items()} == {
        "B": {"1": "Ja", "2": "Nee"}
    }


FAULTS: dict[str, tuple[dict[str, Any], str, tuple[str, ...]]] = {
    "a typing error": ({"drop": ["Email"]}, "arranged_column_missing", ("'Email'", "'E-mail'")),
    "a rename of nothing": (
        {"drop": ["E-mail"], "rename": {"Q7": "Q1"}},
        "arranged_column_missing",
        ("'Q7'",),
    ),
    "a rename onto another column": (
        {"drop": ["E-mail"], "rename": {"Plaats": "RESPNR"}},
        "arranged_name_taken",
        ("RESPNR",),
    ),
    "a row number that is there": (
        {"drop": ["E-mail"], "row_number": "Plaats"},
        "arranged_name_taken",
        ("Plaats",),
    ),
    "parts that are not in each cell": (
        {"drop": ["E-mail"], "split": {"Plaats": {"separator": "-U", "into": ["a", "b"]}}},
        "split_uneven",
        ("'Plaats'", "row 2", "2 parts"),
    ),
    "a column that is still there": ({}, "personal_columns", ("E-mail", "`drop`")),
    "a personal column under another name": (
        {"rename": {"E-mail": "contact"}},
        "personal_values",
        ("contact", "row 1", "an e-mail address"),
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_cannot_be_arranged_is_refused_in_one_message(case: str, tmp_path: Path) -> None:
    columns, rule, words = FAULTS[case]
    with pytest.raises(RefusedError) as refused:
        as_arranged(tmp_path, **columns)
    assert refused.value.rule == rule
    assert not missing_words(str(refused.value), (*words, "How to fix: ")), str(refused.value)
    assert "a@b.nl" not in str(refused.value) + refused.value.text("nl")


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "dropped and an item": ({"drop": ["Q1"]}, "dropped_used", "Q1"),
    "dropped and the respondent": ({"drop": ["RESPNR"]}, "dropped_used", "RESPNR"),
    "two of one name": ({"rename": {"a": "Q1", "b": "Q1"}}, "column_made_twice", "Q1"),
    "a part and a rename of one name": (
        {"rename": {"a": "Q1"}, "split": {"b": {"separator": "-", "into": ["Q1", "Q2"]}}},
        "column_made_twice",
        "Q1",
    ),
    "dropped and renamed": ({"drop": ["a"], "rename": {"a": "Q1"}}, "column_arranged_twice", "a"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_manifest_that_contradicts_itself_is_refused(case: str) -> None:
    more, rule, names = WRONG[case]
    answers = {
        "file": {"name": "answers.csv", **CSV},
        "respondent": "RESPNR",
        "codelists": {"yes_no": {"1": "Ja", "2": "Nee"}},
        "items": [
            {
                "variable": "Q1",
                "codelist": "yes_no",
                "base": "all_organisations",
                "wording": {"nl": "Vraag", "en": "Question"},
            }
        ],
    }
    Answers.model_validate(answers)
    with pytest.raises(ValidationError) as refused:
        Answers.model_validate(answers | more)
    told = refused.value.errors()[0]["ctx"]["phrase"]
    assert told.text("en") == Phrase(rule, names=[names]).text("en")
