"""How long a reader waits: twenty at once over Superset's API, and one in Chromium.

A page is what the browser asks for to draw it, recorded once. Superset is one of its own, on the
current release of the installation.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import requests

from dashboards.credentials import Credentials
from orchestration.settings import Settings
from tests.dashboards import reader

if TYPE_CHECKING:
    from playwright.sync_api import Page

READERS = 20
AT_ONCE = 6  # requests that a browser sends to one server at a time
REPEATS = 30


def main() -> None:
    """Measure and print, each with its goal where there is one."""
    home, bin_dir = Settings.from_environment().home, reader.PROJECT / ".venv-superset" / "bin"
    with reader.superset(home, bin_dir) as (server, accounts):
        with reader.chromium() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            reader.log_in(page, server.url, *reader.viewer_of(accounts))
            asked = {slug: record(page, server.url, slug) for slug in slugs()}
            opened = [seconds(lambda slug=slug: see(page, server.url, slug)) for slug in slugs()]
        measure(server.url, accounts, list(asked.values()))
        show("one reader in Chromium, a page complete", opened)


def measure(url: str, accounts: Credentials, pages: list[list[Any]]) -> None:
    """Let one reader ask a chart again and again, and many readers open every page."""
    readers = [Reader.logged_in(url, accounts) for _ in range(READERS)]
    one = readers[0]
    chart = max((query for page in pages for query in page), key=lambda query: len(str(query)))
    show("one chart, kept", [ask(one, chart) for _ in range(REPEATS)], goal=0.15)
    fresh = {**chart, "force": True}
    show("one chart, asked of the release", [ask(one, fresh) for _ in range(REPEATS)])

    def read(who: Reader) -> list[float]:
        with ThreadPoolExecutor(AT_ONCE) as connections:
            return [
                seconds(
                    lambda page=page: list(connections.map(lambda query: ask(who, query), page))
                )
                for page in pages
            ]

    with ThreadPoolExecutor(READERS) as crowd:
        waits = [wait for one in crowd.map(read, readers) for wait in one]
    show(f"{READERS} readers at once, a page complete", waits, goal=3.0)


def slugs() -> list[str]:
    """The address of every page in both languages."""
    return [slug for page in reader.pages() for slug in page["slug"].values()]


def see(page: Page, url: str, slug: str) -> None:
    """Open a page and wait until all of it is drawn."""
    page.goto(f"{url}/superset/dashboard/{slug}/", wait_until="commit")
    reader.wait_until_drawn(page)


def record(page: Page, url: str, slug: str) -> list[Any]:
    """Open a page, and return the questions that the browser asks for it."""
    sent: list[Any] = []

    def note(request: Any) -> None:
        if "/api/v1/chart/data" in request.url:
            sent.append(json.loads(request.post_data))

    page.on("request", note)
    see(page, url, slug)
    page.remove_listener("request", note)
    return sent


@dataclass
class Reader:
    """A session of the viewer, logged in by the page as a browser is."""

    url: str
    session: requests.Session

    @classmethod
    def logged_in(cls, url: str, accounts: Credentials) -> Reader:
        """Open a session."""
        session, status = reader.log_in_by_page(url, *reader.viewer_of(accounts))
        assert status == 302
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=AT_ONCE)
        session.mount("http://", adapter)
        session.headers.update({"Referer": f"{url}/", "Accept": "application/json"})
        token = session.get(f"{url}/api/v1/security/csrf_token/").json()["result"]
        session.headers["X-CSRFToken"] = token
        return cls(url, session)


def ask(who: Reader, query: Any) -> float:
    """Ask for the rows of a chart; they must be there. Return the seconds."""

    def answer() -> None:
        answered = who.session.post(f"{who.url}/api/v1/chart/data", json=query)
        assert answered.json()["result"][0]["data"], answered.text

    return seconds(answer)


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of some work."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def show(what: str, waits: list[float], goal: float | None = None) -> None:
    """Print the median and the 95th percentile in milliseconds."""
    cuts = quantiles(waits, n=20)
    aim = f", goal {goal * 1000:.0f} ms" if goal else ""
    print(f"{what}: p50 {cuts[9] * 1000:.0f} ms, p95 {cuts[18] * 1000:.0f} ms{aim}", flush=True)


if __name__ == "__main__":
    main()
