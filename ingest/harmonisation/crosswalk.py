"""Checks that each row of the crosswalk fits its rule, its variable and its recode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ingest.codes import BLANK, EMPTY_SEED, NUMBER, by_code
from ingest.descriptions import check_reference, refuse_circle
from ingest.errors import Phrase, RefusedError, did_you_mean
from ingest.harmonisation.references import check_category
from ingest.harmonisation.rows import CrosswalkRow, Recode
from ingest.harmonisation.rules import COLUMNS, CrosswalkRule
from ingest.harmonisation.seeds import Harmonisation
from ingest.models import Answers, Item
from ingest.registry import Registry

SELECTED = ("selected", "not_selected")
# What a rule gives -> the kinds of concept that it can be derived from.
DERIVES_FROM = {"class": ("scale",), "count": ("multiple",)}
Question = tuple[str, str, str, str]


class Placed(NamedTuple):
    """A row of the crosswalk with its rule and its place."""

    line: int
    row: CrosswalkRow
    rule: CrosswalkRule
    where: Phrase

    @property
    def question(self) -> Question:
        """The rows of one question go together."""
        return self.row.survey, self.row.wave, self.row.concept, self.row.base


def check(found: Harmonisation, registry: Registry) -> None:
    """Refuse the first row that cannot be right.

    Raises:
        RefusedError: with file, row and how to fix it.
    """
    waves = {wave.id: wave.wave.answers for wave in registry.waves if wave.wave.answers}
    recodes: dict[str, list[tuple[int, Recode]]] = {}
    for line, recode in found.recodes.numbered:
        recodes.setdefault(recode.recode, []).append((line, recode))
    placed = [
        Placed(line, row, found.rules[row.rule], found.crosswalk.at(line))
        for line, row in found.crosswalk.numbered
    ]
    for one in placed:
        wave = f"{one.row.survey}/{one.row.wave}"
        if wave not in waves:
            raise RefusedError("wave_without_answers", one.where, wave=wave, known=sorted(waves))
        _check_columns(one)
        check_reference(one.where, "recode", one.row.recode, recodes, "recodes.csv")
        if one.row.variable:
            item = _item(one, waves[wave])
            _check_codes(found, one, item, waves[wave], recodes.get(one.row.recode or "", []))
    _check_derived(found, placed)
    _check_together(found, placed)
    _check_denied(found, registry, placed)


def _check_columns(one: Placed) -> None:
    for column in COLUMNS:
        value, filled = getattr(one.row, column), one.rule.filled(column)
        given = {"by": one.row.rule, "column": column}
        if filled == "required" and not value:
            raise RefusedError("rule_needs_column", one.where, **given)
        if value and not filled:
            raise RefusedError("rule_leaves_column_empty", one.where, value=value, **given)
    if one.rule.reads is None and one.row.status != "impossible":
        raise RefusedError("not_asked_is_impossible", one.where, status=one.row.status)


def _item(one: Placed, answers: Answers) -> Item:
    items = {item.variable: item for item in answers.items}
    variable = one.row.variable or ""
    if variable not in items:
        raise RefusedError(
            "unknown_variable",
            one.where,
            wave=f"{one.row.survey}/{one.row.wave}",
            variable=variable,
            near=did_you_mean(variable, items),
            known=sorted(items),
        )
    return items[variable]


def _check_codes(
    found: Harmonisation,
    one: Placed,
    item: Item,
    answers: Answers,
    recodes: list[tuple[int, Recode]],
) -> None:
    """Refuse a recode that says another thing than the rule needs, or not all of it."""
    gives, concept = one.rule.gives, one.row.concept
    names = {"variable": item.variable, "by": one.row.rule}
    kind = found.concept[concept].kind
    if item.text != (gives == "text"):
        raise RefusedError(
            "text_has_no_codes" if item.text else "rule_needs_text", one.where, **names
        )
    if (kind == "text") != (gives == "text"):
        raise RefusedError("concept_of_texts", one.where, concept=concept, kind=kind, **names)
    if item.text:
        return
    if item.number and (gives != "code" or kind != "scale"):
        raise RefusedError("number_needs_direct", one.where, concept=concept, **names)
    labels = item.missing if item.number else answers.codelists[item.codelist or ""]
    if item.separator and gives != "category":
        raise RefusedError("list_needs_recode", one.where, **names)
    if BLANK in {recode.code for _, recode in recodes} and not item.battery:
        raise RefusedError("blank_without_battery", one.where, recode=one.row.recode, **names)
    for line, recode in recodes:
        _check_recode(found, one, found.recodes.at(line), recode)
    left_out = sorted(labels.keys() - {recode.code for _, recode in recodes}, key=by_code)
    if nulls := [code for code in left_out if EMPTY_SEED.fullmatch(code)]:
        # No row of recodes.csv can name it.
        where, codes = one.where, [*map(repr, nulls)]
        raise RefusedError("code_null", where, variable=item.variable, codes=codes)
    if one.rule.recodes and left_out:
        raise RefusedError(
            "code_without_recode",
            one.where,
            variable=item.variable,
            codes=[f"{code} ({labels[code]})" for code in left_out],
            recode=one.row.recode,
        )
    if not one.rule.recodes:
        scale = found.concept[concept].kind == "scale"
        if item.number and left_out:
            raise RefusedError("missing_without_recode", one.where, codes=left_out, **names)
        # Any of its codes that the number does not name would be a number, such as an age of 99.
        beyond = [recode.code for _, recode in recodes if recode.code not in labels]
        if item.number and beyond:
            raise RefusedError(
                "recode_beyond_missing", one.where, codes=beyond, recode=one.row.recode, **names
            )
        if scale and (words := [code for code in left_out if not NUMBER.fullmatch(code)]):
            raise RefusedError("code_is_no_number", one.where, codes=words, **names)
        for code in () if scale else left_out:  # those of a scale are numbers
            check_category(found, one.where, concept, code)


def _check_recode(found: Harmonisation, one: Placed, where: Phrase, recode: Recode) -> None:
    gives = one.rule.gives
    given = {
        "recode": recode.recode,
        "code": recode.code,
        "by": one.row.rule,
        "used": one.where,
    }
    if recode.missing_kind:
        return
    if gives == "code":
        raise RefusedError("direct_recodes_missing_only", where, **given)
    if gives == "selected" and recode.category not in SELECTED:
        raise RefusedError("recode_does_not_select", where, **given, known=SELECTED)
    if gives == "score" and recode.score is None:
        raise RefusedError("recode_has_no_score", where, **given)
    if gives == "category":
        names = found.categories_of[one.row.concept]
        if recode.category not in names:
            category = recode.category or ""
            raise RefusedError(
                "unknown_category",
                where,
                concept=one.row.concept,
                category=category,
                near=did_you_mean(category, names),
                known=sorted(names),
            )


def _check_derived(found: Harmonisation, placed: list[Placed]) -> None:
    """Refuse a concept that derives from one that the wave did not ask, or from itself."""
    asked = {(one.row.survey, one.row.wave, one.row.concept) for one in placed if one.rule.reads}
    derived = [one for one in placed if one.row.source_concept]
    for one in derived:
        source = one.row.source_concept or ""
        check_reference(one.where, "source_concept", source, found.concept, "concepts.csv")
        kind, kinds = found.concept[source].kind, DERIVES_FROM[one.rule.gives or ""]
        if (one.row.survey, one.row.wave, source) not in asked:
            raise RefusedError(
                "source_not_asked",
                one.where,
                wave=f"{one.row.survey}/{one.row.wave}",
                source=source,
            )
        if one.rule.gives == "class" and not any(
            row.concept == one.row.concept for row in found.bins.rows
        ):
            raise RefusedError("bins_missing", one.where, concept=one.row.concept)
        refuse_circle(
            one.where,
            "source_concept",
            (
                (other.row.concept, other.row.source_concept or "")
                for other in derived
                if (other.row.survey, other.row.wave) == (one.row.survey, one.row.wave)
            ),
        )
        if kind not in kinds:
            raise RefusedError(
                "source_of_other_kind",
                one.where,
                by=one.row.rule,
                source=source,
                kind=kind,
                kinds=kinds,
            )


def _check_together(found: Harmonisation, placed: list[Placed]) -> None:
    """Refuse rows of one question that contradict each other."""
    questions: dict[Question, list[Placed]] = {}
    for one in placed:
        questions.setdefault(one.question, []).append(one)
    for one in placed:
        rows = questions[one.question]
        alike = [other for other in rows if other.row.category == one.row.category]
        if one.rule.reads is None:
            _check_not_asked(one, rows if one.row.category is None else alike)
        if one.rule.combines:
            _check_combination(found, one, rows, alike)


def _check_not_asked(one: Placed, others: list[Placed]) -> None:
    if len(others) > 1:
        raise RefusedError(
            "asked_and_not_asked",
            one.where,
            lines=[other.line for other in others if other.line != one.line],
            **_names(one),
        )


def _check_denied(found: Harmonisation, registry: Registry, placed: list[Placed]) -> None:
    """Refuse answers to, or a figure of, what a wave is said not to have asked."""
    # Wave and concept -> bases and categories that were not asked; None stands for all.
    denied: dict[tuple[str, str | None], set[tuple[str | None, str | None]]] = {}
    for wave in registry.waves:
        for concept in wave.wave.answers.not_asked if wave.wave.answers else ():
            denied[wave.id, concept] = {(None, None)}
    for one in placed:
        key = (f"{one.row.survey}/{one.row.wave}", one.row.concept)
        if one.rule.reads is None:
            denied.setdefault(key, set()).add((one.row.base, one.row.category))
        elif (None, None) in denied.get(key, ()):
            raise RefusedError("answers_not_asked", one.where, wave=key[0], concept=key[1])
    for survey, figure in registry.figures:
        wave_id, groups = f"{survey}/{figure.wave}", found.groupings[figure.group_dimension]
        unasked = [
            *(
                figure.concept
                for base, category in denied.get((wave_id, figure.concept), ())
                if base in (None, figure.base) and category in (None, figure.category)
            ),
            # Who is in a group follows from a question too.
            *(groups for _, category in denied.get((wave_id, groups), ()) if category is None),
        ]
        if unasked and figure.status == "current":
            where = registry.places.get(figure.row_id, figure.row_id)
            raise RefusedError("figure_not_asked", where, wave=wave_id, concept=unasked[0])


def _check_combination(
    found: Harmonisation, one: Placed, rows: list[Placed], alike: list[Placed]
) -> None:
    if mixed := sorted({other.row.rule for other in alike} - {one.row.rule}):
        raise RefusedError("combination_mixed", one.where, others=mixed, **_names(one))
    combined = set(_variables(alike))
    if len(combined) == 1:
        raise RefusedError("combination_of_one", one.where, **_names(one))
    of_all = set(_variables(other for other in rows if other.rule.combines))
    if found.concept[one.row.concept].kind == "single" and combined != of_all:
        raise RefusedError(
            "combination_uneven", one.where, variables=sorted(of_all - combined), **_names(one)
        )


def _names(one: Placed) -> dict[str, str]:
    category = one.row.category or ""
    return {"concept": one.row.concept, "category": category, "by": one.row.rule}


def _variables(rows: list[Placed] | Iterator[Placed]) -> Iterator[str]:
    return (one.row.variable for one in rows if one.row.variable)
