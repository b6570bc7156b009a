"""How much memory a build may take, and what ends a build that takes more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from ingest.errors import RefusedError

GIB = 1024**3
UNITS = {"MB": 1024**2, "GB": GIB}
LEAST = 2 * GIB
# What the processes of a build take besides DuckDB: 1.2 GB with the shipped waves.
BESIDE_DUCKDB = 3 * GIB // 2
# Of the rest DuckDB gets 80 %: it takes up to a fifth more than its own limit.
OF_DUCKDB = 80
SECONDS = 0.2  # between two looks
# The limit of a container (control groups version 2, then version 1).
CONTAINER = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def given(text: str | None) -> int | None:
    """Return the bytes that a text allows a build; None without a text.

    Args:
        text: a number with its unit (`4GB`, `2500MB`).

    Raises:
        RefusedError: the text is no amount of memory, or too little to build with.
    """
    if not text:
        return None
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(MB|GB)\s*", text, re.IGNORECASE)
    amount = int(float(found[1]) * UNITS[found[2].upper()]) if found else 0
    if amount < LEAST:
        raise RefusedError(
            "orchestration.memory_unknown", "BAROMETER_MEMORY", given=text, least=shown(LEAST)
        )
    return amount


def half_of_machine() -> int:
    """Return half of what the machine has, and at least what the shipped waves need, in bytes."""
    return max(machine() // 2, LEAST)


def machine() -> int:
    """Return how much memory this machine, or its container, has, in bytes."""
    import psutil

    total = psutil.virtual_memory().total
    for path in CONTAINER:
        with suppress(OSError, ValueError):  # no container, or one without a limit ("max")
            return min(total, int(path.read_text()))
    return int(total)


def shown(amount: int) -> str:
    """Return an amount as `BAROMETER_MEMORY` takes it."""
    return f"{amount / GIB:.1f}GB"


def duckdb_options(memory: int, spill: Path) -> dict[str, str | bool | int | float | list[str]]:
    """Return the options of a DuckDB connection in a build that may take `memory` bytes."""
    return {
        "memory_limit": f"{(memory - BESIDE_DUCKDB) * OF_DUCKDB // 100 // UNITS['MB']}MiB",
        "temp_directory": str(spill),
    }


class MemoryGuard:
    """Looks how much memory a build takes, and ends its largest process when that is too much.

    What this process started earlier is no part of the build.

    Attributes:
        exceeded: bytes that the build took when a process was ended; 0 as long as none was.
        most: the most bytes that the build took so far.
    """

    def __init__(self, limit: int) -> None:
        import psutil

        self._limit = limit
        self._this = psutil.Process()
        self._others = set(self._this.children(recursive=True))
        self.exceeded = 0
        self.most = 0

    def look(self) -> None:
        """Compare what this process and those that it started take with the limit."""
        import psutil

        taken: dict[psutil.Process, int] = {}
        for process in {self._this, *self._this.children(recursive=True)} - self._others:
            with suppress(psutil.Error):  # it has just ended
                taken[process] = process.memory_info().rss
        total = sum(taken.values())
        self.most = max(self.most, total)
        if total > self._limit and not self.exceeded:
            self.exceeded = total
            # Without children nothing can be ended but this process, and DuckDB limits itself.
            started = [process for process in taken if process != self._this]
            for process in sorted(started, key=taken.__getitem__)[-1:]:
                with suppress(psutil.Error):
                    process.kill()


@contextmanager
def memory_guard(limit: int) -> Iterator[MemoryGuard]:
    """Guard the memory of a block."""
    guard = MemoryGuard(limit)
    done = Event()

    def watch() -> None:
        while not done.wait(SECONDS):
            guard.look()

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield guard
    finally:
        done.set()
        thread.join()
