"""Refusals: one message on what is wrong with a file and how to mend it, in Dutch and English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from ingest.texts import RefusalWords, Text

M = TypeVar("M")
Language = Literal["nl", "en"]
MESSAGES = Path(__file__).with_name("messages.yml")
PHRASES = Path(__file__).with_name("phrases.yml")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")  # of a hostile name; a message is one line
THOUSANDS = str.maketrans(",.", ".,")


@runtime_checkable
class Spoken(Protocol):
    """What has words in either language."""

    def text(self, language: Language) -> str:
        """Return the words in a language."""


class BarometerError(Exception):
    """A user's mistake or a refusal; shown without a traceback, exit code 1."""

    def text(self, language: Language) -> str:  # noqa: ARG002
        """Return the message in a language; in English where there is no other."""
        return str(self)


@dataclass(frozen=True)
class Filled:
    """Words in either language, with what they name between braces."""

    words: Text
    values: Mapping[str, object]

    def text(self, language: Language) -> str:
        """Return the words in a language."""
        return fill(self.words, self.values, language)


class Phrase:
    """A part of a message, of which the words stand in `phrases.yml`.

    Args:
        name: the phrase.
        values: what its words name between braces.
    """

    def __init__(self, name: str, /, **values: object) -> None:
        self.name, self.values = name, values

    def text(self, language: Language) -> str:
        """Return the words in a language."""
        return fill(_phrases()[self.name], self.values, language)

    def __str__(self) -> str:
        """Return the words in English."""
        return self.text("en")


def has_phrase(name: str) -> bool:
    """Whether `phrases.yml` has words under a name."""
    return name in _phrases()


class RefusedError(BarometerError):
    """Something in a survey's files cannot be accepted.

    The words stand in `messages.yml`, in Dutch and English, under the name of the rule: what was
    found, what is allowed, how to mend it.

    Args:
        rule: the rule in `messages.yml`.
        where: survey and wave, file, row or variable.
        values: what the words of the rule name between braces; of a list eight are named.
    """

    def __init__(self, rule: str, where: str | Phrase, /, **values: object) -> None:
        self.rule, self.where, self.values = rule, where, values
        super().__init__(self.text("en"))

    def found(self, language: Language) -> str:
        """Return what was found, without what to do about it."""
        return CONTROLS.sub(" ", fill(_messages()[self.rule].found, self.values, language))

    def text(self, language: Language) -> str:
        """Return the message in a language."""
        words = _messages()[self.rule]
        allowed = fill(words.allowed, self.values, language) if words.allowed else ""
        told = Phrase(
            "refusal",
            where=self.where,
            rule=self.rule,
            found=self.found(language),
            allowed=Phrase("allowed", codes=allowed) if allowed else "",
            mend=fill(words.mend, self.values, language),
        )
        return CONTROLS.sub(" ", told.text(language))

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error come back whole from another process."""
        return _refused, (self.rule, self.where, self.values)


def _refused(rule: str, where: str | Phrase, values: dict[str, object]) -> RefusedError:
    return RefusedError(rule, where, **values)


class _Filler(Formatter):
    """Fills in numbers as the language writes them."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        words: str = super().format_field(value, format_spec)
        if self.language == "nl" and isinstance(value, (int, float)) and format_spec:
            return words.translate(THOUSANDS)
        return words


def fill(words: Text, values: Mapping[str, object], language: Language) -> str:
    """Return words with their values in them: a list cut after eight, a part in the language."""
    spoken = {name: say(value, language) for name, value in values.items()}
    filled: str = _Filler(language).vformat(words.text(language), (), spoken)
    return filled


def say(value: object, language: Language) -> object:
    """Put a value into a language; one that is the same in every language is left as it is."""
    if isinstance(value, Spoken):
        return value.text(language)
    if isinstance(value, (list, tuple, set, frozenset)):
        return listing(value, language=language)
    return value


@cache
def _messages() -> dict[str, RefusalWords]:
    from ingest.texts import RefusalWords

    return read_words(MESSAGES, RefusalWords)


@cache
def _phrases() -> dict[str, Text]:
    from ingest.texts import Text

    return read_words(PHRASES, Text)


def read_words(path: Path, model: type[M]) -> dict[str, M]:
    """Read a catalogue of words: name -> what `model` says that there is of each."""
    import yaml
    from pydantic import TypeAdapter

    words = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return TypeAdapter(dict[str, model]).validate_python(words)  # type: ignore[valid-type]


def listing(
    names: Iterable[object], limit: int = 8, language: Language = "en", between: str = ", "
) -> str:
    """Join names for a message, cut after `limit` so that one message stays one message."""
    items = [str(say(name, language)) for name in names]
    rest = len(items) - limit
    more = f" {Phrase('more', rest=rest).text(language)}" if rest > 0 else ""
    return between.join(items[:limit]) + more


class SeveralError(BarometerError):
    """Refusals together, one a line; each is told once.

    Args:
        refused: what was refused, in both languages or in English.
    """

    def __init__(self, refused: Iterable[str | Spoken]) -> None:
        self.refused = tuple(refused)
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """Return the messages in a language."""
        return "\n".join(dict.fromkeys(str(say(item, language)) for item in self.refused))


class Names:
    """A list in a message that is not cut after eight, or has something else between."""

    def __init__(self, names: Iterable[object], limit: int, between: str = ", ") -> None:
        self.names, self.limit, self.between = tuple(names), limit, between

    def text(self, language: Language) -> str:
        """Return the names in a language."""
        return listing(self.names, self.limit, language, self.between)


def reason(error: Exception, limit: int = 200) -> str:
    """Return the first line of what a library says, cut after `limit` characters."""
    return next(iter(str(error).splitlines()), type(error).__name__)[:limit]


def did_you_mean(name: str, known: Iterable[str]) -> Phrase | str:
    """Return `; did you mean X` for a mistyped name, or nothing."""
    near = get_close_matches(name, list(known), n=1)
    return Phrase("did_you_mean", near=near[0]) if near else ""
