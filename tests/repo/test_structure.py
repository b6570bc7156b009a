"""The parts depend on each other one way, and the tree says nothing of where it was made."""

from __future__ import annotations

import ast
import re
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pyreadstat
import pytest

from ingest.readers import SYNTHETIC_MARK
from tests.conftest import PROJECT

MAY_IMPORT = {
    "ingest": {"ingest"},
    "expectations": {"expectations", "ingest"},
    "orchestration": {"orchestration", "expectations", "ingest", "dashboards"},
    "dashboards": {"dashboards", "orchestration", "expectations", "ingest"},
}
# A registry belongs to a person's own configuration, never to the project.
REGISTRY_HOSTS = (
    r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|yarnpkg\.com|crates\.io|"
    r"proxy\.golang\.org|repo1?\.maven\.org|conda\.(anaconda|io)|rubygems\.org|"
    r"cran\.r-project\.org|--?(extra-)?index-url|hub\.getdbt\.com"
)
WORKPLACE = r"/work/|/tmp/w/|/root/|/home/[a-z]+/"


def module_name(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules() -> dict[str, Path]:
    return {
        module_name(path): path
        for package in MAY_IMPORT
        for path in (PROJECT / package).rglob("*.py")
    }


def imports(path: Path, known: set[str]) -> set[str]:
    """Modules of the project that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} has a relative import"
            below = {f"{node.module}.{name.name}" for name in node.names}
            found |= (below & known) or {node.module}
    return found & known


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_lies_below_it(package: str) -> None:
    known = modules()
    for name, path in known.items():
        if name.split(".")[0] == package:
            used = {module.split(".")[0] for module in imports(path, set(known))}
            assert used <= MAY_IMPORT[package], f"{name} imports {used - MAY_IMPORT[package]}"


def test_no_two_modules_need_each_other() -> None:
    known = modules()
    graph = {name: imports(path, set(known)) - {name} for name, path in known.items()}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the cycle


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
