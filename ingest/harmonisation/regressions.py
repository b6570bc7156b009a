"""Checks of the terms of regressions: what they count, and what is explained by what."""

from __future__ import annotations

from ingest.descriptions import check_reference
from ingest.errors import RefusedError
from ingest.harmonisation import rows
from ingest.harmonisation.references import check_category
from ingest.harmonisation.seeds import Harmonisation


def check(found: Harmonisation) -> None:
    """Refuse a term that nobody can be asked or shown, or that explains its own question.

    Raises:
        RefusedError: with file, row and how to fix it.
    """
    table = found.model_terms
    table.refer("concept", found.concept, "concepts.csv")
    terms: dict[str, rows.ModelTerm] = {}
    for line, row in table.numbered:
        where = table.at(line)
        first = terms.setdefault(row.term, row)
        if first != row.model_copy(update={"answer": first.answer}):
            raise RefusedError("term_of_two", where, term=row.term)
        kind = found.concept[row.concept].kind
        if kind not in ("single", "multiple") and (kind, row.category) != ("scale", "value"):
            raise RefusedError(
                "term_without_answer", where, term=row.term, concept=row.concept, kind=kind
            )
        for category in (row.category, row.answer):
            check_category(found, where, row.concept, category)
        answer = row.answer or row.category
        hidden = found.merged.get((row.concept, answer), row.concept in found.wholes)
        if hidden and hidden != answer:
            raise RefusedError("term_not_released", where, term=row.term, category=answer)
    _check_outcomes(found, terms)


def _check_outcomes(found: Harmonisation, terms: dict[str, rows.ModelTerm]) -> None:
    table = found.regression_terms
    for line, row in table.numbered:
        where = table.at(line)
        for column, term in (("outcome", row.outcome), ("term", row.term)):
            check_reference(where, column, term, terms, "model_terms.csv")
        concept = terms[row.outcome].concept
        if found.concept[concept].kind == "scale":
            raise RefusedError("outcome_is_a_scale", where, outcome=row.outcome, concept=concept)
        if terms[row.term].concept == concept:
            raise RefusedError("outcome_explains_itself", where, term=row.term, concept=concept)
