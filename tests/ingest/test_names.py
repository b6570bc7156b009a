"""A variable keeps the name that its file gives it: in manifest, crosswalk and raw data."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from expectations.checks import check_file
from expectations.differences.difference import Comparison, Difference
from expectations.differences.view import lines
from ingest import harmonisation
from ingest.descriptions import read_yaml
from ingest.drafting import Described, Draft, draft_wave
from ingest.errors import RefusedError
from ingest.models import VariableName, Wave
from ingest.names import is_name, short
from ingest.raw.answers import write_wave
from ingest.registry import SurveyWave
from ingest.wave_files import open_wave
from tests.ingest.test_drafting import SEEDS, described

LONG = "How.satisfied.are.you.with." + "the.support.of.your.organisation." * 6
NAMES = (
    *("größe", "Größe", "zufrieden mit der Arbeit", "ø-vækst", "Υγεία", "возраст", "年龄", "हिन्दी"),
    *("select", "order", "null", "NULL", "true", "yes", "no", "on", "~", "group by"),
    *("Q1", "q1", "V1", "v1", "1", "010", "1.0", "1e5", "0x1A", "3:66", "2021-02-01", ".a", "-"),
    *("a-b", "a.b", "a b", "a\u00a0b", " a", "a ", "a,b", "a;b", "a: b", "a #b", "#c", "*d", "&e"),
    *("!f", "%g", "@h", "`i", "{j}", "[k]", "'l'", '"m"', "n'o", 'p"q', "?r", "|s", ">t", "=1+1"),
    *("population", "design", "respondent", "codelists", "wave", "items", "e\u0301", "é", LONG),
)


def as_csv(folder: Path) -> Path:
    path, text = folder / "answers.csv", io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["RESPNR", *NAMES])
    writer.writerows([n, *(str((n + place) % 3 + 1) for place in range(len(NAMES)))]
                     for n in range(1, 61))  # fmt: skip
    path.write_text(text.getvalue(), "utf-8")
    return path


def frame() -> pd.DataFrame:
    columns = {"RESPNR": [str(n) for n in range(1, 61)]}
    columns |= {
        name: [str((n + place) % 3 + 1) for n in range(1, 61)] for place, name in enumerate(NAMES)
    }
    return pd.DataFrame(columns)


def as_xlsx(folder: Path) -> Path:
    path = folder / "answers.xlsx"
    kept = {"options": {"strings_to_formulas": False}}
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs=kept) as book:
        frame().to_excel(book, sheet_name="Data", index=False)
    return path


def as_parquet(folder: Path) -> Path:
    path = folder / "answers.parquet"
    frame().to_parquet(path, index=False)
    return path


FILES: dict[str, tuple[Callable[[Path], Path], dict[str, str | int | None]]] = {
    "csv": (as_csv, {"delimiter": ",", "encoding": "utf-8", "decimal": "."}),
    "xlsx": (as_xlsx, {"sheet": "Data"}),
    "parquet": (as_parquet, {}),
}


def drafted(path: Path, options: dict[str, str | int | None]) -> Draft:
    held = Described(*described(), lambda _: None)
    return draft_wave(path, "nl_barometer", "2027", held, options=options)


@pytest.mark.parametrize("kind", FILES)
def test_every_name_is_kept_from_the_file_to_raw_data(kind: str, tmp_path: Path) -> None:
    make, options = FILES[kind]
    folder = tmp_path / "data" / "nl_barometer" / "2027"
    folder.mkdir(parents=True)
    path = make(folder)
    made = drafted(path, options)
    manifest = tmp_path / "2027.yml"
    manifest.write_text(made.manifest, "utf-8")
    wave = read_yaml(Wave, manifest)
    assert wave.answers is not None
    # dbt reads these in a seed as an empty cell, so they are variables by another name.
    renamed = wave.answers.rename
    assert list(renamed) == ["null", "NULL"] and not set(renamed.values()) & set(NAMES)
    names = [*(name for name in NAMES if name not in renamed), *renamed.values()]
    assert [one.variable for one in made.proposals] == ["RESPNR", *names]
    assert [item.variable for item in wave.answers.items] == names
    survey = described()[0].wave("nl_barometer/2025").survey
    file = open_wave(SurveyWave(survey, wave, manifest), tmp_path / "data", tmp_path)
    found = check_file(file, described()[1], tmp_path / "results")
    assert [finding.rule for finding in found if finding.refuses] == []
    write_wave(file, tmp_path / "raw")
    raw = pq.read_table(tmp_path / "raw" / "answers" / "nl_barometer" / "2027.parquet")
    for place, name in enumerate(NAMES):
        variable = renamed.get(name, name)
        column = file.table.data.column(variable).to_pylist()
        assert raw.column(f"answer_{names.index(variable) + 1}").to_pylist() == column, name
        assert column == [str((n + place) % 3 + 1) for n in range(1, 61)], name


@given(st.text(max_size=40))
def test_a_name_is_refused_only_if_it_is_empty_or_has_control_characters(name: str) -> None:
    unseen = any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in name)
    unseen |= "\u2028" in name or "\u2029" in name
    assert is_name(name) == (bool(name.strip()) and not unseen)
    adapter = TypeAdapter(VariableName)
    if is_name(name):
        assert adapter.validate_python(name) == name
    else:
        with pytest.raises(ValidationError):
            adapter.validate_python(name)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(is_name),
        min_size=2, max_size=6, unique=True,
    )
)  # fmt: skip
def test_any_names_survive_the_manifest_of_a_draft(tmp_path: Path, names: list[str]) -> None:
    names = [name for name in names if name != "RESPNR"]
    path, text = tmp_path / "answers.csv", io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["RESPNR", *names])
    writer.writerows([n, *(str(n % 3 + 1) for _ in names)] for n in range(1, 31))
    path.write_text(text.getvalue(), "utf-8")
    try:
        made = drafted(path, FILES["csv"][1])
    except RefusedError as error:
        assert error.rule in (
            "personal_columns",
            "personal_values",
            "column_twice",
            "format_options_missing",  # names such as '0 0 0 0' may be questions
        )
        return
    manifest = tmp_path / "2027.yml"
    manifest.write_text(made.manifest, "utf-8")
    wave = read_yaml(Wave, manifest)
    assert wave.answers is not None
    kept = [item.variable for item in wave.answers.items]
    assert kept == [one.variable for one in made.proposals if one.role == "item"]
    assert {name for name in kept if name not in wave.answers.rename.values()} <= set(names)
    assert set(wave.answers.rename) <= {name for name in names if name.lower() == "null"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("grootte", "grootte"),
        ("a" * 21, "a" * 21),
        ("x" * 10 + "y" * 30, "x" * 10 + "…" + "y" * 10),
    ],
)
def test_a_long_name_loses_its_middle_in_a_table(name: str, shown: str) -> None:
    assert short(name, 21) == shown


@pytest.mark.parametrize("name", ["null", "NULL", " Null "])
def test_a_name_that_dbt_would_lose_is_refused_in_the_crosswalk(name: str, tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    path = tmp_path / "seeds" / "crosswalk.csv"
    path.write_text(path.read_text("utf-8").replace(",INNOV,", f",{name},", 1), "utf-8")
    with pytest.raises(RefusedError) as refused:
        harmonisation.load(tmp_path / "seeds", described()[0])
    assert refused.value.rule == "seed_null"


def test_names_keep_their_case_and_spaces_in_the_crosswalk(tmp_path: Path) -> None:
    row = described()[1].crosswalk.rows[0]
    for name in NAMES:
        assert row.model_validate(row.model_dump() | {"variable": name}).variable == name


def test_a_wave_with_such_names_is_told_in_a_table_of_100_columns(tmp_path: Path) -> None:
    item = Difference("variables_renamed", "review", (LONG, "q1"), ("größe", "q1"),
                      {"count": 2, "example": f"{LONG} (größe)", "missing": LONG})  # fmt: skip
    comparison = Comparison("a/2027", "a/2025", (None, None), (1, 1), 0, 0, 0.0, (item,))
    ((_, _, text),) = lines(comparison, "en")
    assert LONG not in text
    assert short(LONG, 40) in text
    assert LONG in item.text("en")
