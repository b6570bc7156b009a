"""Viewers look, analysts make charts of their own, and a rule hides rows from a role."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dashboards import access
from dashboards.bundle import asset_uuid
from dashboards.check import check
from dashboards.client import Client, SupersetError
from dashboards.compiler import ASSETS
from ingest.errors import RefusedError
from tests.conftest import Barometer
from tests.dashboards.conftest import Superset
from tests.dashboards.reader import log_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AssetsWith = Callable[[str, str, str], Path]
RULE = """rows:
  - name: viewers see one survey
    roles: [viewer]
    marts: [mart_question, mart_answer]
    condition: survey = 'nl_barometer'
"""


@pytest.fixture(scope="module")
def analyst(superset: Superset) -> Client:
    password = access.give_account(superset.admin, "analyst", "analyst", access.load(ASSETS))
    return superset.log_in("analyst", password)


def number(client: Client, kind: str, uuid: str) -> int:
    return next(int(row["id"]) for row in client.pages(f"/api/v1/{kind}/") if row["uuid"] == uuid)


@pytest.fixture
def own_chart(analyst: Client) -> Iterator[int]:
    dataset = number(analyst, "dataset", asset_uuid("datasets", "mart_answer"))
    own = {"datasource_id": dataset, "datasource_type": "table", "viz_type": "table"}
    made = analyst.post("/api/v1/chart/", json={"slice_name": "Eigen grafiek", **own})
    yield int(made["id"])
    analyst.delete(f"/api/v1/chart/{made['id']}")


def test_an_analyst_makes_and_changes_own_charts_and_dashboards(
    analyst: Client, own_chart: int
) -> None:
    analyst.put(f"/api/v1/chart/{own_chart}", json={"slice_name": "Andere naam"})
    board = analyst.post("/api/v1/dashboard/", json={"dashboard_title": "Eigen dashboard"})["id"]
    analyst.put(f"/api/v1/dashboard/{board}", json={"published": True})
    analyst.delete(f"/api/v1/dashboard/{board}")


@pytest.mark.parametrize(
    ("kind", "asset", "change"),
    [
        ("chart", ("charts", "question_answers"), {"slice_name": "x"}),
        ("dashboard", ("dashboards", "trends"), {"dashboard_title": "x"}),
        ("dashboard", ("dashboards", "trends"), {"css": "x"}),
    ],
)
def test_an_analyst_cannot_change_or_remove_what_the_project_has(
    analyst: Client, kind: str, asset: tuple[Any, str], change: dict[str, object]
) -> None:
    address = f"/api/v1/{kind}/{number(analyst, kind, asset_uuid(*asset, 'nl'))}"
    for send in (lambda: analyst.put(address, json=change), lambda: analyst.delete(address)):
        with pytest.raises(SupersetError) as refused:
            send()
        assert refused.value.status == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/sqllab/execute/", {"database_id": 1, "sql": "select 1"}),
        ("/api/v1/dataset/", {"database": 1, "table_name": "mart_response"}),
        ("/api/v1/database/", {"database_name": "x", "sqlalchemy_uri": "duckdb://"}),
        ("/api/v1/security/users/", {"username": "x"}),
        ("/api/v1/rowlevelsecurity/", {"name": "x"}),
        ("/api/v1/assets/import/", {}),
    ],
)
def test_the_server_refuses_an_analyst_who_wants_more(
    analyst: Client, path: str, body: dict[str, object]
) -> None:
    with pytest.raises(SupersetError) as refused:
        analyst.post(path, json=body)
    assert refused.value.status == 403


def test_an_expression_of_an_analyst_reads_no_file(analyst: Client, own_chart: int) -> None:
    dataset = number(analyst, "dataset", asset_uuid("datasets", "mart_answer"))
    for expression in ("(select max(content) from read_text('/etc/passwd'))", "getenv('HOME')"):
        metric = {"expressionType": "SQL", "sqlExpression": expression, "label": "x"}
        with pytest.raises(SupersetError):
            analyst.post(
                "/api/v1/chart/data",
                json={
                    "datasource": {"id": dataset, "type": "table"},
                    "queries": [{"metrics": [metric], "row_limit": 1}],
                    "form_data": {"slice_id": own_chart},
                },
            )


def surveys(admin: Client, reader: Client) -> set[str]:
    """The surveys in the rows that a reader gets of a chart."""
    chart = number(admin, "chart", asset_uuid("charts", "question_sentence", "nl"))
    dataset = number(admin, "dataset", asset_uuid("datasets", "mart_question"))
    answered = reader.post(
        "/api/v1/chart/data",
        json={
            "datasource": {"id": dataset, "type": "table"},
            "queries": [{"columns": ["survey"], "row_limit": 1000, "orderby": [["survey", True]]}],
            "form_data": {"slice_id": chart},
        },
    )
    return {row["survey"] for row in answered["result"][0]["data"]}


def test_a_rule_hides_rows_from_one_role_only_and_goes_with_its_line(
    superset: Superset, assets_with: AssetsWith, viewer: Client, analyst: Client
) -> None:
    admin = superset.admin
    everything = surveys(admin, viewer)  # these answers are kept, and may not come back
    assert everything == surveys(admin, analyst) > {"nl_barometer"}
    ruled = assets_with("access.yaml", "rows: []\n", RULE)
    try:
        assert superset.push(ruled).names("created") == ["rows/viewers see one survey"]
        assert superset.push(ruled).nothing_changed
        assert surveys(admin, viewer) == {"nl_barometer"}
        assert surveys(admin, analyst) == everything
    finally:
        report = superset.push()
    assert report.names("removed") == ["rows/viewers see one survey"]
    assert surveys(admin, viewer) == everything


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("survey = 'nl_barometer'", "survy = 'x'", "viewers see one survey.*survy"),
        ("[mart_question, mart_answer]", "[mart_questions]", "no mart 'mart_questions'"),
        ("roles: [viewer]", "roles: [reader]", r"access\.yaml.*viewer"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_offline(
    assets_with: AssetsWith, old: str, new: str, words: str
) -> None:
    assets = assets_with("access.yaml", "rows: []\n", RULE.replace(old, new))
    with pytest.raises(RefusedError, match=words):
        for problem in check(assets_dir=assets).problems:
            raise problem


def test_an_account_is_made_changed_and_removed_by_the_command(
    superset: Superset, built: Barometer
) -> None:
    command = Barometer(superset.home, built.data)

    def run(*arguments: str) -> tuple[int, str]:
        done = command.run("dashboards", "user", *arguments, "--url", superset.url)
        return done.returncode, done.stdout + done.stderr

    roles = {row["id"]: row["name"] for row in superset.admin.pages("/api/v1/security/roles/")}
    for role, name in (("analyst", "Barometer analyst"), ("administrator", "Admin")):
        code, told = run("policy-reader", "--role", role)
        assert code == 0, told
        superset.log_in("policy-reader", told.split()[-1])
        users = superset.admin.pages("/api/v1/security/users/")
        user = next(row for row in users if row["username"] == "policy-reader")
        assert [roles[one["id"]] for one in user["roles"]] == [name]
    assert run("policy-reader", "--remove") == (0, "removed policy-reader\n")
    code, told = run("policy-reader", "--remove")
    assert code == 1 and "no account 'policy-reader'" in told
    code, told = run(superset.credentials.admin_user)
    assert code == 1 and "file with credentials" in told


def test_an_analyst_finds_the_editor_and_no_sql_lab(
    superset: Superset, analyst: Client, own_chart: int, browser: "Browser"
) -> None:
    password = access.give_account(superset.admin, "analyst", "analyst", access.load(ASSETS))
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(120_000)
    log_in(page, superset.url, "analyst", password)
    page.goto(f"{superset.url}/explore/?slice_id={own_chart}")
    page.wait_for_selector("[data-test=query-save-button]")
    menu = page.locator("[role=menubar], [role=menu]").first.inner_text()
    assert "Dashboards" in menu and "Grafieken" in menu and "SQL" not in menu
    answer = page.goto(f"{superset.url}/sqllab/")
    assert answer is not None and answer.status == 403
    page.close()
