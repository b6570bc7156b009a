"""The secrets of one installation: made once, in one file that only its owner can read."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr, ValidationError

from ingest.errors import RefusedError
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
    """Return the file with the credentials of an installation."""
    return home / "credentials"


def load(home: Path) -> Credentials:
    """Read the credentials.

    Raises:
        RefusedError: the file is missing or incomplete, or others can read it.
    """
    path = path_of(home)
    if not path.exists():
        raise RefusedError("dashboards.no_credentials", str(path))
    if path.stat().st_mode & 0o077:
        raise RefusedError("dashboards.credentials_open", str(path), path=path)
    lines = (
        line.split("=", 1) for line in path.read_text(errors="replace").splitlines() if "=" in line
    )
    try:
        return Credentials.model_validate({key.strip(): value.strip() for key, value in lines})
    except ValidationError as error:
        raise RefusedError(
            "dashboards.credentials_invalid",
            str(path),
            keys=sorted({str(problem["loc"][0]) for problem in error.errors()}),
            allowed=list(Credentials.model_fields),
            path=path,
            state=home / "superset",
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
