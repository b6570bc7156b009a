"""A build that finds something wrong says what, and publishes nothing; nor does a later step."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.errors import BarometerError
from ingest.registry import load
from orchestration.publishing import publish
from orchestration.settings import Settings
from tests.conftest import Barometer
from tests.support import (
    MANIFEST,
    PUBLISHED,
    Spss,
    edit,
    missing_words,
    real_path,
    refusal,
    release_unchanged,
    sample_of,
)


def materialize(barometer: Barometer, asset: str) -> subprocess.CompletedProcess[str]:
    """Make one asset only, as a person does in Dagster."""
    selected = ["--select", asset, "-m", "orchestration.definitions"]
    return subprocess.run(
        [sys.executable, "-m", "dagster", "asset", "materialize", *selected],
        cwd=barometer.project,
        env={**barometer.environment, "DAGSTER_HOME": str(barometer.home / "dagster")},
        capture_output=True,
        text=True,
        check=False,
    )


def refused_build(barometer: Barometer, *words: str) -> None:
    with release_unchanged(barometer):
        done = barometer.run("build")
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, (*words, "Nothing was published.")), message


def gate_refuses(barometer: Barometer, *words: str) -> None:
    """A later run of the release alone has no failed check in it, and must refuse all the same."""
    with release_unchanged(barometer):
        done = materialize(barometer, "release")
    told = done.stdout + done.stderr
    assert done.returncode != 0, told
    assert not missing_words(told, ("rule gate_refuses: the release is refused", *words)), told


def test_files_that_do_not_fit_or_cannot_be_read_stop_the_build(copy: Barometer) -> None:
    file = Spss.read(sample_of(copy))
    file.frame.loc[1, "RESPNR"] = file.frame.loc[0, "RESPNR"]
    file.write(real_path(copy))
    other = load().wave("nl_barometer/2025")
    assert other.wave.answers
    path = copy.data / other.id / other.wave.answers.file.name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\0" * 9000)
    with release_unchanged(copy):
        done = copy.run("build", "--lang", "nl")
    assert done.returncode == 1
    words = (
        "Fout: ",
        "nl_barometer/2021, regel respondent_once",
        "1 in rij 1, 2.",
        "nl_barometer/2025, regel csv_nul_byte",
        "exporteer het bestand opnieuw",
        "Oplossing: ",
        "Er is niets gepubliceerd.",
    )
    assert not missing_words(done.stderr, words), done.stderr


def test_a_description_that_does_not_hold_stops_the_build(copy: Barometer) -> None:
    edit(copy.project / MANIFEST, "field_period:", "field_periode:")
    with release_unchanged(copy):
        done = copy.run("build")
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(
        message, (MANIFEST, "rule description_unfit", "did you mean 'field_period'")
    ), message


def test_dbt_tests_that_fail_stop_the_build_and_the_gate(copy: Barometer) -> None:
    edit(copy.project / MANIFEST, "      central_government: 331\n", "")
    edit(
        copy.project / "dbt_project/models/staging/stg_published_figures.sql",
        "cast(category as string)",
        "case row_id when 'nl_008' then 'certainly' else cast(category as string) end",
    )
    refused_build(
        copy,
        "staging/stg_published_figures, check assert_published_groups_are_categories",
        "category = certainly",
        "harmonised/hrm_sample_design, check assert_every_respondent_has_a_stratum",
        "is in one of its strata. Found: ",
        "rows that do not meet this, the first: ",
        "survey = nl_barometer, wave = 2021",
        "How to fix: ",
    )
    gate_refuses(
        copy,
        "hrm_sample_design:assert_every_respondent_has_a_stratum failed",
        "Checks that were never completed: ",
        "How to fix: ",
    )


def test_computed_figures_that_differ_from_published_ones_stop_the_build(copy: Barometer) -> None:
    path = copy.project / PUBLISHED
    (line,) = [line for line in path.read_text("utf-8").splitlines() if line.startswith("nl_008,")]
    edit(path, line, line.replace(",86,", ",80,"))
    refused_build(
        copy,
        "mart_reconciliation, rule computed_agrees_with_published",
        "nl_008 nl_barometer 2021 innovated_past_two_years yes",
        "published 80.0, computed 86.0",
    )


def test_a_second_build_beside_the_first_is_refused(built: Barometer) -> None:
    with (built.home / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with release_unchanged(built):
            done = built.run("build")
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, ("another build is running", str(built.home), "wait"))


@pytest.fixture
def tiny_disk(
    built: Barometer, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Barometer]:
    """The built installation with its releases on a disk that has hardly any room left."""
    if os.geteuid() != 0:
        pytest.skip("Only root can mount a small disk.")
    home = tmp_path / "home"
    (home / "releases").mkdir(parents=True)
    (home / "warehouse.duckdb").symlink_to(built.home / "warehouse.duckdb")
    held = sum(
        path.stat().st_size for path in built.current.parent.iterdir() if not path.is_symlink()
    )
    size = held // 1024 + request.param
    disk = ["-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(home / "releases")]
    mounted = subprocess.run(["mount", *disk], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"No small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        shutil.copytree(built.current.parent, home / "releases", symlinks=True, dirs_exist_ok=True)
        yield Barometer(home, tmp_path / "data")
    finally:
        subprocess.run(["umount", str(home / "releases")], check=True)


@pytest.mark.parametrize("tiny_disk", [16, 512, 2048, 8192], indirect=True, ids="{} kB".format)
def test_a_disk_without_room_for_the_release_is_told_and_harms_nothing(
    tiny_disk: Barometer,
) -> None:
    settings = Settings(tiny_disk.home, tiny_disk.data)
    with release_unchanged(tiny_disk), pytest.raises(BarometerError) as refused:
        publish(settings, [], {}, {}, {}, "test")
    words = ("there is no room for release", "kB free", "How to fix: ", "unchanged")
    assert not missing_words(str(refused.value), words), refused.value
