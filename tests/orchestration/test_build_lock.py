"""A build that the command started and one from Dagster's interface exclude each other."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration.build_lock import build_lock
from orchestration.definitions import BUILD_JOB, load
from orchestration.run_executor import locked_executor
from orchestration.settings import Settings

pytestmark = pytest.mark.unit


def small_job() -> dg.JobDefinition:
    """A job like that of a build, with the executor of the builds."""

    @dg.op
    def release() -> None:
        (Settings.from_environment().home / "released").touch()

    @dg.job(executor_def=locked_executor(Settings.from_environment(), {}))
    def build() -> None:
        release()

    return build


def test_a_run_of_dagster_waits_for_no_other_build_and_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETER_HOME", str(tmp_path))
    settings = Settings.from_environment()
    job = dg.reconstructable(small_job)
    (tmp_path / "history").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "history")) as history:
        with build_lock(settings):
            refused = dg.execute_job(job, history)
        assert not refused.success
        events = history.all_logs(refused.run_id)
        assert any("rule build_running" in str(event.to_json()) for event in events)
        assert not (settings.home / "released").exists()
        assert dg.execute_job(job, history).success
    assert (settings.home / "released").exists()


def test_the_job_that_dagster_shows_has_this_executor(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", data=tmp_path / "data")
    job = load(settings).resolve_job_def(BUILD_JOB)
    assert job.executor_def.name == locked_executor(settings, {}).name
