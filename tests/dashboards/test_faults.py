"""What a reader sees when something is wrong: one clear message, in one language."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.dashboards.conftest import Superset
from tests.dashboards.reader import log_in, switch, wait_until_drawn

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHOICE = (
    "/superset/dashboard/ontwikkeling/?native_filters=(NATIVE_FILTER-choice:(extraFormData:(filters:"
    "!((col:choice_nl,op:IN,val:!('Weg')))),filterState:(value:!('Weg')),id:NATIVE_FILTER-choice))"
)


@pytest.fixture(scope="module")
def page(superset: Superset, browser: "Browser") -> Iterator["Page"]:
    """A page of a viewer who is logged in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    one = context.new_page()
    one.set_default_timeout(120_000)
    log_in(one, superset.url, *superset.viewer_account)
    yield one
    context.close()


@pytest.mark.parametrize(
    ("language", "path", "status", "title", "start"),
    [
        ("nl", "/superset/dashboard/weg/", 404, "Deze pagina bestaat niet", "Start"),
        ("nl", "/superset/dashboard/p/weg/", 404, "Deze pagina bestaat niet", "Start"),
        ("nl", "/weg/", 404, "Deze pagina bestaat niet", "Start"),
        ("nl", "/sqllab/", 403, "U mag deze pagina niet zien", "Start"),
        ("en", "/superset/dashboard/weg/", 404, "This page does not exist", "Start page"),
        ("en", "/sqllab/", 403, "You may not see this page", "Start page"),
    ],
)
def test_a_link_that_leads_nowhere_says_so_and_offers_the_pages(
    superset: Superset, page: "Page", language: str, path: str, status: int, title: str, start: str
) -> None:
    page.goto(f"{superset.url}/lang/{language}")
    answer = page.goto(superset.url + path)
    assert answer is not None and answer.status == status
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert page.evaluate("document.documentElement.lang") == language
    assert page.get_by_role("heading").all_inner_texts() == [title]
    assert page.get_by_role("link", name=start, exact=True).count() == 1


def test_a_script_still_gets_json(superset: Superset, page: "Page") -> None:
    answer = page.request.get(f"{superset.url}/api/v1/dashboard/weg", headers={"Accept": "*/*"})
    assert answer.status == 404
    assert "json" in answer.headers["content-type"]


def test_a_choice_that_is_gone_says_that_it_has_no_figures(
    superset: Superset, page: "Page"
) -> None:
    page.goto(superset.url + CHOICE)
    page.get_by_text("Deze keuze heeft geen cijfers in de huidige uitgave").first.wait_for()
    assert page.get_by_text("Geen cijfers voor deze keuze").first.is_visible()


def test_a_release_switched_under_an_open_page_asks_to_reload(
    superset: Superset, page: "Page", tmp_path: Path
) -> None:
    page.goto(f"{superset.url}/superset/dashboard/ontwikkeling/")
    wait_until_drawn(page)  # Superset refreshes nothing while a chart is loading
    assert page.locator("#bm-reload").count() == 0
    old, new = superset.release.resolve(), tmp_path / "new.duckdb"
    shutil.copy(old, new)
    with duckdb.connect(str(new)) as connection:
        connection.execute("update mart_question set sentence_nl = 'Een ander cijfer'")
    try:
        switch(superset.release, new)
        page.locator("[data-test=refresh-dashboard-menu-item], [aria-label=sync]").first.click()
        notice = page.locator("#bm-reload")
        notice.wait_for()
        assert "Er is een nieuwe uitgave" in notice.inner_text()
        notice.get_by_role("button", name="Opnieuw laden").click()
        page.get_by_text("Een ander cijfer").wait_for()
        assert page.locator("#bm-reload").count() == 0
    finally:
        switch(superset.release, old)
