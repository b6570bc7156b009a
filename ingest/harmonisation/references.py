"""Checks that every name in a seed, a manifest or a published figure exists."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, pairwise
from typing import Any, get_args

from ingest.descriptions import Rows, check_reference, refuse_circle
from ingest.errors import Phrase, RefusedError, did_you_mean
from ingest.harmonisation import rows
from ingest.harmonisation.catalogue_rows import DebateKind, PracticeKind
from ingest.harmonisation.seeds import Harmonisation
from ingest.models import Statistic
from ingest.registry import Registry, SurveyWave

# Codelist -> codes that Python writes or reads. What dbt models write, dbt tests.
NEEDED: dict[str, tuple[str, ...]] = {
    "data_status": get_args(rows.DataStatus),
    "notice": (*get_args(rows.DataStatus), "assumed"),
    "weighting": get_args(rows.Weighting),
    "comparability": get_args(rows.Status),
    "statistic": get_args(Statistic),
    "finding_kind": get_args(rows.FindingKind),
    "direction": get_args(rows.Direction),
    "practice_kind": get_args(PracticeKind),
    "debate_kind": get_args(DebateKind),
    "debate_measure": get_args(rows.Status),
}

RESULT = "result"  # the concept whose categories regressions of the report explain


def check(found: Harmonisation, registry: Registry) -> None:
    """Refuse the first name that does not exist, and tables that are not complete.

    Raises:
        RefusedError: with file, row and the nearest name.
    """
    _check_concepts(found)
    _check_surveys(found, registry)
    _check_groups(found)
    _check_families(found)
    _check_bins(found)
    _check_codelists(found, registry)
    _check_quantiles(found)
    _check_report(found, registry)
    for wave in registry.waves:
        _check_manifest(found, wave)
    for _, figure in registry.figures:
        where = registry.places.get(figure.row_id, figure.row_id)
        check_reference(where, "concept", figure.concept, found.concept, "concepts.csv")
        _check_base(found, where, "base", figure.base)
        check_category(found, where, figure.concept, figure.category)
        check_group(found, where, figure.group_dimension, figure.group_value)


def check_category(
    found: Harmonisation, where: str | Phrase, concept: str, category: str | None
) -> None:
    """Refuse a category that the concept does not have."""
    if category is None:
        return
    names = found.categories_of[concept]
    if found.concept[concept].kind == "scale":
        names = names | {"value"}  # which no file needs to describe
    if category not in names:
        raise RefusedError(
            "unknown_category",
            where,
            concept=concept,
            category=category,
            near=did_you_mean(category, names),
            known=sorted(names),
        )


def _check_base(found: Harmonisation, where: str | Phrase, key: str, base: str) -> None:
    check_reference(where, key, base, {row.base for row in found.bases.rows}, "bases.csv")


def check_group(found: Harmonisation, where: str | Phrase, dimension: str, group: str) -> None:
    """Refuse a split that does not exist, or a group that it does not have."""
    check_reference(where, "group_dimension", dimension, found.groupings, "group_dimensions.csv")
    if group not in (names := found.groups(dimension)):
        raise RefusedError(
            "unknown_group",
            where,
            dimension=dimension,
            group=group,
            near=did_you_mean(group, names),
            known=sorted(names),
        )


def _check_concepts(found: Harmonisation) -> None:
    bases = {row.base for row in found.bases.rows}
    found.concepts.refer("default_base", bases, "bases.csv")
    found.crosswalk.refer("base", bases, "bases.csv")
    found.derived_bases.refer("base", bases, "bases.csv")
    found.report_figure_parts.refer("base", bases, "bases.csv")
    found.release_withdrawals.refer("base", bases, "bases.csv")
    with_concept: tuple[Rows[Any], ...] = (
        found.categories,
        found.release_groups,
        found.group_dimensions,
        found.crosswalk,
        found.bins,
        found.comparability,
        found.international_comparability,
        found.count_figures,
        found.report_figure_parts,
        found.report_findings,
        found.release_withdrawals,
    )
    for table in with_concept:
        table.refer("concept", found.concept, "concepts.csv")
    with_category: tuple[Rows[Any], ...] = (
        found.crosswalk,
        found.bins,
        found.comparability,
        found.international_comparability,
        found.report_figure_parts,
        found.report_findings,
        found.release_withdrawals,
    )
    for table in with_category:
        for line, row in table.numbered:
            if row.concept:
                check_category(found, table.at(line), row.concept, row.category)
    found.count_figures.refer("counted_concept", found.concept, "concepts.csv")
    for line, count in found.count_figures.numbered:
        where = found.count_figures.at(line)
        check_category(found, where, count.concept, count.category)
        check_category(found, where, count.counted_concept, count.counted_category)
    found.crosswalk.refer("rule", found.rules, "crosswalk_rules.csv")


def _check_surveys(found: Harmonisation, registry: Registry) -> None:
    surveys = {survey.survey for survey in registry.surveys}
    waves = {wave.id for wave in registry.waves}
    tables: tuple[Rows[Any], ...] = (
        found.crosswalk,
        found.comparability,
        found.international_comparability,
        found.published_weighting,
        found.derived_bases,
        found.report_findings,
        found.release_withdrawals,
    )
    for table in tables:
        table.refer("survey", surveys, "ingest/surveys")
        for line, row in table.numbered:
            if row.wave is not None:
                wave = f"{row.survey}/{row.wave}"
                check_reference(table.at(line), "wave", wave, waves, "ingest/surveys")
    for line, judged in found.international_comparability.numbered:
        if judged.nl_wave is not None:
            where = found.international_comparability.at(line)
            wave = f"{rows.HOME_SURVEY}/{judged.nl_wave}"
            check_reference(where, "nl_wave", wave, waves, "ingest/surveys")
    units = {True: set[str](), False: set[str]()}
    for described in registry.waves:
        unit = described.wave.unit or described.survey.unit
        units[described.survey.survey == rows.HOME_SURVEY].add(unit.code)
    found.unit_comparability.refer("nl_unit", units[True], "ingest/surveys")
    found.unit_comparability.refer("unit", units[False], "ingest/surveys")


def _check_groups(found: Harmonisation) -> None:
    dimensions = found.group_dimensions
    dimensions.refer("coarser", found.groupings, "group_dimensions.csv")
    refuse_circle(
        str(dimensions.path),
        "coarser",
        ((row.group_dimension, row.coarser) for row in dimensions.rows if row.coarser),
    )
    for line, row in found.group_contrasts.numbered:
        where = found.group_contrasts.at(line)
        for group in (row.group_value, row.reference_value):
            check_group(found, where, row.group_dimension, group)
        if row.published_dimension and row.published_value:
            check_group(found, where, row.published_dimension, row.published_value)
    found.report_figure_parts.refer("group_dimension", found.groupings, "group_dimensions.csv")
    for line, withdrawn in found.release_withdrawals.numbered:
        where = found.release_withdrawals.at(line)
        check_group(found, where, withdrawn.group_dimension, withdrawn.group_value)


def _check_families(found: Harmonisation) -> None:
    """Refuse a mart of which a difference could be in no family of tests."""
    families = found.test_families
    families.refer("concept", found.concept, "concepts.csv")
    for mart in get_args(rows.Family.model_fields["mart"].annotation):
        if not any(
            row.mart == mart and row.concept is None and row.grouped is None
            for row in families.rows
        ):
            raise RefusedError("families_leave_gaps", str(families.path), mart=mart)
    ordered = sorted(families.numbered, key=lambda item: item[1].sort_order)
    for place, (line, row) in enumerate(ordered):
        for _, other in ordered[:place]:
            if other.mart != row.mart:
                continue
            if other.sort_order == row.sort_order:
                raise RefusedError(
                    "families_in_one_place",
                    families.at(line),
                    family=row.family,
                    other=other.family,
                    place=row.sort_order,
                )
            if other.concept in (None, row.concept) and other.grouped in (None, row.grouped):
                raise RefusedError(
                    "family_of_nothing", families.at(line), family=row.family, other=other.family
                )


def _check_bins(found: Harmonisation) -> None:
    """Refuse classes of one scale that share a value: an answer would be in both."""
    classes: dict[str, list[tuple[int, rows.Bin]]] = {}
    for line, row in found.bins.numbered:
        classes.setdefault(row.concept, []).append((line, row))
    for numbered in classes.values():
        ordered = sorted(
            numbered, key=lambda item: float("-inf") if item[1].lower is None else item[1].lower
        )
        for (_, below), (line, above) in pairwise(ordered):
            upper, lower = below.upper, above.lower
            shared = below.upper_inclusive and above.lower_inclusive
            if upper is None or lower is None or upper > lower or (upper == lower and shared):
                raise RefusedError(
                    "bins_overlap",
                    found.bins.at(line),
                    category=above.category,
                    other=below.category,
                )


def _check_codelists(found: Harmonisation, registry: Registry) -> None:
    codes: dict[str, set[str]] = {}
    for row in found.codelists.rows:
        codes.setdefault(row.codelist, set()).add(row.code)
    countries = {survey.country for survey in registry.surveys}
    needed: dict[str, Iterable[str]] = {**NEEDED, "country": countries}
    for codelist, names in needed.items():
        if missing := sorted(set(names) - codes.get(codelist, set())):
            raise RefusedError(
                "codelist_incomplete",
                str(found.codelists.path),
                codelist=codelist,
                codes=missing,
            )


def _check_quantiles(found: Harmonisation) -> None:
    """Refuse a table with a gap, or in which a quantile does not fall with the freedom."""
    last = float("inf")
    for number, (line, row) in enumerate(found.t_quantiles.numbered, 1):
        if row.df != number or row.t975 >= last:
            raise RefusedError(
                "quantile_out_of_order", found.t_quantiles.at(line), df=row.df, allowed=number
            )
        last = row.t975


def _check_report(found: Harmonisation, registry: Registry) -> None:
    """Refuse a figure, part or finding of the report that names what does not exist."""
    figures = {row.figure_number for row in found.report_figures.rows}
    tables: tuple[Rows[Any], ...] = (
        found.report_figure_parts,
        found.report_figure_marts,
        found.report_findings,
    )
    for table in tables:
        table.refer("figure_number", figures, "report_figures.csv")
    _check_parts(found.report_figure_parts)
    # Seeds that are not in a dbt project have no marts beside them.
    folder = found.report_figure_marts.path.parents[1] / "models" / "marts"
    if marts := {path.stem for path in folder.glob("mart_*.sql")}:
        found.report_figure_marts.refer("mart", marts, "dbt_project/models/marts")
    countries = {row.code for row in found.codelists.rows if row.codelist == "country"}
    parts, findings = found.report_figure_parts, found.report_findings
    parts.refer("survey", {survey.survey for survey in registry.surveys}, "ingest/surveys")
    parts.refer("country", countries, "codelists.csv")
    sources = {source.source_id for source in registry.sources}
    found.derived_bases.refer("source_id", sources, "sources.csv")
    findings.refer("source_id", sources, "sources.csv")
    defined: dict[tuple[str, str], int] = {}
    for line, row in findings.numbered:
        check_category(found, findings.at(line), RESULT, row.outcome)
        if row.kind == "definition" and row.concept and row.category:
            other = defined.setdefault((row.concept, row.category), line)
            if other != line:
                raise RefusedError(
                    "defined_twice", findings.at(line), category=row.category, other=other
                )


def _check_parts(parts: Rows[rows.ReportFigurePart]) -> None:
    """Refuse a part of a figure that has figures of another part."""
    apart = ("survey", "country", "category", "base")
    for (before, one), (line, row) in combinations(parts.numbered, 2):
        same = ("figure_number", "concept", "group_dimension")
        if all(getattr(one, name) == getattr(row, name) for name in same) and not any(
            (first := getattr(one, name)) and (other := getattr(row, name)) and first != other
            for name in apart
        ):
            raise RefusedError(
                "figure_parts_overlap", parts.at(line), figure=row.figure_number, other=before
            )


def _check_manifest(found: Harmonisation, wave: SurveyWave) -> None:
    answers, where = wave.wave.answers, str(wave.path or wave.id)
    if answers is None:
        return
    for item in answers.items:
        _check_base(found, where, f"answers.items.{item.variable}.base", item.base)
    for concept in answers.not_asked:
        check_reference(where, "answers.not_asked", concept, found.concept, "concepts.csv")
    if answers.design and answers.design.stratum:
        stratum = answers.design.stratum
        check_reference(where, "answers.design.stratum", stratum, found.concept, "concepts.csv")
        if stratum in found.wholes:
            raise RefusedError(
                "stratum_nested", where, stratum=stratum, whole=found.wholes[stratum]
            )
        for group in answers.design.frame:
            check_category(found, where, stratum, group)
