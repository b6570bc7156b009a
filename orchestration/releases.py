"""Releases: gated copies of the marts that do not change, and the symlink that readers follow.

A reader of `current.duckdb` gets the old release or the new one, because the switch is one rename.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, ValidationError

from ingest.errors import RefusedError, SeveralError, did_you_mean
from ingest.messages import Names, Phrase
from ingest.models import Model
from orchestration.data_version import of_file
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb


class CheckRow(Model):
    """One row of `mart_data_quality`."""

    check: str
    table: str
    passed: bool
    observed: str


class Manifest(Model):
    """The content of `releases/<id>.json`.

    Attributes:
        previous_release: the release that was current when this one was made.
        sequence: its place among all releases, whatever the clock said.
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
    sequence: int = 0  # older releases have none
    inputs: dict[str, str]
    data_versions: dict[str, str] = Field(default_factory=dict)  # older releases have none
    sha256: str | None = None  # older releases have none
    descriptions: dict[str, str] = Field(default_factory=dict)  # older releases have none
    tables: dict[str, int]
    checks: tuple[CheckRow, ...]

    @property
    def indicators(self) -> int:
        """Rows of the cube."""
        return self.tables.get("mart_indicator", 0)

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
        found: dict[str, Manifest] = {}
        for release_id in self._ids():
            with suppress(RefusedError):
                found[release_id] = self._read(release_id)
        return sorted(found.values(), key=lambda item: _place(item, found), reverse=True)

    def faults(self, release_id: str | None = None) -> dict[str, RefusedError]:
        """Return what is wrong with one release or all: release -> why it cannot be used.

        Raises:
            RefusedError: there is no such release.
        """
        wanted = self._ids() if release_id is None else [self.known(release_id)]
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
            RefusedError: the manifest or the file is damaged, the file is gone, or the manifest has
                no checksum, so that nothing can be told of the file.
        """
        file = self.file(release_id)
        told = self._read(release_id).sha256
        if not file.is_file():
            raise RefusedError("orchestration.release_gone", str(file), release=release_id)
        if told is None:
            raise RefusedError("orchestration.release_unchecked", str(file), release=release_id)
        if of_file(file) != told:
            raise RefusedError("orchestration.release_damaged", str(file), release=release_id)

    def verify_current(self) -> None:
        """Compare the file of the current release with its manifest, before it is served.

        Raises:
            BarometerError: there is no release, or it is damaged; with the newest that is whole.
        """
        current = self.current()
        if current is None:
            raise RefusedError("orchestration.no_release", str(self.settings.releases))
        try:
            self.verify(current)
        except RefusedError as fault:
            whole = self.newest_whole()
            remedy = "current_go_back" if whole else "current_build"
            told = Phrase(f"orchestration.{remedy}", release=whole and whole.release_id)
            raise SeveralError([fault, told]) from None

    @contextmanager
    def open_current(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the current release, to read.

        Raises:
            BarometerError: there is none, or its file is gone; with the newest that is whole.
        """
        import duckdb

        if not self.settings.current.exists():
            self.verify_current()
        with duckdb.connect(str(self.settings.current), read_only=True) as release:
            yield release

    def newest_whole(self) -> Manifest | None:
        """Return the current release or, if that is damaged, the newest one that is whole."""
        items, current = self.all(), self.current()
        items.sort(key=lambda item: item.release_id != current)  # the others stay in their order
        return next((item for item in items if self._is_whole(item.release_id)), None)

    def in_use(self) -> set[str]:
        """Return the current release and the one before it."""
        current = next((item for item in self.all() if item.release_id == self.current()), None)
        return {one for one in (self.current(), current and self._before(current)) if one}

    def file(self, release_id: str) -> Path:
        """Return where the file of a release is."""
        return self.settings.releases / f"{release_id}.duckdb"

    def manifest(self, release_id: str) -> Path:
        """Return where the manifest of a release is."""
        return self.settings.releases / f"{release_id}.json"

    def remove(self, release_id: str) -> None:
        """Remove a release.

        The manifest goes first: a file without one, as a kill in between leaves, is no release.
        What Superset keeps of its figures goes last.
        """
        for path in (self.manifest(release_id), self.file(release_id)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        self._forget_answers()

    def _forget_answers(self) -> None:
        """Remove what Superset keeps of answers; it asks the current release again."""
        for folder in ("answers", "whole"):
            for path in (self.settings.home / "superset" / "cache" / folder).glob("*"):
                path.unlink(missing_ok=True)

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
        return self._read(self.known(wanted))

    def pair(self, earlier: str | None, later: str | None) -> tuple[Manifest, Manifest]:
        """Return two manifests; without ids the current release and the one before it.

        Raises:
            RefusedError: there is no such release, or none is known to be before it.
        """
        after = self.show(later)
        before = earlier or self._before(after)
        if before is None:
            raise RefusedError(
                "orchestration.no_earlier_release",
                str(self.settings.releases),
                release=after.release_id,
                candidates=Names(self._ids(), 20),
            )
        return self.show(before), after

    def _before(self, item: Manifest) -> str | None:
        """Return the release that this one replaced; where that is gone, the one made before it."""
        ids = [other.release_id for other in self.all()]
        if item.previous_release in (None, *ids):
            return item.previous_release
        return next(iter(ids[ids.index(item.release_id) + 1 :]), None)

    def switch(self, release_id: str) -> None:
        """Make a release the current one, at once for every reader that opens it from now on.

        Raises:
            RefusedError: there is no such release, or it is damaged or gone.
        """
        self.verify(self.known(release_id))
        aside = self.settings.releases / ".current.part"
        aside.unlink(missing_ok=True)
        aside.symlink_to(f"{release_id}.duckdb")
        try:
            aside.replace(self.settings.current)
        except OSError as error:  # it names the link aside, and leaves it there
            aside.unlink()
            raise OSError(error.errno, error.strerror, str(self.settings.current)) from None

    def _ids(self) -> list[str]:
        """Return every release of which there is a manifest or a file."""
        found = {
            path.stem
            for path in self.settings.releases.glob("[!.]*.*")
            if path.suffix in (".json", ".duckdb") and path.name != self.settings.current.name
        }
        return sorted(found, reverse=True)

    def _is_whole(self, release_id: str) -> bool:
        with suppress(RefusedError):
            self.verify(release_id)
            return True
        return False

    def known(self, release_id: str) -> str:
        """Return the id of a release that is there.

        Raises:
            RefusedError: it is not.
        """
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
        path = self.manifest(release_id)
        # Missing, a folder, not readable, not JSON, of other types, or of another release.
        with suppress(OSError, ValidationError):
            found = Manifest.model_validate_json(path.read_bytes())
            if found.release_id == release_id:
                return found
        raise RefusedError("orchestration.manifest_damaged", str(path), release=release_id)


def _place(item: Manifest, known: Mapping[str, Manifest]) -> tuple[int, str, int]:
    """Return what a release is sorted by: never before the release that it replaced."""
    line = [item]
    while (earlier := known.get(line[-1].previous_release or "")) and earlier not in line:
        line.append(earlier)
    place = (0, "", 0)
    for one in reversed(line):
        place = max((one.sequence, one.release_id, 0), (*place[:2], place[2] + 1))
    return place
