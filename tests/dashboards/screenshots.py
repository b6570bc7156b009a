"""Takes a picture of every page, in both languages and at every width: `make screenshots`.

The pictures come in `.artifacts/screenshots`, from the current release of the installation.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from orchestration.settings import Settings
from tests.dashboards import reader

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = {390: 844, 1280: 800, 1440: 900, 1920: 1080}


def main(wanted: list[str]) -> None:
    """Take the pictures of some pages (names of the menu), or of all."""
    home, bin_dir = Settings.from_environment().home, reader.PROJECT / ".venv-superset" / "bin"
    with reader.superset(home, bin_dir) as (server, accounts), reader.chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{server.url}/login/")
        page.locator("#username").wait_for()
        reader.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=reader.SCREENSHOTS / "login.png")
        reader.log_in(page, server.url, *reader.viewer_of(accounts))
        for one in reader.pages():
            for slug in one["slug"].values():
                if not wanted or one["name"] in wanted:
                    take(page, server.url, slug)


def take(page: Page, url: str, slug: str) -> None:
    """Take what a window shows of a page at each width, and all of the page."""
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{url}/superset/dashboard/{slug}/")
        reader.wait_until_drawn(page)
        page.screenshot(path=reader.SCREENSHOTS / f"{slug}-{width}.png")
        page.screenshot(path=reader.SCREENSHOTS / f"{slug}-{width}-all.png", full_page=True)
    print(slug, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
