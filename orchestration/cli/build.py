"""`barometer build` and `barometer up`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from orchestration.cli.command import Verb, message, show
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.releases import Manifest


@click.command("build", cls=Verb)
@click.option(
    "--accept-removed", is_flag=True, help="Accept that indicators of the last release are gone."
)
@click.option(
    "--full", is_flag=True, help="Make everything anew, also of waves of which nothing changed."
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What runs the models.",
)
@click.option(
    "--master",
    help="Of Spark: its master, such as spark://host:7077; this machine without it.",
)
def build(accept_removed: bool, full: bool, engine: str, master: str | None) -> None:
    """Build a release from all surveys."""
    if master is not None and engine != "spark":
        raise click.UsageError("--master is of --engine spark.")
    build_with_progress(
        Settings.from_environment(),
        accept_removed=accept_removed,
        full=full,
        master=(master or "local[*]") if engine == "spark" else None,
    )


def build_with_progress(
    settings: Settings,
    *,
    accept_removed: bool = False,
    full: bool = False,
    master: str | None = None,
) -> Manifest:
    """Build with a progress display; the last line is a summary."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    from orchestration.build import build as make
    from orchestration.progress import Progress

    started = time.monotonic()
    columns = (
        TextColumn(message("building")),
        BarColumn(30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    console = Console(stderr=True)
    quiet = not console.is_terminal
    with Display(*columns, console=console, transient=True, disable=quiet) as display:
        task = display.add_task(message("reading_project"), total=None)

        def refresh(progress: Progress) -> None:
            display.update(
                task,
                total=progress.total,
                completed=progress.done,
                description=progress.latest[:60],
            )

        manifest = make(
            settings,
            Progress(changed=refresh),
            accept_removed=accept_removed,
            full=full,
            master=master,
        )
    show(
        "built",
        release=manifest.release_id,
        indicators=manifest.indicators,
        passed=manifest.passed,
        seconds=time.monotonic() - started,
    )
    return manifest


PORT = click.IntRange(1, 65535)
STARTS = 2  # a start page in each language


@click.command("up", cls=Verb)
@click.option("--port", type=PORT, default=8088, show_default=True, help="Port of Superset.")
@click.option("--history-port", type=PORT, default=3000, show_default=True, help="Port of Dagster.")
@click.option(
    "--runs", is_flag=True, help="Let Dagster's interface start runs; without it, it only shows."
)
def up(port: int, history_port: int, runs: bool) -> None:
    """Build when needed, start Superset and the run history, show the dashboards."""
    from expectations.runner import data_docs
    from orchestration.up import end_like_ctrl_c, everything, wait

    settings = Settings.from_environment()
    show("up_starting")
    end_like_ctrl_c()
    try:
        with everything(
            settings,
            lambda: build_with_progress(settings),
            port=port,
            history_port=history_port,
            runs=runs,
        ) as running:
            show("up_dashboards")
            pages = list(running.dashboards.items())
            for title, address in pages[:STARTS]:
                click.echo(f"  {title:28} {address}")
            show("up_pages", n=len(pages) - STARTS)
            show("up_login", user=running.viewer, password=running.password)
            show("up_accounts", path=running.credentials)
            show("up_history", address=running.history)
            show("up_data_docs", address=data_docs(settings.quality).as_uri())
            show("up_stop")
            wait(running, lambda error: show("error", err=True, message=error))
    except KeyboardInterrupt:
        pass
    show("up_stopped")


VERBS = (build, up)
