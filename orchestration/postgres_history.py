"""The history of runs in PostgreSQL; `deploy/dagster.yaml` names it."""

from __future__ import annotations

from typing import Any

from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage, PostgresEventLogStorage
from dagster_postgres.utils import pg_url_from_config

from orchestration.run_history import ForgetsChecks
from orchestration.service_checks import with_driver


class EventLog(ForgetsChecks, PostgresEventLogStorage):  # type: ignore[misc]
    """Dagster's own, which forgets the results of checks with their run."""


class Storage(DagsterPostgresStorage):  # type: ignore[misc]
    """Dagster's own, with the driver that it needs whatever is the usual one, and our events."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        url = with_driver(postgres_url)
        super().__init__(url, inst_data=inst_data)
        self._event_log_storage = EventLog(url)  # type: ignore[call-arg, no-untyped-call]

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> Storage:
        """Make one from `dagster.yaml`."""
        return cls(pg_url_from_config(config_value), inst_data)
