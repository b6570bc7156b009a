"""Which questions the release gets: what a reader may ask, what SQL reaches, and for how long.

Superset looks for sub-selects in an expression, not for `UNION`, takes the name of a column for SQL
where the table has no such column, and lets a query run as long as it wants.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Timer
from typing import Any

import duckdb
import duckdb_engine
from flask import has_request_context, session
from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
from superset.exceptions import SupersetSecurityException

SECONDS = 15
# DuckDB's own tables go by the same schema, `main`.
_MART = re.compile(r"(dim|mart)_\w+|crosswalk|release_info")
_FUNCTIONS_OF_TABLES = {"unnest"}
_SETTINGS = {"current_setting", "getenv", "getvariable"}
_WORDS = {
    "own_sql": {
        "nl": "Lezers kunnen geen eigen SQL vragen: {found}",
        "en": "Readers cannot ask SQL of their own: {found}",
    },
    "beyond_marts": {
        "nl": "Een query leest de tabellen van de release en niets anders: {found}",
        "en": "A query reads the tables of the release and nothing else: {found}",
    },
    "several": {
        "nl": "Een grafiek leest één tabel, zonder UNION, EXCEPT of INTERSECT: {found}",
        "en": "A chart reads one table, without UNION, EXCEPT or INTERSECT: {found}",
    },
    "too_long": {
        "nl": "De query duurde langer dan {found} seconden en is gestopt. Vraag minder tegelijk.",
        "en": "The query took more than {found} seconds and was ended. Ask less at once.",
    },
}


def _say(name: str, found: object) -> str:
    language = session.get("locale", "nl") if has_request_context() else "nl"
    return _WORDS[name][language].format(found=str(found)[:200])


def _refused(name: str, found: object) -> SupersetSecurityException:
    return SupersetSecurityException(
        SupersetError(
            _say(name, found),
            SupersetErrorType.QUERY_SECURITY_ACCESS_ERROR,
            ErrorLevel.ERROR,
        )
    )


# --- What a reader may ask ----------------------------------------------------------------------


def refuse_own_sql(query_context: Any) -> None:
    """Refuse what is no column or metric of the dataset, and no SQL of a chart or filter on it.

    Raises:
        SupersetSecurityException: a query holds other SQL, or draws on another chart.
    """
    dataset = query_context.datasource
    names = {*dataset.column_names, *(metric.metric_name for metric in dataset.metrics)}
    queries = query_context.queries
    if any(query.annotation_layers for query in queries):
        raise _refused("own_sql", "annotation_layers")
    unknown = [asked for query in queries for asked in _expressions(query) if asked not in names]
    clauses = [query.extras.get(name) for query in queries for name in ("where", "having")]
    if not unknown and not any(clauses):
        return  # most questions hold no SQL, and what charts hold takes time to gather
    offered = _offered(dataset)
    # Superset's pages send the conditions of a chart and of filters in one text, and Superset
    # writes that in a form of its own.
    one = "|".join(re.escape(_written(f"({sql})")) for sql in offered) or "(?!)"
    several = re.compile(rf"(?:{one})(?: AND (?:{one}))*")
    for asked in unknown:
        if asked not in offered:
            raise _refused("own_sql", asked)
    for clause in filter(None, clauses):
        if not several.fullmatch(_written(clause)):
            raise _refused("own_sql", clause)


def _expressions(query: Any) -> Iterator[str]:
    """Yield what Superset would write into SQL: names, or expressions."""
    asked = [
        *query.columns,
        *(query.metrics or []),
        *query.series_columns,
        *(one[0] for one in query.orderby),
        # Superset leaves out a filter on a column that the dataset does not have.
        *(one["col"] for one in query.filter if isinstance(one["col"], dict)),
        query.series_limit_metric,
        query.granularity,
    ]
    for one in asked:
        if isinstance(one, dict):
            given = (one.get("sqlExpression"), (one.get("column") or {}).get("column_name"))
            yield from (str(text) for text in given if text)
        elif one:
            yield str(one)


@lru_cache(1000)
def _written(clause: str) -> str:
    """Return a condition as Superset writes it."""
    from superset.exceptions import QueryClauseValidationException
    from superset.sql.parse import sanitize_clause

    try:
        return " ".join(sanitize_clause(clause, "duckdb").split())
    except QueryClauseValidationException:
        return clause


def _offered(dataset: Any) -> set[str]:
    """Return the SQL that charts on a dataset hold, and the filters of dashboards."""
    from superset.extensions import db  # there is no Superset yet when this is imported
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    charts = db.session.query(Slice.params).filter(Slice.datasource_id == dataset.id)
    pages = db.session.query(Dashboard.json_metadata)
    return {
        node["sqlExpression"]
        for (text,) in (*charts, *pages)
        for node in _nodes(json.loads(text or "{}"))
        if isinstance(node.get("sqlExpression"), str)
    }


# --- What SQL may reach -------------------------------------------------------------------------


def refuse_beyond_marts(sql: str, security_manager: Any, **_: Any) -> str:
    """Return SQL as it is, or refuse it where it reaches anything but the tables of the release.

    DuckDB itself says what it reads. Only an administrator, in SQL Lab, puts tables together.

    Raises:
        SupersetSecurityException: it is not one SELECT, or it reads files, settings, or a table
            outside the release.
    """
    (text,) = _parser().cursor().execute("select json_serialize_sql(?)", [sql]).fetchone()
    read = json.loads(text)
    if read["error"] or len(read["statements"]) != 1:
        raise _refused("beyond_marts", read.get("error_message", sql))
    nodes = list(_nodes(read))
    # A name that is given to a part of the query; never that of a table of DuckDB itself.
    given = {one["key"].lower() for one in nodes if "key" in one} - _tables_of_duckdb()
    tables = set()
    for node in nodes:
        kind, name = node.get("type"), str(node.get("table_name", "")).lower()
        if kind == "BASE_TABLE" and not (name in given and not node["schema_name"]):
            if node["schema_name"] not in ("", "main") or not _MART.fullmatch(name):
                raise _refused("beyond_marts", name)
            tables.add(name)
        elif kind == "SHOW_REF":
            raise _refused("beyond_marts", sql)
        elif kind == "TABLE_FUNCTION":
            if (function := node["function"]["function_name"].lower()) not in _FUNCTIONS_OF_TABLES:
                raise _refused("beyond_marts", function)
        elif str(node.get("function_name", "")).lower() in _SETTINGS:
            raise _refused("beyond_marts", node["function_name"])
    together = {"SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"} & {str(n.get("type")) for n in nodes}
    if (together or len(tables) > 1) and not security_manager.is_admin():
        raise _refused("several", ", ".join(sorted(tables)))
    return sql


@lru_cache(1)
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"enable_external_access": "false"})


@lru_cache(1)
def _tables_of_duckdb() -> set[str]:
    rows = _parser().cursor().execute("select view_name from duckdb_views()").fetchall()
    return {name for (name,) in rows}


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from _nodes(part)


# --- For how long -------------------------------------------------------------------------------


class Cursor(duckdb_engine.CursorWrapper):  # type: ignore[misc]
    """Ends a query that takes too long: its reader may have gone, and others wait."""

    def execute(self, *arguments: Any, **options: Any) -> None:
        """Run a statement."""
        with self._ended_in_time():
            super().execute(*arguments, **options)

    def fetchall(self) -> Any:
        """Return all rows that are left; DuckDB computes them now."""
        with self._ended_in_time():
            return self.__getattr__("fetchall")()

    @contextmanager
    def _ended_in_time(self) -> Iterator[None]:
        timer = Timer(SECONDS, self.connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        except duckdb.InterruptException:
            raise duckdb.InterruptException(_say("too_long", SECONDS)) from None
        finally:
            timer.cancel()


duckdb_engine.CursorWrapper = Cursor
