"""The dashboards in a real Superset, seen by a viewer in a real browser.

The environment of Superset is `.venv-superset`, or the `bin` directory that SUPERSET_BIN names.
Screenshots are kept in `.artifacts/screenshots`.
"""

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
import requests
import yaml
from babel.messages.pofile import read_po

from dashboards import credentials, provision, server
from dashboards.bundle import asset_uuid, database_uri
from dashboards.client import Client, SupersetError
from ingest.errors import RefusedError
from tests.dashboards.conftest import Superset
from tests.dashboards.reader import (
    CHART,
    PROJECT,
    SCREENSHOTS,
    Visit,
    log_in_by_page,
    row_text,
    shown,
    switch,
    take_away,
)

# Those that no question of policy staff is about, in the tests of these.
PAGES = ["aanleiding", "financiering", "international-comparison"]
START = {"start": "Wat wilt u weten?", "start-page": "What do you want to know?"}
MENU = yaml.safe_load((PROJECT / "dashboards" / "assets" / "menu.yaml").read_text("utf-8"))
METHOD = {"methode": "Waar wij van uitgaan", "method": "What we assume"}


def test_the_first_push_makes_everything(superset: Superset) -> None:
    assert set(superset.first_push.assets.values()) == {"created"}
    assert len(superset.first_push.addresses) == 2 * len(MENU)


def test_the_second_push_changes_nothing(superset: Superset) -> None:
    assert superset.push().nothing_changed


def test_preparing_a_second_time_does_nothing(superset: Superset) -> None:
    again = server.prepare(superset.home, superset.bin_dir)
    assert not again.changed
    assert again.seconds < 1
    assert again.credentials == superset.credentials


def test_a_superset_that_was_left_running_is_told_apart(superset: Superset, tmp_path: Path) -> None:
    port = int(superset.url.rpartition(":")[2])
    with pytest.raises(RefusedError, match="of this installation still runs") as refused:
        server.check_port(port, superset.home)
    os.kill(int(str(refused.value.values["process"])), 0)  # there is such a process
    with pytest.raises(RefusedError, match=f"port {port} is in use"):
        server.check_port(port, tmp_path)


def test_what_was_changed_by_hand_is_seen_and_put_back(superset: Superset, admin: Client) -> None:
    charts = {row["uuid"]: row["id"] for row in admin.pages("/api/v1/chart/")}
    number = charts[asset_uuid("charts", "question_answers", "nl")]
    admin.put(f"/api/v1/chart/{number}", json={"slice_name": "Met de hand veranderd"})
    report = superset.push()
    assert report.names("changed") == ["charts/question_answers.nl"]
    name = admin.get(f"/api/v1/chart/{number}")["result"]["slice_name"]
    assert name == "Alle antwoorden naast elkaar"


@pytest.mark.parametrize("slug", PAGES)
def test_a_reader_sees_every_answer_of_the_question_that_a_page_starts_on(
    superset: Superset, visit: Visit, slug: str
) -> None:
    visit.open(f"{superset.url}/superset/dashboard/{slug}/")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    visit.page.screenshot(path=SCREENSHOTS / f"{slug}.png")
    assert visit.failures == []
    assert visit.page.locator(".toast, [data-test='toast-container'] [role=alert]").count() == 0
    chosen = visit.page.locator(".ant-select-selection-item").first.inner_text()
    language = visit.page.evaluate("document.documentElement.lang")
    expected = shown(superset.release, chosen, language)
    rows = visit.page.locator(".bm-answers tbody tr").all()
    assert expected and [row_text(row) for row in rows] == expected
    assert visit.page.locator(".bm-answer .bm-sentence").inner_text()


def choose(visit: Visit, choice: str, place: int = 0) -> None:
    """Choose in the filter of a page, at its place in the bar."""
    visit.page.locator(".ant-select-selector").nth(place).click()
    visit.page.keyboard.type(choice)
    visit.page.locator(".ant-select-item-option", has_text=choice).first.click()
    visit.page.get_by_role("button", name="Toepassen").click()


def test_a_reader_finds_cases_like_their_own(superset: Superset, visit: Visit) -> None:
    with duckdb.connect(str(superset.release), read_only=True) as connection:
        cases, water = (
            {str(row[0]) for row in connection.execute(query).fetchall()}
            for query in (
                "select title_nl from mart_practice_case",
                "select title_nl from mart_practice_case_topic where topic_label_nl = 'Water'",
            )
        )
    visit.open(f"{superset.url}/superset/dashboard/praktijkvoorbeelden/")
    titles = visit.page.locator(".bm-cases h2")
    assert set(titles.all_inner_texts()) == cases
    assert "geen steekproef" in visit.page.locator(".bm-cases .bm-caution").inner_text()
    choose(visit, "Thema · Water")
    visit.page.wait_for_function(
        "number => document.querySelectorAll('.bm-cases h2').length === number", arg=len(water)
    )
    assert set(titles.all_inner_texts()) == water
    assert visit.failures == []


@pytest.mark.parametrize(
    ("slug", "table", "texts", "condition"),
    [
        (
            "verdieping-spreiding",
            "mart_box",
            ["group_value_label_nl", "box_text_nl"],
            "choice_nl like 'Schaal innovatieklimaat%naar sector%2021%' order by group_order",
        ),
        (
            "verdieping-verbanden",
            "mart_regression",
            ["model_label_nl", "odds_ratio_text_nl", "says_nl"],
            "wave = '2021' and outcome = 'quality' order by term_order, model_order",
        ),
    ],
)
def test_a_page_to_look_things_up_in_has_every_row_of_its_mart(
    superset: Superset,
    visit: Visit,
    slug: str,
    table: str,
    texts: list[str],
    condition: str,
) -> None:
    with duckdb.connect(str(superset.release), read_only=True) as connection:
        expected = connection.execute(
            f"select {', '.join(texts)} from {table} where {condition}"
        ).fetchall()
    visit.open(f"{superset.url}/superset/dashboard/{slug}/")
    rows = visit.page.locator(".bm-table").first.locator("tbody tr:not(.bm-group)").all()
    shown_rows = [row.inner_text() for row in rows]
    assert expected and len(shown_rows) == len(expected)
    for row, wanted in zip(shown_rows, expected, strict=True):
        assert all(text in row for text in wanted if text), (row, wanted)
    assert visit.failures == []


@pytest.mark.parametrize("slug", START)
def test_a_reader_starts_on_what_the_last_wave_says(
    superset: Superset, visit: Visit, slug: str
) -> None:
    visit.open(f"{superset.url}/superset/dashboard/{slug}/")
    visit.page.screenshot(path=SCREENSHOTS / f"{slug}.png")
    assert visit.page.get_by_role("heading", name=START[slug]).is_visible()
    assert visit.page.locator(".bm-says li").count() == 5
    assert "76%" in visit.page.locator(".bm-says li").first.inner_text()
    assert visit.failures == []


def test_every_page_that_the_start_page_and_the_menu_name_is_there(
    superset: Superset, visit: Visit
) -> None:
    for slug in START:
        visit.page.goto(f"{superset.url}/superset/dashboard/{slug}/")
        heading = visit.page.get_by_role("heading", name=START[slug])
        heading.wait_for()
        links = heading.locator("xpath=following-sibling::ul//a").all()
        # A link to a question of a page is one to that page too.
        named = {str(link.get_attribute("href")).partition("?")[0] for link in links}
        assert len(named) == len(MENU) - 1
        assert {f"{superset.url}{path}" for path in named} <= set(
            superset.first_push.addresses.values()
        )
        menu = visit.page.locator("[role=menuitem]").all_inner_texts()
        assert [text.strip() for text in menu][:2] in (
            ["Start", "Onderwerpen"],
            ["Start page", "Topics"],
        )


def test_a_page_has_one_language_and_another_language_has_the_same_page(
    superset: Superset, visit: Visit
) -> None:
    language = "document.documentElement.lang"
    visit.page.goto(f"{superset.url}/superset/dashboard/results/")
    assert visit.page.evaluate(language) == "en"
    visit.page.goto(f"{superset.url}/lang/nl", referer=visit.page.url)
    assert visit.page.url.endswith("/superset/dashboard/resultaten/")
    assert visit.page.evaluate(language) == "nl"


def test_dutch_readers_meet_no_words_of_a_machine(superset: Superset, visit: Visit) -> None:
    visit.open(f"{superset.url}/superset/dashboard/ontwikkeling/")
    met = words_met(visit.page)
    for opener in visit.page.locator("[aria-haspopup=true][id$=controls]:visible").all():
        opener.click()
        met |= words_of_a_menu(visit.page)
    visit.page.get_by_role("button", name="Menu", exact=True).click()
    met |= words_of_a_menu(visit.page)
    visit.page.get_by_text("Instellingen").click()
    met |= words_of_a_menu(visit.page)
    assert {"Downloaden als Excel", "Link naar deze keuze kopiëren", "Uitloggen"} <= met
    visit.page.context.clear_cookies()
    visit.page.goto(f"{superset.url}/login/")
    visit.page.locator("#username").wait_for()
    met |= words_met(visit.page)
    assert "Inloggen" in met
    assert met & words_of_a_machine(superset.bin_dir) == set()


def words_met(page: Any) -> set[str]:
    """Every line in sight, and what is read aloud or shown on a pointer."""
    lines = page.locator("body").inner_text().splitlines()
    names = page.evaluate(
        "['aria-label', 'title', 'placeholder', 'alt'].flatMap(name => "
        "[...document.querySelectorAll(`[${name}]`)].map(part => part.getAttribute(name)))"
    )
    return {str(text).strip() for text in [*lines, *names] if text}


def words_of_a_menu(page: Any) -> set[str]:
    """The words of the menu that is open, and of the menus in it; it is closed again."""
    page.wait_for_timeout(500)
    met = words_met(page)
    for deeper in page.locator(".ant-dropdown-menu-submenu-title:visible").all():
        deeper.hover()
        page.wait_for_timeout(700)
        met |= words_met(page)
    page.keyboard.press("Escape")
    page.mouse.click(700, 8)
    page.wait_for_timeout(500)
    return met


def words_of_a_machine(bin_dir: Path) -> set[str]:
    """What Superset's Dutch shows of words that no person translated, less what we replaced."""
    (catalogue,) = bin_dir.parent.glob(
        "lib/python*/site-packages/superset/translations/nl/LC_MESSAGES/messages.po"
    )
    own = yaml.safe_load((server.SUPERSET_SIDE / "words.yml").read_text())
    with catalogue.open("rb") as file:
        found = {
            str(entry.string or entry.id)
            for entry in read_po(file)
            if isinstance(entry.id, str)
            and (entry.fuzzy or not entry.string)
            and entry.id not in own
        }
    return found - set(own.values())


def test_a_telephone_shows_a_page_from_top_to_bottom(superset: Superset, visit: Visit) -> None:
    visit.open(f"{superset.url}/superset/dashboard/type-innovatie/")
    visit.page.set_viewport_size({"width": 390, "height": 2600})
    visit.page.wait_for_timeout(1000)
    visit.page.screenshot(path=SCREENSHOTS / "type-innovatie-390.png")
    table = visit.page.locator(".bm-answers").bounding_box()
    assert table is not None
    assert table["x"] >= 0 and table["x"] + table["width"] <= 390


@pytest.mark.parametrize("slug", METHOD)
def test_a_viewer_reads_how_sure_a_figure_is(superset: Superset, visit: Visit, slug: str) -> None:
    visit.page.goto(f"{superset.url}/superset/dashboard/{slug}/")
    visit.page.set_viewport_size({"width": 1500, "height": 2600})
    visit.page.get_by_role("heading", name=METHOD[slug]).wait_for()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    visit.page.screenshot(path=SCREENSHOTS / f"{slug}.png")
    assert visit.failures == []
    assert visit.page.locator("td", has_text="wilson_published_n").is_visible()


def test_synthetic_figures_are_announced_and_amber(superset: Superset, visit: Visit) -> None:
    visit.open(f"{superset.url}/superset/dashboard/werkklimaat/")
    notice = visit.page.locator(".bm-answer .bm-notice")
    assert notice.inner_text().startswith("SYNTHETISCH")
    assert notice.evaluate("text => getComputedStyle(text).backgroundColor") == "rgb(255, 200, 61)"
    dots = visit.page.locator(".bm-plot circle").all()
    colours = {dot.evaluate("dot => getComputedStyle(dot).stroke") for dot in dots}
    assert colours == {"rgb(178, 106, 0)"}


def test_no_synthetic_figure_shows_before_somebody_asks_for_it(
    superset: Superset, visit: Visit
) -> None:
    visit.open(f"{superset.url}/superset/dashboard/ontwikkeling/")
    assert "SYNTHETISCH" not in visit.page.locator(".bm-answer, .bm-table").first.inner_text()


def test_a_link_on_another_site_opens_a_page_of_who_is_logged_in_and_logs_nobody_out(
    superset: Superset, visit: Visit
) -> None:
    page = visit.page
    addresses = [f"{superset.url}/superset/dashboard/ontwikkeling/", f"{superset.url}/logout/"]
    links = "".join(f"<a href='{address}'>{address}</a>" for address in addresses)
    page.route("http://elsewhere.test/", lambda route: route.fulfill(body=f"<html>{links}"))
    assert {one["sameSite"] for one in page.context.cookies(superset.url)} == {"Strict"}
    for address in (addresses[1], addresses[0]):
        page.goto("http://elsewhere.test/")
        page.get_by_text(address).click()
    page.wait_for_selector(CHART, timeout=60_000)
    assert page.url.startswith(addresses[0])  # the page adds the key of its filters


def test_a_viewer_has_no_sql_lab_and_no_way_to_edit(superset: Superset, visit: Visit) -> None:
    visit.open(f"{superset.url}/superset/dashboard/ontwikkeling/")
    assert visit.page.locator("[data-test='edit-dashboard-button']").count() == 0
    assert visit.page.get_by_text("SQL Lab").count() == 0
    answer = visit.page.goto(f"{superset.url}/sqllab/")
    assert answer is not None
    assert answer.status == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/sqllab/execute/", {"database_id": 1, "sql": "select 1"}),
        ("/api/v1/chart/", {"slice_name": "x", "viz_type": "table", "datasource_id": 1}),
        ("/api/v1/dashboard/", {"dashboard_title": "x"}),
        ("/api/v1/dataset/", {"database": 1, "table_name": "mart_response"}),
        ("/api/v1/database/", {"database_name": "x", "sqlalchemy_uri": "duckdb://"}),
        ("/api/v1/security/users/", {"username": "x"}),
    ],
)
def test_the_server_refuses_a_viewer_who_wants_more(
    viewer: Client, path: str, body: dict[str, object]
) -> None:
    with pytest.raises(SupersetError) as refused:
        viewer.post(path, json=body)
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd.csv'",
        "attach '/tmp/other.duckdb'",
        "copy (select 1) to '/tmp/out.csv'",
        "set enable_external_access = true",
        "install httpfs",
        "create table t (a int)",
        "delete from mart_indicator",
    ],
)
def test_the_database_address_locks_files_and_settings(superset: Superset, statement: str) -> None:
    """With Superset's own libraries, past everything that Superset itself forbids."""
    script = (
        "import sys, sqlalchemy as s\n"
        "connection = s.create_engine(sys.argv[1]).connect()\n"
        "assert connection.execute('select count(*) from mart_indicator').scalar()\n"
        "try:\n    connection.execute(sys.argv[2])\n"
        "except Exception as error:\n    print('REFUSED', error)\n"
    )
    uri = database_uri(superset.release)
    finished = subprocess.run(
        [superset.bin_dir / "python", "-c", script, uri, statement],
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout.startswith("REFUSED")


@pytest.mark.parametrize(
    "statement",
    ["select * from read_csv('/etc/passwd')", "select * from '/etc/passwd.csv'", "install httpfs"],
)
def test_an_administrator_cannot_read_files_either(admin: Client, statement: str) -> None:
    with pytest.raises(SupersetError):
        admin.post("/api/v1/sqllab/execute/", json=_query(admin, statement))


def test_a_release_that_is_switched_to_shows_at_once(
    superset: Superset, admin: Client, tmp_path: Path
) -> None:
    question = _query(admin, "select count(*) as figures from mart_indicator")
    before = admin.post("/api/v1/sqllab/execute/", json=question)["data"][0]["figures"]
    old = superset.release.resolve()
    new = tmp_path / "new.duckdb"
    shutil.copy(old, new)
    with duckdb.connect(str(new)) as connection:
        connection.execute("delete from mart_indicator where rowid > 9")
    try:
        switch(superset.release, new)
        after = admin.post("/api/v1/sqllab/execute/", json=question)["data"][0]["figures"]
    finally:
        switch(superset.release, old)
    assert before > 10
    assert after == 10


def test_an_answer_that_is_kept_is_of_the_current_release(
    superset: Superset, viewer: Client, admin: Client, tmp_path: Path
) -> None:
    question = _chart(admin, "question_sentence")

    def sentence() -> str:
        answered = viewer.post("/api/v1/chart/data", json=question)["result"][0]
        return str(answered["data"][0]["sentence_nl"])

    old = superset.release.resolve()
    new = tmp_path / "new.duckdb"
    shutil.copy(old, new)
    with duckdb.connect(str(new)) as connection:
        connection.execute("update mart_question set sentence_nl = 'Een ander cijfer'")
    before = sentence()
    assert sentence() == before != "Een ander cijfer"
    try:
        switch(superset.release, new)
        assert sentence() == "Een ander cijfer"
    finally:
        switch(superset.release, old)
    assert sentence() == before


def test_a_whole_answer_is_kept_for_one_reader_until_anything_changes(
    superset: Superset, admin: Client
) -> None:
    question = _chart(admin, "question_sentence")
    question["queries"][0]["row_limit"] = 7  # nobody else asks this
    account, _ = log_in_by_page(superset.url, *superset.viewer_account)
    other, _ = log_in_by_page(superset.url, *superset.admin_account)

    def read_anew(who: requests.Session) -> bool:
        """Whether Superset looked for the rows again, in its own store or in the release."""
        answer = who.post(
            f"{superset.url}/api/v1/chart/data",
            json=question,
            headers={"Referer": superset.url},
        )
        assert answer.status_code == 200, answer.text
        assert answer.headers["X-Barometer-Release"].startswith(superset.release.resolve().stem)
        return bool(answer.json()["result"][0]["is_cached"])

    assert not read_anew(account), "the first answer is of the release"
    assert not read_anew(account), "the same answer again, as it was"
    assert read_anew(other), "what one reader got is not given to another"
    number = question["form_data"]["slice_id"]
    name = admin.get(f"/api/v1/chart/{number}")["result"]["slice_name"]
    admin.put(f"/api/v1/chart/{number}", json={"slice_name": name})
    assert read_anew(account), "a change in Superset may change what is seen"
    account.get(
        f"{superset.url}/logout/",
        headers={"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"},
    )
    refused = account.post(f"{superset.url}/api/v1/chart/data", json=question)
    assert refused.status_code in (401, 403)


def _chart(admin: Client, slug: str) -> dict[str, Any]:
    """A query for the rows of a chart, as a page sends it."""
    charts = {row["uuid"]: row["id"] for row in admin.pages("/api/v1/chart/")}
    number = charts[asset_uuid("charts", slug, "nl")]
    datasets = {row["table_name"]: row["id"] for row in admin.pages("/api/v1/dataset/")}
    query = {"columns": ["sentence_nl"], "orderby": [["sentence_nl", True]], "row_limit": 1}
    return {
        "datasource": {"id": datasets["mart_question"], "type": "table"},
        "queries": [query],
        "form_data": {"slice_id": number},
        "result_format": "json",
        "result_type": "full",
    }


def test_the_password_of_the_viewer_can_be_renewed(superset: Superset, tmp_path: Path) -> None:
    other = credentials.load_or_create(tmp_path)
    renewed = superset.credentials.model_copy(update={"viewer_password": other.viewer_password})
    for accounts in (renewed, superset.credentials):
        report = provision.push(superset.url, accounts, superset.release)
        assert report.viewer_account == "changed"


def _query(admin: Client, statement: str) -> dict[str, object]:
    databases = {row["database_name"]: row["id"] for row in admin.pages("/api/v1/database/")}
    return {"database_id": databases["barometer"], "sql": statement, "schema": "main"}


@pytest.mark.parametrize(
    ("slug", "kind", "words"),
    [
        ("ontwikkeling", "csv", ("Downloaden", "Downloaden als CSV", "Innoveerde")),
        ("ontwikkeling", "xlsx", ("Downloaden", "Downloaden als Excel", "Innoveerde")),
        ("trends", "csv", ("Download", "Export to .CSV", "Innovated")),
    ],
)
def test_a_file_that_a_reader_takes_away_says_what_it_is(
    superset: Superset, visit: Visit, slug: str, kind: str, words: tuple[str, str, str]
) -> None:
    visit.open(f"{superset.url}/superset/dashboard/{slug}/")
    download, choice, question = words
    taken = take_away(visit.page, download, choice)
    name, path = taken.suggested_filename, taken.path()
    release = superset.release.resolve().stem
    assert name.startswith(question) and name.endswith(f"{release}.{kind}"), name
    if kind == "csv":
        text = path.read_bytes().decode("utf-8")
        assert text.startswith("\ufeff")  # or Excel takes it for another encoding
        dutch = slug == "ontwikkeling"
        rows = list(csv.DictReader(io.StringIO(text[1:]), delimiter=";" if dutch else ","))
        number = rows[-1]["Bovengrens (95%)" if dutch else "Upper bound (95%)"]
        assert number == ("80,2" if dutch else "80.2")
        assert {row["Uitgave" if dutch else "Release"] for row in rows} == {release}
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active
        head, *rows = sheet.iter_rows(values_only=True)
        (_, last) = [dict(zip(head, row, strict=True)) for row in rows]
        assert (last["Percentage"], last["Bovengrens (95%)"]) == (76, 80.2)
        assert last["Uitgave"] == release
    assert visit.failures == []


@pytest.mark.parametrize("slug", [*START, *METHOD, "ontwikkeling", "trends"])
def test_a_page_names_its_release_and_no_other_date(
    superset: Superset, visit: Visit, slug: str
) -> None:
    visit.open(f"{superset.url}/superset/dashboard/{slug}/")
    foot = visit.page.locator(".bm-foot")
    foot.wait_for()
    assert superset.release.resolve().stem in foot.inner_text()
    assert not visit.page.locator("[data-test='metadata-bar']").is_visible()
    if slug in START:
        told = visit.page.locator(".bm-news li")
        assert told.count() == 1
        assert ("eerste uitgave" if slug == "start" else "first release") in told.inner_text()
        assert not visit.page.locator(".bm-caution").is_visible()


@pytest.mark.parametrize(
    ("slug", "headers"),
    [
        ("respons-en-bronnen", ("Onderzoek", "Groep", "Gevraagd", "Respons (%)", "Soort cijfer")),
        ("response-and-sources", ("Survey", "Group", "Asked", "Response rate (%)")),
    ],
)
def test_a_file_of_a_text_chart_has_words_as_headers_and_numbers_as_numbers(
    superset: Superset, visit: Visit, slug: str, headers: tuple[str, ...]
) -> None:
    visit.open(f"{superset.url}/superset/dashboard/{slug}/")
    words = ("Downloaden", "Downloaden als {}") if headers[0] == "Onderzoek" else None
    download, choice = words or ("Download", "Export to {}")
    excel = take_away(visit.page, download, choice.format("Excel"), ".bm-table")
    sheet = openpyxl.load_workbook(io.BytesIO(excel.path().read_bytes())).active
    head, *rows = sheet.iter_rows(values_only=True)
    assert set(headers) <= set(head) and not any("_" in header for header in head)
    with duckdb.connect(str(superset.release), read_only=True) as connection:
        expected = connection.execute(
            "select invited, answered, rate from mart_response where is_preferred"
            " order by row_order"
        ).fetchall()
    place = head.index(headers[2])
    for row, numbers in zip(rows, expected, strict=True):
        assert row[place : place + 3] == pytest.approx(numbers)
    text = take_away(visit.page, download, choice.format("CSV" if words else ".CSV"), ".bm-table")
    first = text.path().read_bytes().decode("utf-8-sig").splitlines()[0]
    assert tuple(first.split(";" if words else ",")) == head
    assert visit.failures == []


def test_what_is_missing_reads_as_no_answer_and_what_was_kept_as_no_date(
    superset: Superset, visit: Visit
) -> None:
    visit.open(f"{superset.url}/superset/dashboard/ontwikkeling/")
    missing = visit.page.locator("td.dt-is-null")
    shown = {
        cell.evaluate("cell => getComputedStyle(cell, '::after').content") for cell in missing.all()
    }
    assert shown == {'"niet gegeven"'}
    visit.page.locator("[id$='-controls']").first.click()
    refresh = visit.page.locator("[data-test=refresh-chart-menu-item]")
    assert refresh.inner_text().strip() == "Vernieuwen"
    refresh.hover()
    visit.page.wait_for_timeout(1000)
    assert not visit.page.get_by_text("geleden").first.is_visible()


def test_a_picture_of_the_answers_names_source_and_release(
    superset: Superset, visit: Visit
) -> None:
    visit.open(f"{superset.url}/superset/dashboard/ontwikkeling/")
    release = superset.release.resolve().stem
    picture = take_away(visit.page, "Downloaden", "Downloaden als afbeelding", ".bm-answers")
    assert picture.suggested_filename == (
        "Innoveerde in de laatste twee jaar - Innovatie Barometer Overheid - "
        f"alle-antwoorden-naast-elkaar - {release}.jpg"
    )
    foot = visit.page.locator(".bm-answers tfoot").inner_text()
    assert foot.startswith("Bron: Dutch government innovates plenty")
    assert foot.endswith(f"Uitgave {superset.release.resolve().stem}.")
