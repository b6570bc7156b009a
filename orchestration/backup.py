"""All state of an installation in production: to a folder, and from there into an empty place."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from pydantic import ValidationError

from ingest.errors import RefusedError, reason
from ingest.models import Model
from orchestration.data_version import of_file
from orchestration.releases import Releases
from orchestration.service_checks import check, postgres
from orchestration.services import Service, shown
from orchestration.settings import Settings

# What cannot be made again, or is needed to go on at once. Everything else is made by a build.
HOME: Final = ("credentials", "openid.toml", "raw", "releases", "build.json", "metrics.prom")
DATABASES: Final[Mapping[str, Service]] = {"superset.dump": "superset", "dagster.dump": "history"}
FILES: Final = "home.tar"
LIST: Final = "backup.json"


class Backup(Model):
    """The content of `backup.json`.

    Attributes:
        made_at: when, in UTC.
        release_id: the release that was current.
        sha256: file of the backup -> checksum.
    """

    made_at: datetime
    release_id: str | None
    sha256: dict[str, str]


def back_up(settings: Settings, folder: Path) -> Backup:
    """Write all state to a folder, while no build runs; servers may go on.

    Args:
        settings: the installation.
        folder: a new folder; it is there when the backup is complete.

    Raises:
        RefusedError: the folder is there, a build is running, or PostgreSQL does not answer.
    """
    from orchestration.build_lock import build_lock

    if os.path.lexists(folder):
        raise RefusedError("orchestration.backup_there", str(folder))
    check(settings.services, *DATABASES.values())
    aside = folder.with_name(f".{folder.name}.part")
    aside.mkdir(mode=0o700, parents=True)
    with build_lock(settings):
        for name, service in DATABASES.items():
            _postgres(settings, service, "pg_dump", "--format=custom", f"--file={aside / name}")
        with tarfile.open(aside / FILES, "w") as archive:
            for name in HOME:
                if (path := settings.home / name).exists():
                    archive.add(path, name)
        current = Releases(settings).current()
    made = Backup(
        made_at=datetime.now(UTC),
        release_id=current,
        sha256={name: of_file(aside / name) for name in (*DATABASES, FILES)},
    )
    (aside / LIST).write_text(made.model_dump_json(indent=1), "utf-8")
    aside.rename(folder)
    return made


def restore(settings: Settings, folder: Path) -> Backup:
    """Bring a backup into an empty home and empty databases.

    Raises:
        RefusedError: the backup is not whole, something is there already, or PostgreSQL does not
            answer.
    """
    from orchestration.build_lock import build_lock

    check(settings.services, *DATABASES.values())
    made = _read(folder)
    with build_lock(settings):
        for name in HOME:
            if (path := settings.home / name).is_file() or (path.is_dir() and any(path.iterdir())):
                raise RefusedError("orchestration.restore_not_empty", str(path))
        for service in DATABASES.values():
            _refuse_tables(settings, service)
        for name, service in DATABASES.items():
            _postgres(
                settings,
                service,
                "pg_restore",
                *("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
                str(folder / name),
            )
        with tarfile.open(folder / FILES) as archive:
            archive.extractall(settings.home, filter="data")
    if made.release_id:
        Releases(settings).verify_current()
    return made


def _read(folder: Path) -> Backup:
    """Read what a backup holds, and compare it with what is there."""
    try:
        made = Backup.model_validate_json((folder / LIST).read_bytes())
        faulty = [name for name, told in made.sha256.items() if of_file(folder / name) != told]
    except (OSError, ValidationError) as error:
        raise RefusedError(
            "orchestration.backup_damaged", str(folder), reason=reason(error)
        ) from None
    if faulty or made.sha256.keys() != {*DATABASES, FILES}:
        files = faulty or sorted({*DATABASES, FILES} - made.sha256.keys())
        raise RefusedError("orchestration.backup_damaged", str(folder), reason=", ".join(files))
    return made


def _refuse_tables(settings: Settings, service: Service) -> None:
    from sqlalchemy import text

    query = text("select count(*) from pg_tables where schemaname = current_schema()")
    with postgres(settings.services, service) as database:
        if database.execute(query).scalar():
            where = shown(settings.services.address(service))
            raise RefusedError("orchestration.restore_not_empty", where)


def _postgres(settings: Settings, service: Service, tool: str, *arguments: str) -> None:
    """Run a tool of PostgreSQL on the database of a service."""
    address = urlsplit(settings.services.address(service))
    name, _, host = address.netloc.rpartition("@")
    user, _, password = name.partition(":")
    # Every user of a machine sees the arguments of a process, and not its environment.
    place = urlunsplit(address._replace(netloc=f"{user}@{host}" if user else host))
    try:
        done = subprocess.run(
            [tool, *arguments, f"--dbname={place}"],
            env={**os.environ, **({"PGPASSWORD": unquote(password)} if password else {})},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise RefusedError("orchestration.postgres_tool_missing", tool) from None
    if done.returncode:
        told = " ".join(done.stderr.split())[:300]
        raise RefusedError(
            "orchestration.postgres_tool_failed", shown(place), tool=tool, reason=told
        )
