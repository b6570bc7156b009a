"""Releases: gated copies of the marts that do not change, and the symlink that readers follow.

A reader of `current.duckdb` gets the old release or the new one, because the switch is one rename.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field, ValidationError

from ingest.errors import RefusedError, did_you_mean
from ingest.messages import Names, Phrase
from ingest.models import Model
from orchestration.data_version import of_file
from orchestration.settings import Settings


class CheckRow(Model):
    """One row of `mart_data_quality`."""

    check: str
    table: str
    passed: bool
    observed: str


class Manifest(Model):
    """The content of `releases/<id>.json`.

    Attributes:
        inputs: file of answers -> sha256.
        data_versions: what the release was made from: asset that reads files, or code -> version.
        sha256: of the file of the release.
        descriptions: what is described of a wave, or in a table for all waves -> digest.
        tables: table -> number of rows.
        checks: the checks; those that did not pass only warn.
    """

    release_id: str
    created_at: datetime
    code_version: str
    previous_release: str | None
    inputs: dict[str, str]
    data_versions: dict[str, str] = Field(default_factory=dict)  # older releases have none
    sha256: str | None = None  # older releases have none
    descriptions: dict[str, str] = Field(default_factory=dict)  # older releases have none
    tables: dict[str, int]
    checks: tuple[CheckRow, ...]

    @property
    def indicators(self) -> int:
        """Rows of the cube."""
        return self.tables["mart_indicator"]

    @property
    def passed(self) -> int:
        """Number of checks that passed."""
        return sum(check.passed for check in self.checks)


@dataclass(frozen=True)
class Releases:
    """The releases of one installation."""

    settings: Settings

    def all(self) -> list[Manifest]:
        """Return the manifests of all releases, newest first, without those that are damaged."""
        found = []
        for release_id in self._ids():
            with suppress(RefusedError):
                found.append(self._read(release_id))
        return found

    def faults(self, release_id: str | None = None) -> dict[str, RefusedError]:
        """Return what is wrong with one release or all: release -> why it cannot be used.

        Raises:
            RefusedError: there is no such release.
        """
        wanted = self._ids() if release_id is None else [self._known(release_id)]
        found: dict[str, RefusedError] = {}
        for one in wanted:
            try:
                self.verify(one)
            except RefusedError as fault:
                found[one] = fault
        return found

    def verify(self, release_id: str) -> None:
        """Compare the file of a release with what its manifest says.

        Raises:
            RefusedError: the manifest or the file is damaged, or the file is gone.
        """
        file = self.settings.releases / f"{release_id}.duckdb"
        told = self._read(release_id).sha256
        if not file.exists():
            raise RefusedError("orchestration.release_gone", str(file), release=release_id)
        if told and of_file(file) != told:
            raise RefusedError("orchestration.release_damaged", str(file), release=release_id)

    def current(self) -> str | None:
        """Return the id of the current release, or None before the first."""
        link = self.settings.current
        return link.readlink().stem if link.is_symlink() else None

    def newest(self) -> Manifest | None:
        """Return the manifest of the newest release, which need not be the current one."""
        return next(iter(self.all()), None)

    def show(self, release_id: str | None = None) -> Manifest:
        """Return one manifest; without an id that of the current release.

        Raises:
            RefusedError: there is no such release.
        """
        wanted = release_id or self.current()
        if wanted is None:
            raise RefusedError("orchestration.no_release", str(self.settings.releases))
        return self._read(self._known(wanted))

    def pair(self, earlier: str | None, later: str | None) -> tuple[Manifest, Manifest]:
        """Return two manifests; without ids the current release and the one before it.

        Raises:
            RefusedError: there is no such release, or none is known to be before it.
        """
        after = self.show(later)
        if earlier is None and after.previous_release is None:
            raise RefusedError(
                "orchestration.no_earlier_release",
                str(self.settings.releases),
                release=after.release_id,
                candidates=Names(self._ids(), 20),
            )
        return self.show(earlier or after.previous_release), after

    def switch(self, release_id: str) -> None:
        """Make a release the current one, at once for every reader that opens it from now on.

        Raises:
            RefusedError: there is no such release, or it is damaged or gone.
        """
        self.verify(self._known(release_id))
        aside = self.settings.releases / ".current.part"
        aside.unlink(missing_ok=True)
        aside.symlink_to(f"{release_id}.duckdb")
        aside.replace(self.settings.current)

    def _ids(self) -> list[str]:
        return sorted((path.stem for path in self.settings.releases.glob("*.json")), reverse=True)

    def _known(self, release_id: str) -> str:
        """Return the id of a release that is there."""
        ids = self._ids()
        if release_id not in ids:
            raise RefusedError(
                "orchestration.no_such_release",
                str(self.settings.releases),
                release=release_id,
                near=did_you_mean(release_id, ids),
                candidates=Names(ids or [Phrase("orchestration.none")], 20),
            )
        return release_id

    def _read(self, release_id: str) -> Manifest:
        path = self.settings.releases / f"{release_id}.json"
        try:
            return Manifest.model_validate_json(path.read_bytes())
        except ValidationError:
            raise RefusedError(
                "orchestration.manifest_damaged", str(path), release=release_id
            ) from None
