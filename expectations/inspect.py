"""Inspects a wave's file and the published marts: the two places where a build can be refused.

Takes names and paths only, so that a build can let another process do it.
"""

from __future__ import annotations

from pathlib import Path

from expectations.door import door_suites
from expectations.runner import Finding, run
from expectations.suites import mart_suites
from ingest import registry
from ingest.load import open_wave

SCHEMAS = "reporting,core,intermediate,seeds"


def inspect_wave(wave_id: str, data: Path, samples: Path, folder: Path) -> list[Finding]:
    """Check the file of a wave against its manifest.

    Args:
        wave_id: `survey/wave`.
        data: where real files are put.
        samples: where synthetic files are generated.
        folder: where Great Expectations keeps its results.

    Raises:
        RefusedError: there is no such wave or file, or it cannot be read.
    """
    file = open_wave(registry.load().wave(wave_id), data, samples)
    return run(door_suites(file), folder)


def inspect_marts(warehouse: Path, last_release: Path | None, folder: Path) -> list[Finding]:
    """Check the marts of a warehouse, also against the release that they would replace.

    Args:
        warehouse: the private DuckDB file.
        last_release: a release of which no indicator may vanish.
        folder: where Great Expectations keeps its results; Data Docs are written there too.
    """
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"set search_path = '{SCHEMAS}'")
        if last_release:
            connection.execute(f"attach '{last_release}' as last (read_only)")
        suites = mart_suites(connection, last_release=last_release is not None)
    return run(suites, folder, docs=True)
