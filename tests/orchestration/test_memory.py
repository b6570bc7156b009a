"""A build stays within its memory, or says at which step it could not."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from ingest.errors import RefusedError
from orchestration import dbt, memory
from orchestration.failures import failure_messages
from orchestration.settings import Settings
from tests.conftest import COMMAND, Barometer
from tests.orchestration.test_killed_build import same_release
from tests.support import missing_words, refusal

MIB = 1024**2


@pytest.mark.parametrize("given", ["lots", "4", "4 TB", "1GB", "-8GB", "4GB 2GB"])
def test_what_is_no_amount_of_memory_or_too_little_is_refused(
    given: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETER_MEMORY", given)
    folder = tmp_path_factory.mktemp("memory")
    done = Barometer(folder / "home", folder / "data").run("release", "list")
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, ("rule memory_unknown", given, "2.0GB"))


def test_half_of_the_machine_is_what_a_build_may_take() -> None:
    nothing_given = Settings(Path("home"), Path("data"))
    assert nothing_given.memory == max(memory.machine() // 2, memory.LEAST)
    assert memory.given("2.5 gb") == memory.given("2560MB") == 2560 * MIB


def test_the_process_that_takes_most_is_ended() -> None:
    hungry = "held = bytes(range(256)) * 4 * 1024 * 300; input()"
    small = "input()"
    earlier = start(hungry)
    limit = psutil.Process().memory_info().rss + 200 * MIB
    with memory.memory_guard(limit) as guard:
        least, most = start(small), start(hungry)
        assert most.wait(timeout=60) == -9
        assert least.poll() is None and earlier.poll() is None
    assert guard.exceeded > limit and guard.most >= guard.exceeded
    for process in (least, earlier):
        process.communicate(b"\n")


def start(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)


@pytest.fixture
def little(built: Barometer) -> Settings:
    """An installation in which DuckDB gets almost no memory."""
    return Settings(built.home, built.data, given_memory=memory.BESIDE_DUCKDB + 20 * MIB)


def test_a_model_that_does_not_fit_is_named_with_what_it_had(little: Settings) -> None:
    with pytest.raises(RefusedError):
        dbt.run(["run", "--select", "est_stratum_sums", "--threads", "1"], little)
    (told, *_) = failure_messages([], {}, little)
    words = ("est_stratum_sums", memory.shown(little.memory), "set BAROMETER_MEMORY to more")
    assert not missing_words(told.text("en"), words)
    assert "geef BAROMETER_MEMORY een hogere waarde" in told.text("nl")


def test_a_dbt_that_the_system_kills_is_told_and_nothing_is_published(spare: Barometer) -> None:
    build = spare.start(COMMAND, "build")
    with same_release(spare):
        while not (found := dbts(build.pid)):
            assert build.poll() is None, "it ended before it could be killed"
            time.sleep(0.1)
        found[0].kill()
        out, err = build.communicate()
        message = refusal(build.returncode, out, err)
    assert not missing_words(message, ("dbt: ", "killed from outside", "BAROMETER_MEMORY"))


def dbts(pid: int) -> list[psutil.Process]:
    """Return the process of `dbt build` that a build has started, if it has."""
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            found += [process] if {dbt.EXECUTABLE, "build"} <= set(process.cmdline()) else []
    return found
