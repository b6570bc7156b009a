"""Lets one build run at a time, whether a command or Dagster's interface started it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor

from ingest.errors import RefusedError
from orchestration.settings import Settings


@contextmanager
def build_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock on the builds of an installation.

    Raises:
        RefusedError: another build is running.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefusedError("orchestration.build_running", str(settings.home)) from None
        yield


def locked_executor(settings: Settings) -> dg.ExecutorDefinition:
    """Return an executor that runs in one process, with the lock on builds.

    One process, because dbt writes one DuckDB file, and a process per asset costs over a second.
    `execute_in_process`, as the command calls it, has an executor of its own.
    """

    class Locked(InProcessExecutor):
        def execute(self, *arguments: Any) -> Iterator[dg.DagsterEvent]:
            with build_lock(settings):
                yield from super().execute(*arguments)

    @dg.executor(name="one_build_at_a_time")
    def one_build_at_a_time(_: dg.InitExecutorContext) -> Locked:
        return Locked(RetryMode.DISABLED)

    return one_build_at_a_time
