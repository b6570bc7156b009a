"""Checks of what a release may show: merged groups, units of rounding, thresholds."""

from __future__ import annotations

from typing import get_args

from ingest.descriptions import check_reference
from ingest.errors import Phrase, RefusedError
from ingest.harmonisation import rows
from ingest.harmonisation.references import check_category
from ingest.harmonisation.seeds import Harmonisation

# One hidden group is the total less the others.
FEWEST_HIDDEN_GROUPS = 2


def check(found: Harmonisation) -> None:
    """Refuse merged groups that hide nothing or cannot be made, and thresholds that are missing.

    Raises:
        RefusedError: with file and row.
    """
    _check_names(found)
    _check_nesting(found)
    _check_merging(found)
    _check_contrasts(found)
    _check_withdrawals(found)
    _check_complements(found)
    _check_precision(found)
    _check_rules(found)


def _check_names(found: Harmonisation) -> None:
    table = found.release_groups
    table.refer("within_concept", found.concept, "concepts.csv")
    for line, row in table.numbered:
        where = table.at(line)
        for category in (row.category, row.release_category):
            check_category(found, where, row.concept, category)
        for concept in (row.concept, row.within_concept):
            if concept and (kind := found.concept[concept].kind) != "single":
                raise RefusedError("release_group_not_single", where, concept=concept, kind=kind)
        if row.within_concept:
            check_category(found, where, row.within_concept, row.within_category)


def _check_merging(found: Harmonisation) -> None:
    """Refuse a merged group that is merged again, or that holds one category only."""
    table = found.release_groups
    merged = {
        (row.concept, row.within_category, row.category): row.release_category for row in table.rows
    }
    for line, row in table.numbered:
        group = row.release_category
        further = merged.get((row.concept, row.within_category, group), group)
        if further != group:
            raise RefusedError(
                "release_group_merged_again", table.at(line), group=group, further=further
            )
        parts = [one for one in table.rows if one.release_category == group]
        if row.within_concept is None and len(parts) == 1:
            raise RefusedError(
                "release_group_of_one", table.at(line), group=group, category=row.category
            )


def _check_nesting(found: Harmonisation) -> None:
    """Refuse groups that are not parts of one shown group, or that do not split it."""
    table = found.release_groups
    of_all = Phrase("all_respondents")
    merged = {
        (concept, name)
        for (concept, category), group in found.merged.items()
        for name in (category, group)
    }
    for line, row in table.numbered:
        where, concept, whole = table.at(line), row.concept, row.within_category
        same = [one for one in table.rows if one.concept == concept]
        for one in same:
            if one.within_concept != row.within_concept:
                raise RefusedError(
                    "release_groups_mixed",
                    where,
                    concept=concept,
                    within=row.within_concept or of_all,
                    other=one.within_concept or of_all,
                )
        if row.within_concept is None or whole is None:
            continue
        if row.within_concept in found.wholes or (row.within_concept, whole) in merged:
            raise RefusedError(
                "release_whole_merged", where, whole=whole, concept=row.within_concept
            )
        wholes = {
            one.within_category or ""
            for one in same
            if one.release_category == row.release_category
        }
        if len(wholes) > 1:
            raise RefusedError(
                "release_group_in_two_wholes",
                where,
                group=row.release_category,
                wholes=sorted(wholes),
            )
        if len({one.release_category for one in same if one.within_category == whole}) == 1:
            raise RefusedError(
                "release_whole_unsplit", where, whole=whole, group=row.release_category
            )


def _check_contrasts(found: Harmonisation) -> None:
    """Refuse a contrast of groups that no release shows: it would have no figures."""
    table = found.group_contrasts
    for line, row in table.numbered:
        for group in (row.group_value, row.reference_value):
            released = found.released_groups(row.group_dimension)
            check_reference(table.at(line), "group_value", group, released, "release_groups.csv")


def _check_withdrawals(found: Harmonisation) -> None:
    """Refuse a withdrawal of figures that no release has: it would protect nothing."""
    table = found.release_withdrawals
    asked = {
        (row.survey, row.wave, row.concept, row.base)
        for row in found.crosswalk.rows
        if row.rule != "not_asked"
    }
    for line, row in table.numbered:
        where = table.at(line)
        released = found.released_groups(row.group_dimension)
        check_reference(where, "group_value", row.group_value, released, "release_groups.csv")
        if (row.survey, row.wave, row.concept, row.base) not in asked:
            raise RefusedError(
                "withdrawal_of_nothing",
                where,
                wave=f"{row.survey}/{row.wave}",
                concept=row.concept,
                base=row.base,
            )


def _check_complements(found: Harmonisation) -> None:
    """Refuse a category that is not the rest of one other category."""
    table = found.categories
    complements = {(row.concept, row.category): row.complement_of for row in table.rows}
    for line, row in table.numbered:
        if (other := row.complement_of) is None:
            continue
        where = table.at(line)
        check_category(found, where, row.concept, other)
        if complements[row.concept, other]:
            raise RefusedError(
                "complements_of_each_other", where, category=row.category, other=other
            )
        answered = found.answered(row.concept) - {row.category, other}
        kind = found.concept[row.concept].kind
        if kind != "single" or answered:
            raise RefusedError(
                "complement_among_many",
                where,
                concept=row.concept,
                kind=kind,
                others=sorted(answered) or Phrase("nothing"),
            )


def _check_precision(found: Harmonisation) -> None:
    """Refuse units that leave a size of base without a unit, or give it two."""
    table = found.release_precision
    for statistic in get_args(rows.Rounded):
        numbered = [(line, row) for line, row in table.numbered if row.statistic == statistic]
        begin: int | None = 1
        for line, row in sorted(numbered, key=lambda item: item[1].minimum_n):
            if row.minimum_n != begin:
                raise RefusedError(
                    "precision_out_of_order",
                    table.at(line),
                    statistic=statistic,
                    minimum=row.minimum_n,
                    allowed=begin or Phrase("nothing"),
                )
            begin = row.below_n
        if begin is not None:
            raise RefusedError(
                "precision_incomplete", str(table.path), statistic=statistic, begin=begin
            )


def _check_rules(found: Harmonisation) -> None:
    table = found.release_rules
    rules = {row.rule: (line, row.value) for line, row in table.numbered}
    if missing := sorted(set(get_args(rows.Threshold)) - set(rules)):
        raise RefusedError("release_rules_incomplete", str(table.path), rules=missing)
    line, groups = rules["minimum_hidden_groups"]
    if groups < FEWEST_HIDDEN_GROUPS:
        raise RefusedError("hidden_group_alone", table.at(line), value=int(groups))
    line, few = rules["fewest_respondents"]
    _, base = rules["minimum_base"]
    if 2 * few > base:
        raise RefusedError("bounds_of_everything", table.at(line), value=int(few), base=int(base))
