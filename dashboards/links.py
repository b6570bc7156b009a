"""Links of a page to a question of another page.

A text names the file of the page and the question: `[who paid](choice:financing/How it was paid
for)`. Superset gets an address, which `superset_side/superset_site.py` turns into a choice. The
name of the question may not have a closing bracket in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Final
from urllib.parse import quote, unquote

from dashboards.bundle import Content

_NAMED: Final = re.compile(r"\]\(choice:(?P<page>\w+)/(?P<choice>[^)]+)\)")
_ADDRESS: Final = re.compile(
    r"\]\(/superset/dashboard/(?P<page>[\w-]+)/\?choice=(?P<choice>[^)]+)\)"
)
_FORM: Final = "](/superset/dashboard/{}/?choice={})"


def with_addresses(content: Content, address_of: Callable[[str], str]) -> Content:
    """Return a dashboard in which links have addresses.

    Args:
        content: the dashboard; it stays as it is.
        address_of: returns the address (slug) of a page by the name of its file.
    """
    return _replaced(
        content,
        _NAMED,
        lambda link: _FORM.format(address_of(link["page"]), quote(link["choice"], safe="")),
    )


def leading_to(content: Content, choice_of: Callable[[str, str], str]) -> Content:
    """Return a dashboard whose links lead to what `choice_of` says for a page and a question."""
    return _replaced(
        content,
        _ADDRESS,
        lambda link: _FORM.format(
            link["page"], quote(choice_of(link["page"], unquote(link["choice"])), safe="")
        ),
    )


def choices(content: Content) -> Iterator[tuple[str, str]]:
    """Yield the address of the page and the question of each link of a dashboard."""
    for node in _texts(content):
        for link in _ADDRESS.finditer(node["meta"]["code"]):
            yield link["page"], unquote(link["choice"])


def _replaced(
    content: Content, pattern: re.Pattern[str], by: Callable[[re.Match[str]], str]
) -> Content:
    replaced = deepcopy(content)
    for node in _texts(replaced):
        node["meta"]["code"] = pattern.sub(by, node["meta"]["code"])
    return replaced


def _texts(content: Content) -> Iterator[Any]:
    for node in content["position"].values():
        if isinstance(node, dict) and node["type"] == "MARKDOWN" and "code" in node["meta"]:
            yield node
