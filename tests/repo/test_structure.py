"""The tree names no registry and no workplace, and leaves out what is confidential."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pyreadstat
import pytest

from ingest.readers import SYNTHETIC_MARK
from tests.conftest import PROJECT

# A registry belongs to a person's own configuration, never to the project.
REGISTRY_HOSTS = (
    r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|yarnpkg\.com|crates\.io|"
    r"proxy\.golang\.org|repo1?\.maven\.org|conda\.(anaconda|io)|rubygems\.org|"
    r"cran\.r-project\.org|--?(extra-)?index-url|hub\.getdbt\.com"
)
WORKPLACE = r"/work/|/tmp/w/|/root/|/home/[a-z]+/"


def tracked() -> list[str]:
    """Files of the tree: what version control knows, and what it would take in."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("The project does not stand under version control here.")
    return [name for name in done.stdout.split("\0") if name and (PROJECT / name).is_file()]


@pytest.mark.parametrize(
    ("what", "pattern"), [("a package registry", REGISTRY_HOSTS), ("a workplace", WORKPLACE)]
)
def test_the_tree_names_no_registry_and_no_workplace(what: str, pattern: str) -> None:
    named = []
    for name in tracked():
        text = (PROJECT / name).read_bytes().decode("utf-8", "ignore")
        if name != Path(__file__).relative_to(PROJECT).as_posix():
            lines = text.splitlines()
            named += [f"{name}:{n}" for n, line in enumerate(lines, 1) if re.search(pattern, line)]
    assert named == [], f"{what} is named"


def test_confidential_and_generated_files_are_left_out_of_version_control() -> None:
    places = ["data/nl_barometer/2021/x.sav", ".barometer/warehouse.duckdb", ".venv/x"]
    done = subprocess.run(
        ["git", "check-ignore", *places], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == places
    held = [PROJECT / name for name in tracked()]
    assert not [path for path in held if path.suffix in {".duckdb", ".parquet"}]
    for path in held:
        if path.suffix == ".sav":
            title = pyreadstat.read_sav(path, metadataonly=True)[1].file_label
            assert title.startswith(SYNTHETIC_MARK), f"{path} may hold real answers"
