"""Every page against axe: WCAG 2.1, levels A and AA, headings and tables.

What Superset has and we cannot mend is in `accepted.yml`, with the reason. A line there that no
page needs any more fails a test.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.dashboards import reader
from tests.dashboards.conftest import Superset
from tests.dashboards.reader import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
ACCEPTED = {
    str(one["rule"]): one
    for one in yaml.safe_load(Path(__file__).with_name("accepted.yml").read_text())
}
# Both languages of a page are made from one definition: of two pages, one in each.
SLUGS = [page["slug"][reader.LANGUAGES[place % 2]] for place, page in enumerate(reader.pages())]


def found(page: Page) -> dict[str, list[str]]:
    """The rules that a page breaks, and the parts that break each."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    answer = axe.Axe().run(page, options={"runOnly": RULES}).response
    return {
        rule["id"]: [part["html"][:200] for part in rule["nodes"]] for rule in answer["violations"]
    }


def sticking_out(page: Page) -> list[str]:
    """The tables that are wider than their card, of which a part is out of sight."""
    wide: list[str] = page.evaluate(
        "[...document.querySelectorAll('table.bm-table')].filter(table => table.offsetWidth > "
        "table.parentElement.clientWidth).map(table => table.caption.innerText)"
    )
    return wide


@pytest.fixture(scope="session")
def met() -> set[str]:
    """The rules that any page broke."""
    return set()


@pytest.mark.parametrize("slug", SLUGS)
def test_a_page_passes(superset: Superset, visit: Visit, met: set[str], slug: str) -> None:
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    visit.open(f"{superset.url}/superset/dashboard/{slug}/")
    assert sticking_out(visit.page) == []
    broken = found(visit.page)
    met |= set(broken)
    assert {rule: parts for rule, parts in broken.items() if rule not in ACCEPTED} == {}


def test_the_login_page_passes(superset: Superset, visit: Visit, met: set[str]) -> None:
    visit.page.context.clear_cookies()
    visit.page.goto(f"{superset.url}/login/")
    visit.page.locator("#username").wait_for()
    broken = found(visit.page)
    met |= set(broken)
    assert {rule: parts for rule, parts in broken.items() if rule not in ACCEPTED} == {}


def test_what_is_accepted_still_occurs(browser: Browser, met: set[str]) -> None:
    if not met:
        pytest.skip("Only says something after the pages.")
    assert set(ACCEPTED) <= met


def test_what_is_accepted_stands_in_the_documentation() -> None:
    page = (reader.PROJECT / "docs" / "how-to" / "change-a-dashboard.md").read_text()
    assert [rule for rule in ACCEPTED if f"`{rule}`" not in page] == []
