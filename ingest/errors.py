"""The one error that tells a person what is wrong with a file, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["nl", "en"]
MESSAGES = Path(__file__).with_name("messages.yml")
WORDS: dict[Language, tuple[str, str, str]] = {
    "nl": ("Toegestaan", "Oplossing", "en nog {}"),
    "en": ("Allowed", "To mend", "and {} more"),
}


class BarometerError(Exception):
    """A user's mistake or a refusal; shown without a traceback, exit code 1."""

    def text(self, language: Language) -> str:  # noqa: ARG002
        """Return the message in a language; in English where there is no other."""
        return str(self)


class RefusedError(BarometerError):
    """Something in a survey's files cannot be accepted.

    The words stand in `messages.yml`, in Dutch and English, under the name of the rule: what was
    found, what is allowed, how to mend it.

    Args:
        rule: the rule in `messages.yml`.
        where: survey and wave, file, row or variable.
        values: what the words of the rule name between braces; of a list eight are named.
    """

    def __init__(self, rule: str, where: str, **values: object) -> None:
        self.rule, self.where, self.values = rule, where, values
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """Return the message in a language."""
        allowed_word, mend_word, _ = WORDS[language]
        values = {name: _words(value, language) for name, value in self.values.items()}
        words = {part: texts[language] for part, texts in _messages()[self.rule].items()}
        found, mend = (words[part].format(**values) for part in ("found", "mend"))
        allowed = words["allowed"].format(**values) if "allowed" in words else ""
        middle = f" {allowed_word}: {allowed}." if allowed else ""
        return f"{self.where}, rule {self.rule}: {found}.{middle} {mend_word}: {mend}."

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error come back whole from another process."""
        return _refused, (self.rule, self.where, self.values)


def _refused(rule: str, where: str, values: dict[str, object]) -> RefusedError:
    return RefusedError(rule, where, **values)


@cache
def _messages() -> dict[str, dict[str, dict[str, str]]]:
    import yaml

    messages: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(MESSAGES.read_text("utf-8"))
    return messages


def _words(value: object, language: Language) -> object:
    if isinstance(value, (list, tuple, set, frozenset)):
        return listing(value, language=language)
    return value


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


def listing(names: Iterable[object], limit: int = 8, language: Language = "en") -> str:
    """Join names for a message, cut after `limit` so that one message stays one message."""
    items = [str(name) for name in names]
    rest = len(items) - limit
    more = f" {WORDS[language][2].format(rest)}" if rest > 0 else ""
    return ", ".join(items[:limit]) + more


def reason(error: Exception, limit: int = 200) -> str:
    """Return the first line of what a library says, cut after `limit` characters."""
    return next(iter(str(error).splitlines()), type(error).__name__)[:limit]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean X` for a mistyped name, or nothing."""
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}" if near else ""
