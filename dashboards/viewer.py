"""The viewer: a role that may look at these dashboards and do nothing else, and its account."""

from __future__ import annotations

import re
from typing import Final

from dashboards.bundle import Bundle
from dashboards.client import Client, SupersetError
from dashboards.credentials import Credentials
from dashboards.server_state import State
from ingest.errors import RefusedError

VIEWER_ROLE: Final = "Barometer viewer"

# Needed to open a dashboard, use its filters, share its address and download a table.
_ALLOWED: Final = frozenset(
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


def ensure_role(client: Client, bundle: Bundle) -> tuple[int, State]:
    """Make a role that reads the datasets of these dashboards and nothing else.

    Returns:
        The number of the role, and what was done.

    Raises:
        RefusedError: this Superset does not know a permission that the role needs.
    """
    roles = {row["name"]: row["id"] for row in client.pages("/api/v1/security/roles/")}
    state: State = "unchanged"
    if VIEWER_ROLE not in roles:
        made = client.post("/api/v1/security/roles/", json={"name": VIEWER_ROLE})
        roles[VIEWER_ROLE] = made["id"]
        state = "created"
    role_id = int(roles[VIEWER_ROLE])
    wanted = _permissions(client, bundle)
    granted = client.get(f"/api/v1/security/roles/{role_id}/permissions/")["result"]
    if {row["id"] for row in granted} != wanted:
        client.post(
            f"/api/v1/security/roles/{role_id}/permissions",
            json={"permission_view_menu_ids": sorted(wanted)},
        )
        state = "created" if state == "created" else "changed"
    return role_id, state


def _permissions(client: Client, bundle: Bundle) -> set[int]:
    database = bundle.of("databases")[0].content["database_name"]
    tables = "|".join(re.escape(asset.content["table_name"]) for asset in bundle.of("datasets"))
    dataset = re.compile(rf"\[{re.escape(database)}\]\.\[({tables})\]\(id:\d+\)")
    found: dict[tuple[str, str], int] = {}
    for row in client.pages("/api/v1/security/permissions-resources/"):
        key = (row["permission"]["name"], row["view_menu"]["name"])
        is_dataset = key[0] == "datasource_access" and dataset.fullmatch(key[1])
        if key in _ALLOWED or is_dataset:
            found[key] = row["id"]
    if missing := _ALLOWED - set(found):
        names = sorted(f"{action} on {what}" for action, what in missing)
        raise RefusedError("dashboards.permissions_unknown", client.url, permissions=names)
    return set(found.values())


def ensure_account(client: Client, credentials: Credentials, role_id: int) -> State:
    """Make the viewer's account, with this role only and the password of the credentials."""
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
