"""The run history tells of every run how it ended."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration.run_history import close_interrupted, open_history
from orchestration.settings import Settings
from tests.conftest import Barometer

pytestmark = pytest.mark.unit

KILLED = """
import os
import dagster as dg
from orchestration.run_history import open_history
from orchestration.settings import Settings

@dg.op
def ends_the_process():
    os._exit(9)

@dg.job
def build():
    ends_the_process()

with open_history(Settings.from_environment()) as history:
    build.execute_in_process(instance=history)
"""


def test_a_run_that_was_killed_is_shown_as_failed(tmp_path: Path) -> None:
    barometer = Barometer(tmp_path / "home", tmp_path / "data")
    assert barometer.python(KILLED).returncode == 9
    with open_history(Settings(barometer.home, barometer.data)) as history:
        (run,) = history.get_runs()
        assert run.status == dg.DagsterRunStatus.STARTED
        close_interrupted(history)
        (run,) = history.get_runs()
        assert run.status == dg.DagsterRunStatus.FAILURE
        told = [entry.message for entry in history.all_logs(run.run_id)]
        assert "It was ended before it was done." in told[-1]
