"""Sphinx: builds the documentation site, without the network at build or read time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

# Of a copy of the project, its own code is described, not that of the installed one.
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import generate  # noqa: E402 - found on the path that was set above

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Innovation Barometer warehouse"
extensions = ["myst_parser", "sphinx_click"]
exclude_patterns = ["practice"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = project
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_theme_options = {"footer_icons": []}


def setup(app: Sphinx) -> None:
    """Fill in what is generated, each time a page is read."""
    app.connect("source-read", generate.fill_page)
