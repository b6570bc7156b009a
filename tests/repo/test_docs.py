"""The documentation builds without a warning, links to what is there and needs no network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.docs_site import DBT_PAGE
from tests.conftest import PROJECT
from tests.links import faulty_links
from tests.repo.test_structure import tracked

DOCS = PROJECT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md"))
WRITTEN = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *PAGES]
# Folders of the project; what a page names under one of them is there.
FOLDERS = r"analyses|benchmarks|dashboards|dbt_project|docs|expectations|ingest|orchestration|tests"
PRACTICE = re.compile(r"ee_practice|lv_offices|waves/2027\.yml")  # what an exercise makes


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site without the dbt docs, which need a build."""
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-E"]
    done = subprocess.run(
        [*command, "-d", str(folder / "doctrees"), str(DOCS), str(folder / "site")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_no_link_of_the_site_is_dead_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    assert [link for link in faulty_links(site) if not link.endswith(DBT_PAGE.as_posix())] == []


def test_every_page_is_in_the_site_and_every_part_is_generated(site: Path) -> None:
    made = {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")}
    assert {path.relative_to(DOCS).with_suffix("") for path in PAGES} <= made
    for path in (site / "reference").glob("*.html"):
        assert "<table" in path.read_text("utf-8"), f"{path.name} has no table"


def test_the_reference_names_every_key_table_and_command(site: Path) -> None:
    def words(page: str) -> str:
        text = (site / "reference" / f"{page}.html").read_text("utf-8")
        return re.sub(r"<[^>]+>", "", text)

    assert all(key in words("manifest") for key in ("reference_wave", "field_period", "delimiter"))
    marts = (PROJECT / "dbt_project" / "models" / "marts").glob("*.sql")
    assert all(path.stem in words("tables") for path in marts)
    assert all(verb in words("command-line") for verb in ("wave check", "release list", "--lang"))
    assert "recode_contradicts_label" in words("checks")


@pytest.mark.parametrize("page", ["manifest", "published-figures", "harmonisation", "tables"])
def test_every_key_and_column_of_the_reference_has_a_meaning(site: Path, page: str) -> None:
    text = (site / "reference" / f"{page}.html").read_text("utf-8")
    rows = re.findall(r"<tr.*?</tr>", text, re.S)
    empty = [row for row in rows if re.search(r"<td[^>]*></td>\s*</tr>", row)]
    assert [re.sub(r"<[^>]+>|\s+", " ", row) for row in empty] == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(rf"`((?:{FOLDERS})/[\w./*-]*)`", page.read_text("utf-8")))
    missing = [name for name in named if not PRACTICE.search(name)]
    assert [name for name in missing if not list(PROJECT.glob(name.rstrip("/")))] == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", page.read_text("utf-8")):
        assert (page.parent / link).exists(), link


def test_the_glossary_is_in_alphabetical_order() -> None:
    rows = re.findall(r"^\| ([^|]+) \|", (DOCS / "glossary.md").read_text("utf-8"), re.M)
    terms = [row for row in rows if row not in ("our word", "---")]
    assert terms == sorted(terms, key=str.casefold)


def test_the_architecture_page_shows_every_folder_two_levels_deep() -> None:
    tree = (DOCS / "architecture.md").read_text("utf-8").split("```text\n", 1)[1].split("```", 1)[0]
    shown, top = set(), ""
    for line in tree.splitlines():
        name = line.split("/ ", 1)[0].strip()
        top = top if line.startswith(" ") else name
        shown.add(name if name == top else f"{top}/{name}")
    folders = {Path(name).parts[:-1] for name in tracked()}
    real = {"/".join(parts[:depth]) for parts in folders for depth in (1, 2) if parts[:depth]}
    assert shown == real
