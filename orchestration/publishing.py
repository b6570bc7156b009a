"""Writes a release: copies the marts to a new file, and makes it the current release.

The file is built under another name and renamed when it is complete.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

from expectations.disclosure.protection import Protection, protection
from ingest.errors import RefusedError
from orchestration import data_version, news
from orchestration.changes import attach
from orchestration.memory import duckdb_options
from orchestration.releases import CheckRow, Manifest, Releases
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb

# The schema of the warehouse that a release is a copy of, all of it and nothing else.
MARTS = "marts"


def publish(
    settings: Settings,
    checks: Sequence[CheckRow],
    inputs: Mapping[str, str],
    data_versions: Mapping[str, str],
    descriptions: Mapping[str, str],
    code_version: str,
) -> Manifest:
    """Copy the marts into a new release and make it the current one.

    Args:
        settings: the folders of the installation.
        checks: every check on what is released; those that did not pass only warn.
        inputs: file -> sha256 of what the warehouse was made from.
        data_versions: asset that reads files, or code -> version.
        descriptions: what is described of a wave, or in a table for all waves -> digest.
        code_version: which code made it.

    Raises:
        RefusedError: the disk is full; the current release stays.
    """
    folder, releases = settings.releases, Releases(settings)
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob(".*.part*"):
        left_over.unlink()
    now = datetime.now(UTC)
    release_id = _new_id(releases, now)
    aside, aside_manifest = folder / f".{release_id}.part", folder / f".{release_id}.json.part"
    manifest = Manifest(
        release_id=release_id,
        created_at=now,
        code_version=code_version,
        previous_release=releases.current(),
        sequence=max((item.sequence for item in releases.all()), default=0) + 1,
        inputs=dict(inputs),
        data_versions=dict(data_versions),
        descriptions=dict(descriptions),
        tables={},
        checks=tuple(checks),
    )
    try:
        tables = _copy(settings, aside, manifest)
        digest = data_version.of_file(aside)
        manifest = manifest.model_copy(update={"tables": tables, "sha256": digest})
        aside_manifest.write_text(manifest.model_dump_json(indent=2), "utf-8")
        aside.rename(releases.file(release_id))
        aside_manifest.rename(releases.manifest(release_id))
        releases.switch(release_id)
    # Also when it is asked to end: nothing of a release stays unless it became the current one.
    except BaseException as error:
        if releases.current() != release_id:
            releases.remove(release_id)
        for left_over in folder.glob(f".{release_id}*"):
            left_over.unlink()
        if isinstance(error, Exception) and _is_full(error, folder):
            free = shutil.disk_usage(folder).free // 1024
            raise RefusedError(
                "orchestration.disk_full", str(folder), release=release_id, free=free
            ) from None
        raise
    return manifest


def _new_id(releases: Releases, now: datetime) -> str:
    """Return the time as the name of a release, or the first one after it that is not taken."""
    while True:
        release_id = now.strftime("%Y%m%d-%H%M%S-%f")[:-3]
        if not (releases.file(release_id).exists() or releases.manifest(release_id).exists()):
            return release_id
        now += timedelta(milliseconds=1)


def _copy(settings: Settings, aside: Path, manifest: Manifest) -> dict[str, int]:
    """Write the file of a release, and return its tables with their number of rows."""
    import duckdb

    options = duckdb_options(settings.memory, settings.spill)
    with duckdb.connect(config=options) as release:
        attach(release, aside, "later", read_only=False)
        attach(release, settings.warehouse, "warehouse")
        release.execute("use later")
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
        # What a reader downloads says which release it is from.
        release.execute("update mart_answer set release_id = ?", [manifest.release_id])
        release.execute("detach warehouse")
        _write_quality(release, manifest.checks)
        _write_disclosure(release, protection(settings.disclosure))
        release.execute(
            "create table release_info as select ?::varchar as release_id, "
            "?::timestamptz as created_at, ?::varchar as code_version, "
            "?::varchar as previous_release",
            [
                manifest.release_id,
                manifest.created_at,
                manifest.code_version,
                manifest.previous_release,
            ],
        )
        news.write(release, settings, manifest)
        tables = {
            name: len(release.table(f"later.{name}"))
            for (name,) in release.execute(
                "select table_name from duckdb_tables() where database_name = 'later' order by all"
            ).fetchall()
        }
        release.execute("checkpoint later")
    with aside.open("rb") as written:
        os.fsync(written.fileno())
    return tables


def _write_quality(release: duckdb.DuckDBPyConnection, checks: Sequence[CheckRow]) -> None:
    columns = [
        [getattr(check, name) for check in checks]
        for name in ("check", "table", "passed", "observed")
    ]
    # One statement for all rows; one for each of them takes half a second.
    release.execute(
        "create table mart_data_quality as select "
        'unnest(?::varchar[]) as "check", unnest(?::varchar[]) as "table", '
        "unnest(?::boolean[]) as passed, unnest(?::varchar[]) as observed",
        columns,
    )


def _write_disclosure(release: duckdb.DuckDBPyConnection, rows: Sequence[Protection]) -> None:
    """Write aggregates only: a row may never tell of one cell what is hidden."""
    columns = get_type_hints(Protection)
    types = {str: "varchar", int: "bigint", int | None: "bigint", float: "double"}
    release.execute(
        "create table mart_disclosure as select "
        + ", ".join(f"unnest(?::{types[kind]}[]) as {name}" for name, kind in columns.items()),
        [[getattr(row, name) for row in rows] for name in columns],
    )


def _is_full(error: Exception, folder: Path) -> bool:
    """Whether a failure to write comes from a full disk; DuckDB says it in its message only."""
    words = str(error).lower()
    return (
        (isinstance(error, OSError) and "no space" in words)
        or "no space left" in words
        or ("could not write" in words and shutil.disk_usage(folder).free < 1 << 20)
    )
