"""Brings the dashboards, the roles and the viewer's account to a running Superset.

A second push changes nothing: what the server exports is compared with what would be sent. A change
that someone made by hand in Superset is seen too, and undone. What an earlier push sent and is no
longer in the project is removed; what people made in Superset is left alone.

An import is one transaction, and each push looks anew at what the server has: a push that was cut
off is finished by the next one.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from pathlib import Path
from time import monotonic
from typing import Final

from dashboards import access, server_state
from dashboards.access import Access
from dashboards.bundle import Bundle, Content, Kind
from dashboards.check import check
from dashboards.client import Client
from dashboards.compiler import ASSETS
from dashboards.credentials import Credentials
from dashboards.server_state import State
from dashboards.starts import compile_in
from ingest.errors import RefusedError, SeveralError
from ingest.models import Model

# The lists of Superset's API; what shows a thing goes before the thing itself.
_LISTS: Final[Mapping[Kind, str]] = {
    "dashboards": "/api/v1/dashboard/",
    "charts": "/api/v1/chart/",
    "datasets": "/api/v1/dataset/",
}


_START: Final = "start"  # the page that leads to all others
RETRY_SECONDS = 60.0


class PushReport(Model):
    """What a push did to each asset (by name), to roles and rules of rows, and to the account.

    An asset that is `kept` left the project, but something that people made in Superset uses it.
    The addresses of pages by title begin with the start page, in both languages.
    """

    assets: Mapping[str, State]
    access: Mapping[str, State]
    viewer_account: State
    addresses: Mapping[str, str]

    def names(self, state: State) -> list[str]:
        """Return the assets, roles and rules in one state, sorted."""
        everything = {**self.assets, **self.access}
        return sorted(name for name, value in everything.items() if value == state)

    @property
    def nothing_changed(self) -> bool:
        """Whether the server had everything already."""
        states = {*self.assets.values(), *self.access.values(), self.viewer_account}
        return states <= {"unchanged", "kept"}


def push(
    url: str, credentials: Credentials, release: Path, assets_dir: Path = ASSETS
) -> PushReport:
    """Make a Superset show the dashboards on a release.

    Args:
        url: address of the Superset.
        credentials: its accounts.
        release: the DuckDB file, or the symlink `releases/current.duckdb`. The symlink itself is
            kept, so that a release that is switched to shows at the next query.
        assets_dir: the folder with the definitions.

    Returns:
        What was created, changed or left alone, and the address of each dashboard by title.

    Raises:
        RefusedError: there is no such release, a definition cannot be compiled, another push is
            running, or a dashboard that someone made has the address of one of ours.
        SeveralError: a definition does not fit the release; nothing was sent then.
        SupersetError: Superset refused a request.
    """
    if not release.exists():
        raise RefusedError("dashboards.no_release", str(release))
    if problems := check(release=release, assets_dir=assets_dir).problems:
        raise SeveralError(problems)
    bundle = compile_in(release, assets_dir)
    roles = access.load(assets_dir)
    client = Client(url)
    client.log_in(credentials.admin_user, credentials.admin_password.get_secret_value())
    with _alone(release.parent.parent):
        return _push(client, bundle, roles, credentials)


def following(url: str, credentials: Credentials, release: Path) -> Callable[[], None]:
    """Return a look at the current release, which pushes where pages have to start elsewhere.

    A push that Superset refused, or that met another push, is tried again after a minute. A release
    that the dashboards do not fit is told of once.

    Args:
        url: address of the Superset, to which the dashboards were pushed just now.
        credentials: its accounts.
        release: the symlink `releases/current.duckdb`.
    """
    shown, bundle = release.resolve(), compile_in(release)
    again = inf

    def look() -> None:
        nonlocal shown, bundle, again
        if not release.exists() or (release.resolve() == shown and monotonic() < again):
            return
        shown, again = release.resolve(), inf
        wanted = compile_in(release)
        if wanted != bundle:
            try:
                push(url, credentials, release)
            except RefusedError:
                again = monotonic() + RETRY_SECONDS
                raise
        bundle = wanted

    return look


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Let one push run at a time.

    Raises:
        RefusedError: another push is running.
    """
    with (home / "push.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefusedError("dashboards.push_running", str(home)) from None
        yield


def _push(client: Client, bundle: Bundle, roles: Access, credentials: Credentials) -> PushReport:
    found = server_state.exported(client)
    states = server_state.states(bundle, found)
    gone = set(server_state.left_over(bundle, found)) - server_state.used_by_others(bundle, found)
    # Before the import, which cannot give an address to a dashboard while another one has it.
    _remove(client, "dashboards", gone)
    if {"created", "changed"} & set(states.values()):
        _free_addresses(client, bundle, found, gone)
        client.post(
            "/api/v1/assets/import/",
            files={"bundle": ("barometer.zip", bundle.zip_bytes(), "application/zip")},
        )
        server_state.verify(bundle, server_state.exported(client))
    _remove(client, "charts", gone)
    _remove(client, "datasets", gone)
    made = access.ensure(client, bundle, roles)
    address = f"{client.url}/superset/dashboard/{{}}/"
    return PushReport(
        assets=states,
        access=made,
        viewer_account=access.ensure_viewer(client, credentials, roles),
        addresses={
            one.content["dashboard_title"]: address.format(one.content["slug"])
            for one in sorted(bundle.of("dashboards"), key=lambda page: page.slug != _START)
        },
    )


def _remove(client: Client, kind: Kind, uuids: Iterable[str]) -> None:
    """Remove what is of this kind and has one of these uuids."""
    numbers = [row["id"] for row in client.pages(_LISTS[kind]) if row["uuid"] in uuids]
    if numbers:
        client.delete(_LISTS[kind], params={"q": f"!({','.join(map(str, numbers))})"})


def _free_addresses(
    client: Client, bundle: Bundle, found: Mapping[str, Content], gone: Iterable[str]
) -> None:
    """Take the addresses from dashboards of ours that give them to another one.

    Raises:
        RefusedError: a dashboard that someone made has the address of one of ours.
    """
    ours = {asset.uuid: asset for asset in bundle.of("dashboards")}
    numbers = {row["uuid"]: row["id"] for row in client.pages(_LISTS["dashboards"])}
    wanted = {asset.content["slug"]: asset for asset in ours.values()}
    for number, content in found.items():
        asset = wanted.get(content.get("slug"))
        if asset is None or number == asset.uuid or number in gone:
            continue
        if number not in ours:
            raise RefusedError(
                "dashboards.address_taken",
                client.url,
                address=content["slug"],
                title=content["dashboard_title"],
                path=asset.source,
            )
        client.put(f"{_LISTS['dashboards']}{numbers[number]}", json={"slug": None})
