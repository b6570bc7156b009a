"""Which code made a release."""

from __future__ import annotations

import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from orchestration import data_version

PACKAGE = "innovation-barometer-warehouse"
DIGITS = 12


def code_version(project: Path) -> str:
    """Return the version of the package, and the commit or else a digest of the code.

    The commit alone says which code it is only in an unchanged checkout. A copy of the project, an
    archive and a checkout with changes get the digest.
    """
    try:
        number = version(PACKAGE)
    except PackageNotFoundError:  # the code is run without being installed
        number = "0"
    commit = _git(project, "rev-parse", f"--short={DIGITS}", "HEAD")
    # A copy inside another checkout is not the code of that commit.
    top = _git(project, "rev-parse", "--show-toplevel")
    if not (commit and top and Path(top).resolve() == project.resolve()):
        return f"{number}+sha256.{data_version.of_code(project)[:DIGITS]}"
    if _git(project, "status", "--porcelain"):
        return f"{number}+{commit}.changed.{data_version.of_code(project)[:DIGITS]}"
    return f"{number}+{commit}"


def _git(project: Path, *arguments: str) -> str | None:
    """Return what git prints; None where git is missing or refuses."""
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
