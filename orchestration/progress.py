"""Counts what a build has done, for a progress display."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import dagster as dg


@dataclass
class Progress:
    """What a progress display shows; `changed` is called after every step of it.

    Attributes:
        changed: is called with this object.
        total: number of assets and checks.
        done: how many of them are done.
        latest: name of the one that was done last.
    """

    changed: Callable[[Progress], None] = lambda _: None
    total: int = 0
    done: int = 0
    latest: str = ""

    def step(self, name: str) -> None:
        """Count one asset or check as done."""
        self.done += 1
        self.latest = name
        self.changed(self)


class ProgressHandler(logging.Handler):
    """Receives every event of a run and counts assets and checks."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        """Count an asset that was made or a check that was evaluated."""
        event: Any = getattr(record, "dagster_event", None)
        if event is None:
            return
        if event.is_step_materialization:
            self.progress.step("/".join(event.asset_key.path))
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            self.progress.step(event.asset_check_evaluation_data.check_name)


def progress_logger(progress: Progress) -> dg.LoggerDefinition:
    """Return a logger for a run that reports to `progress` what is done."""
    import dagster as dg

    @dg.logger({}, description="Counts assets and checks for a progress display.")
    def logger(_: dg.InitLoggerContext) -> logging.Logger:
        found = logging.Logger("barometer", logging.DEBUG)
        found.addHandler(ProgressHandler(progress))
        return found

    return logger
