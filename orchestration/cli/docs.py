"""`barometer docs`."""

from __future__ import annotations

import click

from orchestration.cli.command import Verb, show
from orchestration.settings import Settings


@click.command("docs", cls=Verb)
def docs() -> None:
    """Build the documentation site, with the dbt docs."""
    from orchestration.docs_site import build_site

    show("docs_made", path=build_site(Settings.from_environment()))


VERBS = (docs,)
