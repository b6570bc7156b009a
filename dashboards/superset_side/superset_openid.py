"""Login by OpenID Connect, where `openid.toml` is in the home of the installation.

`dashboards.openid` checks the file before Superset starts; here it is only read.
"""

import tomllib
from pathlib import Path
from typing import Any

import yaml
from superset_security import SecurityManager

_ROLES = Path(__file__).parent.parent / "assets" / "access.yaml"


def settings(home: Path) -> dict[str, Any]:
    """Return the settings of Superset for this login; none without the file."""
    path = home / "openid.toml"
    if not path.exists():
        return {}
    chosen = tomllib.loads(path.read_text("utf-8"))
    return {
        "AUTH_TYPE": 4,  # flask_appbuilder.const.AUTH_OAUTH
        "OAUTH_PROVIDERS": [
            {
                "name": chosen.get("name", "openid"),
                "icon": "fa-key",
                "token_key": "access_token",
                "remote_app": {
                    "client_id": chosen["client_id"],
                    "client_secret": chosen["client_secret"],
                    "server_metadata_url": chosen["issuer"].rstrip("/")
                    + "/.well-known/openid-configuration",
                    "client_kwargs": {
                        "scope": " ".join(chosen.get("scopes", ["openid", "profile", "email"])),
                        "code_challenge_method": "S256",
                    },
                },
            }
        ],
        # The commands of this project log in with the password of the administrator.
        "AUTH_API_LOGIN_ALLOW_MULTIPLE_PROVIDERS": True,
        "AUTH_ROLES_MAPPING": _roles_by_group(chosen["roles"]),
        # Whoever leaves a group at the provider loses the role at the next login.
        "AUTH_ROLES_SYNC_AT_LOGIN": True,
        "AUTH_USER_REGISTRATION": True,
        # Of itself, to be known at the provider gives no more than a visitor has.
        "AUTH_USER_REGISTRATION_ROLE": "Public",
        "CUSTOM_SECURITY_MANAGER": _manager(chosen.get("groups_claim", "groups")),
    }


def _roles_by_group(groups: dict[str, list[str]]) -> dict[str, list[str]]:
    roles = yaml.safe_load(_ROLES.read_text("utf-8"))["roles"]
    names = {key: role["name"] for key, role in roles.items()} | {"administrator": "Admin"}
    found: dict[str, list[str]] = {}
    for key, members in groups.items():
        for group in members:
            found.setdefault(group, []).append(names[key])
    return found


def _manager(groups_claim: str) -> type:
    class OpenIdSecurityManager(SecurityManager):
        """Takes who someone is, and the groups, from the ID token."""

        def get_oauth_user_info(self, provider: str, response: Any) -> dict[str, Any]:
            """Return the account that belongs to a token, of which the signature was checked."""
            claims = response["userinfo"]
            groups = set(claims.get(groups_claim) or ())
            if not groups & set(self.auth_roles_mapping):
                raise ValueError(f"none of the groups of this account has a role: {sorted(groups)}")
            return {
                # No name at the provider can be that of an account of this installation.
                "username": f"{provider}:{claims['sub']}",
                "first_name": claims.get("given_name") or claims.get("name") or claims["sub"],
                "last_name": claims.get("family_name", ""),
                "email": f"{provider}:{claims['sub']}",
                "role_keys": sorted(groups),
            }

    return OpenIdSecurityManager
