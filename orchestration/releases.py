"""Releases: gated copies of the marts that do not change, and the symlink that readers follow.

A reader of `current.duckdb` gets the old release or the new one, because the switch is one rename.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from ingest.errors import RefusedError, did_you_mean
from ingest.messages import Names, Phrase
from ingest.models import Model
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
        tables: table -> number of rows.
        checks: the checks; those that did not pass only warn.
    """

    release_id: str
    created_at: datetime
    code_version: str
    previous_release: str | None
    inputs: dict[str, str]
    data_versions: dict[str, str] = Field(default_factory=dict)  # older releases have none
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
        """Return the manifests of all releases, newest first."""
        return [self._read(release_id) for release_id in self._ids()]

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
        ids = self._ids()
        if wanted not in ids:
            raise RefusedError(
                "orchestration.no_such_release",
                str(self.settings.releases),
                release=wanted,
                near=did_you_mean(wanted, ids),
                candidates=Names(ids or [Phrase("orchestration.none")], 20),
            )
        return self._read(wanted)

    def switch(self, release_id: str) -> None:
        """Make a release the current one, at once for every reader that opens it from now on.

        Raises:
            RefusedError: there is no such release, or its file is gone.
        """
        self.show(release_id)
        file = self.settings.releases / f"{release_id}.duckdb"
        if not file.exists():
            raise RefusedError("orchestration.release_gone", str(file), release=release_id)
        aside = self.settings.releases / ".current.part"
        aside.unlink(missing_ok=True)
        aside.symlink_to(f"{release_id}.duckdb")
        aside.replace(self.settings.current)

    def _ids(self) -> list[str]:
        return sorted((path.stem for path in self.settings.releases.glob("*.json")), reverse=True)

    def _read(self, release_id: str) -> Manifest:
        text = (self.settings.releases / f"{release_id}.json").read_text("utf-8")
        return Manifest.model_validate_json(text)
