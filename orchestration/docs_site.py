"""Builds the documentation site: the pages under `docs/` together with the dbt docs."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from ingest.errors import RefusedError
from orchestration import dbt
from orchestration.settings import PROJECT, Settings

SOURCES = PROJECT / "docs"
DBT_PAGE = Path("dbt") / "index.html"  # the pages link to it


def build_site(settings: Settings) -> Path:
    """Build the site and return its front page.

    Args:
        settings: the installation; the site is made in its home.

    Raises:
        RefusedError: Sphinx is not installed, or a page has a fault, such as a dead link.
    """
    if importlib.util.find_spec("sphinx") is None:
        raise RefusedError("orchestration.no_sphinx", "barometer docs")
    site = settings.home / "docs"
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning"]
    # Generated parts change while their page does not, so every page is read again.
    command += ["--fresh-env", "--doctree-dir", str(settings.home / "doctrees")]
    done = subprocess.run(
        [*command, str(SOURCES), str(site)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        faults = " | ".join(done.stderr.replace(f"{PROJECT}/", "").splitlines())
        raise RefusedError("orchestration.docs_faulty", "barometer docs", faults=faults)
    dbt.run(["docs", "generate", "--static"], settings)
    page = site / DBT_PAGE
    page.parent.mkdir(exist_ok=True)
    shutil.copyfile(settings.dbt_target / "static_index.html", page)
    return site / "index.html"
