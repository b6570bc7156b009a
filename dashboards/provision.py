"""Brings the dashboards, the viewer's role and the viewer's account to a running Superset.

Pushing twice changes nothing the second time: what the server exports is compared with what would
be sent, so that also a change made by hand in Superset is seen, and put back.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from dashboards.bundle import (
    ASSETS,
    Asset,
    Bundle,
    Content,
    Kind,
    chart_numbers,
    compile_assets,
)
from dashboards.client import Client
from dashboards.credentials import Credentials
from dashboards.errors import DashboardError, SupersetError
from ingest.models import Model

State = Literal["created", "changed", "unchanged"]
VIEWER_ROLE: Final = "Barometer viewer"

# What it takes to open a dashboard, use its filters, share its address and download a table.
_VIEWER_MAY: Final = frozenset(
    {
        ("can_read", "Dashboard"),
        ("can_read", "Chart"),
        ("can_dashboard", "Superset"),
        ("can_dashboard_permalink", "Superset"),
        ("can_share_dashboard", "Superset"),
        ("can_csv", "Superset"),
        ("can_log", "Superset"),
        ("can_language_pack", "Superset"),
        ("can_view_chart_as_table", "Dashboard"),
        ("can_read", "DashboardFilterStateRestApi"),
        ("can_write", "DashboardFilterStateRestApi"),
        ("can_read", "DashboardPermalinkRestApi"),
        ("can_write", "DashboardPermalinkRestApi"),
        ("can_time_range", "Api"),
        ("can_read", "CssTemplate"),
        ("can_read", "Theme"),
        ("can_read", "CurrentUserRestApi"),
        ("can_read", "SecurityRestApi"),
        ("can_recent_activity", "Log"),
        ("can_userinfo", "UserDBModelView"),
        ("resetmypassword", "UserDBModelView"),
        ("menu_access", "Dashboards"),
        ("menu_access", "Home"),
    }
)
# What an export says of an asset and a definition does not: numbers of that server, or what
# Superset adds to every chart. Everything else has to agree.
_SERVER_ONLY: Final = frozenset({"datasource", "slice_id", "dashboards", "chartId"})


class PushReport(Model):
    """What a push did to each asset (by name), to the viewer's role and to the account."""

    assets: Mapping[str, State]
    viewer_role: State
    viewer_account: State
    addresses: Mapping[str, str]

    def names(self, state: State) -> list[str]:
        """The assets in one state, sorted."""
        return sorted(name for name, value in self.assets.items() if value == state)

    @property
    def nothing_changed(self) -> bool:
        """Whether the server already had it all."""
        states = {*self.assets.values(), self.viewer_role, self.viewer_account}
        return states == {"unchanged"}


def push(
    url: str, credentials: Credentials, release: Path, assets_dir: Path = ASSETS
) -> PushReport:
    """Make the Superset at `url` show the dashboards on `release`.

    `release` is the path of the DuckDB file, or of the symlink `releases/current.duckdb`, which is
    kept as it is: a release that is switched to shows at the next query.

    Returns what was created, changed or left alone, and the address of each dashboard by title.
    Raises DashboardError when the release is missing, SupersetError in the server's words.
    """
    if not release.exists():
        raise DashboardError(f"{release} does not exist. Run `barometer build` first.")
    bundle = compile_assets(release, assets_dir)
    client = Client(url)
    client.log_in(credentials.admin_user, credentials.admin_password.get_secret_value())
    states = _states(bundle, _exported(client))
    if set(states.values()) != {"unchanged"}:
        client.post(
            "/api/v1/assets/import/",
            files={"bundle": ("barometer.zip", bundle.zip_bytes(), "application/zip")},
        )
        _verify(bundle, _exported(client))
    role_id, role_state = _ensure_viewer_role(client, bundle)
    return PushReport(
        assets=states,
        viewer_role=role_state,
        viewer_account=_ensure_viewer_account(client, credentials, role_id),
        addresses={
            asset.content["dashboard_title"]: f"{url}/superset/dashboard/{asset.content['slug']}/"
            for asset in bundle.of("dashboards")
        },
    )


def _exported(client: Client) -> dict[str, Content]:
    """What the server has, by uuid."""
    try:
        raw = client.get_bytes("/api/v1/assets/export/")
    except SupersetError as error:
        if error.status == 404:  # a new server, with nothing to export
            return {}
        raise
    exported = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in archive.namelist():
            content = yaml.safe_load(archive.read(name))
            if "uuid" in content:
                exported[content["uuid"]] = content
    return exported


def _states(bundle: Bundle, exported: Mapping[str, Content]) -> dict[str, State]:
    return {asset.name: _state(asset, exported.get(asset.uuid)) for asset in bundle.assets}


def _state(asset: Asset, exported: Content | None) -> State:
    if exported is None:
        return "created"
    return "unchanged" if not _difference(asset, exported) else "changed"


def _difference(asset: Asset, exported: Content) -> list[str]:
    """The keys whose value the server has otherwise."""
    ours, theirs = _comparable(asset.kind, asset.content), _comparable(asset.kind, exported)
    return [key for key in ours if ours[key] != theirs.get(key)]


def _verify(bundle: Bundle, exported: Mapping[str, Content]) -> None:
    """Superset leaves out silently what it does not know: say so instead of pushing for ever."""
    lost = []
    for asset in bundle.assets:
        theirs = exported.get(asset.uuid)
        if theirs is None:
            lost.append(asset.name)
        elif keys := _difference(asset, theirs):
            lost.append(f"{asset.name} ({', '.join(keys)})")
    if lost:
        raise DashboardError(
            f"Superset did not take over all of: {'; '.join(lost)}. Does its version still know "
            "these keys? Change them in dashboards/assets."
        )


def _comparable(kind: Kind, content: Mapping[str, Any]) -> Content:
    """One asset, without what only a server knows and in one order."""
    cleaned: Content = _without_server_only(content)
    if kind == "datasets":
        for key in ("columns", "metrics"):
            name = key.removesuffix("s") + "_name"
            cleaned[key] = {item[name]: _known(item) for item in cleaned.get(key) or []}
    if kind == "charts" and "params" in cleaned:
        cleaned["params"] = _known(cleaned["params"])
    if kind == "dashboards":
        metadata = _with_charts_by_uuid(cleaned.get("metadata") or {}, content["position"])
        # Superset fills the rest of the metadata while it is used (colours of labels and such).
        cleaned["metadata"] = metadata.get("native_filter_configuration")
        for key in ("color_scheme", "label_colors", "cross_filters_enabled"):
            cleaned[f"metadata.{key}"] = metadata.get(key) or None
    return cleaned


def _with_charts_by_uuid(metadata: Content, position: Mapping[str, Any]) -> Content:
    """The metadata, in which filters leave out charts by uuid rather than by a server's number."""
    uuids = {number: chart for chart, number in chart_numbers(position).items()}
    filters = [
        {
            **one,
            "scope": {
                **one["scope"],
                "excluded": sorted(uuids.get(n, "") for n in one["scope"]["excluded"]),
            },
        }
        for one in metadata.get("native_filter_configuration") or []
    ]
    return {**metadata, "native_filter_configuration": filters}


def _known(item: Mapping[str, Any]) -> Content:
    """Without the empty values and defaults that an export adds."""
    defaults = {"is_active": True, "filterable": True, "groupby": True}
    return {
        key: value
        for key, value in item.items()
        if value not in (None, False, [], {}, "") and defaults.get(key) != value
    }


def _without_server_only(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _without_server_only(item)
            for key, item in value.items()
            if key not in _SERVER_ONLY
        }
    if isinstance(value, list):
        return [_without_server_only(item) for item in value]
    return value


def _ensure_viewer_role(client: Client, bundle: Bundle) -> tuple[int, State]:
    """A role that reads the datasets of these dashboards, and nothing else."""
    roles = {row["name"]: row["id"] for row in client.pages("/api/v1/security/roles/")}
    state: State = "unchanged"
    if VIEWER_ROLE not in roles:
        made = client.post("/api/v1/security/roles/", json={"name": VIEWER_ROLE})
        roles[VIEWER_ROLE] = made["id"]
        state = "created"
    role_id = int(roles[VIEWER_ROLE])
    wanted = _viewer_permissions(client, bundle)
    granted = client.get(f"/api/v1/security/roles/{role_id}/permissions/")["result"]
    if {row["id"] for row in granted} != wanted:
        client.post(
            f"/api/v1/security/roles/{role_id}/permissions",
            json={"permission_view_menu_ids": sorted(wanted)},
        )
        state = "created" if state == "created" else "changed"
    return role_id, state


def _viewer_permissions(client: Client, bundle: Bundle) -> set[int]:
    database = bundle.of("databases")[0].content["database_name"]
    tables = "|".join(re.escape(asset.content["table_name"]) for asset in bundle.of("datasets"))
    dataset = re.compile(rf"\[{re.escape(database)}\]\.\[({tables})\]\(id:\d+\)")
    found: dict[tuple[str, str], int] = {}
    for row in client.pages("/api/v1/security/permissions-resources/"):
        key = (row["permission"]["name"], row["view_menu"]["name"])
        is_dataset = key[0] == "datasource_access" and dataset.fullmatch(key[1])
        if key in _VIEWER_MAY or is_dataset:
            found[key] = row["id"]
    if missing := _VIEWER_MAY - set(found):
        names = ", ".join(sorted(f"{action} on {what}" for action, what in missing))
        raise DashboardError(
            f"This Superset does not know the permissions {names}. Adapt dashboards/provision.py "
            "to its version."
        )
    return set(found.values())


def _ensure_viewer_account(client: Client, credentials: Credentials, role_id: int) -> State:
    name = credentials.viewer_user
    password = credentials.viewer_password.get_secret_value()
    users = {row["username"]: row for row in client.pages("/api/v1/security/users/")}
    account = {"active": True, "roles": [role_id], "password": password}
    if name not in users:
        details = {"first_name": "Barometer", "last_name": "Viewer", "email": "viewer@localhost"}
        client.post("/api/v1/security/users/", json={"username": name, **details, **account})
        return "created"
    user = users[name]
    roles = [role["id"] for role in user["roles"]]
    if roles == [role_id] and user["active"] and _can_log_in(client.url, name, password):
        return "unchanged"
    client.put(f"/api/v1/security/users/{user['id']}", json=account)
    return "changed"


def _can_log_in(url: str, user: str, password: str) -> bool:
    try:
        Client(url).log_in(user, password)
    except SupersetError:
        return False
    return True
