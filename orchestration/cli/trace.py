"""`barometer trace`."""

from __future__ import annotations

import click

from orchestration.cli.command import Verb, language
from orchestration.settings import Settings


@click.command("trace", cls=Verb)
@click.argument("indicator_id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def trace(indicator_id: str, as_json: bool) -> None:
    """Show where a number comes from, with R that computes it again."""
    from orchestration.cli.trace_view import lines
    from orchestration.trace import trace as follow

    found = follow(indicator_id, Settings.from_environment())
    if as_json:
        click.echo(found.model_dump_json(indent=2))
        return
    for line in lines(found, language()):
        click.echo(line)


VERBS = (trace,)
