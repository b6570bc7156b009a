"""Our pages in a frame of another site: only of one that the installation names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests

from dashboards import server
from dashboards.frames import VARIABLE
from ingest.errors import RefusedError
from tests.dashboards.conftest import Superset
from tests.dashboards.reader import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHOICE = "Type innovatie · Innovatie Barometer Overheid"


@contextmanager
def site(framed: str) -> Iterator[str]:
    """A site of the same domain on another port, with a page of ours in a frame."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            frame = f'<iframe width="1200" height="800" src="{framed}"></iframe>'
            self.wfile.write(f"<!doctype html><title>Intranet</title>{frame}".encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer((server.HOST, 0), Page) as serving:
        Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://{server.HOST}:{serving.server_port}"
        serving.shutdown()


def test_a_site_that_is_named_shows_a_page_with_its_choice_and_no_other_site_does(
    superset: Superset,
    superset_bin: Path,
    browser: Browser,
    viewer_state: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = browser.new_context(storage_state=viewer_state).new_page()
    port = free_port()
    path = f"/superset/dashboard/ontwikkeling/?standalone=1&choice={quote(CHOICE)}"
    framed = f"http://{server.HOST}:{port}{path}"
    with site(framed) as intranet, site(framed) as stranger:
        monkeypatch.setenv(VARIABLE, intranet)
        with server.start(superset.home, superset_bin, port) as running:
            answer = requests.get(f"{running.url}/login/", timeout=30)
            assert f"frame-ancestors {intranet};" in answer.headers["Content-Security-Policy"]
            assert "X-Frame-Options" not in answer.headers
            page.goto(intranet)
            frame = page.frame_locator("iframe")
            frame.locator(".bm-answers caption", has_text=f"{CHOICE}.").wait_for(timeout=120_000)
            assert frame.get_by_text("Onderwerpen").count() == 0
            refused: list[str] = []
            page.on("console", lambda line: refused.append(line.text))
            page.goto(stranger)
            page.wait_for_timeout(3000)
            assert page.frame_locator("iframe").locator(".bm-answers").count() == 0
            assert any("frame-ancestors" in line for line in refused), refused
    page.context.close()


def test_without_a_name_no_site_may(superset: Superset) -> None:
    answer = requests.get(f"{superset.url}/login/", timeout=30)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "sites",
    [
        "*",
        "https://*.example.org",
        "http://intranet.example.org",
        "https://intranet.example.org/page",
        "https://intranet.example.org; script-src *",
        "'self'",
    ],
)
def test_what_is_not_the_address_of_a_site_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sites: str
) -> None:
    monkeypatch.setenv(VARIABLE, sites)
    with pytest.raises(RefusedError, match="not the address of a site"):
        server.start(tmp_path, tmp_path, free_port())
