"""Lets another process do the inspections of a build."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Protocol

from expectations.runner import Finding, prepare


class Call(Protocol):
    """Calls an inspection with its arguments."""

    def __call__(
        self, inspection: Callable[..., list[Finding]], *arguments: object
    ) -> list[Finding]:
        """Return what the inspection found."""


def call_here(inspection: Callable[..., list[Finding]], *arguments: object) -> list[Finding]:
    """Call an inspection in this process."""
    return inspection(*arguments)


@contextmanager
def inspector() -> Iterator[Call]:
    """Call inspections in a process of their own.

    Great Expectations takes three seconds to import. That process does it while this one is busy
    with Dagster, on another core.
    """
    spawn = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=_start) as pool:
        # A process starts with its first task.
        pool.submit(_start_now)

        def call(inspection: Callable[..., list[Finding]], *arguments: object) -> list[Finding]:
            return pool.submit(inspection, *arguments).result()

        yield call


def _start_now() -> None:
    """Do nothing."""


def _start() -> None:
    """Import ahead, and let no worker outlive a build that was killed."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    Thread(target=watch, daemon=True).start()
    prepare()
