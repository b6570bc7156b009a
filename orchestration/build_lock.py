"""Lets one build run at a time, whether a command or Dagster's interface started it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

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
