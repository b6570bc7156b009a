"""Writes down what each column of the file is proposed to be, and why."""

from __future__ import annotations

from collections import defaultdict

from ingest.drafting.draft import Proposal, Use
from ingest.drafting.findings import Findings
from ingest.drafting.matching import Match
from ingest.drafting.profile import FileVariable
from ingest.formats import AnswerTable
from ingest.messages import Language, Phrase
from ingest.models import Text


def propose(table: AnswerTable, found: Findings) -> tuple[Proposal, ...]:
    """Return the proposal for each column of a file, in the order of the file."""
    uses: dict[str, list[Use]] = defaultdict(list)
    for row in found.rows.crosswalk:
        kept = row.model_dump(include=set(Use.model_fields))
        uses[row.variable or ""].append(Use.model_validate(kept))
    proposals = {}
    for role, name in found.profile.roles.items():
        evidence = Phrase(f"evidence_{role}")
        proposals[name] = Proposal(
            variable=name,
            label=table.labels.get(name, ""),
            role=role,
            explanation=Text(nl=evidence.text("nl"), en=evidence.text("en")),
        )
    for variable in found.profile.variables:
        match, near = found.matches.get(variable.name), found.nearest.get(variable.name)
        proposal = Proposal(
            variable=variable.name,
            label=variable.label,
            role="item",
            uses=tuple(uses[variable.name]),
            explanation=Text(
                nl=_explanation(variable, match, near, "nl"),
                en=_explanation(variable, match, near, "en"),
            ),
            nearest=near.candidate.name if near else "",
        )
        if match:
            recognised = {
                "like": match.candidate.name,
                "recognised": match.candidate.counts_towards,
                "confidence": round(match.confidence, 3),
                "evidence": {kind: round(score, 3) for kind, score in match.evidence.items()},
            }
            proposal = proposal.model_copy(update=recognised)
        proposals[variable.name] = proposal
    return tuple(proposals[name] for name in table.data.column_names)


def _explanation(
    variable: FileVariable, match: Match | None, near: Match | None, language: Language
) -> str:
    """The evidence in words."""
    if match is None and near:
        name, sure = near.candidate.name, f"{near.confidence:.2f}"
        return Phrase("evidence_nearest", name=name, confidence=sure).text(language)
    if match is None:
        return Phrase("evidence_none").text(language)
    parts = []
    for kind, score in match.evidence.items():
        if kind == "codes":
            named = "codes" if variable.labelled else "codes_only"
            count = {"paired": len(match.pairs), "all": len(variable.codes)}
            parts.append(Phrase(f"evidence_{named}", **count).text(language))
        elif kind == "name":
            if score == 1:
                parts.append(Phrase("evidence_same_name").text(language))
        else:
            parts.append(Phrase(f"evidence_{kind}", score=f"{score:.2f}").text(language))
    return "; ".join(parts)
