"""`barometer release`."""

from __future__ import annotations

import click

from orchestration.cli.command import VerbGroup, message, show, show_table, table
from orchestration.settings import Settings


@click.group("release", cls=VerbGroup)
def release() -> None:
    """Releases: list them, look into one, switch back."""


@release.command("list")
def list_releases() -> None:
    """Show all releases, newest first."""
    from orchestration.releases import Releases

    releases = Releases(Settings.from_environment())
    current = releases.current()
    made = table("release_columns")
    for item in releases.all():
        made.add_row(
            item.release_id,
            message("current") if item.release_id == current else "",
            f"{item.created_at:%Y-%m-%d %H:%M} UTC",
            str(item.indicators),
            str(len(item.checks)),
            item.code_version,
        )
    show_table(made)


@release.command("show")
@click.argument("release_id", required=False)
def show_release(release_id: str | None) -> None:
    """Show one release: its inputs, tables and checks."""
    from orchestration.releases import Releases

    item = Releases(Settings.from_environment()).show(release_id)
    show("release_made", release=item.release_id, at=f"{item.created_at:%Y-%m-%d %H:%M} UTC")
    previous = item.previous_release or message("none")
    show("release_code", code=item.code_version, previous=previous)
    tables, inputs = table("table_columns"), table("input_columns")
    for name, rows in item.tables.items():
        tables.add_row(name, str(rows))
    for name, digest in item.inputs.items():
        inputs.add_row(name, digest)
    show_table(tables)
    show_table(inputs)
    show("release_checks", passed=item.passed, all=len(item.checks))


@release.command("rollback")
@click.argument("release_id")
def rollback(release_id: str) -> None:
    """Make an earlier release the current one."""
    from orchestration.releases import Releases

    Releases(Settings.from_environment()).switch(release_id)
    show("release_current", release=release_id)


VERBS = (release,)
