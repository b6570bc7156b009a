"""Login by OpenID Connect: the file `openid.toml` in the home of an installation.

Without the file people log in with a password. Superset reads the file itself, in
`superset_side/superset_openid.py`; this checks it before Superset starts.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from dashboards.access import Account
from ingest.descriptions import parse
from ingest.errors import RefusedError
from ingest.models import Model

Group = Annotated[str, Field(min_length=1)]
# Tokens must not travel in the open; a provider on this machine is for tests.
Issuer = Annotated[str, Field(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])\S+$")]


class OpenId(Model):
    """Where people log in, and which of their groups have which role."""

    issuer: Issuer
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretStr
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")] = "openid"
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    groups_claim: str = "groups"
    roles: Annotated[dict[Account, tuple[Group, ...]], Field(min_length=1)]


def path_of(home: Path) -> Path:
    """Return the file with the settings of an installation."""
    return home / "openid.toml"


def load(home: Path) -> OpenId | None:
    """Read the settings; none without the file.

    Raises:
        RefusedError: the file cannot be read or does not fit, or others can read it.
    """
    path = path_of(home)
    if not path.exists():
        return None
    if path.stat().st_mode & 0o077:
        raise RefusedError("dashboards.credentials_open", str(path), path=path)
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RefusedError("dashboards.openid_unreadable", str(path), problem=error) from None
    return parse(OpenId, content, str(path))
