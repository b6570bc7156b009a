"""The questions of policy staff: each is answered at most three clicks from the start page.

As a reader, in Dutch on a desktop and in English on a telephone; what is shown is compared with the
release. Typing in a list belongs to the click that opened it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import duckdb
import openpyxl
import pytest

from dashboards.client import Client
from tests.dashboards import reader
from tests.dashboards.conftest import Superset
from tests.dashboards.reader import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

WIDTHS = {1440: 900, 390: 844}
PAGES = {page["name"]: page for page in reader.pages()}
QUESTION_PAGES = [name for name, page in PAGES.items() if page.get("like") == "question_page"]


def language_of(name: str) -> str:
    """The language in which a page is tried: of two pages, one each."""
    return reader.LANGUAGES[QUESTION_PAGES.index(name) % 2]


def starts_on(superset: Superset, name: str, language: str) -> str:
    """The question that a page starts on, with the status of its data where the label has that."""
    start = PAGES[name]["starts_on"][language][0]
    with duckdb.connect(str(superset.release), read_only=True) as connection:
        found = connection.execute(
            f"select choice_{language} as choice from mart_question "
            "where choice = $1 or starts_with(choice, $1 || ' · ') order by choice <> $1, choice",
            [start],
        ).fetchall()
    return str(found[0][0])


@dataclass
class Reader:
    """Who starts on the start page, and counts clicks."""

    page: Page
    superset: Superset
    language: str
    clicks: int = 0

    def start(self) -> None:
        slug = PAGES["start"]["slug"][self.language]
        self.page.goto(f"{self.superset.url}/superset/dashboard/{slug}/")
        reader.wait_until_drawn(self.page)

    def click(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def follow(self, name: str) -> None:
        """Follow the link of the start page to a page."""
        slug = PAGES[name]["slug"][self.language]
        self.click(self.page.locator(f".dashboard-markdown a[href$='/{slug}/']"))
        self.page.wait_for_url(f"**/{slug}/**")
        self.page.locator(".bm-table caption").first.wait_for()

    def choose(self, choice: str) -> None:
        reader.choose(self.page, choice)
        self.clicks += 1
        reader.apply(self.page)
        self.clicks += 1
        self.wait_for(choice)

    def wait_for(self, choice: str) -> None:
        """Wait for the picture of a question; other tables of a page can be drawn before it."""
        self.page.locator(".bm-answers caption", has_text=f"{choice}.").wait_for()

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the release; `{l}` in the statement is the language."""
        with duckdb.connect(str(self.superset.release), read_only=True) as connection:
            return connection.execute(statement.replace("{l}", self.language)).fetchall()

    def sees_all_of(self, choice: str) -> list[tuple[str, str, str]]:
        """The rows of the picture; they and the sentence above it are those of the release."""
        self.wait_for(choice)
        rows = [reader.row_text(row) for row in self.page.locator(".bm-answers tbody tr").all()]
        assert rows == reader.shown(self.superset.release, choice, self.language)
        said = self.page.locator(".bm-answer .bm-sentence").inner_text()
        (sentence,) = self.query(
            f"select sentence_{{l}} from mart_question where choice_{{l}} = '{choice}'"
        )
        assert said == sentence[0]
        assert self.clicks <= 3
        return rows

    def choice(self, condition: str) -> str:
        """The choice that meets a condition; of several, the first in the list."""
        found = self.query(
            f"select choice_{{l}} from mart_question where {condition} order by choice_order"
        )
        return str(found[0][0])


@pytest.fixture(params=[("nl", 1440), ("en", 390)], ids=["nl-desktop", "en-telephone"])
def policy_officer(
    request: pytest.FixtureRequest, superset: Superset, visit: Visit
) -> Iterator[Reader]:
    language, width = request.param
    visit.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    one = Reader(visit.page, superset, language)
    one.start()
    yield one
    assert visit.failures == []


@pytest.mark.parametrize(
    ("name", "waves"),
    [
        pytest.param("trends", {"2021", "2025"}, id="did-the-innovating-share-change"),
        pytest.param("types", {"2021", "2025"}, id="which-type-is-most-frequent"),
        pytest.param("results", set(), id="results-by-climate"),
        pytest.param("factors", {"2021", "2025"}, id="what-hinders-and-did-it-change"),
        pytest.param("work_climate", {"2019", "2022", "2025"}, id="zones-through-the-years"),
    ],
)
def test_a_page_opens_on_the_answer(policy_officer: Reader, name: str, waves: set[str]) -> None:
    policy_officer.follow(name)
    start = starts_on(policy_officer.superset, name, policy_officer.language)
    rows = policy_officer.sees_all_of(start)
    assert policy_officer.clicks == 1
    assert waves <= {member[:4] for member, _, _ in rows}


@pytest.mark.parametrize(
    ("name", "condition", "members"),
    [
        pytest.param(
            "international",
            "compared = 'countries' and concept = 'initiative_source'",
            {"nl": ("Nederland", "Denemarken"), "en": ("Netherlands", "Denmark")},
            id="who-initiates-in-the-netherlands-and-denmark",
        ),
        pytest.param(
            "international",
            "compared = 'countries' and concept = 'financing_source'",
            {"nl": ("Nederland", "Denemarken"), "en": ("Netherlands", "Denmark")},
            id="how-financed-in-the-netherlands-and-denmark",
        ),
        pytest.param(
            "international",
            "compared = 'countries' and concept = 'collaboration_partner'",
            {"nl": ("Nederland", "Noorwegen"), "en": ("Netherlands", "Norway")},
            id="partners-in-the-netherlands-and-norway",
        ),
        pytest.param(
            "results",
            "compared = 'groups' and concept = 'climate_group' and group_dimension = 'sector'"
            " and chosen_wave = '2025'",
            {"nl": ("Gemeenten",), "en": ("Municipalities",)},
            id="climate-by-sector",
        ),
    ],
)
def test_another_question_is_chosen(
    policy_officer: Reader, name: str, condition: str, members: dict[str, tuple[str, ...]]
) -> None:
    choice = policy_officer.choice(condition)
    policy_officer.follow(name)
    policy_officer.choose(choice)
    rows = policy_officer.sees_all_of(choice)
    shown = {member.split(" · ")[0].split(" 20")[0] for member, _, _ in rows}
    assert set(members[policy_officer.language]) <= shown


@pytest.mark.parametrize(
    "condition",
    [
        "compared = 'countries' and concept = 'initiative_source'",
        "compared = 'countries' and concept = 'collaboration_partner'",
        "compared = 'countries' and concept = 'financing_source'",
        "compared = 'groups' and concept = 'climate_group' and group_dimension = 'sector'"
        " and chosen_wave = '2025'",
    ],
)
def test_the_start_page_leads_to_a_question_at_once(policy_officer: Reader, condition: str) -> None:
    choice = policy_officer.choice(condition)
    link = policy_officer.page.locator(f".dashboard-markdown a[href*='choice={quote(choice)}']")
    policy_officer.click(link)
    policy_officer.sees_all_of(choice)
    chosen = policy_officer.page.locator("[data-test='filter-bar'] .ant-select-selection-item")
    assert chosen.inner_text() == choice
    assert policy_officer.clicks == 1


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        pytest.param(
            "response",
            "select group_value_label_{l}, invited_text_{l}, answered_text_{l}, rate_text_{l}"
            " from mart_response where is_preferred order by row_order",
            id="response-by-sector",
        ),
        pytest.param(
            "comparability",
            "select question_label_{l}, comparability_text_{l}, reason_{l}"
            " from mart_not_comparable"
            " where choice_{l} in ('Alle vergelijkingen', 'All comparisons') order by row_order",
            id="what-may-not-be-compared-and-why",
        ),
        pytest.param(
            "wording",
            "select wording_text_{l}, known_label_{l}, coalesce(variable, '') from mart_wording"
            " where concept = 'innovated_past_two_years' order by row_order",
            id="how-each-wave-asked",
        ),
    ],
)
def test_a_page_to_look_something_up_shows_all_of_it(
    policy_officer: Reader, name: str, statement: str
) -> None:
    policy_officer.follow(name)
    reader.wait_until_drawn(policy_officer.page)
    rows = policy_officer.page.locator(".bm-table").first.locator("tbody tr:not(.bm-group)")
    shown = [row.locator("th, td").all_inner_texts() for row in rows.all()]
    expected = policy_officer.query(statement)
    assert len(shown) == len(expected) > 5
    for cells, texts in zip(shown, expected, strict=True):
        # A cell may have its column's name before it, and a mark behind it.
        assert all(str(text or "") in cell for cell, text in zip(cells, texts, strict=True))
    assert policy_officer.clicks == 1


def test_the_start_page_says_what_is_new_in_the_release(policy_officer: Reader) -> None:
    lines = policy_officer.page.locator(".bm-news li").all_inner_texts()
    expected = policy_officer.query(
        "select label_{l}, text_{l} from mart_release_news order by line_order"
    )
    assert len(lines) == len(expected) > 0
    for line, (label, text) in zip(lines, expected, strict=True):
        assert line.startswith(f"{label}. {text}")
    assert policy_officer.clicks == 0


def test_figures_go_along_as_an_excel_file(policy_officer: Reader, tmp_path: Path) -> None:
    language = policy_officer.language
    policy_officer.follow("trends")
    reader.wait_until_drawn(policy_officer.page)
    table = policy_officer.page.locator(
        reader.CHART, has=policy_officer.page.locator("td[role=cell]")
    )
    policy_officer.click(table.locator("[id$=controls]"))
    policy_officer.page.locator(".ant-dropdown-menu-submenu-title:visible").hover()
    with policy_officer.page.expect_download() as download:
        policy_officer.click(policy_officer.page.locator("[data-menu-id$='export_xlsx']"))
    file = tmp_path / "figures.xlsx"
    download.value.save_as(file)
    header, *rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
    question, percentage = ("Vraag", "Percentage") if language == "nl" else ("Question", "Per cent")
    choice = starts_on(policy_officer.superset, "trends", language)
    found = [(row[header.index(question)], row[header.index(percentage)]) for row in rows]
    assert found == [
        (choice, estimate)
        for (estimate,) in policy_officer.query(
            f"select estimate from mart_answer where choice_{{l}} = '{choice}'"
            " order by answer_order, member_order"
        )
    ]
    assert all(isinstance(value, int | float) for _, value in found)
    assert policy_officer.clicks <= 3


def test_a_link_brings_somebody_else_to_the_same_choice(
    policy_officer: Reader, browser: Browser, viewer_state: Any
) -> None:
    choice = policy_officer.choice(
        "compared = 'waves' and concept = 'innovation_type' and data_status = 'synthetic'"
    )
    policy_officer.follow("trends")
    policy_officer.choose(choice)
    policy_officer.clicks = 0  # the link is of what was chosen, however many clicks that took
    page = policy_officer.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    policy_officer.click(page.locator("[aria-label='Menu'], [aria-label='Menu actions trigger']"))
    link_item = page.locator("[data-menu-id$='-copy_link']")
    for _ in range(10):  # a page that is drawn again closes the menu below the pointer
        page.mouse.move(1, 1)
        page.locator(".ant-dropdown-menu-submenu-title:visible").last.hover()
        page.wait_for_timeout(500)
        if link_item.is_visible():
            break
    with page.expect_response("**/permalink"):
        policy_officer.click(link_item)
    page.locator(".toast, [data-test='toast-container'] [role=alert]").first.wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    other = browser.new_context(storage_state=viewer_state)
    there = Reader(other.new_page(), policy_officer.superset, policy_officer.language)
    there.page.goto(link)
    there.page.locator(".bm-answers caption", has_text=f"{choice}.").wait_for()
    there.sees_all_of(choice)
    other.close()
    assert policy_officer.clicks <= 3


@pytest.mark.parametrize("name", QUESTION_PAGES)
def test_every_choice_of_a_page_has_an_answer(
    superset: Superset, visit: Visit, viewer: Client, name: str
) -> None:
    """With the queries that the browser sends, less the choice that the page starts on."""
    language = language_of(name)
    sent: list[Any] = []
    visit.page.on(
        "request",
        lambda request: (
            sent.append(json.loads(request.post_data or "{}"))
            if "/api/v1/chart/data" in request.url
            else None
        ),
    )
    page = PAGES[name]
    visit.open(f"{superset.url}/superset/dashboard/{page['slug'][language]}/")
    offered = next(one for one in sent if one["form_data"].get("viz_type") == "filter_select")
    column = f"choice_{language}"
    choices = [row[column] for row in _answers(viewer, offered)[0]["data"]]
    start = starts_on(superset, name, language)
    assert start in choices
    about_choice = [one for one in sent if start in json.dumps(one["queries"], ensure_ascii=False)]
    assert {one["form_data"]["viz_type"] for one in about_choice} == {"handlebars", "table"}
    for one in about_choice:
        asked = json.dumps(one["queries"][0], ensure_ascii=False)
        for part in range(0, len(choices), 40):
            some = choices[part : part + 40]
            queries = [
                json.loads(asked.replace(f'"{start}"', json.dumps(choice))) for choice in some
            ]
            answers = _answers(viewer, {**one, "queries": queries})
            empty = [c for c, answer in zip(some, answers, strict=True) if not answer["data"]]
            assert empty == []


def _answers(viewer: Client, question: Any) -> list[Any]:
    answers = viewer.post("/api/v1/chart/data", json=question)["result"]
    assert [one["error"] for one in answers if one["error"]] == []
    return list(answers)


@pytest.mark.parametrize("name", QUESTION_PAGES)
def test_choosing_and_applying_fast_never_empties_a_page(
    superset: Superset, visit: Visit, name: str
) -> None:
    language = language_of(name)
    page = PAGES[name]
    with duckdb.connect(str(superset.release), read_only=True) as connection:
        choices = [
            str(choice)
            for (choice,) in connection.execute(
                f"select choice_{language} from mart_question where {page['questions']} "
                "order by choice_order"
            ).fetchall()
        ]
    visit.page.goto(f"{superset.url}/superset/dashboard/{page['slug'][language]}/")
    for choice in (choices[len(choices) // 2], choices[-1]):  # the second before the first is drawn
        reader.choose(visit.page, choice)
        reader.apply(visit.page)
    visit.page.locator(".bm-answers caption", has_text=f"{choices[-1]}.").wait_for()
    rows = [reader.row_text(row) for row in visit.page.locator(".bm-answers tbody tr").all()]
    assert rows == reader.shown(superset.release, choices[-1], language)
    assert visit.page.locator(".ant-empty").count() == 0
    assert visit.failures == []


def test_a_question_that_does_not_exist_cannot_be_chosen(superset: Superset, visit: Visit) -> None:
    visit.open(f"{superset.url}/superset/dashboard/ontwikkeling/")
    visit.page.locator("[data-test='filter-bar'] .ant-select-selector").click()
    visit.page.keyboard.type("geen vraag")
    visit.page.locator(".ant-select-dropdown .ant-empty, .ant-select-item-empty").first.wait_for()
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Escape")
    assert not visit.page.locator("[data-test='filter-bar__apply-button']").is_enabled()
    assert visit.page.locator("[data-test='filter-bar__clear-button']").is_hidden()
