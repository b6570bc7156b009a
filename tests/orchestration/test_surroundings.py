"""A fault of the machine is one message that names the place: no traceback, nothing published."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import PROJECT, Barometer
from tests.support import missing_words, refusal

COMMAND = (sys.executable, "-c", "from orchestration.cli import main; main()")


def file_for_a_home(barometer: Barometer) -> None:
    barometer.home.write_text("")


def links_in_a_circle(barometer: Barometer) -> None:
    barometer.home.symlink_to(barometer.home)


def file_for_the_answers(barometer: Barometer) -> None:
    barometer.data.write_text("")


def release_that_is_noise(barometer: Barometer) -> None:
    barometer.current.parent.mkdir(parents=True)
    (barometer.current.parent / "noise.duckdb").write_bytes(bytes(range(256)) * 99)
    barometer.current.symlink_to("noise.duckdb")


def release_that_is_a_folder(barometer: Barometer) -> None:
    barometer.current.mkdir(parents=True)


def accounts_that_are_noise(barometer: Barometer) -> None:
    release_that_is_noise(barometer)
    accounts = barometer.home / "credentials"
    accounts.write_bytes(bytes(range(256)))
    accounts.chmod(0o600)


def history_that_is_noise(barometer: Barometer) -> None:
    events = barometer.home / "dagster" / "events"
    events.mkdir(parents=True)
    (events / "index.db").write_bytes(bytes(range(256)) * 99)


@pytest.mark.parametrize(
    ("fault", "arguments", "words"),
    [
        (file_for_a_home, ("release", "list"), ("rule no_folder", "BAROMETER_HOME")),
        (links_in_a_circle, ("release", "list"), ("rule no_folder", "BAROMETER_HOME")),
        (file_for_the_answers, ("wave", "list"), ("rule no_folder", "BAROMETER_DATA")),
        (release_that_is_noise, ("report", "figures"), ("noise.duckdb", "release verify")),
        (release_that_is_noise, ("report", "cases"), ("noise.duckdb", "release verify")),
        (release_that_is_noise, ("trace", "x"), ("noise.duckdb", "release verify")),
        (release_that_is_noise, ("dashboards", "check"), ("noise.duckdb", "release verify")),
        (release_that_is_a_folder, ("report", "figures"), ("current.duckdb", "release verify")),
        (accounts_that_are_noise, ("dashboards", "push"), ("rule credentials_invalid",)),
        (history_that_is_noise, ("build",), ("rule history_damaged", "remove this folder")),
    ],
)
def test_a_fault_of_the_home_is_one_message(
    tmp_path: Path,
    fault: Callable[[Barometer], None],
    arguments: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    barometer = Barometer(tmp_path / "home", tmp_path / "data")
    fault(barometer)
    done = run(barometer, arguments)
    assert not missing_words(refusal(done.returncode, done.stdout, done.stderr), words)


def run(
    barometer: Barometer,
    arguments: tuple[str, ...],
    changed: Mapping[str, str] | None = None,
    write_to: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, with other variables or another output."""
    with Path(write_to or os.devnull).open("w") as output:
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=PROJECT,
            env={**barometer.environment, **(changed or {})},
            stdout=output if write_to else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture
def barometer(tmp_path: Path) -> Barometer:
    return Barometer(tmp_path / "home", tmp_path / "data")


def test_a_full_disk_is_one_message(barometer: Barometer) -> None:
    done = run(barometer, ("wave", "list"), write_to="/dev/full")
    assert done.returncode == 1
    assert "No space left on device" in done.stderr and "Traceback" not in done.stderr


def test_output_that_somebody_closed_is_no_fault(barometer: Barometer) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "wave", "list"],
        cwd=PROJECT,
        env=dict(barometer.environment),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_who_leaves_is_no_fault(barometer: Barometer) -> None:
    """As in `barometer wave list | head -0`."""
    nobody, output = os.pipe()
    os.close(nobody)
    done = subprocess.run(
        [*COMMAND, "wave", "list"],
        cwd=PROJECT,
        env=dict(barometer.environment),
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(output)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_terminal_without_accents_gets_a_question_mark_for_each(barometer: Barometer) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run(barometer, ("--help", "--lang", "nl"), plain)
    assert done.returncode == 0, done.stderr
    done = run(barometer, ("wave", "check", "één/2021"), plain)
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert "??n/2021" in message


@pytest.mark.parametrize("port", ["0", "-1", "65536", "99999999999", "http"])
def test_a_port_that_cannot_be_is_wrong_use(barometer: Barometer, port: str) -> None:
    done = run(barometer, ("up", "--port", port))
    assert done.returncode == 2
    assert "--port" in done.stderr and "Traceback" not in done.stderr


def test_one_port_for_two_servers_is_refused(barometer: Barometer) -> None:
    done = run(barometer, ("up", "--port", "8188", "--history-port", "8188"))
    assert "rule same_port" in refusal(done.returncode, "", done.stderr)
