"""Reads the suites over published marts: YAML with a query and what must be true of its rows.

The column `row` of a query names each row for a reader.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.runner import Rule, Suite
from ingest.descriptions import read_yaml
from ingest.models import Model, Name
from ingest.texts import Check

if TYPE_CHECKING:
    import duckdb

FOLDER = Path(__file__).parent / "suites"


class RuleRow(Check):
    """One rule: an expectation, with what must be true and how to fix it."""

    rule: Name
    type: str
    kwargs: dict[str, Any]


class SuiteFile(Model):
    """One file: rows to look at, and the rules that hold for them."""

    suite: Name
    table: Name
    query: str
    needs_last_release: bool = False
    rules: tuple[RuleRow, ...]


def suite_files() -> tuple[SuiteFile, ...]:
    """Return all suites over marts, in order of their file names."""
    return tuple(read_yaml(SuiteFile, path) for path in sorted(FOLDER.glob("*.yml")))


def mart_suites(connection: duckdb.DuckDBPyConnection, *, last_release: bool) -> list[Suite]:
    """Query the marts for every suite.

    Args:
        connection: DuckDB in which the marts are found by name, and the marts of the last release
            under the catalogue `last`.
        last_release: whether there is one; without it nothing can have shrunk.
    """
    return [
        Suite(
            file.suite,
            file.table,
            # DuckDB gives rows in any order; a message names the first ones.
            connection.sql(file.query).df().set_index("row").sort_index(),
            [Rule(row.rule, row.type, row.kwargs, row.meaning, row.fix) for row in file.rules],
        )
        for file in suite_files()
        if last_release or not file.needs_last_release
    ]
