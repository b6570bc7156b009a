"""The secrets of one installation: made once, kept in one file that only its owner can read."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr, ValidationError

from dashboards.errors import DashboardError
from ingest.models import Model

_HEADING = "# Accounts of the dashboards on this machine. Keep this file to yourself.\n"


class Credentials(Model):
    """Secret key of Superset and the two accounts; values do not show in a repr."""

    superset_secret_key: SecretStr
    admin_user: str
    admin_password: SecretStr
    viewer_user: str
    viewer_password: SecretStr


def path_of(home: Path) -> Path:
    """Where the credentials of an installation are kept."""
    return home / "credentials"


def load(home: Path) -> Credentials:
    """Read the credentials.

    Raises DashboardError when the file is missing, incomplete or readable by others.
    """
    path = path_of(home)
    if not path.exists():
        raise DashboardError(f"{path} does not exist. Run `barometer up` to make it.")
    if path.stat().st_mode & 0o077:
        raise DashboardError(f"{path} can be read by others. Run: chmod 600 {path}")
    lines = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    try:
        return Credentials.model_validate({key.strip(): value.strip() for key, value in lines})
    except ValidationError as error:
        wrong = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        raise DashboardError(
            f"{path}: {wrong} is missing or unknown. Put it right, or move the file and "
            f"{home / 'superset'} away: new ones are made at the next start."
        ) from None


def load_or_create(home: Path) -> Credentials:
    """Read the credentials, or make them with fresh random secrets (file mode 0600)."""
    path = path_of(home)
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        values = {
            "superset_secret_key": secrets.token_urlsafe(48),
            "admin_user": "admin",
            "admin_password": secrets.token_urlsafe(18),
            "viewer_user": "viewer",
            "viewer_password": secrets.token_urlsafe(18),
        }
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(_HEADING)
            file.writelines(f"{key} = {value}\n" for key, value in values.items())
    return load(home)
