"""A file of answers that does not fit its manifest is refused at the door, variable and row."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from expectations.door import door_suites
from expectations.runner import run
from ingest.load import WaveFile
from ingest.models import Answers
from ingest.readers import AnswerTable
from ingest.registry import load
from orchestration.cli import main
from tests.conftest import Barometer
from tests.support import (
    FILE,
    MANIFEST,
    WAVE,
    Spss,
    edit,
    missing_words,
    real_path,
    refusal,
    release_unchanged,
    sample_of,
)

CSV = {"format": "csv", "delimiter": ",", "encoding": "utf-8", "decimal": "."}
ONE_DAY_LATE = datetime.date(2021, 6, 1)


def check(barometer: Barometer, wave: str = WAVE) -> Result:
    """Run `barometer wave check` here, so that Great Expectations is imported once."""
    homes = {"BAROMETER_HOME": str(barometer.home), "BAROMETER_DATA": str(barometer.data)}
    return CliRunner().invoke(main, ["wave", "check", wave], env=homes)


def put(variable: str, value: object, row: int) -> Callable[[Spss], None]:
    """Give one cell another value; rows count from 1, as in the messages."""

    def change(file: Spss) -> None:
        file.frame.loc[row - 1, variable] = value

    return change


def drop_variable(file: Spss) -> None:
    file.frame = file.frame.drop(columns="V05")


def add_variable(file: Spss) -> None:
    file.frame["V99"] = 1.0


def rename_variables(file: Spss) -> None:
    file.frame = file.frame.rename(columns=lambda name: name.replace("V", "Q"))


def rename_respondent(file: Spss) -> None:
    file.frame = file.frame.rename(columns={"RESPNR": "respnr"})


def two_years_later(file: Spss) -> None:
    file.frame["DATUM"] = [day.replace(year=2023) for day in file.frame["DATUM"]]


def dates_in_words(file: Spss) -> None:
    file.frame["DATUM"] = [f"{day:%d-%m-%Y}" for day in file.frame["DATUM"]]


def reverse_a_scale(file: Spss) -> None:
    codes = file.codes["V20_1"]
    file.codes["V20_1"] = dict(zip(codes, reversed(codes.values()), strict=True))


def answer_twice(file: Spss) -> None:
    file.frame.loc[1, "RESPNR"] = file.frame.loc[0, "RESPNR"]


def no_rows(file: Spss) -> None:
    file.frame = file.frame.iloc[:0]


def too_many_rows(file: Spss) -> None:
    file.frame = file.frame.loc[file.frame.index.repeat(4)].reset_index(drop=True)
    file.frame["RESPNR"] = range(1, len(file.frame) + 1)


FAULTS: dict[str, tuple[Callable[[Spss], None], tuple[str, ...]]] = {
    "a variable missing": (drop_variable, ("variables", "missing: V05", "export the file again")),
    "a variable extra": (add_variable, ("variables", "not described: V99", MANIFEST)),
    "variables of another questionnaire": (
        rename_variables,
        ("missing: V01_GROOTTE", "not described: Q01_GROOTTE", "a file of another wave"),
    ),
    "no respondent's number": (rename_respondent, ("missing: RESPNR", "not described: respnr")),
    "dates outside the field period": (
        two_years_later,
        ("DATUM", "2021-02-01 to 2021-05-31", "2023-02-01", "in row 1, 2,", "file of wave 2021"),
    ),
    "one date outside the field period": (
        put("DATUM", ONE_DAY_LATE, 7),
        ("DATUM", "2021-06-01", "in row 7.", "correct field_period"),
    ),
    "dates that are texts": (dates_in_words, ("DATUM", "01-02-2021", "year-month-day", "in row 1")),
    "an unknown code": (
        put("V05", 7.0, 12),
        ("V05 = 7 in row 12", "allowed in V05: 1 Ja, 2 Nee, 9 Weet niet", "recodes.csv"),
    ),
    "a code with decimals": (put("V05", 1.5, 12), ("V05 = 1.5 in row 12", "allowed in V05")),
    "a changed label": (
        reverse_a_scale,
        ("labels", "V20_1: 4 is 'Niet eens, niet oneens', was 'Mee eens'", "in row 1,", "reversed"),
    ),
    "a respondent who answers twice": (
        answer_twice,
        ("RESPNR", "stands in", "once", "1 in row 1, 2.", "keep one row"),
    ),
    "a row without a respondent": (
        put("RESPNR", float("nan"), 30),
        ("RESPNR", "in row 30", "fill the respondent's number"),
    ),
    "no respondents": (no_rows, ("row_count", "Found: 0.", "export the right file")),
    "more respondents than were invited": (
        too_many_rows,
        ("row_count", "no more than were invited", "Found: 1464.", "design.frame"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_does_not_fit_its_manifest_is_refused(
    built: Barometer, tmp_path: Path, fault: str
) -> None:
    breaking, words = FAULTS[fault]
    barometer = Barometer(built.home, tmp_path)
    file = Spss.read(sample_of(built))
    breaking(file)
    file.write(real_path(barometer))
    with release_unchanged(built):
        done = check(barometer)
    message = refusal(done.exit_code, done.stdout, done.stderr)
    assert not missing_words(message, (WAVE, FILE, *words)), message


def test_the_same_file_unbroken_passes_the_door(built: Barometer, tmp_path: Path) -> None:
    barometer = Barometer(built.home, tmp_path)
    Spss.read(sample_of(built)).write(real_path(barometer))
    done = check(barometer)
    assert done.exit_code == 0, done.stderr
    assert "8 rules hold" in done.stdout and "row_count: 366" in done.stdout


def test_one_file_with_several_faults_tells_all_of_them(built: Barometer, tmp_path: Path) -> None:
    barometer = Barometer(built.home, tmp_path)
    file = Spss.read(sample_of(built))
    for breaking in (add_variable, answer_twice, put("V05", 7.0, 12)):
        breaking(file)
    file.write(real_path(barometer))
    done = check(barometer)
    message = refusal(done.exit_code, done.stdout, done.stderr)
    assert not missing_words(message, ("V99", "RESPNR", "V05 = 7")), message


def test_a_correction_is_refused_once_the_file_is_mended_where_it_came_from(
    built: Barometer, tmp_path: Path
) -> None:
    barometer, wave = Barometer(built.home, tmp_path), "werkonderzoek/2019"
    (sample,) = (built.home / "samples" / "werkonderzoek_2019").glob("*/*.csv")
    path = tmp_path / wave / sample.name
    path.parent.mkdir(parents=True)
    shutil.copy(sample, path)
    done = check(barometer, wave)
    assert done.exit_code == 0, done.stderr
    edit(path, ",77.0,", ",7.0,")
    with release_unchanged(built):
        done = check(barometer, wave)
    message = refusal(done.exit_code, done.stdout, done.stderr)
    words = (wave, "rule corrections", "Q1 of 4021: 77", "remove the correction", "2019.yml")
    assert not missing_words(message, words), message


def test_every_code_of_a_cell_that_holds_several_is_looked_at(tmp_path: Path) -> None:
    table = AnswerTable(
        pa.table({"NR": ["1", "2", "3", "4"], "V07": ["1;3", None, "3; 7", "1"]}), {}, {}, ""
    )
    wording = {"nl": "Welke?", "en": "Which?"}
    item = {"variable": "V07", "codelist": "types", "base": "all", "separator": ";"}
    answers = Answers.model_validate(
        {
            "file": {"name": "x.csv", **CSV},
            "respondent": "NR",
            "codelists": {"types": {1: "Product", 3: "Proces"}},
            "items": [{**item, "wording": wording}],
        }
    )
    file = WaveFile(load().wave(WAVE), answers, tmp_path / "x.csv", "", "microdata", table)
    suites = [suite for suite in door_suites(file) if suite.name.endswith("codes")]
    findings = {finding.rule: finding for finding in run(suites, tmp_path / "quality")}
    assert not findings["known_codes"].passed
    assert "V07 = 7 in row 3" in findings["known_codes"].message
    assert suites[0].frame["code"].tolist() == ["1", "3", "7"]
