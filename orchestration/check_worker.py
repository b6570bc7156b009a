"""A process of its own for the checks of a build."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Call(Protocol):
    """Calls functions that take and return what can be sent to another process."""

    def __call__(self, function: Callable[..., T], *arguments: object) -> T:
        """Return what the function returns."""

    def ahead(self, function: Callable[..., object], *arguments: object) -> None:
        """Start a call of which the result is asked for later, or never."""


class CallHere:
    """Calls functions in this process."""

    def __call__(self, function: Callable[..., T], *arguments: object) -> T:
        """Return what the function returns."""
        return function(*arguments)

    def ahead(self, function: Callable[..., object], *arguments: object) -> None:
        """Call the function; there is no other process that could do it later."""
        function(*arguments)


class CheckWorker:
    """Calls functions in another process, one after another."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool
        self._started: dict[tuple[object, ...], Future[Any]] = {}

    def __call__(self, function: Callable[..., T], *arguments: object) -> T:
        """Return what the function returns; a call that was started ahead is not made again."""
        self.ahead(function, *arguments)
        future: Future[T] = self._started.pop((function, *arguments))
        return future.result()

    def ahead(self, function: Callable[..., object], *arguments: object) -> None:
        """Start a call of which the result is asked for later."""
        key = (function, *arguments)
        if key not in self._started:
            self._started[key] = self._pool.submit(function, *arguments)

    def finish(self) -> None:
        """Wait for the calls of which nobody asked for the result.

        Raises:
            Exception: what the first of them that failed raised.
        """
        for future in self._started.values():
            future.result()

    def stop(self) -> None:
        """Forget the calls that have not begun."""
        for future in self._started.values():
            future.cancel()


@contextmanager
def check_worker() -> Iterator[CheckWorker]:
    """Start a process for checks, and end it with the block.

    Great Expectations takes three seconds to import. The worker does that on another core, while
    this process imports Dagster.
    """
    spawn = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=_start) as pool:
        worker = CheckWorker(pool)
        pool.submit(_nothing)  # a process starts with its first call
        try:
            yield worker
            worker.finish()
        finally:
            worker.stop()


def _nothing() -> None:
    """Do nothing."""


def _start() -> None:
    """Import what checks need, and end this process when a build is killed."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    Thread(target=watch, daemon=True).start()
    from expectations.runner import prepare

    prepare()
