"""Checks that practice cases, the debate and the words of open answers name what exists."""

from __future__ import annotations

from ingest.descriptions import check_reference
from ingest.errors import Phrase, RefusedError
from ingest.harmonisation.references import check_category, check_group
from ingest.harmonisation.seeds import Harmonisation
from ingest.registry import Registry


def check(found: Harmonisation, registry: Registry) -> None:
    """Refuse the first practice case, topic, measure or word that names what does not exist.

    Raises:
        RefusedError: with file, row and the nearest name.
    """
    sources = {source.source_id for source in registry.sources}
    found.practice_cases.refer("source_id", sources, "sources.csv")
    found.debate_topics.refer("source_id", sources, "sources.csv")
    for line, case in found.practice_cases.numbered:
        where = found.practice_cases.at(line)
        check_category(found, where, "sector", case.sector)
        for category in case.types:
            check_category(found, where, "innovation_type", category)
        for column, codelist in (
            ("themes", "practice_theme"),
            ("technologies", "practice_technology"),
        ):
            for code in getattr(case, column):
                _check_code(found, where, column, code, codelist)
    topics = {row.topic for row in found.debate_topics.rows}
    found.debate_measures.refer("topic", topics, "debate_topics.csv")
    found.debate_measures.refer("concept", found.concept, "concepts.csv")
    for line, measure in found.debate_measures.numbered:
        where = found.debate_measures.at(line)
        check_category(found, where, measure.concept, measure.category)
        check_group(found, where, measure.group_dimension, measure.group_value)
    surveys = {survey.survey for survey in registry.surveys}
    found.term_languages.refer("survey", surveys, "ingest/surveys")
    groups: dict[tuple[str, str], str | None] = {}
    for line, word in found.term_words.numbered:
        where = found.term_words.at(line)
        _check_code(found, where, "term_group", word.term_group, "term_group")
        if groups.setdefault((word.language, word.term), word.term_group) != word.term_group:
            raise RefusedError("term_in_two_groups", where, term=word.term)


def _check_code(
    found: Harmonisation, where: Phrase, column: str, code: str | None, codelist: str
) -> None:
    codes = {row.code for row in found.codelists.rows if row.codelist == codelist}
    check_reference(where, column, code, codes, f"codelists.csv ({codelist})")
