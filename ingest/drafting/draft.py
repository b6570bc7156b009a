"""What a draft is: proposals for the variables of a file, decisions, and the text to write."""

from __future__ import annotations

from pydantic import Field

from ingest.drafting.decisions import Decision
from ingest.harmonisation import CrosswalkRow, Recode
from ingest.models import Model, Text


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
        like: the most likely candidate; empty when there is none.
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
    recognised: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    confidence: float | None = None
    evidence: dict[str, float] = Field(default_factory=dict)


class Draft(Model):
    """The draft of a wave.

    Attributes:
        loads: whether the manifest can be read as it is.
        proposals: one for each variable of the file, in its order.
        decisions: what must be decided, the most pressing first.
        manifest: its text.
        crosswalk: rows to append.
        recodes: rows to append.
    """

    survey: str
    wave: str
    file: str
    respondents: int
    loads: bool
    proposals: tuple[Proposal, ...]
    decisions: tuple[Decision, ...]
    manifest: str
    crosswalk: tuple[CrosswalkRow, ...]
    recodes: tuple[Recode, ...]
