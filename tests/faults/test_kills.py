"""Whatever is killed at whatever moment: every release is whole, and the next start heals.

A kill ends a command and all that it started, as a power cut does, at a random moment of the time
that it took when nobody killed it.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import psutil
import pytest

from orchestration.releases import Releases
from orchestration.settings import Settings
from tests.conftest import COMMAND, Barometer
from tests.dashboards.reader import free_port
from tests.orchestration.test_killed_build import PUBLISH
from tests.support import put_real_file

SEED = 20210414
Record = Callable[[str, object], None]


def kill_all(process: subprocess.Popen[str]) -> None:
    """Kill a process with all that it started."""
    if process.poll() is None:
        main = psutil.Process(process.pid)
        for one in (main, *main.children(recursive=True)):
            with suppress(psutil.Error):  # it has just ended
                one.kill()
    process.communicate()


def assert_whole(barometer: Barometer) -> None:
    """The current release and all others can be read, and hold what their manifests say."""
    releases = Releases(Settings(barometer.home, barometer.data))
    items = releases.all()
    current = releases.current()
    assert current in {item.release_id for item in items}
    for item in items:
        releases.verify(item.release_id)
    with duckdb.connect(str(barometer.current), read_only=True) as release:
        for name, rows in releases.show().tables.items():
            assert len(release.table(name)) == rows, name


class Killer:
    """Kills a command again and again, at random moments of its own time."""

    def __init__(self, record: Record) -> None:
        self._random = random.Random(SEED)
        self._record = record

    def kill(self, barometer: Barometer, longest: float, code: str, *arguments: str) -> None:
        """Start the command, and kill it before or at its end."""
        process = barometer.start(code, *arguments)
        moment = self._random.uniform(0, longest)
        deadline = time.monotonic() + moment
        while time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.005)
        kill_all(process)
        self._record("kills", 1)


@pytest.fixture
def killer(record_property: Record) -> Killer:
    return Killer(record_property)


@pytest.fixture
def two_releases(spare: Barometer) -> Barometer:
    """An installation with a second release."""
    done = spare.python(PUBLISH)
    assert done.returncode == 0, done.stderr
    return spare


def seconds_of(barometer: Barometer, code: str, *arguments: str) -> float:
    """Run a command to its end, and return how long it took."""
    started = time.monotonic()
    process = barometer.start(code, *arguments)
    told = process.communicate()
    assert process.returncode == 0, told
    return time.monotonic() - started


def test_a_release_that_is_killed_while_it_is_written_or_switched(
    two_releases: Barometer, killer: Killer, many: Callable[[int, int], int]
) -> None:
    longest = seconds_of(two_releases, PUBLISH)
    for _ in range(many(25, 3)):
        killer.kill(two_releases, longest, PUBLISH)
        assert_whole(two_releases)
    seconds_of(two_releases, PUBLISH)
    assert not list(two_releases.current.parent.glob(".*.part*")), "the next one cleans up"


def test_a_rollback_that_is_killed(
    two_releases: Barometer, killer: Killer, many: Callable[[int, int], int]
) -> None:
    ids = [
        item.release_id for item in Releases(Settings(two_releases.home, two_releases.data)).all()
    ]
    rollback = ("release", "rollback")
    longest = seconds_of(two_releases, COMMAND, *rollback, ids[-1])
    for number in range(many(25, 2)):
        killer.kill(two_releases, longest, COMMAND, *rollback, ids[number % len(ids)])
        assert_whole(two_releases)
    seconds_of(two_releases, COMMAND, *rollback, ids[0])


def test_a_prune_that_is_killed(
    two_releases: Barometer, killer: Killer, many: Callable[[int, int], int]
) -> None:
    prune = ("release", "prune", "--keep", "1", "--yes")
    for _ in range(2):
        seconds_of(two_releases, PUBLISH)
    longest = seconds_of(two_releases, COMMAND, *prune)
    for _ in range(many(10, 1)):
        seconds_of(two_releases, PUBLISH)
        killer.kill(two_releases, longest, COMMAND, *prune)
        assert_whole(two_releases)
    seconds_of(two_releases, COMMAND, *prune)


def test_an_erasure_that_is_killed_is_finished_by_the_next(
    spare: Barometer, killer: Killer, many: Callable[[int, int], int], tmp_path: Path
) -> None:
    erase = ("wave", "erase", "nl_barometer/2021", "--yes")
    shutil.copytree(spare.home, tmp_path / "before", symlinks=True)
    longest = 0.0
    for _ in range(many(10, 1) + 1):
        shutil.rmtree(spare.home)
        shutil.copytree(tmp_path / "before", spare.home, symlinks=True)
        put_real_file(spare)
        if longest:
            killer.kill(spare, longest, COMMAND, *erase)
            assert_whole(spare)
            done = spare.run(*erase)
            # Killed after its last step, it has left nothing to erase.
            assert done.returncode == 0 or "no answers of this wave" in done.stderr, done.stderr
        else:
            longest = seconds_of(spare, COMMAND, *erase)
        assert not list(spare.data.rglob("*.sav"))
        assert not list((spare.home / "raw").rglob("2021.parquet"))


@pytest.mark.timeout(2 * 60 * 60)  # a dozen builds, of which each may take minutes
def test_a_build_that_is_killed_is_made_by_the_next(
    spare: Barometer, killer: Killer, many: Callable[[int, int], int]
) -> None:
    times = many(12, 0)
    if not times:
        pytest.skip(
            "tests/orchestration/test_killed_build.py kills three; --faults many kills more."
        )
    longest = seconds_of(spare, COMMAND, "build")
    for _ in range(times):
        killer.kill(spare, longest, COMMAND, "build")
        assert_whole(spare)
    seconds_of(spare, COMMAND, "build")
    assert_whole(spare)
    history = open_runs(spare)
    assert history == [], f"runs that the history shows as running for ever: {history}"


def open_runs(barometer: Barometer) -> list[str]:
    """Return the runs that the history does not show as ended."""
    code = """
from orchestration.run_history import open_history
from orchestration.settings import Settings
with open_history(Settings.from_environment()) as history:
    print([run.run_id for run in history.get_runs() if not run.is_finished])
"""
    done = barometer.python(code)
    assert done.returncode == 0, done.stderr
    found: list[str] = re.findall(r"'(\S+)'", done.stdout)
    return found


@pytest.fixture
def ports() -> tuple[str, ...]:
    return ("--port", str(free_port()), "--history-port", str(free_port()))


def until_ready(process: subprocess.Popen[str]) -> None:
    """Wait until `barometer up` says that the dashboards are ready."""
    assert process.stdout
    told = ""
    for line in process.stdout:
        told += line
        if "The dashboards are ready" in line:
            return
    raise AssertionError(told + process.communicate()[1])


@pytest.fixture
def ups() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        kill_all(process)


def test_a_first_start_that_is_killed_is_done_by_the_next(
    spare: Barometer,
    superset_bin: Path,
    killer: Killer,
    many: Callable[[int, int], int],
    ports: tuple[str, ...],
    ups: list[subprocess.Popen[str]],
) -> None:
    assert superset_bin.is_dir()
    for _ in range(many(8, 1)):
        shutil.rmtree(spare.home / "superset", ignore_errors=True)
        killer.kill(spare, 40.0, COMMAND, "up", *ports)
        assert_whole(spare)
        ups.append(spare.start(COMMAND, "up", *ports))
        until_ready(ups[-1])
        os.kill(ups[-1].pid, signal.SIGTERM)
        ups[-1].communicate(timeout=60)
        assert ups[-1].returncode == 0
