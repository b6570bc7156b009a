"""A release names the code that made it, with git and without."""

from __future__ import annotations

import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from orchestration.code_version import PACKAGE, code_version
from orchestration.data_version import SEEDS, of_code
from tests.conftest import PROJECT

FOLDERS = ("analyses", "ingest", "dbt_project", "expectations", "orchestration")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the code, not under version control."""
    ignore = shutil.ignore_patterns("__pycache__", "target", "logs")
    for name in FOLDERS:
        shutil.copytree(PROJECT / name, tmp_path / "project" / name, ignore=ignore)
    return tmp_path / "project"


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "--no-verify", "-m", "all")
    return git(folder, "rev-parse", "--short=12", "HEAD")


def test_a_checkout_is_named_by_its_commit_and_by_its_changes(project: Path) -> None:
    number = f"{version(PACKAGE)}+{commit(project)}"
    assert code_version(project) == number
    (project / "orchestration" / "extra.py").write_text("# more\n")
    assert code_version(project) == f"{number}.changed.{of_code(project)[:12]}"


def test_a_copy_is_named_by_its_content_also_inside_another_checkout(project: Path) -> None:
    named = code_version(project)
    assert named == f"{version(PACKAGE)}+sha256.{of_code(project)[:12]}"
    (project.parent / "other.txt").write_text("another project\n")
    shutil.move(project, project.parent / "hidden")
    commit(project.parent)
    shutil.move(project.parent / "hidden", project)
    assert code_version(project) == named


def test_without_git_the_content_names_the_code(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project)
    monkeypatch.setenv("PATH", "")
    assert code_version(project) == f"{version(PACKAGE)}+sha256.{of_code(project)[:12]}"


def test_what_has_a_data_version_of_its_own_is_not_code(project: Path) -> None:
    before = of_code(project)
    (project / SEEDS.relative_to(PROJECT) / "bases.csv").write_text("base\n")
    (project / "ingest" / "surveys" / "sources.csv").write_text("source_id\n")
    (project / "orchestration" / "__pycache__").mkdir()
    (project / "orchestration" / "__pycache__" / "x.pyc").write_text("compiled")
    assert of_code(project) == before
    (project / "dbt_project" / "dbt_project.yml").write_text("name: other\n")
    assert of_code(project) != before
