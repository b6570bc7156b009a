"""Looks for dead links in a site of static pages."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from orchestration.docs_site import DBT_PAGE


class Page(HTMLParser):
    """The ids and links of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {value for name in ("id", "name") if (value := given.get(name))}
        if tag == "a" and (link := given.get("href")):
            self.links.append(link)
        elif tag != "a" and (link := given.get("src") or given.get("href")):
            self.loaded.append(link)


def faulty_links(site: Path) -> list[str]:
    """Links of a site to a page, file or heading that is not there, and what it loads elsewhere."""
    pages = {path: Page(path) for path in site.rglob("*.html") if path != site / DBT_PAGE}
    faulty = []
    for path, page in pages.items():
        faulty += [f"{path.name} loads {link}" for link in page.loaded if urlsplit(link).netloc]
        for link in (*page.links, *page.loaded):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            heading = unquote(parts.fragment)
            missing = heading and target in pages and heading not in pages[target].ids
            if not target.exists() or missing:
                faulty.append(f"{path.name}: {link}")
    return faulty
