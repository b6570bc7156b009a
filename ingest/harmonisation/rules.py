"""The rules of the crosswalk as data: what a rule reads, which columns it fills, what it gives.

`crosswalk_rules.csv` is the only list of rules. Checks, dbt models, drafts and the documentation
ask a rule for its properties and do not name it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import model_validator

from ingest.errors import Phrase, invalid
from ingest.models import EmptyIsNone, Name, Row, TrueOrFalse

Filled = Annotated[Literal["required", "optional"] | None, EmptyIsNone]
Column = Literal["variable", "source_concept", "category", "recode"]
COLUMNS: tuple[Column, ...] = ("variable", "source_concept", "category", "recode")
# What a rule gives -> what it reads, and whether its rows fill `category` and `recode`.
GIVES: dict[str | None, tuple[str | None, str | None, str | None]] = {
    "category": ("variable", None, "required"),
    "selected": ("variable", "required", "required"),
    "score": ("variable", None, "required"),
    "code": ("variable", None, "optional"),
    "text": ("variable", None, None),
    "count": ("concept", None, None),
    "class": ("concept", None, None),
    None: (None, "optional", None),
}


class CrosswalkRule(Row):
    """A rule of the crosswalk (`crosswalk_rules.csv`).

    Attributes:
        rule: name of the rule.
        reads: the codes of a `variable`, the answers of another `concept`, or nothing: then
            the wave did not ask it.
        category: whether a row names the category.
        recode: whether a row names a recode.
        gives: what an answer becomes. `category`, `selected` (the category of the row or none)
            and `score` are in the recode. `code`: the code itself, and the recode lists only
            codes that are no valid answer. `text`: an open answer, of which words are counted.
            `count`: how many categories of the other concept
            were selected. `class`: the class that the value of the other concept falls in.
        combines: whether one or all of the variables of a category must select it; nothing for
            rules that read one variable at a time.
        mirrored: the score counts from the other end of the scale.
        description_nl: what the rule does, in Dutch.
        description_en: what the rule does, in English.
    """

    KEY = ("rule",)

    rule: Name
    reads: Annotated[Literal["variable", "concept"] | None, EmptyIsNone]
    category: Filled
    recode: Filled
    gives: Annotated[
        Literal["category", "selected", "score", "code", "text", "count", "class"] | None,
        EmptyIsNone,
    ]
    combines: Annotated[Literal["any", "all"] | None, EmptyIsNone]
    mirrored: TrueOrFalse
    description_nl: str
    description_en: str

    @model_validator(mode="after")
    def _holds_together(self) -> CrosswalkRule:
        if (self.reads, self.category, self.recode) != (needed := GIVES[self.gives]):
            reads, category, recode = (word or Phrase("empty") for word in needed)
            raise invalid(
                "rule_contradicts",
                gives=self.gives or Phrase("nothing"),
                reads=reads,
                category=category,
                recode=recode,
            )
        if (self.combines and self.gives != "selected") or (
            self.mirrored and self.gives != "score"
        ):
            raise invalid("rule_combines_or_mirrors", rule=self.rule)
        return self

    @property
    def recodes(self) -> bool:
        """Whether its recode says of every code what it counts as."""
        return self.recode == "required"

    def filled(self, column: Column) -> Literal["required", "optional"] | None:
        """Return whether a row fills a column; nothing where it must be empty."""
        if column == "variable":
            return "required" if self.reads == "variable" else None
        if column == "source_concept":
            return "required" if self.reads == "concept" else None
        return self.category if column == "category" else self.recode
