"""Messages in Dutch and English: the catalogues of all packages, and what fills them in.

Each package has one catalogue, `messages.yml`. A name with a prefix (`orchestration.no_release`)
is in the catalogue of that package, a name without one in the catalogue of this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from ingest.languages import LANGUAGES as LANGUAGES
from ingest.languages import Language as Language

if TYPE_CHECKING:
    from ingest.texts import Entry, Text

E = TypeVar("E", bound="Entry")
CATALOGUE = "messages.yml"
THOUSANDS = str.maketrans(",.", ".,")


@runtime_checkable
class Spoken(Protocol):
    """What has a text in every language."""

    def text(self, language: Language) -> str:
        """Return the text in a language."""


@cache
def catalogue(package: str) -> Mapping[str, Entry]:
    """Read the messages of a package: name -> entry."""
    return parse(files(package).joinpath(CATALOGUE).read_text("utf-8"))


def parse(text: str) -> dict[str, Entry]:
    """Read a catalogue from its YAML."""
    # Imported here, because most commands end without a message that needs them.
    import yaml
    from pydantic import TypeAdapter

    from ingest.texts import Entry

    content = yaml.load(text, Loader=yaml.CSafeLoader)
    return TypeAdapter(dict[str, Entry]).validate_python(content)


def entry(name: str, kind: type[E]) -> E:
    """Return an entry of a catalogue.

    Args:
        name: the entry, after its package and a dot where that is not this package.
        kind: what the entry must be.
    """
    package, _, own = name.rpartition(".")
    found = catalogue(package or __package__)[own]
    if not isinstance(found, kind):
        raise TypeError(f"{name} is a {type(found).__name__}, not a {kind.__name__}")
    return found


def has_phrase(name: str) -> bool:
    """Whether the catalogue of this package has an entry under a name."""
    return name in catalogue(__package__)


@dataclass(frozen=True)
class Filled:
    """A text with the values that it names between braces."""

    words: Text
    values: Mapping[str, object]

    def text(self, language: Language) -> str:
        """Return the text in a language."""
        return fill(self.words, self.values, language)


class Phrase:
    """A message, or a part of one, from a catalogue.

    Args:
        name: the phrase, after its package and a dot where that is not this package.
        values: what the phrase names between braces.
    """

    def __init__(self, name: str, /, **values: object) -> None:
        self.name, self.values = name, values

    def text(self, language: Language) -> str:
        """Return the text in a language."""
        from ingest.texts import Text

        return fill(entry(self.name, Text), self.values, language)

    def __str__(self) -> str:
        """Return the text in English."""
        return self.text("en")


class Names:
    """A list in a message that is not cut after eight, or has something else between."""

    def __init__(self, names: Iterable[object], limit: int, between: str = ", ") -> None:
        self.names, self.limit, self.between = tuple(names), limit, between

    def text(self, language: Language) -> str:
        """Return the names in a language."""
        return listing(self.names, self.limit, language, self.between)


def listing(
    names: Iterable[object], limit: int = 8, language: Language = "en", between: str = ", "
) -> str:
    """Join names for a message, cut after `limit` so that the message stays short."""
    items = [str(say(name, language)) for name in names]
    rest = len(items) - limit
    more = f" {Phrase('more', rest=rest).text(language)}" if rest > 0 else ""
    return between.join(items[:limit]) + more


def fill(words: Text, values: Mapping[str, object], language: Language) -> str:
    """Return a text with its values filled in: lists cut after eight, phrases in the language."""
    spoken = {name: say(value, language) for name, value in values.items()}
    filled: str = _Filler(language).vformat(words.text(language), (), spoken)
    return filled


def say(value: object, language: Language) -> object:
    """Return a value in a language; one that is the same in every language stays as it is."""
    if isinstance(value, Spoken):
        return value.text(language)
    if isinstance(value, (list, tuple, set, frozenset)):
        return listing(value, language=language)
    return value


class _Filler(Formatter):
    """Fills in numbers as the language writes them."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        words: str = super().format_field(value, format_spec)
        if self.language == "nl" and isinstance(value, (int, float)) and format_spec:
            return words.translate(THOUSANDS)
        return words
