"""`barometer dashboards`."""

from __future__ import annotations

import click

from ingest.errors import SeveralError
from orchestration.cli.command import VerbGroup, show
from orchestration.settings import Settings


@click.group("dashboards", cls=VerbGroup)
def dashboards() -> None:
    """Dashboards as code."""


@dashboards.command("check")
def check() -> None:
    """Check dashboards offline, down to the columns of the current release."""
    from dashboards.check import check as check_assets

    report = check_assets(release=Settings.from_environment().current)
    if report.problems:
        raise SeveralError(report.problems)
    show(
        "dashboards_fit",
        dashboards=report.dashboards,
        charts=report.charts,
        datasets=report.datasets,
        columns=report.columns,
    )


@dashboards.command("push")
@click.option("--url", default="http://127.0.0.1:8088", show_default=True)
def push(url: str) -> None:
    """Send the dashboards to a running Superset; what is there already stays as it is."""
    from dashboards import credentials, provision

    settings = Settings.from_environment()
    report = provision.push(url, credentials.load(settings.home), settings.current)
    for name in report.names("created"):
        show("pushed_created", name=name)
    for name in report.names("changed"):
        show("pushed_changed", name=name)
    if report.nothing_changed:
        show("pushed_nothing")


VERBS = (dashboards,)
