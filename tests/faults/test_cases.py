"""A fault of the surroundings is one message: no traceback, and nothing that was published changes.

The faults are data (`cases.yml`), so that a new one is a line.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
import yaml
from pydantic import ConfigDict, Field

from ingest.models import Model
from orchestration.data_version import of_file
from tests.conftest import COMMAND, PROJECT, Barometer
from tests.dashboards.reader import free_port
from tests.support import missing_words, refusal

PROGRAM = f"{shlex.quote(sys.executable)} -c {shlex.quote(COMMAND)}"


class Case(Model):
    """One fault, and what must come of it."""

    model_config = ConfigDict(populate_by_name=True)

    fault: str
    home: Literal["built", "empty"]
    at: str = "home"
    break_: str = Field("true", alias="break")
    under: str = "true"
    set: Mapping[str, str] = Field(default_factory=dict)
    lock: str | None = None
    listen: bool = False
    run: str
    exit: int = 1
    says: list[str]


CASES = [
    Case.model_validate(row)
    for row in yaml.safe_load(Path(__file__).with_name("cases.yml").read_text("utf-8"))
]


@contextmanager
def surroundings(case: Case, home: Path) -> Iterator[dict[str, str]]:
    """Hold a lock or listen on a port, as a case asks for."""
    names = {"long": "x" * 300, "free": str(free_port())}
    with socket.socket() as listener:
        if case.listen:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            names["port"] = str(listener.getsockname()[1])
        if case.lock:
            with (home / case.lock).open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield names
        else:
            yield names


def published(home: Path) -> dict[str, str]:
    """What there is of releases: where a link leads, the digest of a file."""
    return {
        path.name: str(path.readlink()) if path.is_symlink() else of_file(path)
        for path in (home / "releases").glob("*")
        if path.is_symlink() or path.is_file()
    }


@pytest.fixture
def installation(built: Barometer, tmp_path: Path) -> Callable[[Case], Barometer]:
    """Makes what a case begins with: the built home under its name, or none."""

    def make(case: Case) -> Barometer:
        home = tmp_path / case.at
        if case.home == "built":
            shutil.copytree(built.home, home, symlinks=True)
        return Barometer(home, tmp_path / "data")

    return make


@pytest.mark.parametrize("case", CASES, ids=[case.fault for case in CASES])
def test_a_fault_is_one_message_and_changes_nothing(
    case: Case,
    installation: Callable[[Case], Barometer],
    record_property: Callable[[str, object], None],
) -> None:
    record_property("fault cases", 1)
    barometer = installation(case)
    release = barometer.current.resolve() if case.home == "built" else Path("none")
    places = {"H": str(barometer.home), "D": str(barometer.data), "R": str(release)}
    subprocess.run(["bash", "-c", case.break_], env={**os.environ, **places}, check=True)
    before = published(barometer.home)
    with surroundings(case, barometer.home) as names:
        names["release"] = release.stem
        words = [word.format(**names) for word in case.says]
        changed = {name: text.format(**names) for name, text in case.set.items()}
        done = subprocess.run(
            ["/bin/bash", "-c", f"{case.under}; {PROGRAM} {case.run.format(**names)}"],
            cwd=PROJECT,
            env={**barometer.environment, **changed},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    told = done.stdout + done.stderr
    assert done.returncode == case.exit, told
    assert "Traceback" not in told, told
    if case.exit == 1 and "No space left" not in words:
        refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(told, tuple(words)), told
    assert published(barometer.home) == before
