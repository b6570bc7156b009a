"""Refusals: one message on what is wrong and how to fix it, in Dutch and English."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ingest.messages import Filled as Filled
from ingest.messages import Language as Language
from ingest.messages import Names as Names
from ingest.messages import Phrase as Phrase
from ingest.messages import Spoken as Spoken
from ingest.messages import entry, fill, say
from ingest.messages import listing as listing

if TYPE_CHECKING:
    from pydantic_core import PydanticCustomError

    from ingest.texts import Refusal

NEAR = 60  # percent of the letters of a mistyped name and the one that was meant
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")  # of a hostile name; a message is one line


class BarometerError(Exception):
    """A user's mistake or a refusal; shown without a traceback, exit code 1."""

    def text(self, language: Language) -> str:  # noqa: ARG002
        """Return the message in a language; in English where there is no other."""
        return str(self)


class RefusedError(BarometerError):
    """Something that cannot be accepted: where, what was found, what is allowed, how to fix it.

    Args:
        rule: the rule in a catalogue, after its package and a dot where that is not `ingest`.
        where: survey and wave, file, row or variable.
        values: what the texts of the rule name between braces; of a list eight are named.
    """

    def __init__(self, rule: str, where: str | Spoken, /, **values: object) -> None:
        self.entry, self.where, self.values = rule, where, values
        self.rule = rule.rpartition(".")[2]
        super().__init__(self.text("en"))

    def found(self, language: Language) -> str:
        """Return what was found, without what to do about it."""
        return CONTROLS.sub(" ", fill(self._words().found, self.values, language))

    def text(self, language: Language) -> str:
        """Return the message in a language."""
        words = self._words()
        allowed = fill(words.allowed, self.values, language) if words.allowed else ""
        message = Phrase(
            "refusal",
            where=self.where,
            rule=self.rule,
            found=self.found(language),
            allowed=Phrase("allowed", codes=allowed) if allowed else "",
            fix=fill(words.fix, self.values, language),
        )
        return CONTROLS.sub(" ", message.text(language))

    def _words(self) -> Refusal:
        from ingest.texts import Refusal

        return entry(self.entry, Refusal)

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error come back whole from another process."""
        return _refused, (type(self), self.entry, self.where, self.values)


def _refused(
    kind: type[RefusedError], rule: str, where: str | Spoken, values: dict[str, object]
) -> RefusedError:
    return kind(rule, where, **values)


class SeveralError(BarometerError):
    """Refusals together, one a line; the same one is shown once.

    Args:
        refused: what was refused, in both languages or in English.
    """

    def __init__(self, refused: Iterable[str | Spoken]) -> None:
        self.refused = tuple(refused)
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """Return the messages in a language."""
        return "\n".join(dict.fromkeys(str(say(item, language)) for item in self.refused))


def reason(error: Exception, limit: int = 200) -> str:
    """Return the first line of what a library says, cut after `limit` characters."""
    return next(iter(str(error).splitlines()), type(error).__name__)[:limit]


def did_you_mean(name: str, known: Iterable[object]) -> Phrase | str:
    """Return `; did you mean X` for a mistyped name, or nothing.

    Args:
        name: the name that was not found.
        known: the names that exist; empty ones are left out.
    """
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import extractOne

    # Of waves that are equally near the latest is the most likely one.
    names = sorted({str(one) for one in known if one}, reverse=True)
    near = extractOne(name, names, scorer=ratio, processor=str.lower, score_cutoff=NEAR)
    return Phrase("did_you_mean", near=near[0]) if near else ""


def invalid(name: str, /, **values: object) -> PydanticCustomError:
    """Return what a validator of a model raises; `messages.yml` has the message under that name."""
    from pydantic_core import PydanticCustomError

    return PydanticCustomError("invalid", "{phrase}", {"phrase": Phrase(name, **values)})
