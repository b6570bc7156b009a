"""Lets another process do the inspections of a build."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Protocol, TypeVar

from expectations.runner import prepare

T = TypeVar("T")


class Call(Protocol):
    """Calls a function with its arguments."""

    def __call__(self, function: Callable[..., T], *arguments: object) -> T:
        """Return what the function returns."""


def call_here(function: Callable[..., T], *arguments: object) -> T:
    """Call a function in this process."""
    return function(*arguments)


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

        def call(function: Callable[..., T], *arguments: object) -> T:
            return pool.submit(function, *arguments).result()

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
