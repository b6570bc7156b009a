"""What several parts of the suite need: one real build, and copies of the project to break."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock
from hypothesis import settings

PROJECT = Path(__file__).resolve().parent.parent
# What a test needs shows in its fixtures. Kinds that take longest come first, so that no worker is
# left with a long test at the end.
KINDS = {
    "spark": {"cluster", "secretive"},
    "production": {"production", "deployment"},
    "live": {"superset_bin", "browser"},
    "r": {"rscript"},
    "build": {"built"},
}

# A busy machine is no failure.
settings.register_profile("default", deadline=None)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--statistics",
        choices=("full", "part"),
        default="full",
        help="How many estimates R computes again, and how many samples are drawn.",
    )

    parser.addoption(
        "--faults",
        choices=("many", "few"),
        default="few",
        help="How often something is killed, and how often a release is read while it is switched.",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show how many faults were tried; what went wrong with one is a test that failed."""
    tried: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, number in report.user_properties:
                    tried[name] += number
    for name, number in tried.items():
        terminalreporter.write_line(f"{name}: {number}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with what it needs, and put modules of long tests first."""
    ranks = {}
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        kinds = [kind for kind, needed in KINDS.items() if needed & fixtures] or ["unit"]
        for kind in kinds:
            item.add_marker(kind)
        # Most tests with an installation of their own build again.
        ranks[item] = [*KINDS, "unit"].index(kinds[0]) - ("spare" in fixtures) / 2
    items.sort(key=ranks.__getitem__)


@pytest.fixture(scope="session")
def many(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """Chooses between two numbers: for a long trial, and for every run of the tests."""
    long = request.config.getoption("--faults") == "many"
    return lambda often, seldom: often if long else seldom


def require(name: str, available: bool, reason: str) -> None:
    """Skip the test where a tool from outside is missing, or fail where it must be there.

    Args:
        name: its name in `BAROMETER_REQUIRE` (names with commas between): chromium, r, superset,
            spark, production.
        available: whether it was found.
        reason: what was not found.
    """
    if available:
        return
    if name in os.environ.get("BAROMETER_REQUIRE", "").split(","):
        pytest.fail(f"{reason}, while BAROMETER_REQUIRE asks for {name}.", pytrace=False)
    pytest.skip(f"{reason}.")


COMMAND = "from orchestration.cli import main; main()"


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

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command; in this process, unless it is a build or the project is a copy."""
        if self.project != PROJECT or "build" in arguments:
            return self.python(COMMAND, *arguments)
        from orchestration.cli import main

        done = CliRunner().invoke(main, arguments, env=dict(self.environment))
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    def start(self, code: str, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start Python code in a session of its own, with more variables, and go on."""
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=self.project,
            env={**self.environment, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def python(
        self, code: str, *arguments: str, read: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run Python code in a process of its own, which may read a text."""
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=self.project,
            env=self.environment,
            input=read,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="session")
def fully(request: pytest.FixtureRequest) -> bool:
    """Whether statistics are tested in full."""
    return bool(request.config.getoption("--statistics") == "full")


@pytest.fixture(scope="session")
def first_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the one build of what the project ships; workers of pytest-xdist share it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    home = folder / "first" / "home"
    with FileLock(folder / "first.lock"):
        if not home.exists():
            done = Barometer(home, home.with_name("data")).run("build")
            assert done.returncode == 0, done.stdout + done.stderr
    assert (home / "releases" / "current.duckdb").exists(), "another worker could not build"
    return home


@pytest.fixture(scope="session")
def built(first_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Barometer:
    """An installation with one release, made from what the project ships, of this worker alone."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(first_home, folder / "home", symlinks=True)
    return Barometer(folder / "home", folder / "data")


@pytest.fixture(scope="session")
def release_path(built: Barometer) -> Path:
    """The current release of that installation."""
    return built.current


@pytest.fixture
def spare(built: Barometer, tmp_path: Path) -> Barometer:
    """A copy of the built installation, to change."""
    shutil.copytree(built.home, tmp_path / "home", symlinks=True)
    return Barometer(tmp_path / "home", tmp_path / "data")


@pytest.fixture
def copy(spare: Barometer, tmp_path: Path) -> Barometer:
    """A copy of the project and of the built installation, to break."""
    project = tmp_path / "project"
    for name in (
        "analyses",
        "ingest",
        "dbt_project",
        "expectations",
        "orchestration",
        "dashboards",
    ):
        ignore = shutil.ignore_patterns("target", "logs")
        shutil.copytree(PROJECT / name, project / name, ignore=ignore)
    return Barometer(spare.home, spare.data, project)


@pytest.fixture(scope="session")
def rscript() -> str:
    """The command that runs R with its package survey."""
    found = shutil.which("Rscript")
    require("r", found is not None, "Rscript is not installed")
    assert found
    probe = "quit(status = !requireNamespace('survey', quietly = TRUE))"
    done = subprocess.run([found, "--vanilla", "-e", probe], capture_output=True, check=False)
    require("r", done.returncode == 0, "R has no package survey")
    return found


@pytest.fixture(scope="session")
def superset_bin() -> Path:
    """The `bin` folder of Superset's environment."""
    bin_dir = Path(os.environ.get("SUPERSET_BIN", PROJECT / ".venv-superset" / "bin"))
    there = (bin_dir / "gunicorn").exists()
    require("superset", there, f"Superset is not installed in {bin_dir}")
    return bin_dir
