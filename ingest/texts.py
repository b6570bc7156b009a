"""The shape of a text in both languages, and of all that is described."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen; unknown keys and numbers that are not finite are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Text(Model):
    """A text in both languages of the product."""

    nl: str
    en: str

    def text(self, language: Literal["nl", "en"]) -> str:
        """Return the text in a language."""
        return self.nl if language == "nl" else self.en


class RefusalWords(Model):
    """The words of a rule in `messages.yml`."""

    found: Text
    mend: Text
    allowed: Text | None = None
