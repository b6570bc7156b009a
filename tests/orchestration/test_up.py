"""What was started can be stopped."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Barometer

ENDED = """
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does for a job in the background
from orchestration.up import end_like_ctrl_c
end_like_ctrl_c()
import dagster as dg
dg.materialize([dg.asset(name="one")(lambda: 1)], instance=dg.DagsterInstance.ephemeral())
try:
    os.kill(os.getpid(), signal.SIGTERM)
except KeyboardInterrupt:
    print("ended")
"""


def test_a_job_in_the_background_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    done = Barometer(tmp_path / "home", tmp_path / "data").python(ENDED)
    assert done.stdout == "ended\n", done.stderr[-2000:]
