"""`barometer status`."""

from __future__ import annotations

import shutil

import click

from ingest.errors import BarometerError
from orchestration.cli.command import Verb, language, show
from orchestration.settings import Settings

GIB = 1024**3
LAST_BUILD = {
    "released": "last_build_released",
    "refused": "last_build_refused",
    "ended": "last_build_ended",
}


@click.command("status", cls=Verb)
@click.pass_context
def status(context: click.Context) -> None:
    """Show what is wrong, if anything: last build, current release, changed files, disk."""
    from orchestration.freshness import is_up_to_date
    from orchestration.monitoring import last_build
    from orchestration.releases import Releases

    settings, wrong = Settings.from_environment(), False
    build, releases = last_build(settings), Releases(settings)
    if build is None:
        show("status_no_build")
    else:
        at = f"{build.started_at:%Y-%m-%d %H:%M} UTC"
        show(
            LAST_BUILD[build.outcome],
            at=at,
            seconds=build.seconds,
            memory=build.memory / GIB,
            release=build.release_id,
        )
        if build.outcome != "released":
            wrong = True
            click.echo(build.message[language()])
    try:
        releases.verify_current()
        current = releases.show()
        show("status_current", release=current.release_id, indicators=current.indicators)
        show("status_fresh" if is_up_to_date(settings) else "status_stale")
    except BarometerError as fault:
        wrong = True
        click.echo(fault.text(language()))
    if settings.home.exists():
        show("status_disk", free=shutil.disk_usage(settings.home).free / GIB, path=settings.home)
    context.exit(int(wrong))


VERBS = (status,)
