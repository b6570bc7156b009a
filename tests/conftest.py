"""What several parts of the suite need: one real build, and copies of the project to break."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
BIN = PROJECT / ".venv" / "bin"


def require(name: str, available: bool, reason: str) -> None:
    """Skip the test where a tool from outside is missing, or fail where it must be there.

    Args:
        name: what `BAROMETER_REQUIRE` (names with commas between) calls it: chromium, r, superset.
        available: whether it was found.
        reason: what was not found, in words.
    """
    if available:
        return
    if name in os.environ.get("BAROMETER_REQUIRE", "").split(","):
        pytest.fail(f"{reason}, while BAROMETER_REQUIRE asks for {name}.", pytrace=False)
    pytest.skip(f"{reason}.")


class Barometer:
    """Runs the `barometer` command as a user would, in a home of its own."""

    def __init__(self, home: Path, data: Path, project: Path = PROJECT) -> None:
        self.home, self.data, self.project = home, data, project

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            "BAROMETER_HOME": str(self.home),
            "BAROMETER_DATA": str(self.data),
            # A copy of the project, or of a part of it, goes before this one.
            "PYTHONPATH": f"{self.project}{os.pathsep}{PROJECT}",
            "NO_COLOR": "1",
        }

    @property
    def current(self) -> Path:
        return self.home / "releases" / "current.duckdb"

    def run(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        code = "from orchestration.cli import main; main()"
        return subprocess.run(
            [str(BIN / "python"), "-c", code, *arguments],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Barometer:
    """An installation with one release, made from what the project ships."""
    folder = tmp_path_factory.mktemp("built")
    barometer = Barometer(folder / "home", folder / "data")
    done = barometer.run("build")
    assert done.returncode == 0, done.stdout + done.stderr
    return barometer


@pytest.fixture(scope="session")
def release_path(built: Barometer) -> Path:
    """The current release of that installation."""
    return built.current


@pytest.fixture
def copy(built: Barometer, tmp_path: Path) -> Barometer:
    """A copy of the project and of the built installation, to break."""
    project = tmp_path / "project"
    for name in ("ingest", "dbt_project", "expectations", "orchestration", "dashboards"):
        ignore = shutil.ignore_patterns("__pycache__", "target", "logs")
        shutil.copytree(PROJECT / name, project / name, ignore=ignore)
    home = tmp_path / "home"
    shutil.copytree(built.home, home, symlinks=True)
    return Barometer(home, tmp_path / "data", project)
