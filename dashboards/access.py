"""Who may do what in Superset: roles and rules as `assets/access.yaml` has them, and accounts."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from dashboards.bundle import Bundle
from dashboards.client import Client, SupersetError
from dashboards.credentials import Credentials
from dashboards.server_state import State
from ingest.descriptions import read_yaml
from ingest.errors import RefusedError
from ingest.models import Model

RoleKey = Literal["viewer", "analyst"]
Account = Literal["viewer", "analyst", "administrator"]
_ADMINISTRATOR: Final = "Admin"  # Superset's own role
_OURS: Final = "barometer: "  # before the name of each rule that the project has


class Role(Model):
    """A role: its name in Superset and its rights, besides those of another one."""

    name: str
    like: RoleKey | None = None
    permissions: tuple[Annotated[str, Field(pattern=r"^\w+ on \S.*$")], ...]


class Rule(Model):
    """Rows of marts that roles see: those that meet a condition."""

    name: str
    roles: Annotated[tuple[RoleKey, ...], Field(min_length=1)]
    marts: Annotated[tuple[str, ...], Field(min_length=1)]
    condition: str


class Access(Model):
    """The roles, and which rows they see."""

    roles: dict[RoleKey, Role]
    rows: tuple[Rule, ...] = ()

    def permissions(self, key: RoleKey) -> set[str]:
        """Return all rights of a role."""
        role = self.roles[key]
        return {*role.permissions, *(self.permissions(role.like) if role.like else ())}


def path_of(assets_dir: Path) -> Path:
    """Return the file with the roles."""
    return assets_dir / "access.yaml"


def load(assets_dir: Path) -> Access:
    """Read the roles.

    Raises:
        RefusedError: the file cannot be read or does not fit.
    """
    return read_yaml(Access, path_of(assets_dir))


def ensure(client: Client, bundle: Bundle, access: Access) -> dict[str, State]:
    """Make the roles and the rules of rows as they are in the project.

    Returns:
        What was done to each.

    Raises:
        RefusedError: this Superset does not know a right that a role needs.
    """
    known = _permissions(client)
    datasets = _rights_on(bundle, known)
    numbers = role_numbers(client)
    states: dict[str, State] = {}
    for key, role in access.roles.items():
        wanted = access.permissions(key)
        if missing := wanted - set(known):
            raise RefusedError(
                "dashboards.permissions_unknown", client.url, permissions=sorted(missing)
            )
        states[f"roles/{key}"] = _ensure_role(
            client, role.name, numbers, {known[name] for name in wanted} | datasets
        )
    return states | _ensure_rows(client, access, numbers)


def role_numbers(client: Client) -> dict[str, int]:
    """Return the numbers of the roles that a Superset has, by name."""
    return {row["name"]: int(row["id"]) for row in client.pages("/api/v1/security/roles/")}


def _ensure_role(
    client: Client, name: str, numbers: dict[str, int], wanted: Iterable[int]
) -> State:
    state: State = "unchanged"
    if name not in numbers:
        made = client.post("/api/v1/security/roles/", json={"name": name})
        numbers[name] = int(made["id"])
        state = "created"
    address = f"/api/v1/security/roles/{numbers[name]}/permissions"
    if {row["id"] for row in client.get(f"{address}/")["result"]} != set(wanted):
        client.post(address, json={"permission_view_menu_ids": sorted(wanted)})
        state = "created" if state == "created" else "changed"
    return state


def _permissions(client: Client) -> dict[str, int]:
    return {
        f"{row['permission']['name']} on {row['view_menu']['name']}": int(row["id"])
        for row in client.pages("/api/v1/security/permissions-resources/")
    }


def _rights_on(bundle: Bundle, known: Mapping[str, int]) -> set[int]:
    """Return the rights to read the datasets of the dashboards."""
    database = bundle.of("databases")[0].content["database_name"]
    tables = "|".join(re.escape(asset.content["table_name"]) for asset in bundle.of("datasets"))
    dataset = re.compile(
        rf"datasource_access on \[{re.escape(database)}\]\.\[({tables})\]\(id:\d+\)"
    )
    return {number for name, number in known.items() if dataset.fullmatch(name)}


def _ensure_rows(client: Client, access: Access, numbers: Mapping[str, int]) -> dict[str, State]:
    """Make the rules of rows, and remove those that left the project."""
    address = "/api/v1/rowlevelsecurity/"
    tables = {row["table_name"]: row["id"] for row in client.pages("/api/v1/dataset/")}
    found = {row["name"]: row for row in client.pages(address) if row["name"].startswith(_OURS)}
    states: dict[str, State] = {}
    for rule in access.rows:
        wanted: dict[str, Any] = {
            "name": _OURS + rule.name,
            "filter_type": "Regular",
            "tables": sorted(tables[mart] for mart in rule.marts),
            "roles": sorted(numbers[access.roles[key].name] for key in rule.roles),
            "clause": rule.condition,
        }
        old = found.pop(wanted["name"], None)
        if old is None:
            client.post(address, json=wanted)
            states[f"rows/{rule.name}"] = "created"
        elif any(_plain(old[key]) != value for key, value in wanted.items()):
            client.put(f"{address}{old['id']}", json=wanted)
            states[f"rows/{rule.name}"] = "changed"
        else:
            states[f"rows/{rule.name}"] = "unchanged"
    for name, row in found.items():
        client.delete(f"{address}{row['id']}")
        states[f"rows/{name.removeprefix(_OURS)}"] = "removed"
    return states


def _plain(value: Any) -> Any:
    return sorted(item["id"] for item in value) if isinstance(value, list) else value


def ensure_viewer(client: Client, credentials: Credentials, access: Access) -> State:
    """Make the viewer's account, with the viewer's role and the password of the credentials."""
    name, password = credentials.viewer_user, credentials.viewer_password.get_secret_value()
    role = role_numbers(client)[access.roles["viewer"].name]
    user = _account(client, name)
    if user and _is(user, role) and _can_log_in(client.url, name, password):
        return "unchanged"
    _set_account(client, user, name, role, password)
    return "changed" if user else "created"


def give_account(client: Client, name: str, account: Account, access: Access) -> str:
    """Make an account, or give it another role, and a new password.

    Returns:
        The password.

    Raises:
        RefusedError: the roles are not there yet.
    """
    role = _ADMINISTRATOR if account == "administrator" else access.roles[account].name
    numbers = role_numbers(client)
    if role not in numbers:
        raise RefusedError("dashboards.no_role", client.url, role=role)
    password = secrets.token_urlsafe(18)
    _set_account(client, _account(client, name), name, numbers[role], password)
    return password


def remove_account(client: Client, name: str) -> None:
    """Remove an account.

    Raises:
        RefusedError: there is no such account.
    """
    user = _account(client, name)
    if user is None:
        raise RefusedError("dashboards.no_account", client.url, account=name)
    client.delete(f"/api/v1/security/users/{user['id']}")


def _account(client: Client, name: str) -> Mapping[str, Any] | None:
    users = client.pages("/api/v1/security/users/")
    return next((row for row in users if row["username"] == name), None)


def _is(user: Mapping[str, Any], role: int) -> bool:
    return bool(user["active"]) and [one["id"] for one in user["roles"]] == [role]


def _set_account(
    client: Client, user: Mapping[str, Any] | None, name: str, role: int, password: str
) -> None:
    account = {"active": True, "roles": [role], "password": password}
    if user:
        client.put(f"/api/v1/security/users/{user['id']}", json=account)
        return
    details = {"first_name": name, "last_name": "", "email": f"{name}@localhost"}
    client.post("/api/v1/security/users/", json={"username": name, **details, **account})


def _can_log_in(url: str, user: str, password: str) -> bool:
    try:
        Client(url).log_in(user, password)
    except SupersetError:
        return False
    return True
