"""The shape of a text in both languages, of the entries of catalogues, and of all descriptions."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from ingest.languages import Language


class Model(BaseModel):
    """Frozen; unknown keys and numbers that are not finite are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Text(Model):
    """A text in both languages of the product.

    Attributes:
        nl: in Dutch.
        en: in English.
    """

    nl: str
    en: str

    def text(self, language: Language) -> str:
        """Return the text in a language."""
        return self.nl if language == "nl" else self.en


class Refusal(Model):
    """Why something is refused, or how it differs: what was found, and how to fix it."""

    found: Text
    fix: Text
    allowed: Text | None = None


class Check(Model):
    """What must be true, one sentence, and how to fix it where it is not."""

    meaning: Text
    fix: Text


Entry = Text | Refusal | Check
