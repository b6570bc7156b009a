"""The one error that tells a person what is wrong with a file, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class BarometerError(Exception):
    """A user's mistake or a refusal; shown without a traceback, exit code 1."""


class IngestError(BarometerError):
    """Something in a survey's files cannot be accepted.

    The message has up to four parts: where (survey, wave, file, row or variable), what was
    found, what is allowed, and how to mend it.
    """

    def __init__(self, where: str, found: str, mend: str, allowed: str | None = None) -> None:
        self.where, self.found, self.allowed, self.mend = where, found, allowed, mend
        middle = f" Allowed: {allowed}." if allowed else ""
        super().__init__(f"{where}: {found}.{middle} To mend: {mend}.")

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error come back whole from another process."""
        return type(self), (self.where, self.found, self.mend, self.allowed)


def listing(names: Iterable[object], limit: int = 8) -> str:
    """Join names for a message, cut after `limit` so that one message stays one message."""
    items = [str(name) for name in names]
    more = f" and {len(items) - limit} more" if len(items) > limit else ""
    return ", ".join(items[:limit]) + more


def reason(error: Exception, limit: int = 200) -> str:
    """Return the first line of what a library says, cut after `limit` characters."""
    return next(iter(str(error).splitlines()), type(error).__name__)[:limit]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean X` for a mistyped name, or nothing."""
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}" if near else ""
