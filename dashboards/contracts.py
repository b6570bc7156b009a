"""The columns of the marts: as their contracts promise them, and as a release holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from ingest.errors import RefusedError

MARTS: Final = Path(__file__).parent.parent / "dbt_project" / "models" / "marts"


@dataclass(frozen=True)
class Mart:
    """A mart, the file with its contract, and the DuckDB type of each column."""

    name: str
    source: Path
    columns: Mapping[str, str]


def of_dbt(folder: Path = MARTS) -> dict[str, Mart]:
    """Return the marts that have a contract, by name.

    Raises:
        RefusedError: no file under `folder` declares columns with their types.
    """
    import yaml

    marts: dict[str, Mart] = {}
    for path in sorted(folder.rglob("*.yml")):
        content = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader) or {}
        # A source in this folder is a table that is written when a release is published.
        written = [table for source in content.get("sources", []) for table in source["tables"]]
        for model in [*content.get("models", []), *written]:
            columns = {
                column["name"]: str(duckdb.sqltype(column["data_type"]))
                for column in model.get("columns", [])
                if "data_type" in column
            }
            if columns:
                marts[model["name"]] = Mart(model["name"], path, columns)
    if not marts:
        raise RefusedError("dashboards.no_contracts", str(folder))
    return marts


def of_release(release: Path) -> dict[str, Mart]:
    """Return the tables of a release, by name.

    Raises:
        RefusedError: there is no release.
    """
    if not release.exists():
        raise RefusedError("dashboards.no_release", str(release))
    with duckdb.connect(str(release), read_only=True) as connection:
        rows = connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where schema_name = 'main' and not internal order by table_name, column_index"
        ).fetchall()
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        columns.setdefault(table, {})[column] = kind
    return {table: Mart(table, release, found) for table, found in columns.items()}
