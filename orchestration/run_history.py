"""The history of runs that Dagster keeps and shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property

import dagster as dg
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage, SqlEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from sqlalchemy import Connection, Engine, create_engine, event

from ingest.errors import RefusedError, reason
from ingest.messages import Phrase
from orchestration.service_checks import check
from orchestration.settings import PROJECT, Settings

# With PostgreSQL.
PRODUCTION_YAML = PROJECT / "deploy" / "dagster.yaml"
# Runs start at once: a queue needs a daemon, which `barometer up` does not run.
DAGSTER_YAML = f"""\
telemetry:
  enabled: false
nux:
  enabled: false
run_coordinator:
  module: dagster.core.run_coordinator
  class: DefaultRunCoordinator
event_log_storage:
  module: {__name__}
  class: EventLog
  config:
    base_dir: {{home}}
"""
WAIT = 30  # seconds for another process that writes


class ForgetsChecks(SqlEventLogStorage):
    """Forgets the results of checks with their run; Dagster would keep them."""

    def delete_events_for_run(self, conn: Connection, run_id: str) -> None:
        """Remove all of a run."""
        super().delete_events_for_run(conn, run_id)
        results = AssetCheckExecutionsTable
        conn.execute(results.delete().where(results.c.run_id == run_id))

    def wipe(self) -> None:
        """Remove all of all runs."""
        super().wipe()
        with self.index_connection() as conn:
            conn.execute(AssetCheckExecutionsTable.delete())


class EventLog(ForgetsChecks, ConsolidatedSqliteEventLogStorage):
    """All events of all runs in one SQLite file, over connections that stay open.

    Dagster opens a connection for each of some thousand statements and waits for the disk after
    each. That was a fifth of a build.
    """

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(self._conn_string, connect_args={"timeout": WAIT})

        @event.listens_for(engine, "connect")
        def settle(connection: object, _: object) -> None:
            # With a write-ahead log this cannot damage the file; a power cut may lose last events.
            connection.execute("pragma synchronous = normal")  # type: ignore[attr-defined]

        return engine

    @cached_property
    def _tables(self) -> set[str]:
        return set()

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether a table exists; one that was seen is not looked up again."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        """Close the connections."""
        super().dispose()  # type: ignore[no-untyped-call]
        self._engine.dispose()


def open_history(settings: Settings) -> dg.DagsterInstance:
    """Open the run history, the same that `dagster dev` shows.

    Raises:
        RefusedError: one of its files is damaged, or its PostgreSQL does not answer.
    """
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    if settings.services.history:
        check(settings.services, "history")
        (home / "dagster.yaml").write_bytes(PRODUCTION_YAML.read_bytes())
        return dg.DagsterInstance.from_config(str(home))
    for file in home.rglob("*.db"):
        try:
            with closing(sqlite3.connect(file)) as store:
                store.execute("pragma schema_version").fetchone()
        except sqlite3.OperationalError:  # in use
            continue
        except sqlite3.DatabaseError as error:
            raise RefusedError(
                "orchestration.history_damaged", str(home), reason=reason(error)
            ) from None
    (home / "dagster.yaml").write_text(DAGSTER_YAML.format(home=home / "events"))
    return dg.DagsterInstance.from_config(str(home))


def close_interrupted(instance: dg.DagsterInstance) -> None:
    """Show runs that were killed as failed; the history would show them as going on for ever.

    Only who holds the lock on builds can know that no other run is going on.
    """
    statuses = [status for status in dg.DagsterRunStatus if status not in FINISHED_STATUSES]
    for run in instance.get_runs(dg.RunsFilter(statuses=statuses)):
        instance.report_run_failed(run, Phrase("orchestration.run_interrupted").text("en"))
