"""Runs what Dagster's interface, its schedule or its sensor asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import dagster as dg
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor

from ingest.errors import SeveralError
from orchestration.build_lock import build_lock
from orchestration.failures import failure_messages
from orchestration.monitoring import recorded
from orchestration.pruning import forget_runs
from orchestration.releases import Releases
from orchestration.settings import Settings

Raised = dict[str, BaseException | None]


def keep_errors(raised: Raised) -> dg.HookDefinition:
    """Return a hook that keeps what a step raised; an event has its message in English only."""

    @dg.failure_hook(name="keep_errors")
    def keep(context: dg.HookContext) -> None:
        raised[context.step_key] = context.op_exception

    return keep


def locked_executor(settings: Settings, raised: Raised) -> dg.ExecutorDefinition:
    """Return an executor that runs in one process, with the lock on builds and a report.

    One process, because dbt writes one DuckDB file, and a process per asset costs over a second.
    `execute_in_process`, as the command calls it, has an executor of its own.

    Args:
        settings: the folders of the installation.
        raised: what `keep_errors` keeps, for the report of a run.
    """

    class Locked(InProcessExecutor):
        def execute(self, *arguments: Any) -> Iterator[dg.DagsterEvent]:
            with build_lock(settings), suppress(SeveralError), recorded(settings) as record:
                told = []
                for event in super().execute(*arguments):
                    told.append(event)
                    yield event
                forget_runs(arguments[0].instance)
                if any(event.is_step_failure for event in told):
                    # The run has failed by that; this is for the report.
                    raise SeveralError(failure_messages(told, raised, settings))
                if settings.current.exists():
                    record.manifest = Releases(settings).show()

    @dg.executor(name="one_build_at_a_time")
    def one_build_at_a_time(_: dg.InitExecutorContext) -> Locked:
        return Locked(RetryMode.DISABLED)

    return one_build_at_a_time
