"""What the checks find in a file reaches the person who asked, and the build."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from expectations.checks import check_file
from expectations.file_checks import file_suites
from expectations.runner import run
from ingest import harmonisation
from ingest.errors import RefusedError
from ingest.formats import AnswerTable
from ingest.models import Answers
from ingest.registry import load
from ingest.wave_files import WaveFile, open_wave
from orchestration.check_worker import CallHere
from orchestration.cli import main
from orchestration.defs.ingest import definitions
from orchestration.settings import Settings
from tests.conftest import PROJECT, Barometer
from tests.support import (
    FILE,
    MANIFEST,
    WAVE,
    Spss,
    assert_dutch,
    edit,
    missing_words,
    real_path,
    refusal,
    release_unchanged,
    rules_that_hold,
    sample_of,
)

CSV = {"format": "csv", "delimiter": ",", "encoding": "utf-8", "decimal": "."}


def check(barometer: Barometer, *options: str, wave: str = WAVE) -> Result:
    """Run `barometer wave check` here, so that Great Expectations is imported once."""
    homes = {"BAROMETER_HOME": str(barometer.home), "BAROMETER_DATA": str(barometer.data)}
    return CliRunner().invoke(main, ["wave", "check", wave, *options], env=homes)


def put(variable: str, value: object, row: int) -> Callable[[Spss], None]:
    """Give one cell another value; rows count from 1, as in the messages."""

    def change(file: Spss) -> None:
        file.frame.loc[row - 1, variable] = value

    return change


def add_variable(file: Spss) -> None:
    file.frame["V99"] = 1.0


def answer_twice(file: Spss) -> None:
    file.frame.loc[1, "RESPNR"] = file.frame.loc[0, "RESPNR"]


def test_the_same_file_unbroken_passes_all_checks(built: Barometer, tmp_path: Path) -> None:
    barometer = Barometer(built.home, tmp_path)
    Spss.read(sample_of(built)).write(real_path(barometer))
    done = check(barometer)
    assert done.exit_code == 0, done.stderr
    assert {"row_count", "known_codes", "labels"} <= rules_that_hold(done.stdout)
    assert "row_count: 366" in done.stdout


def test_one_file_with_several_faults_tells_all_of_them(built: Barometer, tmp_path: Path) -> None:
    barometer = Barometer(built.home, tmp_path)
    file = Spss.read(sample_of(built))
    for breaking in (add_variable, answer_twice, put("V05", 7.0, 12)):
        breaking(file)
    file.write(real_path(barometer))
    with release_unchanged(built):
        done = check(barometer)
    message = refusal(done.exit_code, done.stdout, done.stderr)
    told = ("not described: V99", "RESPNR", "1 in row 1, 2", "V05 = 7 in row 12")
    rules = ("rule variables: ", "rule respondent_once: ", "rule known_codes: ")
    assert not missing_words(message, (WAVE, FILE, MANIFEST, *rules, *told)), message


def straight_line(file: Spss) -> None:
    file.frame.loc[[2, 6], [f"V20_{number}" for number in range(1, 16)]] = 4.0


def test_what_is_only_odd_warns_and_refuses_nothing(built: Barometer, tmp_path: Path) -> None:
    barometer = Barometer(built.home, tmp_path)
    file = Spss.read(sample_of(built))
    straight_line(file)
    file.write(real_path(barometer))
    done = check(barometer, "--lang", "nl")
    assert done.exit_code == 0, done.stderr
    assert "known_codes" in (held := rules_that_hold(done.stdout))
    assert "straight_lining" not in held
    warned = ("Waarschuwing: ", "regel straight_lining", "V20_1 … V20_15 in rij 3, 7.")
    assert not missing_words(done.stderr, warned), done.stderr


def test_a_warning_is_a_check_in_dagster_that_holds_up_nothing(
    built: Barometer, tmp_path: Path
) -> None:
    barometer = Barometer(tmp_path / "home", tmp_path / "data")
    file = Spss.read(sample_of(built))
    straight_line(file)
    file.write(real_path(barometer))
    settings = Settings(barometer.home, barometer.data)
    key = dg.AssetKey(["raw", *WAVE.split("/")])
    asset = definitions(settings, call=CallHere()).resolve_assets_def(key)
    made = dg.materialize([asset], instance=dg.DagsterInstance.ephemeral())
    checks = {check.check_name: check for check in made.get_asset_check_evaluations()}
    assert made.success
    assert checks["file_checks"].passed
    assert not checks["file_warnings"].passed
    assert checks["file_warnings"].severity == dg.AssetCheckSeverity.WARN
    assert "rule straight_lining" in (checks["file_warnings"].description or "")
    assert (settings.raw / "answers" / f"{WAVE}.parquet").exists()


def test_a_correction_is_refused_once_the_file_is_mended_where_it_came_from(
    built: Barometer, tmp_path: Path
) -> None:
    barometer, wave = Barometer(built.home, tmp_path), "werkonderzoek/2019"
    (sample,) = (built.home / "samples" / "werkonderzoek_2019").glob("*/*.csv")
    path = tmp_path / wave / sample.name
    path.parent.mkdir(parents=True)
    shutil.copy(sample, path)
    done = check(barometer, wave=wave)
    assert done.exit_code == 0, done.stderr
    edit(path, ",77,", ",7,")
    with release_unchanged(built):
        done = check(barometer, wave=wave)
    message = refusal(done.exit_code, done.stdout, done.stderr)
    words = (wave, "rule corrections", "Q1 (RespNr 4021): 77", "remove the correction", "2019.yml")
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
    suites = [suite for suite in file_suites(file) if suite.name.endswith("codes")]
    findings = {finding.rule: finding for finding in run(suites, tmp_path / "quality")}
    assert not findings["known_codes"].passed
    assert "V07 = 7 in row 3" in findings["known_codes"].message
    assert suites[0].frame["code"].tolist() == ["1", "3", "7"]


def test_a_stratum_with_more_respondents_than_its_frame_is_refused(tmp_path: Path) -> None:
    described = load()
    rows = harmonisation.load(PROJECT / "dbt_project" / "seeds", described)
    file = open_wave(described.wave(WAVE), tmp_path / "data", tmp_path / "samples")
    assert file.answers.design
    respondents = file.table.data.column("SECTOR").to_pylist().count("5")
    for size, refused in ((respondents, False), (respondents - 1, True)):
        frame = {**file.answers.design.frame, "provinces": size}
        design = file.answers.design.model_copy(update={"frame": frame})
        answers = file.answers.model_copy(update={"design": design})
        wave = replace(file.wave, wave=file.wave.wave.model_copy(update={"answers": answers}))
        changed = replace(file, wave=wave, answers=answers)
        if not refused:
            assert all(finding.passed for finding in check_file(changed, rows))
            continue
        with pytest.raises(RefusedError) as error:
            check_file(changed, rows)
        assert_dutch(error.value)
        words = ("rule frame_too_small", "provinces", f"{respondents} respondents", f"{size} units")
        assert not missing_words(str(error.value), words), error.value
