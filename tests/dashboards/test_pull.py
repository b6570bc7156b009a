"""What was changed in Superset comes back into the files, and nothing else changes."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dashboards.bundle import Kind, asset_uuid
from dashboards.client import Client
from dashboards.compiler import ASSETS
from dashboards.pull import diff, pull
from dashboards.templates import changed_template, template_in
from ingest.errors import BarometerError
from ingest.messages import Language
from tests.dashboards import reader
from tests.dashboards.conftest import Superset

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Change = Callable[[dict[str, Any]], object]
TREND = "Type innovatie · Innovatie Barometer Overheid · SYNTHETISCH"


class Analyst:
    """Someone who may change everything, through the API that the pages of Superset use."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def _number(self, kind: Kind, slug: str, language: Language) -> int:
        rows = self.client.pages(f"/api/v1/{kind.removesuffix('s')}/")
        uuid = asset_uuid(kind, slug, language)
        return next(int(row["id"]) for row in rows if row["uuid"] == uuid)

    def chart(self, slug: str, language: Language, change: Change = bool, **values: object) -> None:
        address = f"/api/v1/chart/{self._number('charts', slug, language)}"
        params = json.loads(self.client.get(address)["result"]["params"])
        change(params)
        self.client.put(address, json={"params": json.dumps(params), **values})

    def page(self, slug: str, language: Language, change: Change = bool, **values: object) -> None:
        """Change title or such, or the position and metadata of a page."""
        address = f"/api/v1/dashboard/{self._number('dashboards', slug, language)}"
        found = self.client.get(address)["result"]
        parts = {
            "position": json.loads(found["position_json"]),
            "metadata": json.loads(found["json_metadata"]),
        }
        change(parts)
        metadata = {**parts["metadata"], "positions": parts["position"]}
        self.client.put(address, json={"json_metadata": json.dumps(metadata), **values})


@pytest.fixture
def analyst(superset: Superset) -> Iterator[Analyst]:
    yield Analyst(superset.admin)
    superset.push()


def changed_lines(superset: Superset) -> list[str]:
    """The lines that a pull changes, with the mark of a diff."""
    changes = pull(superset.url, superset.credentials, superset.release)
    lines = diff(changes, ASSETS).splitlines()
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


def test_after_a_push_there_is_nothing_to_bring_back(superset: Superset) -> None:
    assert pull(superset.url, superset.credentials, superset.release) == {}


def test_each_change_comes_back_in_its_own_language_and_its_own_line(
    superset: Superset, analyst: Analyst, tmp_path: Path
) -> None:
    analyst.chart(
        "question_figures",
        "nl",
        lambda params: params.update(row_limit=500, show_cell_bars=True),
        slice_name="Cijfers",
    )
    analyst.chart(
        "question_answers",
        "en",
        lambda params: params.update(
            handlebarsTemplate=params["handlebarsTemplate"].replace(">Verdict<", ">Judgement<")
        ),
    )
    start = {"col": "choice_nl", "op": "IN", "val": [TREND]}
    analyst.page(
        "trends",
        "nl",
        lambda parts: parts["metadata"]["native_filter_configuration"][0].update(
            defaultDataMask={
                "filterState": {"value": [TREND], "label": TREND},
                "extraFormData": {"filters": [start]},
            }
        ),
    )
    analyst.page(
        "start",
        "en",
        lambda parts: parts["position"]["MARKDOWN-pages"]["meta"].update(height=70),
    )
    analyst.page("financing", "en", dashboard_title="Money")
    assert changed_lines(superset) == [
        "-slice_name: {nl: De cijfers om mee te nemen, en: The figures to take away}",
        "+slice_name: {nl: Cijfers, en: The figures to take away}",
        "-  row_limit: 1000",
        "+  row_limit: {nl: 500, en: 1000}",
        "-  show_cell_bars: false",
        "+  show_cell_bars: {nl: true, en: false}",
        "-title: {nl: Financiering, en: Financing}",
        "+title: {nl: Financiering, en: Money}",
        "-      height: 60",
        "+      height: {nl: 60, en: 70}",
        "-  nl: ['Innoveerde in de laatste twee jaar · Innovatie Barometer Overheid']",
        f"+  nl: ['{TREND}']",
        '-<th scope="col">[[Oordeel|Verdict]]</th>',
        '+<th scope="col">[[Oordeel|Judgement]]</th>',
    ]
    copy = tmp_path / "assets"
    shutil.copytree(ASSETS, copy)
    for path, text in pull(superset.url, superset.credentials, superset.release).items():
        (copy / path.relative_to(ASSETS)).write_text(text)
    assert superset.push(copy).nothing_changed
    assert pull(superset.url, superset.credentials, superset.release, copy) == {}


def test_the_same_change_in_both_languages_is_written_once(
    superset: Superset, analyst: Analyst
) -> None:
    for language in ("nl", "en"):
        analyst.chart("question_figures", language, lambda params: params.update(page_length=50))
        analyst.chart("start_sentences", language, lambda params: params.pop("order_by_cols"))
    assert changed_lines(superset) == [
        "-  page_length: 20",
        "+  page_length: 50",
        "-  order_by_cols:",
        "-    - [choice_order, true]",
    ]


def test_a_part_that_moves_and_a_part_that_is_new_come_back(
    superset: Superset, analyst: Analyst
) -> None:
    def change(parts: dict[str, Any]) -> None:
        grid = parts["position"]["GRID_ID"]
        grid["children"] = ["ROW-pages", "HEADER-new", "ROW-says", "ROW-news", "ROW-release"]
        parts["position"]["HEADER-new"] = {
            "id": "HEADER-new",
            "type": "MARKDOWN",
            "children": [],
            "meta": {"width": 4, "height": 10, "code": "Tekst"},
            "parents": ["ROOT_ID", "GRID_ID"],
        }

    analyst.page("start", "nl", change)
    lines = changed_lines(superset)
    assert any(
        "nl: [ROW-pages, HEADER-new, ROW-says, ROW-news, ROW-release]" in line for line in lines
    ), lines
    assert any("code: Tekst" in line for line in lines), lines


def test_what_several_pages_share_is_refused_with_the_name_of_the_file(
    superset: Superset, analyst: Analyst
) -> None:
    analyst.page(
        "types",
        "nl",
        lambda parts: parts["position"]["CHART-answers"]["meta"].update(height=99),
    )
    analyst.page(
        "method",
        "en",
        lambda parts: parts["position"]["MARKDOWN-method"]["meta"].update(code="Other"),
    )
    with pytest.raises(BarometerError) as refused:
        pull(superset.url, superset.credentials, superset.release)
    for words in (
        refused.value.text("en"),
        refused.value.text("nl"),
    ):
        assert "types.yaml (nl), position.CHART-answers.meta.height" in words
        assert "templates/question_page.yaml" in words
        assert "method.yaml (en), position.MARKDOWN-method.meta.code" in words


def test_a_chart_without_a_file_is_refused_by_its_title(
    superset: Superset, analyst: Analyst
) -> None:
    dataset = next(iter(analyst.client.pages("/api/v1/dataset/")))["id"]
    own = {"datasource_id": dataset, "datasource_type": "table", "viz_type": "table"}
    number = analyst.client.post("/api/v1/chart/", json={"slice_name": "Eigen", **own})["id"]
    uuid = analyst.client.get(f"/api/v1/chart/{number}")["result"]["uuid"]
    try:
        analyst.page(
            "start",
            "nl",
            lambda parts: parts["position"]["CHART-says"]["meta"].update(uuid=uuid, chartId=number),
        )
        with pytest.raises(BarometerError, match="'Eigen'") as refused:
            pull(superset.url, superset.credentials, superset.release)
        assert "start.yaml" in str(refused.value)
    finally:
        superset.push()
        analyst.client.delete(f"/api/v1/chart/{number}")


def test_what_an_editor_saves_in_the_browser_is_one_line(
    superset: Superset, analyst: Analyst, browser: "Browser"
) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(120_000)
    reader.log_in(page, superset.url, *superset.admin_account)
    # A chart that is saved without a change gets many settings, of which nobody chose one.
    chart = analyst._number("charts", "question_figures", "nl")
    page.goto(f"{superset.url}/explore/?slice_id={chart}", wait_until="networkidle")
    save = page.locator("[data-test=btn-modal-save]")
    page.wait_for_selector("[data-test=query-save-button]")
    while not save.is_visible():  # a click does nothing while the page is being made
        page.click("[data-test=query-save-button]")
        page.wait_for_timeout(1000)
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        save.click()
    page.goto(f"{superset.url}/superset/dashboard/financiering/?edit=true")
    page.wait_for_selector("[data-test=chart-container], .dashboard-component-chart-holder")
    page.click("[data-test=editable-title-input]")
    page.keyboard.press("Control+a")
    page.keyboard.type("Wie betaalt")
    page.keyboard.press("Enter")
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        page.click("[data-test=header-save-button]")
    page.close()
    assert changed_lines(superset) == [
        "-title: {nl: Financiering, en: Financing}",
        "+title: {nl: Wie betaalt, en: Financing}",
    ]


TEMPLATE = "<b>\n  {{name_{lang}}}</b>\n<i>[[Ja|Yes]] 1</i>"


@pytest.mark.parametrize(
    ("dutch", "english", "expected"),
    [
        ("<b>{{name_nl}}</b><i>Nee 1</i>", "<b>{{name_en}}</b><i>Yes 1</i>", "[[Nee|Yes]] 1"),
        ("<b>{{name_nl}}</b><i>Ja 2</i>", "<b>{{name_en}}</b><i>Yes 2</i>", "[[Ja|Yes]] 2"),
        ("<b>{{name_nl}}</b><i>Ja 2</i>", "<b>{{name_en}}</b><i>Yes 1</i>", "[[Ja|Yes]] [[2|1]]"),
        ("<b>{{why_nl}}</b><i>Ja 1</i>", "<b>{{why_en}}</b><i>Yes 1</i>", "{{why_{lang}}}"),
    ],
)
def test_a_template_changes_where_a_language_changed(
    dutch: str, english: str, expected: str
) -> None:
    text = changed_template(TEMPLATE, {"nl": dutch, "en": english})
    assert expected in text
    assert text.startswith("<b>\n  {{")  # the lines stay as they were
    assert (template_in(text, "nl"), template_in(text, "en")) == (dutch, english)
