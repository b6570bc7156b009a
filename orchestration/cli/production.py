"""`barometer serve`, `store`, `backup` and `restore`: an installation in production."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.cli.build import PORT
from orchestration.cli.command import Verb, VerbGroup, show
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.serving import Part

PARTS = ("dashboards", "worker", "daemon", "history")
FOLDER = click.Path(path_type=Path)


@click.command("serve", cls=Verb)
@click.argument("part", type=click.Choice(PARTS))
@click.option("--port", type=PORT, help="Port of the dashboards (8088) or the history (3000).")
def serve(part: Part, port: int | None) -> None:
    """Run one server of an installation on PostgreSQL and Redis, until it is stopped."""
    from orchestration.serving import serve as run
    from orchestration.up import end_like_ctrl_c

    end_like_ctrl_c()
    try:
        run(
            Settings.from_environment(),
            part,
            port=port,
            waiting=lambda path: show("serve_waiting", path=path),
            ready=lambda: show("serve_ready", part=part),
            told=lambda error: show("error", err=True, message=error),
        )
    except KeyboardInterrupt:
        show("up_stopped")


@click.group("store", cls=VerbGroup)
def store() -> None:
    """The copy of raw data and releases on S3."""


@store.command("push")
def push() -> None:
    """Copy raw data and releases to the store; a build does this by itself."""
    from orchestration.build_lock import build_lock
    from orchestration.store import push as copy

    settings = Settings.from_environment()
    with build_lock(settings):
        done = copy(settings)
    show("store_pushed", copied=done.copied, same=done.same, removed=done.removed)


@store.command("pull")
def pull() -> None:
    """Bring back all that the store holds, with its current release."""
    from orchestration.store import pull as bring

    done = bring(Settings.from_environment())
    show("store_pulled", copied=done.copied, same=done.same)


@click.command("backup", cls=Verb)
@click.argument("folder", type=FOLDER)
def backup(folder: Path) -> None:
    """Write all state to a new folder: both databases, accounts, releases and raw data."""
    from orchestration.backup import back_up

    made = back_up(Settings.from_environment(), folder)
    show("backup_made", path=folder, release=made.release_id)


@click.command("restore", cls=Verb)
@click.argument("folder", type=FOLDER)
def restore(folder: Path) -> None:
    """Bring a backup into an empty home and empty databases."""
    from orchestration.backup import restore as bring

    made = bring(Settings.from_environment(), folder)
    show("backup_restored", at=f"{made.made_at:%Y-%m-%d %H:%M} UTC", release=made.release_id)


VERBS = (serve, store, backup, restore)
