"""A real file that is put in place goes before the sample, and nothing synthetic is left."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import Barometer
from tests.orchestration.test_discovery import NOTHING_NEW, raw, watch
from tests.support import (
    FILE,
    WAVE,
    missing_words,
    put_real_file,
    real_path,
    refusal,
    release_state,
    sample_of,
)

SURVEY, YEAR = WAVE.split("/")
OF_WAVE = f"survey || '/' || wave = '{WAVE}'"
COMPUTED = (
    f"select {{}} from mart_indicator where data_status <> 'published' and {OF_WAVE} order by all"
)


def status_of(barometer: Barometer) -> str:
    """The line of the Dutch wave of 2021 in the list of waves."""
    done = barometer.run("wave", "list")
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if WAVE in line]
    return line


@dataclass(frozen=True)
class Watched:
    """An installation in which the sensor saw a real file, and what it asked for.

    Attributes:
        barometer: the installation.
        seen: what the sensor asked for.
        run: what the run that it asked for made.
        after: what the sensor said after that run.
        before: when the raw files were written, before it.
    """

    barometer: Barometer
    seen: dict[str, Any]
    run: dict[str, Any]
    after: dict[str, Any]
    before: dict[Path, int]


@pytest.fixture(scope="module")
def watched(built: Barometer, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Put a real file with one odd answer in place, and let the sensor ask for a run."""
    folder = tmp_path_factory.mktemp("real")
    shutil.copytree(built.home, folder / "home", symlinks=True)
    barometer = Barometer(folder / "home", folder / "data")
    file = put_real_file(barometer)
    file.frame.loc[2, "V06"] = "test"
    file.write(real_path(barometer))
    # As an earlier version of the models may have left it.
    with duckdb.connect(str(barometer.home / "warehouse.duckdb")) as warehouse:
        warehouse.execute("create table marts.mart_left_behind as select 1 as answer")
    before = {path: path.stat().st_mtime_ns for path in barometer.home.glob("raw/*/*/*.parquet")}
    return Watched(barometer, *watch(barometer, "tick", "run", "tick"), before)


@pytest.fixture(scope="module")
def real(watched: Watched) -> Barometer:
    """That installation."""
    assert watched.run["success"]
    return watched.barometer


def test_what_earlier_models_left_behind_is_not_released(real: Barometer) -> None:
    with duckdb.connect(str(real.current), read_only=True) as release:
        tables = {
            name for (name,) in release.sql("select table_name from duckdb_tables()").fetchall()
        }
    assert "mart_indicator" in tables and "mart_left_behind" not in tables


def test_a_new_file_of_answers_is_built_into_a_release_and_no_other_wave_is_read_again(
    watched: Watched, built: Barometer
) -> None:
    assert raw(watched.seen["assets"]) == [f"raw/{WAVE}"] and "release" in watched.seen["assets"]
    assert [name for name in watched.seen["assets"] if name.startswith("seeds/")] == []
    assert watched.run["success"] and sorted(watched.run["made"]) == watched.seen["assets"]
    assert any(WAVE not in path.as_posix() for path in watched.before), "there are other waves"
    written = {path for path, time in watched.before.items() if path.stat().st_mtime_ns != time}
    of_wave = {path for path in watched.before if WAVE in path.with_suffix("").as_posix()}
    assert written == of_wave
    assert release_state(watched.barometer) != release_state(built)
    release = watched.barometer.current.resolve().with_suffix(".json")
    digest = hashlib.sha256(real_path(watched.barometer).read_bytes()).hexdigest()
    assert json.loads(release.read_text("utf-8"))["inputs"][f"{WAVE}/{FILE}"] == digest
    assert watched.after["skipped"] == NOTHING_NEW


def test_a_file_that_is_only_odd_is_released_with_its_warning(real: Barometer) -> None:
    with duckdb.connect(str(real.current), read_only=True) as release:
        odd = release.sql('select "check", observed from mart_data_quality where not passed')
        # What the warning quotes from the file is no part of a release.
        told = "a warning; the run history tells more"
        assert odd.fetchall() == [("nl_barometer 2021 patterns: test_answers", told)]


def test_a_real_file_becomes_microdata_and_no_synthetic_row_is_left(
    real: Barometer, built: Barometer
) -> None:
    with duckdb.connect(str(real.current), read_only=True) as release:
        computed = release.sql(
            f"select distinct data_status from mart_indicator where {OF_WAVE}"
        ).fetchall()
        assert set(computed) == {("published",), ("microdata",)}
        columns = release.sql(
            "select table_name, column_name, (select list(column_name) from duckdb_columns() "
            "as named where named.table_name = told.table_name) from duckdb_columns() as told "
            "where column_name like '%status' and data_type = 'VARCHAR'"
        ).fetchall()
        assert len(columns) > 10
        for table, column, named in columns:
            where = [f"survey = '{SURVEY}'"] if "survey" in named else []
            where += [f"wave = '{YEAR}'"] if "wave" in named else []
            # A question over all waves has the status of the others; mart_answer has its figures.
            where += [f"chosen_wave = '{YEAR}'"] if "chosen_wave" in named else []
            if {"from_estimate", "to_estimate"} <= set(named):
                where.append(
                    f"(from_wave = '{YEAR}' and from_estimate is not null "
                    f"or to_wave = '{YEAR}' and to_estimate is not null)"
                )
            # That a synthetic figure is gone is told, without what it was.
            if table == "mart_release_change":
                where.append(
                    "(change <> 'vanished' or before_nl is not null or before_en is not null)"
                )
            rows = release.sql(
                f'select * from "{table}" where "{column}" = \'synthetic\' '
                f"and {' and '.join(where) or 'true'}"
            )
            assert len(rows) == 0, f"{table}.{column}"
        notices = release.sql(
            f"select notice_nl || notice_en from mart_indicator where {OF_WAVE}"
        ).fetchall()
        assert not any("SYNTHETI" in notice for (notice,) in notices)
        keys = "concept, category, group_value, base, weighting, round(estimate, 6)"
        figures = release.sql(COMPUTED.format(keys)).fetchall()
    with duckdb.connect(str(built.current), read_only=True) as release:
        assert figures == release.sql(COMPUTED.format(keys)).fetchall()


def test_every_page_still_starts_on_a_question_that_the_release_has(real: Barometer) -> None:
    done = real.run("dashboards", "check")
    assert done.returncode == 0, done.stderr


def test_the_list_of_waves_shows_the_real_file_and_its_rows(real: Barometer) -> None:
    line = status_of(real)
    assert not missing_words(line, ("published + microdata", "366", str(real.data)))


def test_a_file_that_says_it_is_synthetic_stays_so_wherever_it_lies(
    built: Barometer, tmp_path: Path
) -> None:
    from ingest.registry import load
    from ingest.wave_files import open_wave

    barometer = Barometer(built.home, tmp_path)
    real_path(barometer).parent.mkdir(parents=True)
    shutil.copy(sample_of(built), real_path(barometer))
    file = open_wave(load().wave(WAVE), barometer.data, built.home / "samples")
    assert (file.path, file.data_status) == (real_path(barometer), "synthetic")
    assert "published + synthetic" in status_of(barometer)


def test_without_a_real_file_the_list_names_the_sample(built: Barometer) -> None:
    line = status_of(built)
    assert not missing_words(line, ("published + synthetic", "sample nl_barometer_2021"))
    assert FILE not in line


def test_the_list_goes_on_where_a_file_cannot_be_used(built: Barometer, tmp_path: Path) -> None:
    barometer = Barometer(built.home, tmp_path)
    path = real_path(barometer)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    line = status_of(barometer)
    assert "refused" in line


def test_real_answers_that_differ_from_a_published_figure_are_evidence_and_stop_the_build(
    built: Barometer, tmp_path: Path
) -> None:
    shutil.copytree(built.home, tmp_path / "home", symlinks=True)
    barometer = Barometer(tmp_path / "home", tmp_path / "data")
    file = put_real_file(barometer)
    shared = file.frame.index[file.frame["V15"] == 1][:40]  # of 313, so 60 percent becomes 47
    file.frame.loc[shared, "V15"] = 2
    file.write(real_path(barometer))
    before = release_state(barometer)
    done = barometer.run("build")
    message = refusal(done.returncode, done.stdout, done.stderr)
    with duckdb.connect(str(barometer.home / "warehouse.duckdb"), read_only=True) as warehouse:
        rows = warehouse.sql(
            "select concept, published, evidence from marts.mart_reconciliation "
            f"where verdict = 'differs' and {OF_WAVE}"
        ).fetchall()
    assert rows == [("actively_shared", 60, "independent")]
    assert not missing_words(message, ("rule computed_agrees_with_published", "independent"))
    assert release_state(barometer) == before
