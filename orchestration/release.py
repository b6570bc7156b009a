"""Releases: immutable, gated copies of the marts, and the symlink that readers follow.

A release is built aside and renamed when it is whole; the switch is one rename of a symlink. Who
reads `current.duckdb` has the old release or the new one, never something in between.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import BarometerError, did_you_mean, listing
from ingest.models import Model
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb

# The schema of the warehouse that a release is a copy of, all of it and nothing else.
MARTS = "marts"


class CheckRow(Model):
    """One row of `mart_data_quality`."""

    check: str
    table: str
    passed: bool
    observed: str


class Manifest(Model):
    """What stands in `releases/<id>.json`."""

    release_id: str
    created_at: datetime
    code_version: str
    previous_release: str | None
    inputs: dict[str, str]
    tables: dict[str, int]
    checks: tuple[CheckRow, ...]

    @property
    def indicators(self) -> int:
        """Rows of the cube."""
        return self.tables["mart_indicator"]

    @property
    def passed(self) -> int:
        """Checks that passed; the others only warn."""
        return sum(check.passed for check in self.checks)


@dataclass(frozen=True)
class Releases:
    """The releases of one installation."""

    settings: Settings

    def all(self) -> list[Manifest]:
        """Return the manifests of all releases, newest first."""
        paths = sorted(self.settings.releases.glob("*.json"), reverse=True)
        return [Manifest.model_validate_json(path.read_text("utf-8")) for path in paths]

    def current(self) -> str | None:
        """Return the id of the current release, or None before the first."""
        link = self.settings.current
        return link.readlink().stem if link.is_symlink() else None

    def show(self, release_id: str | None = None) -> Manifest:
        """Return one manifest; without an id that of the current release.

        Raises:
            BarometerError: there is no such release.
        """
        wanted = release_id or self.current()
        if wanted is None:
            raise BarometerError("There is no release yet. How to fix: run `barometer build`.")
        known = {item.release_id: item for item in self.all()}
        if wanted not in known:
            raise BarometerError(
                f"There is no release {wanted!r}{did_you_mean(wanted, known)}. "
                f"How to fix: name one of {listing(known, 20) or 'none yet'}."
            )
        return known[wanted]

    def switch(self, release_id: str) -> None:
        """Make a release the current one, at once for every reader that opens it from now on.

        Raises:
            BarometerError: there is no such release, or its file is gone.
        """
        self.show(release_id)
        file = self.settings.releases / f"{release_id}.duckdb"
        if not file.exists():
            raise BarometerError(
                f"The file of release {release_id} is gone: {file}. How to fix: put it back from a "
                "backup, or name another release. The current release is unchanged."
            )
        aside = self.settings.releases / ".current.part"
        aside.unlink(missing_ok=True)
        aside.symlink_to(f"{release_id}.duckdb")
        aside.replace(self.settings.current)

    def write(
        self, checks: Sequence[CheckRow], inputs: Mapping[str, str], code_version: str
    ) -> Manifest:
        """Copy the marts into a new release and make it the current one.

        Args:
            checks: every check on what is released; those that did not pass only warn.
            inputs: file -> sha256 of what the warehouse was made from.
            code_version: which code made it.

        Raises:
            BarometerError: there is no room on the disk; nothing was switched.
        """
        folder = self.settings.releases
        folder.mkdir(parents=True, exist_ok=True)
        for left_over in folder.glob(".*.part*"):
            left_over.unlink()
        now = datetime.now(UTC)
        release_id = now.strftime("%Y%m%d-%H%M%S-%f")[:-3]
        aside = folder / f".{release_id}.part"
        try:
            tables = self._copy(aside, release_id, now, code_version, checks)
            manifest = Manifest(
                release_id=release_id,
                created_at=now,
                code_version=code_version,
                previous_release=self.current(),
                inputs=dict(inputs),
                tables=tables,
                checks=tuple(checks),
            )
            text = manifest.model_dump_json(indent=2)
            (folder / f".{release_id}.json.part").write_text(text, "utf-8")
        except Exception as error:
            for left_over in folder.glob(f".{release_id}*"):
                left_over.unlink()
            if _is_full(error, folder):
                free = shutil.disk_usage(folder).free // 1024
                raise BarometerError(
                    f"There is no room for release {release_id} in {folder} ({free} kB free). "
                    "How to fix: free disk space, or remove releases that are no longer needed. "
                    "The current release is unchanged."
                ) from None
            raise
        aside.rename(folder / f"{release_id}.duckdb")
        (folder / f".{release_id}.json.part").rename(folder / f"{release_id}.json")
        self.switch(release_id)
        return manifest

    def _copy(
        self,
        aside: Path,
        release_id: str,
        now: datetime,
        code_version: str,
        checks: Sequence[CheckRow],
    ) -> dict[str, int]:
        import duckdb

        with duckdb.connect(str(aside)) as release:
            release.execute(f"attach '{self.settings.warehouse}' as warehouse (read_only)")
            marts = release.execute(
                "select table_name from duckdb_tables() "
                "where database_name = 'warehouse' and schema_name = ? order by all",
                [MARTS],
            ).fetchall()
            for (table,) in marts:
                # Sorted, so that equal inputs give equal releases whatever the threads did.
                release.execute(
                    f'create table "{table}" as from warehouse."{MARTS}"."{table}" order by all'
                )
            _write_quality(release, checks)
            release.execute(
                "create table release_info as select ?::varchar as release_id, "
                "?::timestamptz as created_at, ?::varchar as code_version, "
                "?::varchar as previous_release",
                [release_id, now, code_version, self.current()],
            )
            release.execute("detach warehouse")
            tables = {
                name: len(release.table(name))
                for (name,) in release.execute(
                    "select table_name from duckdb_tables() order by all"
                ).fetchall()
            }
            release.execute("checkpoint")
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        return tables


def _write_quality(release: duckdb.DuckDBPyConnection, checks: Sequence[CheckRow]) -> None:
    release.execute(
        'create table mart_data_quality ("check" varchar, "table" varchar, passed boolean, '
        "observed varchar)"
    )
    rows: list[list[Any]] = [[row.check, row.table, row.passed, row.observed] for row in checks]
    release.executemany("insert into mart_data_quality values (?, ?, ?, ?)", rows)


def _is_full(error: Exception, folder: Path) -> bool:
    """Whether a failure to write comes from a full disk; DuckDB tells it in words only."""
    words = str(error).lower()
    return (
        (isinstance(error, OSError) and "no space" in words)
        or "no space left" in words
        or ("could not write" in words and shutil.disk_usage(folder).free < 1 << 20)
    )


def code_version(project: Path) -> str:
    """Return which code this is: version of the package, and the commit where git knows it."""
    import subprocess
    from importlib.metadata import version

    number = version("innovation-barometer-warehouse")
    done = subprocess.run(
        ["git", "-C", str(project), "describe", "--always", "--dirty", "--abbrev=12"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{number}+{done.stdout.strip()}" if done.returncode == 0 else number
