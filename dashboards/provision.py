"""Brings the dashboards, the viewer's role and the viewer's account to a running Superset.

A second push changes nothing: what the server exports is compared with what would be sent. A change
that someone made by hand in Superset is seen too, and undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dashboards import server_state, viewer
from dashboards.client import Client
from dashboards.compiler import ASSETS, compile_assets
from dashboards.credentials import Credentials
from dashboards.server_state import State
from ingest.errors import RefusedError
from ingest.models import Model


class PushReport(Model):
    """What a push did to each asset (by name), to the viewer's role and to the account."""

    assets: Mapping[str, State]
    viewer_role: State
    viewer_account: State
    addresses: Mapping[str, str]

    def names(self, state: State) -> list[str]:
        """Return the assets in one state, sorted."""
        return sorted(name for name, value in self.assets.items() if value == state)

    @property
    def nothing_changed(self) -> bool:
        """Whether the server had everything already."""
        states = {*self.assets.values(), self.viewer_role, self.viewer_account}
        return states == {"unchanged"}


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
        RefusedError: there is no such release, or a definition cannot be compiled.
        SupersetError: Superset refused a request.
    """
    if not release.exists():
        raise RefusedError("dashboards.no_release", str(release))
    bundle = compile_assets(release, assets_dir)
    client = Client(url)
    client.log_in(credentials.admin_user, credentials.admin_password.get_secret_value())
    states = server_state.states(bundle, server_state.exported(client))
    if set(states.values()) != {"unchanged"}:
        client.post(
            "/api/v1/assets/import/",
            files={"bundle": ("barometer.zip", bundle.zip_bytes(), "application/zip")},
        )
        server_state.verify(bundle, server_state.exported(client))
    role_id, role_state = viewer.ensure_role(client, bundle)
    return PushReport(
        assets=states,
        viewer_role=role_state,
        viewer_account=viewer.ensure_account(client, credentials, role_id),
        addresses={
            asset.content["dashboard_title"]: f"{url}/superset/dashboard/{asset.content['slug']}/"
            for asset in bundle.of("dashboards")
        },
    )
