"""`barometer dashboards`."""

from __future__ import annotations

from typing import Literal, get_args

import click

from ingest.errors import SeveralError
from orchestration.cli.command import VerbGroup, show
from orchestration.settings import PROJECT, Settings

Account = Literal["viewer", "analyst", "administrator"]
ACCOUNTS = get_args(Account)


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
    """Make a running Superset show the dashboards exactly as they are in the project."""
    from dashboards import credentials, provision

    settings = Settings.from_environment()
    report = provision.push(url, credentials.load(settings.home), settings.current)
    for name in report.names("created"):
        show("pushed_created", name=name)
    for name in report.names("changed"):
        show("pushed_changed", name=name)
    for name in report.names("removed"):
        show("pushed_removed", name=name)
    for name in report.names("kept"):
        show("pushed_kept", name=name)
    if report.nothing_changed:
        show("pushed_nothing")


@dashboards.command("pull")
@click.option("--url", default="http://127.0.0.1:8088", show_default=True)
@click.option("--dry-run", is_flag=True, help="Show what would change in the files.")
def pull(url: str, dry_run: bool) -> None:
    """Bring what was changed in Superset back into the files of the project."""
    from dashboards import credentials
    from dashboards.pull import diff
    from dashboards.pull import pull as changed_files

    settings = Settings.from_environment()
    changes = changed_files(url, credentials.load(settings.home), settings.current)
    if dry_run and changes:
        click.echo(diff(changes, PROJECT), nl=False)
    for path, text in ({} if dry_run else changes).items():
        path.write_text(text, "utf-8")
        show("pulled", path=path.relative_to(PROJECT))
    if not changes:
        show("pushed_nothing")


@dashboards.command("user")
@click.argument("name")
@click.option(
    "--role", type=click.Choice(ACCOUNTS), default="viewer", show_default=True, help="Role."
)
@click.option("--remove", is_flag=True, help="Remove the account.")
@click.option("--url", default="http://127.0.0.1:8088", show_default=True)
def user(name: str, role: Account, remove: bool, url: str) -> None:
    """Make an account for someone, or give it another role and a new password."""
    from dashboards import access, credentials
    from dashboards.client import Client
    from dashboards.compiler import ASSETS
    from ingest.errors import RefusedError

    secrets = credentials.load(Settings.from_environment().home)
    if name in (secrets.admin_user, secrets.viewer_user):
        raise RefusedError("dashboards.account_kept", url, account=name)
    client = Client(url)
    client.log_in(secrets.admin_user, secrets.admin_password.get_secret_value())
    if remove:
        access.remove_account(client, name)
        show("user_removed", name=name)
    else:
        password = access.give_account(client, name, role, access.load(ASSETS))
        show("user_made", name=name, role=role, password=password)


VERBS = (dashboards,)
