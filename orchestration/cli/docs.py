"""`barometer docs`."""

from __future__ import annotations

import click

from orchestration.cli.command import Verb, show
from orchestration.settings import Settings


@click.command("docs", cls=Verb)
def docs() -> None:
    """Generate the dbt docs."""
    from orchestration import dbt

    settings = Settings.from_environment()
    dbt.run(["docs", "generate", "--static"], settings)
    show("docs_made", path=settings.dbt_target / "static_index.html")


VERBS = (docs,)
