"""`barometer release`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from ingest.errors import RefusedError, SeveralError
from orchestration.cli.command import VerbGroup, language, message, show, show_table, table
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.changes import Changed

LARGEST = 10  # revisions that are printed


@click.group("release", cls=VerbGroup)
def release() -> None:
    """Releases: list them, look into one, compare two, verify, switch back, remove old ones."""


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
    _show_faults(releases.faults())


@release.command("verify")
@click.argument("release_id", required=False)
def verify(release_id: str | None) -> None:
    """Compare the file of one release, or of all, with the checksum in its manifest."""
    from orchestration.releases import Releases

    if faults := Releases(Settings.from_environment()).faults(release_id):
        raise SeveralError(faults.values())
    show("releases_whole")


def _show_faults(faults: Mapping[str, RefusedError]) -> None:
    for fault in faults.values():
        show("warning", err=True, message=fault)


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


@release.command("diff")
@click.argument("earlier", required=False)
@click.argument("later", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def diff(earlier: str | None, later: str | None, as_json: bool) -> None:
    """Show which released figures differ, by default from the release before the current one."""
    from orchestration.changes import Origins, compare
    from orchestration.releases import Releases

    settings = Settings.from_environment()
    one, other = Releases(settings).pair(earlier, later)
    rows = compare(settings, one, other)
    differ = Origins.of(one, other)
    if as_json:
        told = {
            "earlier": one.release_id,
            "later": other.release_id,
            "differs": differ.model_dump(mode="json"),
            "rows": [row.model_dump(mode="json") for row in rows],
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    show(
        "diff_releases",
        earlier=one.release_id,
        earlier_at=f"{one.created_at:%Y-%m-%d %H:%M} UTC",
        later=other.release_id,
        later_at=f"{other.created_at:%Y-%m-%d %H:%M} UTC",
    )
    _show_changes(rows)


def _show_changes(rows: Sequence[Changed]) -> None:
    """Print how many figures differ of each wave, and the largest revisions."""
    from orchestration.changes import CHANGES

    if not rows:
        show("diff_nothing")
        return
    counts = Counter((f"{row.survey}/{row.wave}", row.kind, row.change) for row in rows)
    counted = table("diff_counts")
    for wave, kind in sorted({(wave, kind) for wave, kind, _ in counts}):
        numbers = (counts[wave, kind, change] for change in CHANGES)
        counted.add_row(wave, f"mart_{kind}", *(str(number or "") for number in numbers))
    show_table(counted)
    revised = [row for row in rows if row.change == "moved"]
    if not revised:
        return
    largest = table("diff_columns")
    for row in revised[:LARGEST]:
        largest.add_row(
            *(row.figure_nl, row.before_nl, row.after_nl, row.reason_nl)
            if language() == "nl"
            else (row.figure_en, row.before_en, row.after_en, row.reason_en)
        )
    show_table(largest)
    if len(revised) > LARGEST:
        show("diff_more", n=len(revised) - LARGEST)


@release.command("rollback")
@click.argument("release_id")
def rollback(release_id: str) -> None:
    """Make an earlier release the current one."""
    from orchestration.releases import Releases

    Releases(Settings.from_environment()).switch(release_id)
    show("release_current", release=release_id)


@release.command("prune")
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="How many of the newest releases stay.",
)
@click.option("--except", "named", multiple=True, help="A release that stays too; repeatable.")
@click.option("--damaged", is_flag=True, help="Remove releases that cannot be used too.")
@click.option("--yes", is_flag=True, help="Remove; without it, only show what would be removed.")
def prune(keep: int, named: tuple[str, ...], damaged: bool, yes: bool) -> None:
    """Remove old releases, never the current one or the one before it."""
    from orchestration import pruning

    settings = Settings.from_environment()
    planned = pruning.plan(settings, keep, named, damaged=damaged)
    for fault in planned.faults:
        show("warning", err=True, message=fault)
    if yes:
        pruning.prune(settings, planned)
    for release_id in planned.removed:
        show("release_removed" if yes else "release_to_remove", release=release_id)
    if not planned.removed:
        show("prune_nothing")
    elif not yes:
        show("prune_confirm", megabytes=planned.freed / 10**6)


VERBS = (release,)
