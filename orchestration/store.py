"""Copies raw data and releases to S3, or to what speaks as it does, and brings them back."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ingest.errors import RefusedError, reason
from orchestration.releases import Releases
from orchestration.services import PATIENCE, VARIABLES, Services
from orchestration.settings import Settings

CURRENT: Final = "releases/current"  # holds the name of the current release
CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Copied:
    """How many files were copied, and how many were there already or are gone."""

    copied: int
    same: int
    removed: int = 0


@dataclass(frozen=True)
class Store:
    """A folder in a bucket.

    Attributes:
        client: of boto3, which finds its keys as it always does (`AWS_ACCESS_KEY_ID` and so on).
        bucket: the bucket.
        folder: what all names begin with; empty or ending in a slash.
    """

    client: Any
    bucket: str
    folder: str

    @classmethod
    def of(cls, services: Services) -> Store:
        """Return the store of an installation; nothing is asked yet.

        Raises:
            RefusedError: there is none.
        """
        import boto3
        from botocore.config import Config

        services.address("store")
        assert services.store and services.store.host
        folder = (services.store.path or "").strip("/")
        endpoint = str(services.store_endpoint) if services.store_endpoint else None
        config = Config(
            connect_timeout=PATIENCE,
            retries={"mode": "standard", "max_attempts": 4},
            # Only Amazon has a name of its own for each bucket.
            s3={"addressing_style": "path"} if endpoint else {},
        )
        client = boto3.client("s3", endpoint_url=endpoint, config=config)
        return cls(client, services.store.host, f"{folder}/" if folder else "")

    @property
    def place(self) -> str:
        """The place as a person writes it."""
        return f"s3://{self.bucket}/{self.folder}"

    def ask(self) -> None:
        """Check that the store answers.

        Raises:
            RefusedError: it does not, or there is no such bucket.
        """
        with self._told():
            self.client.list_objects_v2(Bucket=self.bucket, Prefix=self.folder, MaxKeys=1)

    def names(self) -> Mapping[str, str]:
        """Return name -> MD5 of all that is there."""
        found = {}
        with self._told():
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.folder):
                for item in page.get("Contents", ()):
                    found[item["Key"].removeprefix(self.folder)] = item["ETag"].strip('"')
        return found

    def put(self, name: str, path: Path) -> None:
        """Copy a file there, in one piece."""
        with self._told(), path.open("rb") as content:
            self.client.put_object(Bucket=self.bucket, Key=self.folder + name, Body=content)

    def write(self, name: str, text: str) -> None:
        """Write a text there."""
        with self._told():
            self.client.put_object(Bucket=self.bucket, Key=self.folder + name, Body=text.encode())

    def read(self, name: str) -> str:
        """Read a text."""
        with self._told():
            answer = self.client.get_object(Bucket=self.bucket, Key=self.folder + name)
            return str(answer["Body"].read().decode())

    def get(self, name: str, path: Path) -> None:
        """Bring a file here; it is there whole or not at all."""
        aside = path.with_name(f".{path.name}.part")
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._told():
            self.client.download_file(self.bucket, self.folder + name, str(aside))
        aside.replace(path)

    def remove(self, names: Iterable[str]) -> None:
        """Remove what has these names."""
        with self._told():
            for name in names:
                self.client.delete_object(Bucket=self.bucket, Key=self.folder + name)

    @contextmanager
    def _told(self) -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (Boto3Error, BotoCoreError, ClientError) as error:
            raise RefusedError(
                "orchestration.store_down",
                self.place,
                reason=reason(error),
                variable=VARIABLES["store"],
            ) from None


def push(settings: Settings) -> Copied:
    """Make the store hold what is here: the raw data as they are now, and every release.

    A release that is gone here stays in the store: it may be the only copy. `forget` removes it.

    Raises:
        RefusedError: the store does not answer.
    """
    store, releases = Store.of(settings.services), Releases(settings)
    there, here = store.names(), dict(_files(settings))
    changed = [name for name, path in here.items() if there.get(name) != _md5(path)]
    for name in changed:
        store.put(name, here[name])
    current = releases.current()
    if current and f"releases/{current}.json" in here:
        store.write(CURRENT, current)
    gone = [name for name in there if name.startswith("raw/") and name not in here]
    store.remove(gone)
    return Copied(len(changed), len(here) - len(changed), len(gone))


def pull(settings: Settings) -> Copied:
    """Bring back all that the store holds, and make its current release the current one.

    Raises:
        RefusedError: a build is running, the store does not answer or has no release, or what came
            back is damaged.
    """
    from orchestration.build_lock import build_lock

    with build_lock(settings):
        store = Store.of(settings.services)
        there = store.names()
        if CURRENT not in there:
            raise RefusedError("orchestration.store_empty", store.place)
        # The manifest last: a file without one, as a stop in between leaves, is no release.
        wanted = sorted(there.keys() - {CURRENT}, key=lambda name: name.endswith(".json"))
        missing = [name for name in wanted if _md5(_path(settings, name)) != there[name]]
        for name in missing:
            store.get(name, _path(settings, name))
        Releases(settings).switch(store.read(CURRENT))
        return Copied(len(missing), len(wanted) - len(missing))


def forget(settings: Settings, releases: Iterable[str]) -> None:
    """Remove releases from the store, if there is one, and raw data that is gone here.

    Raises:
        RefusedError: the store does not answer.
    """
    if settings.services.store:
        store = Store.of(settings.services)
        names = [f"releases/{one}.{kind}" for one in releases for kind in ("json", "duckdb")]
        here = {name for name, _ in _files(settings)}
        gone = [name for name in store.names() if name.startswith("raw/") and name not in here]
        store.remove([*names, *gone])


def _files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield the name in the store and the path of what is copied; of a release the file first."""
    for path in sorted(settings.raw.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield f"raw/{path.relative_to(settings.raw).as_posix()}", path
    releases = Releases(settings)
    for item in releases.all():
        for path in (releases.file(item.release_id), releases.manifest(item.release_id)):
            if path.is_file():
                yield f"releases/{path.name}", path


def _path(settings: Settings, name: str) -> Path:
    """Return where a name of the store belongs.

    Raises:
        RefusedError: it leads out of the folders that are copied.
    """
    path = Path(os.path.normpath(settings.home / name))
    if not any(path.is_relative_to(folder) for folder in (settings.raw, settings.releases)):
        raise RefusedError("orchestration.store_stranger", name)
    return path


def _md5(path: Path) -> str | None:
    """Return what S3 calls the tag of a file that was sent in one piece; None without the file."""
    if not path.is_file():
        return None
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as content:
        while piece := content.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()
