"""A reader's browser: for tests, `make screenshots` and `make bench-dashboards`."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import requests
import yaml

from dashboards import provision, server
from dashboards.credentials import Credentials

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Download, Page

PROJECT = Path(__file__).parents[2]
SCREENSHOTS = PROJECT / ".artifacts" / "screenshots"
LANGUAGES = ("nl", "en")
CHROMIUM = shutil.which("chromium")
CHROMIUM_FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
CHART = "[data-test='chart-grid-component']"
# A chart with its figures, with the word that there are none, or with an error.
_DRAWN = "tbody tr, [class^=bm-], .ant-empty, [role=alert]"


@dataclass
class Visit:
    """A page of a viewer, with what went wrong behind it."""

    page: Page
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        def note(failure: str) -> None:
            # Superset asks for the tracking pixel of its makers; the policy stops it, as it should.
            if "scarf.sh" not in failure:
                self.failures.append(failure)

        self.page.on(
            "response",
            lambda answer: note(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
        )
        self.page.on("console", lambda line: note(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: note(str(error)))

    def open(self, url: str) -> None:
        """Open a dashboard and wait until every chart on it has stopped loading."""
        self.page.goto(url)
        wait_until_drawn(self.page)


def pages() -> list[dict[str, Any]]:
    """The pages of the menu, as their files describe them."""
    assets = PROJECT / "dashboards" / "assets"
    names = yaml.safe_load((assets / "menu.yaml").read_text())
    return [
        yaml.safe_load((assets / "dashboards" / f"{name}.yaml").read_text()) | {"name": name}
        for name in names
    ]


def free_port() -> int:
    """A port of this machine that nothing uses."""
    with socket.socket() as probe:
        probe.bind((server.HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def superset(home: Path, bin_dir: Path) -> Iterator[tuple[server.Server, Credentials]]:
    """A Superset on a free port, with our pages on the current release of a home."""
    prepared = server.prepare(home, bin_dir)
    with server.start(home, bin_dir, free_port()) as running:
        release = home / "releases" / "current.duckdb"
        provision.push(running.url, prepared.credentials, release)
        yield running, prepared.credentials


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of the machine."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def viewer_of(accounts: Credentials) -> tuple[str, str]:
    """Name and password of the viewer."""
    return accounts.viewer_user, accounts.viewer_password.get_secret_value()


def log_in(page: Page, url: str, user: str, password: str) -> Any:
    """Log in, and return the cookies of the session."""
    page.goto(f"{url}/login/")
    page.fill("#username", user)
    page.fill("#password", password)
    page.click("button[type=submit]")
    # The cookies are there before the page is drawn, which takes long on a busy machine.
    page.wait_for_url("**/dashboard/start/**", wait_until="commit", timeout=120_000)
    page.wait_for_selector(".bm-says", timeout=120_000)
    return page.context.storage_state()


def log_in_by_page(
    url: str, user: str, password: str, **headers: str
) -> tuple[requests.Session, int]:
    """Log in with the page for it; return the session and the status of the answer."""
    session = requests.Session()
    found = re.search(
        r"csrf_token[^>]*?(?:value=\"|: &#34;)([\w.\-]+)", session.get(f"{url}/login/").text
    )
    assert found
    answer = session.post(
        f"{url}/login/",
        data={"username": user, "password": password, "csrf_token": found[1]},
        headers={
            "Referer": f"{url}/login/",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        },
        allow_redirects=False,
    )
    return session, answer.status_code


def wait_until_drawn(page: Page) -> None:
    """Wait until every chart of a page is complete; those out of view are asked for too."""
    page.wait_for_selector(CHART, timeout=120_000)
    size = page.viewport_size
    assert size
    # Charts below the fold are asked for only when they come into view.
    page.set_viewport_size({"width": size["width"], "height": 6000})
    page.wait_for_function(
        "([charts, drawn]) => [...document.querySelectorAll(charts)].every("
        "chart => chart.querySelector(drawn)) && !document.querySelector('.loading')",
        arg=[CHART, _DRAWN],
        timeout=120_000,
    )
    page.wait_for_load_state("networkidle")
    page.set_viewport_size(size)


def take_away(page: Page, download: str, choice: str, shows: str = "table.table") -> Download:
    """Download the first chart of a page that shows something, by the words of its menu."""
    table = page.locator(CHART, has=page.locator(shows)).first
    table.locator("[id$='-controls']").click()
    page.locator(".ant-dropdown:visible").get_by_text(download, exact=True).hover()
    with page.expect_download() as expected:
        page.get_by_text(choice, exact=True).click()
    return expected.value


def switch(link: Path, target: Path) -> None:
    """Let the current release of a test be another file, at once as `Releases.switch` does."""
    fresh = link.with_suffix(".new")
    fresh.symlink_to(target)
    fresh.replace(link)


def shown(release: Path, chosen: str, language: str) -> list[tuple[str, str, str]]:
    """Member, figure and verdict of each answer to a question, as the release has them."""
    with duckdb.connect(str(release), read_only=True) as connection:
        return connection.execute(
            f"select member_{language}, trim(estimate_text_{language} || ' ' "
            f"|| interval_text_{language}), verdict_text_{language} from mart_answer "
            f"where choice_{language} = ? order by answer_order, member_order",
            [chosen],
        ).fetchall()


def row_text(row: Any) -> tuple[str, str, str]:
    cells = [cell.inner_text().strip() for cell in row.locator("td").all()]
    return row.locator(".bm-member").inner_text().strip(), cells[1], cells[3]


def choose(page: Page, choice: str) -> None:
    """Choose a question as a reader does: open the list, type, enter. It is applied by a button."""
    page.locator("[data-test='filter-bar'] .ant-select-selector").click()
    page.keyboard.type(choice)
    active = page.locator(".ant-select-dropdown:visible .ant-select-item-option-active")
    for _ in range(10):
        page.wait_for_timeout(300)
        if active.count() and active.inner_text().strip() == choice:
            break
        page.keyboard.press("ArrowDown")
    assert active.inner_text().strip() == choice
    page.keyboard.press("Enter")


def apply(page: Page) -> None:
    """Apply what was chosen."""
    page.locator("[data-test='filter-bar__apply-button']").click()
