"""What `make audit` looks for: known faults of what is pinned, secrets, people in our own files.

Each lock also becomes a bill of materials (CycloneDX) in `.artifacts/`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parent.parent
BILLS = PROJECT / ".artifacts"
LOCKS = ("pipeline", "superset", "spark", "dev", "production", "production-superset")
BASELINE = ".secrets.baseline"
# Addresses and numbers of people. Nobody has an address at a domain that is kept for examples.
MADE_UP = {
    *("tests/analyses/test_terms.py", "tests/ingest/test_columns.py"),
    "tests/ingest/test_personal.py",
}
PEOPLE = {
    "an e-mail address": re.compile(
        r"\b[\w.+-]+@(?!localhost)(?![\w.-]*\bexample\b)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b"
    ),
    "a telephone number": re.compile(r"(?<![\d.])(?:\+31|0031) ?\(?0?\)?(?:[ -]?\d){9}(?!\d)"),
    "a bank account": re.compile(r"\b[A-Z]{2}\d{2} ?[A-Z]{4}(?: ?\d){10}\b"),
}


def main(files: list[str]) -> int:
    """Print what was found, and return 1 where something was.

    Args:
        files: where to look for secrets and people, as before a commit. Without any: in all files
            that git knows, and then at the locks too.
    """
    looks = {}
    if not files:
        files = _tracked()
        listed = _list_of_faults()
        looks["known faults"] = list(_known_faults(listed))
        for lock in LOCKS:
            _write_bill(lock)
        day = datetime.fromtimestamp(listed["$meta"]["timestamp"], UTC).date()
        print(
            f"Bills of materials of {', '.join(LOCKS)} are in {BILLS.relative_to(PROJECT)}/. The "
            f"list of known faults is of {day}; no later one comes as a package. Compare the bills "
            "with a list that is kept up to date, such as OSV, on a machine that may reach it."
        )
    looks["secrets"] = list(_secrets(files))
    looks["people"] = list(_people(files))
    for look, found in looks.items():
        print(f"{look}: {len(found)} found")
        for line in found:
            print(f"  {line}")
    return int(any(looks.values()))


def _tracked() -> list[str]:
    told = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return [name for name in told.stdout.split("\0") if name]


def _pins(lock: str) -> Iterator[tuple[str, str]]:
    """Yield name and version of each package of a lock."""
    for line in (PROJECT / "requirements" / f"{lock}.txt").read_text().splitlines():
        if found := re.match(r"([\w.-]+)(?:\[[\w,.-]+\])?==([\w.!+-]+)", line):
            yield canonicalize_name(found[1]), found[2]


def _list_of_faults() -> dict[str, Any]:
    """Return the faults by package. The package that holds the list cannot be imported."""
    path = distribution("safety-db").locate_file("safety_db/insecure_full.json")
    listed: dict[str, Any] = json.loads(Path(str(path)).read_text())
    return listed


def _known_faults(listed: dict[str, Any]) -> Iterator[str]:
    faults = {canonicalize_name(name): entries for name, entries in listed.items()}
    for lock in LOCKS:
        for name, version in _pins(lock):
            for fault in faults.get(name, []):
                if any(version in SpecifierSet(which) for which in fault["specs"]):
                    number = fault.get("cve") or fault["id"]
                    yield f"requirements/{lock}.txt: {name} {version}: {number}"


def _secrets(files: list[str]) -> Iterator[str]:
    """Yield what looks like a secret and is not in the baseline, where a person looked at it."""
    told = subprocess.run(
        [
            Path(sys.executable).with_name("detect-secrets-hook"),
            "--json",
            "--baseline",
            BASELINE,
            *files,
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if not told.returncode:
        return
    if not told.stdout.lstrip().startswith("{"):
        yield told.stdout.strip()
        return
    for name, found in json.loads(told.stdout)["results"].items():
        for one in found:
            yield f"{name}:{one['line_number']}: {one['type']}"


def _people(files: list[str]) -> Iterator[str]:
    for name in set(files) - MADE_UP:
        try:
            lines = (PROJECT / name).read_text("utf-8").splitlines()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        for number, line in enumerate(lines, 1):
            for kind, form in PEOPLE.items():
                if form.search(line):
                    yield f"{name}:{number}: {kind}"


def _write_bill(lock: str) -> None:
    BILLS.mkdir(exist_ok=True)
    subprocess.run(
        [
            *(Path(sys.executable).with_name("cyclonedx-py"), "requirements"),
            *(f"requirements/{lock}.txt", "--output-reproducible"),
            *("--output-file", BILLS / f"{lock}.cdx.json"),
        ],
        cwd=PROJECT,
        check=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
