"""A build that is killed leaves the last release as it was, and the next build is whole."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from tests.conftest import COMMAND, Barometer
from tests.support import moved, release_state


def killed(process: subprocess.Popen[str], happened: Callable[[], bool]) -> None:
    """End a process the hard way as soon as something has happened."""
    while not happened():
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    process.kill()
    process.wait()


def is_open(warehouse: Path) -> bool:
    """Whether another process has the warehouse open."""
    try:
        duckdb.connect(str(warehouse)).close()
    except duckdb.IOException:
        return True
    return False


@contextmanager
def same_release(barometer: Barometer) -> Iterator[None]:
    """What happens inside leaves the current release as it was."""
    before = release_state(barometer)
    yield
    assert release_state(barometer) == before


PUBLISH = """
from orchestration.publishing import publish
from orchestration.settings import Settings
publish(Settings.from_environment(), [], {}, {}, {}, "test")
"""


def test_a_killed_build_harms_nothing_and_the_next_one_gives_the_same_figures(
    spare: Barometer,
) -> None:
    first = spare.current.resolve()
    warehouse, raw = spare.home / "warehouse.duckdb", spare.home / "raw"

    def written(path: Path) -> int:
        return max(file.stat().st_mtime_ns for file in (path, *path.rglob("*.parquet")))

    read, computed = written(raw), written(warehouse)
    with same_release(spare):
        killed(spare.start(COMMAND, "build"), lambda: written(raw) != read)
    with same_release(spare):
        killed(spare.start(COMMAND, "build"), lambda: written(warehouse) != computed)
    while is_open(warehouse):  # dbt ends by itself when nobody listens
        time.sleep(0.1)
    with same_release(spare):
        killed(spare.start(PUBLISH), lambda: any(first.parent.glob(".*.part")))
    assert list(first.parent.glob(".*.part")), "a part of a release is left"
    before = release_state(spare)
    done = spare.run("build")
    assert done.returncode == 0, done.stderr
    assert release_state(spare) != before
    assert moved(first, spare.current) == []
    assert [path.name for path in first.parent.iterdir() if ".part" in path.name] == []
