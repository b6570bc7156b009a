"""What a draft is: proposals for the variables of a file, decisions, and the text to write."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from ingest.drafting.decisions import Decision
from ingest.harmonisation import Category, Concept, CrosswalkRow, Recode
from ingest.harmonisation.rows import CodelistCode
from ingest.models import Model, Row, Text


class Use(Model):
    """What a variable counts towards."""

    concept: str
    category: str | None
    rule: str
    recode: str | None
    base: str
    status: str


class Proposal(Model):
    """What a variable is proposed to be.

    Attributes:
        role: `item`, `respondent`, `organisation`, `completed_on` or `weight`.
        explanation: the evidence in words.
        like: the candidate that it is recognised as; empty when there is none.
        nearest: what it is most like, if it is not recognised; nothing of it is used.
        recognised: what that counts towards, as concept or concept/category.
        uses: what the drafted rows make of it; empty where its answers are too different.
        confidence: 0 to 1; nothing where there is no proposal.
        evidence: kind of evidence -> 0 to 1.
    """

    variable: str
    label: str
    role: str
    explanation: Text
    like: str = ""
    nearest: str = ""
    recognised: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    confidence: float | None = None
    evidence: dict[str, float] = Field(default_factory=dict)


class Draft(Model):
    """The draft of a wave.

    Attributes:
        proposals: one for each variable of the file, in its order.
        decisions: what must be decided, the most pressing first.
        manifest: its text.
        description: text of `survey.yml`; empty for a survey that is described already.
        concepts: rows to append.
        categories: rows to append.
        codelists: rows to append.
        crosswalk: rows to append.
        recodes: rows to append.
    """

    survey: str
    wave: str
    file: str
    respondents: int
    proposals: tuple[Proposal, ...]
    decisions: tuple[Decision, ...]
    manifest: str
    description: str = ""
    concepts: tuple[Concept, ...] = ()
    categories: tuple[Category, ...] = ()
    codelists: tuple[CodelistCode, ...] = ()
    crosswalk: tuple[CrosswalkRow, ...]
    recodes: tuple[Recode, ...]

    @property
    def rows(self) -> Mapping[str, tuple[Row, ...]]:
        """Seed -> rows to append."""
        names = ("codelists", "concepts", "categories", "crosswalk", "recodes")
        return {name: getattr(self, name) for name in names}
