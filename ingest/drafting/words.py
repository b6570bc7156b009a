"""What a draft tells a person, in Dutch and English (`words.yml`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from ingest.descriptions import read_yaml
from ingest.errors import Language
from ingest.models import Model, Text

WORDS = Path(__file__).with_name("words.yml")
LANGUAGES: tuple[Language, ...] = ("nl", "en")
Group = Literal["decisions", "evidence", "reasons", "comments"]


class Words(Model):
    """Texts by group and name; what stands between braces is filled in.

    Attributes:
        decisions: what must be decided, in the order in which it is shown.
        evidence: what speaks for a proposal.
        reasons: of statuses in the crosswalk.
        comments: in the manifest.
    """

    decisions: dict[str, Text]
    evidence: dict[str, Text]
    reasons: dict[str, Text]
    comments: dict[str, Text]


@cache
def words() -> Words:
    """Return the texts of `words.yml`."""
    return read_yaml(Words, WORDS)


def say(group: Group, name: str, language: Language, **values: object) -> str:
    """Return a text in a language, with its names filled in."""
    texts: dict[str, Text] = getattr(words(), group)
    return str(getattr(texts[name], language)).format(**values)
