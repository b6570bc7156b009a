"""The dashboards in a real Superset, seen by a viewer in a real browser.

The environment of Superset is `.venv-superset`, or the `bin` directory that SUPERSET_BIN names.
Screenshots are kept in `.artifacts/screenshots`.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import duckdb
import pytest

from dashboards import credentials, provision, server
from dashboards.bundle import asset_uuid, database_uri
from dashboards.client import Client, SupersetError
from dashboards.credentials import Credentials
from dashboards.provision import PushReport
from tests.conftest import require

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROJECT = Path(__file__).parents[2]
SCREENSHOTS = PROJECT / ".artifacts" / "screenshots"
CHROMIUM = shutil.which("chromium")
CHROMIUM_FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
DASHBOARDS = ["ontwikkeling", "trends", "internationale-vergelijking", "international-comparison"]
METHOD = {"methode": "Waar wij van uitgaan", "method": "What we assume"}
CHART = "[data-test='chart-grid-component']"


@dataclass(frozen=True)
class Installation:
    url: str
    home: Path
    release: Path
    bin_dir: Path
    credentials: Credentials
    first_push: PushReport
    second_push: PushReport


@dataclass
class Visit:
    """A page of a viewer, with what went wrong behind it."""

    page: "Page"
    failures: list[str] = field(default_factory=list)

    def open(self, url: str) -> None:
        """Open a dashboard and wait until every chart on it has stopped loading."""
        self.page.goto(url)
        self.page.wait_for_selector(CHART)
        # Charts below the fold are asked for only when they come into view.
        self.page.set_viewport_size({"width": 1500, "height": 2600})
        self.page.wait_for_function(
            "selector => [...document.querySelectorAll(selector)].every("
            "chart => chart.querySelector('canvas, tbody tr, .ant-empty, [role=alert]'))",
            arg=CHART,
        )
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(1500)  # the charts' own animation


@pytest.fixture(scope="session")
def superset_bin() -> Path:
    bin_dir = Path(os.environ.get("SUPERSET_BIN", PROJECT / ".venv-superset" / "bin"))
    there = (bin_dir / "gunicorn").exists()
    require("superset", there, f"Superset is not installed in {bin_dir}")
    return bin_dir


@pytest.fixture(scope="session")
def installation(
    superset_bin: Path, release_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    home = tmp_path_factory.mktemp("home")
    release = home / "releases" / "current.duckdb"
    release.parent.mkdir()
    release.symlink_to(release_path.absolute())
    prepared = server.prepare(home, superset_bin)
    with socket.socket() as probe:
        probe.bind((server.HOST, 0))
        port = probe.getsockname()[1]
    with server.start(home, superset_bin, port) as running:
        pushes = [provision.push(running.url, prepared.credentials, release) for _ in range(2)]
        yield Installation(
            running.url, home, release, superset_bin, prepared.credentials, pushes[0], pushes[1]
        )


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    playwright = pytest.importorskip("playwright.sync_api")
    require("chromium", CHROMIUM is not None, "chromium is not installed")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def viewer_state(installation: Installation, browser: "Browser") -> Any:
    """The cookies of the viewer, logged in once."""
    page = browser.new_page()
    page.goto(f"{installation.url}/login/")
    page.fill("#username", installation.credentials.viewer_user)
    page.fill("#password", installation.credentials.viewer_password.get_secret_value())
    page.click("button[type=submit]")
    # The cookies are there before the page is drawn, which takes long on a busy machine.
    page.wait_for_url("**/welcome/**", wait_until="commit", timeout=120_000)
    state = page.context.storage_state()
    page.close()
    return state


@pytest.fixture
def visit(installation: Installation, browser: "Browser", viewer_state: Any) -> Iterator[Visit]:
    context = browser.new_context(
        storage_state=viewer_state, viewport={"width": 1500, "height": 1000}
    )
    one = Visit(context.new_page())
    one.page.on(
        "response",
        lambda answer: (
            one.failures.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
    # Superset always asks for the tracking pixel of its makers; the policy stops it, as it should.
    one.page.on(
        "console",
        lambda line: (
            one.failures.append(line.text)
            if line.type == "error" and "scarf.sh" not in line.text
            else None
        ),
    )
    one.page.on("pageerror", lambda error: one.failures.append(str(error)))
    yield one
    context.close()


@pytest.fixture
def admin(installation: Installation) -> Client:
    client = Client(installation.url)
    accounts = installation.credentials
    client.log_in(accounts.admin_user, accounts.admin_password.get_secret_value())
    return client


@pytest.fixture
def viewer(installation: Installation) -> Client:
    client = Client(installation.url)
    accounts = installation.credentials
    client.log_in(accounts.viewer_user, accounts.viewer_password.get_secret_value())
    return client


def test_the_first_push_makes_everything(installation: Installation) -> None:
    assert set(installation.first_push.assets.values()) == {"created"}
    assert len(installation.first_push.addresses) == len(DASHBOARDS) + len(METHOD)


def test_the_second_push_changes_nothing(installation: Installation) -> None:
    assert installation.second_push.nothing_changed


def test_preparing_a_second_time_does_nothing(installation: Installation) -> None:
    again = server.prepare(installation.home, installation.bin_dir)
    assert not again.changed
    assert again.seconds < 1
    assert again.credentials == installation.credentials


def test_what_was_changed_by_hand_is_seen_and_put_back(
    installation: Installation, admin: Client
) -> None:
    charts = {row["uuid"]: row["id"] for row in admin.pages("/api/v1/chart/")}
    number = charts[asset_uuid("charts", "trend_line", "nl")]
    admin.put(f"/api/v1/chart/{number}", json={"slice_name": "Met de hand veranderd"})
    report = provision.push(installation.url, installation.credentials, installation.release)
    assert report.names("changed") == ["charts/trend_line.nl"]
    name = admin.get(f"/api/v1/chart/{number}")["result"]["slice_name"]
    assert name == "Hoe groot is het aandeel, per editie?"


@pytest.mark.parametrize("slug", DASHBOARDS)
def test_a_viewer_sees_every_chart_drawn(
    installation: Installation, visit: Visit, slug: str
) -> None:
    visit.open(f"{installation.url}/superset/dashboard/{slug}/")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    visit.page.screenshot(path=SCREENSHOTS / f"{slug}.png")
    assert visit.failures == []
    assert visit.page.locator(".toast, [data-test='toast-container'] [role=alert]").count() == 0
    charts = visit.page.locator(CHART).all()
    assert len(charts) >= 4
    for chart in charts:
        name = chart.get_attribute("data-test-chart-name")
        assert chart.locator("canvas, tbody tr").count() > 0, f"{name} shows nothing"


@pytest.mark.parametrize("slug", METHOD)
def test_a_viewer_reads_how_sure_a_figure_is(
    installation: Installation, visit: Visit, slug: str
) -> None:
    visit.page.goto(f"{installation.url}/superset/dashboard/{slug}/")
    visit.page.set_viewport_size({"width": 1500, "height": 2600})
    visit.page.get_by_role("heading", name=METHOD[slug]).wait_for()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    visit.page.screenshot(path=SCREENSHOTS / f"{slug}.png")
    assert visit.failures == []
    assert visit.page.locator("td", has_text="wilson_published_n").is_visible()


def test_synthetic_figures_are_announced_at_the_top(
    installation: Installation, visit: Visit
) -> None:
    labels = _synthetic_labels(installation.release)
    if not labels:
        pytest.skip("the release holds no synthetic figures")
    chosen = _chosen("NATIVE_FILTER-status", "data_status_label_nl", labels)
    visit.open(f"{installation.url}/superset/dashboard/ontwikkeling/?native_filters={chosen}")
    visit.page.screenshot(path=SCREENSHOTS / "ontwikkeling-synthetisch.png")
    notice = visit.page.locator(CHART).first.locator("tbody tr td").nth(1)
    assert notice.inner_text().startswith("SYNTHETISCH")
    assert notice.evaluate("cell => getComputedStyle(cell).backgroundColor") == "rgb(255, 200, 61)"


def test_no_synthetic_figure_shows_before_somebody_asks_for_it(
    installation: Installation, visit: Visit
) -> None:
    visit.open(f"{installation.url}/superset/dashboard/ontwikkeling/")
    notice = visit.page.locator(CHART).first.inner_text()
    assert "gepubliceerd" in notice
    assert "SYNTHETISCH" not in notice


def test_a_viewer_has_no_sql_lab_and_no_way_to_edit(
    installation: Installation, visit: Visit
) -> None:
    visit.open(f"{installation.url}/superset/dashboard/ontwikkeling/")
    assert visit.page.locator("[data-test='edit-dashboard-button']").count() == 0
    assert visit.page.get_by_text("SQL Lab").count() == 0
    answer = visit.page.goto(f"{installation.url}/sqllab/")
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
def test_the_database_address_locks_files_and_settings(
    installation: Installation, statement: str
) -> None:
    """With Superset's own libraries, past everything that Superset itself forbids."""
    script = (
        "import sys, sqlalchemy as s\n"
        "connection = s.create_engine(sys.argv[1]).connect()\n"
        "assert connection.execute('select count(*) from mart_indicator').scalar()\n"
        "try:\n    connection.execute(sys.argv[2])\n"
        "except Exception as error:\n    print('REFUSED', error)\n"
    )
    uri = database_uri(installation.release)
    finished = subprocess.run(
        [installation.bin_dir / "python", "-c", script, uri, statement],
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
    installation: Installation, admin: Client, tmp_path: Path
) -> None:
    question = _query(admin, "select count(*) as figures from mart_indicator")
    before = admin.post("/api/v1/sqllab/execute/", json=question)["data"][0]["figures"]
    old = installation.release.resolve()
    new = tmp_path / "new.duckdb"
    shutil.copy(old, new)
    with duckdb.connect(str(new)) as connection:
        connection.execute("delete from mart_indicator where rowid > 9")
    try:
        _switch(installation.release, new)
        after = admin.post("/api/v1/sqllab/execute/", json=question)["data"][0]["figures"]
    finally:
        _switch(installation.release, old)
    assert before > 10
    assert after == 10


def test_the_password_of_the_viewer_can_be_renewed(
    installation: Installation, tmp_path: Path
) -> None:
    other = credentials.load_or_create(tmp_path)
    renewed = installation.credentials.model_copy(update={"viewer_password": other.viewer_password})
    for accounts in (renewed, installation.credentials):
        report = provision.push(installation.url, accounts, installation.release)
        assert report.viewer_account == "changed"


def _query(admin: Client, statement: str) -> dict[str, object]:
    databases = {row["database_name"]: row["id"] for row in admin.pages("/api/v1/database/")}
    return {"database_id": databases["barometer"], "sql": statement, "schema": "main"}


def _switch(link: Path, target: Path) -> None:
    fresh = link.with_suffix(".new")
    fresh.symlink_to(target)
    fresh.replace(link)


def _synthetic_labels(release: Path) -> list[str]:
    with duckdb.connect(str(release), read_only=True) as connection:
        rows = connection.execute(
            "select distinct data_status_label_nl from mart_trend_line "
            "where data_status = 'synthetic' and concept = 'innovated_past_two_years'"
        ).fetchall()
    return [row[0] for row in rows]


def _chosen(identifier: str, column: str, values: list[str]) -> str:
    """A choice in a filter, as Superset writes it in an address (rison)."""
    listed = "!(" + ",".join(f"'{value}'" for value in values) + ")"
    state = f"filterState:(label:x,value:{listed})"
    applied = f"extraFormData:(filters:!((col:{column},op:IN,val:{listed})))"
    return quote(f"({identifier}:({applied},{state},id:{identifier},ownState:()))")
