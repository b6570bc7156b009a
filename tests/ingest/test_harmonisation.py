"""A row of the crosswalk that cannot be right is refused, with its file, its row and the mend."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from ingest.errors import RefusedError
from ingest.harmonisation import SEEDS as SEEDS_AND_MODELS
from ingest.harmonisation import CrosswalkRule, Rows, load
from ingest.harmonisation.frames import check_frame
from ingest.harmonisation.rows import HOME_SURVEY
from ingest.models import Answers
from ingest.registry import Registry, SurveyWave
from ingest.registry import load as load_registry
from tests.conftest import PROJECT
from tests.support import WAVE, assert_dutch, missing_words

SEEDS = PROJECT / "dbt_project" / "seeds"
Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    return tmp_path / "seeds"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def add(name: str, *new: dict[str, str]) -> Change:
    """Put rows under a file; columns that are left out are those of its first row."""

    def change(seeds: Path) -> None:
        rows = rows_of(seeds / name)
        write(seeds / name, [*rows, *({**rows[0], **row} for row in new)])

    return change


def alter(name: str, row: dict[str, str], **columns: str) -> Change:
    """Change the rows of a file that have the values of `row`."""

    def change(seeds: Path) -> None:
        rows = rows_of(seeds / name)
        found = [one for one in rows if row.items() <= one.items()]
        assert found
        for one in found:
            one.update(columns)
        write(seeds / name, rows)

    return change


def remove(name: str, **columns: str) -> Change:
    """Take out the rows of a file that have these values."""

    def change(seeds: Path) -> None:
        rows = rows_of(seeds / name)
        left = [one for one in rows if not columns.items() <= one.items()]
        assert len(left) < len(rows)
        write(seeds / name, left)

    return change


def both(*changes: Change) -> Change:
    def change(seeds: Path) -> None:
        for one in changes:
            one(seeds)

    return change


def crosswalk(**columns: str) -> Change:
    """A row of the Dutch wave of 2021 of a concept that it does not measure otherwise."""
    return add("crosswalk.csv", row(**columns))


def row(**columns: str) -> dict[str, str]:
    return {"concept": "works_with_innovation", "variable": "V05", "recode": "yes_no", **columns}


def recode(**columns: str) -> Change:
    return add("recodes.csv", {"score": "", "missing_kind": "", "recode": "mine", **columns})


def merge(**columns: str) -> Change:
    """A sector that a release shows as part of another."""
    into = {"category": "education", "release_category": "small_sectors"}
    return add("release_groups.csv", {**into, **columns})


def nest(**columns: str) -> Change:
    """A thematic cluster that a release shows within its sector."""
    within = {"concept": "thematic_cluster", "category": "safety_region"}
    of = {"within_concept": "sector", "within_category": "central_government"}
    return add(
        "release_groups.csv", {**within, **of, "release_category": "safety_region", **columns}
    )


def name_a_mart(seeds: Path) -> None:
    """Let a figure name a mart, beside marts that do not have it."""
    marts = seeds.with_name("models") / "marts"
    marts.mkdir(parents=True)
    (marts / "mart_response.sql").touch()
    alter("report_figure_marts.csv", {"figure_number": "F01"}, mart="mart_respons")(seeds)


INNOVATED_NO = {"concept": "innovated_past_two_years", "category": "no"}
PART = {"figure_number": "F01", "country": "NL", "group_dimension": "total"}
SMALL_SHARES = {"statistic": "share", "minimum_n": "1"}
TICKED = {"concept": "origin", "base": "all_organisations", "recode": "ticked"}
ORIGIN = {
    "V05": {**TICKED, "recode": "yes_selected"},
    "V15": {**TICKED, "recode": "yes_selected"},
    "V13_1": TICKED,
}
DERIVED = {"rule": "count_selected", "variable": "", "recode": ""}
SELECT = {"rule": "select", "category": "yes", "recode": "yes_selected"}
FAULTS: dict[str, tuple[Change, str, tuple[str, ...]]] = {
    "a rule that does not exist": (
        crosswalk(rule="recod"),
        "reference_unknown",
        ("crosswalk.csv", "rule 'recod' does not exist", "did you mean 'recode'"),
    ),
    "a rule without its variable": (
        crosswalk(variable=""),
        "rule_needs_column",
        ("crosswalk.csv", "rule recode needs variable"),
    ),
    "a rule without its recode": (
        crosswalk(rule="reverse", recode=""),
        "rule_needs_column",
        ("rule reverse needs recode",),
    ),
    "a selection without its category": (
        crosswalk(rule="combine_all", recode="yes_selected"),
        "rule_needs_column",
        ("rule combine_all needs category",),
    ),
    "a category that the recode gives already": (
        crosswalk(category="yes"),
        "rule_leaves_column_empty",
        ("rule recode does not use category, but that contains 'yes'",),
    ),
    "a variable of what was not asked": (
        crosswalk(rule="not_asked", recode=""),
        "rule_leaves_column_empty",
        ("rule not_asked does not use variable, but that contains 'V05'",),
    ),
    "not asked, without the reason": (
        crosswalk(rule="not_asked", variable="", recode="", status="impossible"),
        "description_unfit",
        ("crosswalk.csv", "status impossible needs reason_nl and reason_en"),
    ),
    "not asked, and comparable all the same": (
        crosswalk(rule="not_asked", variable="", recode=""),
        "not_asked_is_impossible",
        ("has status identical", "Allowed: impossible"),
    ),
    "not asked, and asked": (
        crosswalk(
            concept="innovated_past_two_years",
            rule="not_asked",
            variable="",
            recode="",
            status="impossible",
            reason_nl="x",
            reason_en="x",
        ),
        "asked_and_not_asked",
        ("crosswalk.csv", "innovated_past_two_years", "according to row 16 it was"),
    ),
    "an unknown variable": (
        crosswalk(variable="V7_1"),
        "unknown_variable",
        ("variable 'V7_1' is not in the manifest of nl_barometer/2021", "did you mean 'V07_1'"),
    ),
    "a variable of another wave": (
        crosswalk(variable="q1_innovatie"),
        "unknown_variable",
        ("variable 'q1_innovatie' is not in the manifest of nl_barometer/2021",),
    ),
    "a wave without answers": (
        crosswalk(wave="2015", survey="dk_barometer"),
        "wave_without_answers",
        ("dk_barometer/2015 is not a wave with answers", "nl_barometer/2021"),
    ),
    "an unknown recode": (
        crosswalk(recode="yes_noo"),
        "reference_unknown",
        ("crosswalk.csv", "recode 'yes_noo'", "did you mean 'yes_no'", "recodes.csv"),
    ),
    "an unknown concept to count": (
        crosswalk(rule="count_selected", variable="", recode="", source_concept="innovation_typ"),
        "reference_unknown",
        ("did you mean 'innovation_type'", "concepts.csv"),
    ),
    "an unknown concept": (
        crosswalk(concept="works_with_inovation"),
        "reference_unknown",
        ("concept 'works_with_inovation'", "did you mean 'works_with_innovation'"),
    ),
    "an unknown base": (
        crosswalk(base="inovators"),
        "reference_unknown",
        ("base 'inovators'", "did you mean 'innovators'", "bases.csv"),
    ),
    "an unknown category": (
        crosswalk(**{**SELECT, "category": "yess"}),
        "unknown_category",
        ("crosswalk.csv", "no category 'yess'", "did you mean 'yes'"),
    ),
    "a recode to a category of another concept": (
        crosswalk(recode="origin", variable="V08"),
        "unknown_category",
        ("recodes.csv", "works_with_innovation has no category 'own'"),
    ),
    "a recode that leaves out a code": (
        both(recode(code="1", category="yes"), crosswalk(recode="mine")),
        "code_without_recode",
        (
            "crosswalk.csv",
            "recode mine does not say what code 2 (Nee), 9 (Weet niet) of V05 counts as",
        ),
    ),
    "a recode that selects nothing": (
        crosswalk(rule="select", category="yes", recode="yes_no"),
        "recode_does_not_select",
        (
            "recodes.csv",
            "whether code 1 is selected",
            "crosswalk.csv, row",
            "selected, not_selected",
        ),
    ),
    "a recode without scores": (
        crosswalk(rule="reverse"),
        "recode_has_no_score",
        ("recodes.csv", "code 1 of recode yes_no has no score", "rule reverse"),
    ),
    "a code that says nothing": (
        recode(code="1", category=""),
        "description_unfit",
        ("recodes.csv", "(mine)", "needs a category or a score, or else a missing_kind"),
    ),
    "a missing kind that does not exist": (
        recode(code="1", category="", missing_kind="no_idea"),
        "description_unfit",
        ("recodes.csv", "missing_kind = 'no_idea'", "'dont_know'"),
    ),
    "direct codes that are no categories": (
        crosswalk(rule="direct", recode=""),
        "unknown_category",
        ("crosswalk.csv", "works_with_innovation has no category '1'"),
    ),
    "direct codes that are recoded": (
        crosswalk(rule="direct"),
        "direct_recodes_missing_only",
        ("recodes.csv", "code 1 of recode yes_no is a valid answer"),
    ),
    "an open answer": (
        crosswalk(variable="V06"),
        "text_has_no_codes",
        ("V06 is an open answer", "rule recode"),
    ),
    "an empty tick that may be a skipped question": (
        both(
            recode(code="1", category="selected"),
            recode(code="0", category="not_selected"),
            recode(code="blank", category="not_selected"),
            crosswalk(variable="V07_1", rule="select", category="yes", recode="mine"),
        ),
        "blank_without_battery",
        ("crosswalk.csv", "recode mine", "V07_1 is not in a battery"),
    ),
    "a combination of one variable": (
        crosswalk(**{**SELECT, "rule": "combine_any"}),
        "combination_of_one",
        (
            "crosswalk.csv",
            "combine_any combines only one variable for works_with_innovation",
        ),
    ),
    "a category with one answer that combines less than another": (
        add(
            "crosswalk.csv",
            *(
                row(rule="combine_any", category=category, variable=variable, **ORIGIN[variable])
                for category, variable in (
                    ("own", "V05"),
                    ("own", "V15"),
                    ("copied", "V05"),
                    ("copied", "V13_1"),
                )
            ),
        ),
        "combination_uneven",
        ("origin own does not use V13_1", "origin"),
    ),
    "a combination that is also a selection": (
        add(
            "crosswalk.csv",
            row(**{**SELECT, "rule": "combine_any"}),
            row(**SELECT, variable="V15"),
        ),
        "combination_mixed",
        ("works_with_innovation yes uses rule combine_any and also select",),
    ),
    "a row of the crosswalk that stands there twice": (
        add("crosswalk.csv", {}),
        "description_row_twice",
        ("crosswalk.csv, row 334", "the same survey, wave, concept", "as row 2"),
    ),
    "a recode of what is derived": (
        crosswalk(rule="bin", variable="", source_concept="climate_scale"),
        "rule_leaves_column_empty",
        ("rule bin does not use recode, but that contains 'yes_no'",),
    ),
    "a source concept of what is read": (
        crosswalk(source_concept="innovation_type"),
        "rule_leaves_column_empty",
        ("rule recode does not use source_concept",),
    ),
    "a rule that derives without its source concept": (
        crosswalk(rule="count_selected", variable="", recode=""),
        "rule_needs_column",
        ("rule count_selected needs source_concept",),
    ),
    "a concept derived from one that the wave did not ask": (
        crosswalk(**{**DERIVED, "source_concept": "innovation_goal"}),
        "source_not_asked",
        ("crosswalk.csv, row 334", "nl_barometer/2021 has no row that asks innovation_goal"),
    ),
    "a count of a scale": (
        crosswalk(**{**DERIVED, "source_concept": "climate_scale"}),
        "source_of_other_kind",
        ("rule count_selected cannot derive from climate_scale", "Allowed: multiple"),
    ),
    "classes without bounds": (
        crosswalk(**{**DERIVED, "rule": "bin", "source_concept": "climate_scale"}),
        "bins_missing",
        ("bins.csv has no classes for works_with_innovation",),
    ),
    "a concept derived from itself": (
        crosswalk(**{**DERIVED, "concept": "innovation_type", "source_concept": "innovation_type"}),
        "description_circle",
        ("source_concept refers back", "innovation_type -> innovation_type"),
    ),
    "concepts derived from each other": (
        both(
            crosswalk(**{**DERIVED, "source_concept": "innovation_type"}),
            crosswalk(
                **{
                    **DERIVED,
                    "concept": "innovation_type",
                    "source_concept": "works_with_innovation",
                }
            ),
        ),
        "description_circle",
        ("source_concept refers back",),
    ),
    "a rule that stands there twice": (
        add("crosswalk_rules.csv", {}),
        "description_row_twice",
        ("crosswalk_rules.csv, row ", "(recode)", "the same rule as row 2"),
    ),
    "a rule that gives nothing that is known": (
        alter("crosswalk_rules.csv", {"rule": "bin"}, gives="bin"),
        "description_unfit",
        ("crosswalk_rules.csv", "gives = 'bin' is not one of 'category', 'selected'"),
    ),
    "a rule that contradicts itself": (
        alter("crosswalk_rules.csv", {"rule": "bin"}, reads="variable"),
        "description_unfit",
        ("crosswalk_rules.csv", "a rule that gives class has: reads concept"),
    ),
    "a rule that combines scores": (
        alter("crosswalk_rules.csv", {"rule": "reverse"}, combines="any"),
        "description_unfit",
        ("crosswalk_rules.csv", "rule reverse: only a rule that gives selected can combine"),
    ),
    "a rule that mirrors categories": (
        alter("crosswalk_rules.csv", {"rule": "recode"}, mirrored="true"),
        "description_unfit",
        ("only one that gives score can mirror",),
    ),
    "a code that dbt reads as nothing": (
        recode(code="Null", category="yes"),
        "description_unfit",
        ("recodes.csv", "'Null' cannot be in recodes.csv", "a correction in the manifest"),
    ),
    "a recode of no code": (
        recode(code="", category="yes"),
        "description_unfit",
        ("recodes.csv", "code = '' is too short"),
    ),
    "a category of an unknown concept": (
        alter("categories.csv", {"concept": "origin"}, concept="orgin"),
        "reference_unknown",
        ("categories.csv, row ", "concept 'orgin' does not exist", "did you mean 'origin'"),
    ),
    "a category that stands there twice": (
        add("categories.csv", {}),
        "description_row_twice",
        ("categories.csv", "the same concept, category as row 2"),
    ),
    "a concept without a label": (
        alter("concepts.csv", {"concept": "origin"}, label_en=""),
        "description_unfit",
        ("concepts.csv", "label_en = '' is too short"),
    ),
    "a concept of an unknown kind": (
        alter("concepts.csv", {"concept": "origin"}, kind="ratio"),
        "description_unfit",
        ("concepts.csv", "kind = 'ratio' is not one of 'single', 'multiple'"),
    ),
    "a default base that nobody describes": (
        alter("concepts.csv", {"concept": "origin"}, default_base="inovators"),
        "reference_unknown",
        ("concepts.csv", "default_base 'inovators'", "did you mean 'innovators'"),
    ),
    "a class of which the bounds are turned round": (
        alter("bins.csv", {"category": "average"}, lower="4.5"),
        "description_unfit",
        ("bins.csv, row 3", "lower 4.5 is above upper 4"),
    ),
    "classes that share a bound": (
        alter("bins.csv", {"category": "limited"}, upper_inclusive="true"),
        "bins_overlap",
        ("bins.csv, row 3", "the classes average and limited share a value"),
    ),
    "classes that overlap": (
        alter("bins.csv", {"category": "limited"}, upper="3.8"),
        "bins_overlap",
        ("bins.csv, row 3", "the classes average and limited share a value"),
    ),
    "a judgement of a wave that nobody describes": (
        alter("comparability.csv", {"wave": "2025"}, wave="2026"),
        "reference_unknown",
        ("comparability.csv, row 2", "wave 'nl_barometer/2026' does not exist"),
    ),
    "a judgement without a reason": (
        alter("comparability.csv", {"wave": "2025"}, reason_en=""),
        "description_unfit",
        ("comparability.csv, row 2", "needs reason_nl and reason_en"),
    ),
    "a judgement of an unknown category": (
        alter("comparability.csv", {"category": "interaction"}, category="interactoin"),
        "unknown_category",
        ("comparability.csv", "no category 'interactoin'", "did you mean 'interaction'"),
    ),
    "a judgement of a category that a scale does not have": (
        alter(
            "comparability.csv",
            {"concept": "climate_scale", "wave": "2025"},
            category="mean",
        ),
        "unknown_category",
        ("comparability.csv", "concept climate_scale has no category 'mean'", "value"),
    ),
    "an international judgement of an unknown survey": (
        alter("international_comparability.csv", {"survey": "dk_barometer"}, survey="dk_baro"),
        "reference_unknown",
        ("international_comparability.csv, row 2", "survey 'dk_baro'", "dk_barometer"),
    ),
    "an international judgement of an unknown wave": (
        alter("international_comparability.csv", {"wave": "2017"}, wave="2071"),
        "reference_unknown",
        ("international_comparability.csv", "wave 'dk_barometer/2071' does not exist"),
    ),
    "an international judgement of an unknown Dutch wave": (
        alter("international_comparability.csv", {"nl_wave": "2025"}, nl_wave="2052"),
        "reference_unknown",
        ("international_comparability.csv", "nl_wave 'nl_barometer/2052' does not exist"),
    ),
    "a judgement of one Dutch wave without a reason": (
        alter(
            "international_comparability.csv",
            {"nl_wave": "2025"},
            reason_nl="",
            reason_en="",
            status="identical",
        ),
        "description_unfit",
        ("international_comparability.csv", "identical needs reason_nl and reason_en"),
    ),
    "a judgement of a unit that nothing counts": (
        alter("unit_comparability.csv", {"unit": "workplace"}, unit="workplaces"),
        "reference_unknown",
        ("unit_comparability.csv, row 2", "unit 'workplaces'", "did you mean 'workplace'"),
    ),
    "a judgement of a Dutch unit that no Dutch wave counts": (
        alter("unit_comparability.csv", {"nl_unit": "organisation_or_part"}, nl_unit="part"),
        "reference_unknown",
        ("unit_comparability.csv", "nl_unit 'part' does not exist"),
    ),
    "a unit that is compared with itself": (
        alter("unit_comparability.csv", {"unit": "workplace"}, unit="organisation_or_part"),
        "description_unfit",
        ("unit_comparability.csv, row 2", "compared with itself"),
    ),
    "a group dimension of an unknown concept": (
        alter("group_dimensions.csv", {"group_dimension": "sector"}, concept="secto"),
        "reference_unknown",
        ("group_dimensions.csv, row 3", "concept 'secto'", "did you mean 'sector'"),
    ),
    "a group dimension without a concept": (
        alter("group_dimensions.csv", {"group_dimension": "sector"}, concept=""),
        "description_unfit",
        ("group_dimensions.csv, row 3", "empty for the group dimension total"),
    ),
    "a coarser split that does not exist": (
        alter("group_dimensions.csv", {"group_dimension": "cluster"}, coarser="sectors"),
        "reference_unknown",
        ("group_dimensions.csv, row 4", "coarser 'sectors'", "did you mean 'sector'"),
    ),
    "a split that is coarser than itself": (
        alter("group_dimensions.csv", {"group_dimension": "sector"}, coarser="sector"),
        "description_circle",
        ("group_dimensions.csv", "coarser refers back", "sector -> sector"),
    ),
    "splits that are each coarser than the other": (
        alter("group_dimensions.csv", {"group_dimension": "sector"}, coarser="cluster"),
        "description_circle",
        ("group_dimensions.csv", "coarser refers back", "cluster"),
    ),
    "a contrast with a group that no category has": (
        alter("group_contrasts.csv", {"group_value": "large"}, group_value="lrage"),
        "unknown_group",
        (
            "group_contrasts.csv, row 5",
            "group_dimension size_class has no group 'lrage'",
            "did you mean 'large'",
        ),
    ),
    "a contrast in a split that does not exist": (
        alter("group_contrasts.csv", {"group_value": "large"}, group_dimension="size"),
        "reference_unknown",
        ("group_contrasts.csv, row 5", "group_dimension 'size' does not exist"),
    ),
    "a contrast of a group with itself": (
        alter("group_contrasts.csv", {"group_value": "large"}, reference_value="large"),
        "description_unfit",
        ("group_contrasts.csv, row 5", "group large is compared with itself"),
    ),
    "a published difference of a group that does not exist": (
        alter(
            "group_contrasts.csv",
            {"published_value": "strong_minus_limited"},
            published_value="strong_minus",
        ),
        "unknown_group",
        ("group_contrasts.csv, row 2", "climate_group_contrast has no group 'strong_minus'"),
    ),
    "half a published difference": (
        alter("group_contrasts.csv", {"group_value": "large"}, published_value="large"),
        "description_unfit",
        ("group_contrasts.csv, row 5", "both filled or both empty"),
    ),
    "a family of tests of an unknown concept": (
        alter("test_families.csv", {"family": "headline"}, concept="innovated"),
        "reference_unknown",
        ("test_families.csv, row 2", "concept 'innovated' does not exist"),
    ),
    "families that leave a difference out": (
        remove("test_families.csv", mart="trend", family="split"),
        "families_leave_gaps",
        ("test_families.csv", "a difference of mart trend", "an empty grouped"),
    ),
    "two families in one place": (
        alter("test_families.csv", {"mart": "trend", "family": "headline"}, sort_order="2"),
        "families_in_one_place",
        ("test_families.csv, row 3", "families question and headline", "sort_order, 2"),
    ),
    "a family that comes after one that has all": (
        alter("test_families.csv", {"mart": "trend", "family": "question"}, sort_order="4"),
        "family_of_nothing",
        ("test_families.csv, row 3", "family question", "split, which comes before it"),
    ),
    "a family of a mart without tests": (
        alter("test_families.csv", {"mart": "contrast"}, mart="indicator"),
        "description_unfit",
        ("test_families.csv, row 5", "mart = 'indicator' is not one of 'trend'"),
    ),
    "a codelist without a code that is needed": (
        remove("codelists.csv", codelist="comparability", code="limited"),
        "codelist_incomplete",
        ("codelists.csv", "codelist comparability lacks limited"),
    ),
    "a codelist without the country of a survey": (
        remove("codelists.csv", codelist="country", code="FI"),
        "codelist_incomplete",
        ("codelists.csv", "codelist country lacks FI"),
    ),
    "a codelist that nobody reads": (
        alter("codelists.csv", {"codelist": "weighting"}, codelist="weigting"),
        "description_unfit",
        ("codelists.csv", "codelist = 'weigting' is not one of"),
    ),
    "a count of a category that does not exist": (
        alter("count_figures.csv", {"counted_category": "yes"}, counted_category="ja"),
        "unknown_category",
        ("count_figures.csv, row 5", "innovated_past_two_years has no category 'ja'"),
    ),
    "a count under a category that does not exist": (
        alter("count_figures.csv", {"concept": "survey_response"}, category="answered"),
        "unknown_category",
        ("count_figures.csv, row 2", "survey_response has no category 'answered'"),
    ),
    "a count of a concept that does not exist": (
        alter("count_figures.csv", {"concept": "innovators_base"}, counted_concept="innovated"),
        "reference_unknown",
        ("count_figures.csv, row 5", "counted_concept 'innovated' does not exist"),
    ),
    "a weighting that does not exist": (
        alter("published_weighting.csv", {"wave": "2023"}, weighting="poststratified"),
        "description_unfit",
        ("published_weighting.csv, row 2", "weighting = 'poststratified' is not one of 'none'"),
    ),
    "a weighting of a wave that nobody describes": (
        alter("published_weighting.csv", {"wave": "2023"}, wave="2032"),
        "reference_unknown",
        ("published_weighting.csv, row 2", "wave 'dk_barometer/2032' does not exist"),
    ),
    "a derived number of answers of nobody": (
        alter("derived_bases.csv", {"n": "313"}, n="0"),
        "description_unfit",
        ("derived_bases.csv, row 2", "n", "0"),
    ),
    "a derived number of answers from a source that nobody describes": (
        alter("derived_bases.csv", {"n": "313"}, source_id="ictu_2012"),
        "reference_unknown",
        ("derived_bases.csv, row 2", "source_id 'ictu_2012'", "did you mean 'ictu_2021'"),
    ),
    "a derived number of answers of an unknown base": (
        alter("derived_bases.csv", {"n": "313"}, base="innovator"),
        "reference_unknown",
        ("derived_bases.csv, row 2", "base 'innovator'", "did you mean 'innovators'"),
    ),
    "a figure of the report in an unknown form": (
        alter("report_figures.csv", {"figure_number": "F01"}, form="pie"),
        "description_unfit",
        ("report_figures.csv, row 2", "form = 'pie' is not one of 'bar'"),
    ),
    "a figure of the report of an unknown base": (
        alter("report_figure_parts.csv", {"figure_number": "F03"}, base="organisations"),
        "reference_unknown",
        ("report_figure_parts.csv, row 6", "base 'organisations'", "bases.csv"),
    ),
    "a figure of the report of an unknown split": (
        alter("report_figure_parts.csv", {"figure_number": "F03"}, group_dimension="totals"),
        "reference_unknown",
        ("report_figure_parts.csv, row 6", "group_dimension 'totals'", "did you mean 'total'"),
    ),
    "a part of a figure that the report does not have": (
        alter("report_figure_parts.csv", {"figure_number": "F03"}, figure_number="F30"),
        "reference_unknown",
        ("report_figure_parts.csv, row 6", "figure_number 'F30'", "report_figures.csv"),
    ),
    "a part of a figure of a country that does not exist": (
        alter("report_figure_parts.csv", {"figure_number": "F26"}, country="DE"),
        "reference_unknown",
        ("report_figure_parts.csv", "country 'DE'", "Allowed: DK, FI", "codelists.csv"),
    ),
    "a part of a figure that has figures of another part": (
        add("report_figure_parts.csv", PART),
        "figure_parts_overlap",
        ("report_figure_parts.csv, row 60", "figure F01 already has", "in row 2"),
    ),
    "a mart beside a figure that the report does not have": (
        alter("report_figure_marts.csv", {"figure_number": "F02"}, figure_number="F30"),
        "reference_unknown",
        ("report_figure_marts.csv, row 3", "figure_number 'F30'"),
    ),
    "a mart beside a figure that the project does not have": (
        name_a_mart,
        "reference_unknown",
        ("report_figure_marts.csv, row 2", "mart 'mart_respons'", "did you mean 'mart_response'"),
    ),
    "a finding on a category that does not exist": (
        alter("report_findings.csv", {"finding": "strategy_radar"}, category="under_the_rader"),
        "unknown_category",
        ("report_findings.csv", "did you mean 'under_the_radar'"),
    ),
    "a finding from a source that nobody describes": (
        alter("report_findings.csv", {"finding": "innovation_wide"}, source_id="ictu_2012"),
        "reference_unknown",
        ("report_findings.csv, row 2", "did you mean 'ictu_2021'", "sources.csv"),
    ),
    "a finding on a wave that nobody describes": (
        alter("report_findings.csv", {"finding": "innovation_wide"}, wave="2012"),
        "reference_unknown",
        ("report_findings.csv, row 2", "wave 'nl_barometer/2012' does not exist"),
    ),
    "a direction of a term without what it explains": (
        alter("report_findings.csv", {"finding": "quality_product"}, outcome=""),
        "description_unfit",
        ("report_findings.csv", "a sign has an outcome and a direction"),
    ),
    "a direction of a term that is up": (
        alter("report_findings.csv", {"finding": "quality_product"}, direction="up"),
        "description_unfit",
        ("report_findings.csv", "direction = 'up' is not one of 'positive'"),
    ),
    "a direction of a result that does not exist": (
        alter("report_findings.csv", {"finding": "quality_product"}, outcome="qualities"),
        "unknown_category",
        ("report_findings.csv", "result has no category 'qualities'"),
    ),
    "a category that is defined twice": (
        alter("report_findings.csv", {"finding": "strategy_radar"}, category="in_the_spotlight"),
        "defined_twice",
        ("report_findings.csv", "category in_the_spotlight already has a definition in row"),
    ),
    "a definition of a category of nothing": (
        alter("report_findings.csv", {"finding": "strategy_radar"}, concept=""),
        "description_unfit",
        ("report_findings.csv", "category under_the_radar needs its concept"),
    ),
    "a merged group of a concept that does not exist": (
        merge(concept="secto"),
        "reference_unknown",
        ("release_groups.csv, row 20", "concept 'secto' does not exist", "did you mean 'sector'"),
    ),
    "a merged category that does not exist": (
        merge(category="province"),
        "unknown_category",
        ("release_groups.csv, row 20", "no category 'province'", "did you mean 'provinces'"),
    ),
    "a merged group that nobody describes": (
        merge(release_category="courts_and_councils"),
        "unknown_category",
        ("release_groups.csv, row 20", "sector has no category 'courts_and_councils'"),
    ),
    "groups within a category that does not exist": (
        nest(within_category="central_goverment"),
        "unknown_category",
        ("release_groups.csv, row 20", "did you mean 'central_government'"),
    ),
    "groups within a concept that does not exist": (
        nest(within_concept="sectors"),
        "reference_unknown",
        ("release_groups.csv, row 20", "within_concept 'sectors'", "did you mean 'sector'"),
    ),
    "groups within half a category": (
        nest(within_concept=""),
        "description_unfit",
        ("release_groups.csv, row 20", "within_concept and within_category are both filled"),
    ),
    "a category that is merged twice": (
        merge(category="provinces"),
        "description_row_twice",
        ("release_groups.csv, row 20", "the same concept, category, within_concept"),
    ),
    "a category that is merged into itself": (
        merge(category="education", release_category="education"),
        "description_unfit",
        ("release_groups.csv, row 20", "education is merged into itself"),
    ),
    "a merged group that is merged again": (
        merge(category="small_sectors", release_category="education"),
        "release_group_merged_again",
        (
            "release_groups.csv, row 2",
            "small_sectors is itself merged into education",
        ),
    ),
    "a merged group that shows what it is to hide": (
        merge(release_category="municipalities"),
        "release_group_of_one",
        ("release_groups.csv, row 20", "municipalities would hold education alone"),
    ),
    "merged groups that overlap": (
        merge(concept="innovation_type", category="product", release_category="service"),
        "release_group_not_single",
        (
            "release_groups.csv, row 20",
            "innovation_type is of kind multiple",
            "Allowed: kind single",
        ),
    ),
    "groups that are nested and are not": (
        merge(concept="thematic_cluster", category="judiciary", release_category="safety_region"),
        "release_groups_mixed",
        (
            "release_groups.csv, row 6",
            "thematic_cluster are made within sector here, and within all respondents in another",
        ),
    ),
    "groups within a sector that is hidden": (
        nest(within_category="provinces"),
        "release_whole_merged",
        ("release_groups.csv, row 20", "provinces of concept sector is merged or nested itself"),
    ),
    "groups within a merged sector": (
        nest(within_category="small_sectors"),
        "release_whole_merged",
        ("release_groups.csv, row 20", "small_sectors of concept sector"),
    ),
    "groups within groups that are nested themselves": (
        nest(
            concept="organisation_size",
            category="small",
            within_concept="thematic_cluster",
            within_category="safety_region",
            release_category="small",
        ),
        "release_whole_merged",
        ("release_groups.csv, row 20", "safety_region of concept thematic_cluster"),
    ),
    "a nested group that is in two sectors": (
        nest(
            within_category="municipalities", release_category="central_government_policy_and_staff"
        ),
        "release_group_in_two_wholes",
        (
            "release_groups.csv, row 7",
            "central_government_policy_and_staff would hold parts of central_government, ",
            "municipalities",
        ),
    ),
    "a nested group that is all of its sector but a few": (
        nest(within_category="municipalities"),
        "release_whole_unsplit",
        (
            "release_groups.csv, row 20",
            "safety_region is the only group within municipalities",
        ),
    ),
    "a contrast of a group that is hidden": (
        alter(
            "group_contrasts.csv",
            {"group_value": "large"},
            group_dimension="sector",
            group_value="municipalities",
            reference_value="provinces",
        ),
        "reference_unknown",
        ("group_contrasts.csv, row 5", "'provinces' does not exist", "release_groups.csv"),
    ),
    "a category that is the rest of itself": (
        alter("categories.csv", INNOVATED_NO, complement_of="no"),
        "description_unfit",
        ("categories.csv", "no is not the rest of itself"),
    ),
    "a category that is the rest of one that does not exist": (
        alter("categories.csv", INNOVATED_NO, complement_of="ja"),
        "unknown_category",
        ("categories.csv", "innovated_past_two_years has no category 'ja'"),
    ),
    "two categories that are the rest of each other": (
        alter("categories.csv", {**INNOVATED_NO, "category": "yes"}, complement_of="no"),
        "complements_of_each_other",
        ("categories.csv", "yes is the rest of no, and no the rest of yes"),
    ),
    "a category that is the rest of one of many": (
        alter(
            "categories.csv",
            {"concept": "organisation_size", "category": "small"},
            complement_of="large",
        ),
        "complement_among_many",
        ("categories.csv", "organisation_size is of kind single", "these categories: medium"),
    ),
    "a category that is the rest of one of several answers": (
        alter(
            "categories.csv",
            {"concept": "work_climate_statement", "category": "safe_to_make_mistakes"},
            complement_of="encouraged_to_improve",
        ),
        "complement_among_many",
        ("categories.csv", "work_climate_statement is of kind multiple"),
    ),
    "a size of base that is rounded in two ways": (
        alter("release_precision.csv", SMALL_SHARES, below_n="2000"),
        "precision_out_of_order",
        ("release_precision.csv, row 3", "share begins at 100,", "Allowed: minimum_n 2000"),
    ),
    "a size of base that is rounded in no way": (
        alter("release_precision.csv", SMALL_SHARES, below_n="500"),
        "precision_out_of_order",
        ("release_precision.csv, row 3", "Allowed: minimum_n 500"),
    ),
    "small bases that are not rounded": (
        alter("release_precision.csv", SMALL_SHARES, minimum_n="10"),
        "precision_out_of_order",
        ("release_precision.csv, row 2", "share begins at 10", "Allowed: minimum_n 1"),
    ),
    "large bases that are not rounded": (
        alter("release_precision.csv", {**SMALL_SHARES, "minimum_n": "1000"}, below_n="9000"),
        "precision_incomplete",
        ("release_precision.csv", "unit of statistic share for bases from 9000 upwards"),
    ),
    "a statistic that is not rounded": (
        remove("release_precision.csv", statistic="mean"),
        "precision_incomplete",
        ("release_precision.csv", "unit of statistic mean for bases from 1 upwards"),
    ),
    "a size of base that is turned round": (
        alter("release_precision.csv", SMALL_SHARES, below_n="1"),
        "description_unfit",
        ("release_precision.csv, row 2", "below_n 1 is not above minimum_n 1"),
    ),
    "a unit in which 100 per cent is no share": (
        alter("release_precision.csv", SMALL_SHARES, unit="3"),
        "description_unfit",
        ("release_precision.csv, row 2", "100 is not a multiple of unit 3"),
    ),
    "a hidden group on its own": (
        alter("release_rules.csv", {"rule": "minimum_hidden_groups"}, value="1"),
        "hidden_group_alone",
        ("release_rules.csv, row 3", "minimum_hidden_groups 1"),
    ),
    "bounds instead of all shares": (
        alter("release_rules.csv", {"rule": "fewest_respondents"}, value="6"),
        "bounds_of_everything",
        ("release_rules.csv, row 5", "minimum_base 10", "fewest_respondents is 6"),
    ),
    "a withdrawal of a group that is merged": (
        alter(
            "release_withdrawals.csv",
            {"category": "none", "group_value": "small_sectors"},
            group_value="provinces",
        ),
        "reference_unknown",
        ("release_withdrawals.csv, row", "group_value 'provinces'", "release_groups.csv"),
    ),
    "a withdrawal from a wave that did not ask": (
        alter(
            "release_withdrawals.csv",
            {"category": "none", "group_value": "small_sectors"},
            wave="2025",
        ),
        "withdrawal_of_nothing",
        ("release_withdrawals.csv, row", "nl_barometer/2025 asks technology_share nobody"),
    ),
    "a withdrawal of a base that was not asked": (
        alter(
            "release_withdrawals.csv",
            {"category": "none", "group_value": "small_sectors"},
            base="collaborators",
        ),
        "withdrawal_of_nothing",
        ("release_withdrawals.csv, row", "nobody of base collaborators"),
    ),
    "a threshold that is missing": (
        remove("release_rules.csv", rule="minimum_base"),
        "release_rules_incomplete",
        ("release_rules.csv", "the rules minimum_base are missing"),
    ),
    "a threshold that nobody reads": (
        alter("release_rules.csv", {"rule": "minimum_base"}, rule="minimum_bases"),
        "description_unfit",
        ("release_rules.csv, row 2", "rule = 'minimum_bases' is not one of 'minimum_base'"),
    ),
    "half a respondent": (
        alter("release_rules.csv", {"rule": "minimum_base"}, value="9.5"),
        "description_unfit",
        ("release_rules.csv, row 2", "minimum_base counts, and value 9.5 is not a whole number"),
    ),
    "a threshold of nothing": (
        alter("release_rules.csv", {"rule": "minimum_base"}, value="0"),
        "description_unfit",
        ("release_rules.csv, row 2", "value = '0' must be greater than 0"),
    ),
    "a threshold over 100 per cent": (
        alter("release_rules.csv", {"rule": "reliable_width"}, value="101"),
        "description_unfit",
        ("release_rules.csv, row 9", "reliable_width is a percentage, and value 101 is above"),
    ),
    "a fraction that is none": (
        alter("release_rules.csv", {"rule": "weak_loading"}, value="40"),
        "description_unfit",
        ("release_rules.csv, row", "weak_loading is a fraction, and value 40 is not below 1"),
    ),
    "a threshold without a source": (
        alter("release_rules.csv", {"rule": "minimum_base"}, source=""),
        "description_unfit",
        ("release_rules.csv, row 2", "source = '' is too short"),
    ),
    "an outcome that is no term": (
        alter("regression_terms.csv", {"outcome": "quality"}, outcome="qualty"),
        "reference_unknown",
        ("regression_terms.csv, row 2", "outcome 'qualty'", "did you mean 'quality'"),
    ),
    "a term that nobody describes": (
        alter("regression_terms.csv", {"term": "climate"}, term="climte"),
        "reference_unknown",
        ("regression_terms.csv", "term 'climte'", "did you mean 'climate'"),
    ),
    "an outcome that explains itself": (
        add("regression_terms.csv", {"outcome": "quality", "term": "efficiency"}),
        "outcome_explains_itself",
        ("regression_terms.csv", "term efficiency", "result"),
    ),
    "an outcome that is a scale": (
        add("regression_terms.csv", {"outcome": "climate", "term": "product"}),
        "outcome_is_a_scale",
        ("regression_terms.csv", "outcome climate is scale climate_scale"),
    ),
    "a term of an answer that does not exist": (
        alter("model_terms.csv", {"term": "product"}, category="prodct"),
        "unknown_category",
        ("model_terms.csv, row 5", "'prodct'", "did you mean 'product'"),
    ),
    "a term that is about two questions": (
        alter("model_terms.csv", {"answer": "copied"}, concept="innovation_type"),
        "term_of_two",
        ("model_terms.csv", "term from_elsewhere"),
    ),
    "a term that differs from the source in one of its rows only": (
        alter("model_terms.csv", {"answer": "4_types"}, source_note_nl="Anders."),
        "term_of_two",
        ("model_terms.csv", "term several_types", "notes"),
    ),
    "a term that counts something": (
        alter("model_terms.csv", {"term": "climate"}, concept="survey_response"),
        "term_without_answer",
        ("model_terms.csv", "survey_response of kind count"),
    ),
    "a term that would show a small group": (
        alter("model_terms.csv", {"term": "municipality"}, category="provinces"),
        "term_not_released",
        ("model_terms.csv", "provinces", "release_groups.csv"),
    ),
    "a term that would show a group out of its place": (
        alter(
            "model_terms.csv",
            {"term": "municipality"},
            concept="thematic_cluster",
            category="water_management",
        ),
        "term_not_released",
        ("model_terms.csv", "water_management", "release_groups.csv"),
    ),
    "a table of quantiles with a gap": (
        remove("t_quantiles.csv", df="7"),
        "quantile_out_of_order",
        ("t_quantiles.csv, row 8", "the row has df 8", "Allowed: df 7"),
    ),
    "a quantile that is above the one before": (
        alter("t_quantiles.csv", {"df": "7"}, t975="12.7"),
        "quantile_out_of_order",
        ("t_quantiles.csv, row 8", "t975 is not below"),
    ),
    "a practice case with a theme that nobody describes": (
        alter("practice_cases.csv", {"practice_case": "box_08"}, themes="culture;onderwijs"),
        "reference_unknown",
        ("practice_cases.csv, row 9", "themes 'onderwijs'", "codelists.csv (practice_theme)"),
    ),
    "a practice case with a technology that is spelt wrong": (
        alter("practice_cases.csv", {"practice_case": "box_13"}, technologies="drone"),
        "reference_unknown",
        ("row 14", "technologies 'drone' does not exist; did you mean 'drones'"),
    ),
    "a practice case of a sector that does not exist": (
        alter("practice_cases.csv", {"practice_case": "box_07"}, sector="municipality"),
        "unknown_category",
        ("row 8", "sector has no category 'municipality'; did you mean 'municipalities'"),
    ),
    "a practice case of a type that does not exist": (
        alter("practice_cases.csv", {"practice_case": "box_14"}, types="products"),
        "unknown_category",
        ("row 15", "innovation_type has no category 'products'; did you mean 'product'"),
    ),
    "a practice case without a theme": (
        alter("practice_cases.csv", {"practice_case": "box_14"}, themes=""),
        "description_unfit",
        ("practice_cases.csv, row 15", "themes"),
    ),
    "a practice case with a theme twice": (
        alter("practice_cases.csv", {"practice_case": "box_14"}, themes="energy;energy"),
        "description_unfit",
        ("practice_cases.csv, row 15", "energy stands there twice"),
    ),
    "a list with a space after its separator": (
        alter("practice_cases.csv", {"practice_case": "box_08"}, themes="culture; education"),
        "description_unfit",
        ("practice_cases.csv, row 9", "' education'"),
    ),
    "a lesson in one language only": (
        alter("practice_cases.csv", {"practice_case": "case_svb"}, lessons_en=""),
        "description_unfit",
        ("practice_cases.csv, row 18", "fill both lessons_nl and lessons_en"),
    ),
    "a practice case of a source that nobody describes": (
        alter("practice_cases.csv", {"practice_case": "box_01"}, source_id="ictu_2020"),
        "reference_unknown",
        ("row 2", "source_id 'ictu_2020' does not exist; did you mean 'ictu_2021'"),
    ),
    "a measure of a topic that is not in the debate": (
        alter("debate_measures.csv", {"topic": "management"}, topic="managment"),
        "reference_unknown",
        ("debate_measures.csv", "topic 'managment'", "did you mean 'management'"),
    ),
    "a measure of a category that does not exist": (
        alter("debate_measures.csv", {"category": "managers"}, category="manager"),
        "unknown_category",
        ("debate_measures.csv", "initiative_source has no category 'manager'"),
    ),
    "a measure of a group that does not exist": (
        alter("debate_measures.csv", {"group_value": "strong_minus_limited"}, group_value="strong"),
        "unknown_group",
        ("debate_measures.csv", "group_dimension climate_group_contrast has no group 'strong'"),
    ),
    "a limited measure without a reason": (
        alter("debate_measures.csv", {"category": "courses"}, reason_nl=""),
        "description_unfit",
        ("debate_measures.csv", "status limited needs reason_nl and reason_en"),
    ),
    "a kind of topic without a label": (
        remove("codelists.csv", codelist="debate_kind", code="critique"),
        "codelist_incomplete",
        ("codelists.csv", "codelist debate_kind lacks critique"),
    ),
    "an open answer that is counted as codes": (
        crosswalk(variable="V05", rule="text", recode=""),
        "rule_needs_text",
        ("crosswalk.csv", "rule text reads open answers, but V05 is none", "text: true"),
    ),
    "an open answer of a concept of codes": (
        crosswalk(variable="V06", rule="text", recode=""),
        "concept_of_texts",
        ("crosswalk.csv", "works_with_innovation of kind single", "kind text go together"),
    ),
    "codes of a concept of open answers": (
        crosswalk(concept="innovation_description", variable="V05"),
        "concept_of_texts",
        ("crosswalk.csv", "rule recode of V05", "innovation_description of kind text"),
    ),
    "a word in a group that nobody describes": (
        alter("term_words.csv", {"word": "drone"}, term_group="digital_and_dat"),
        "reference_unknown",
        ("term_words.csv", "did you mean 'digital_and_data'", "codelists.csv (term_group)"),
    ),
    "a term of which the words are in two groups": (
        alter("term_words.csv", {"word": "drones"}, term_group="homeworking_and_meetings"),
        "term_in_two_groups",
        ("term_words.csv", "the words of term drone are in different groups"),
    ),
    "a listed word with a capital": (
        alter("term_words.csv", {"word": "zoom"}, word="Zoom"),
        "description_unfit",
        ("term_words.csv", "word = 'Zoom'"),
    ),
    "a listed term of two words": (
        alter("term_words.csv", {"word": "zoom"}, term="zoom overleg"),
        "description_unfit",
        ("term_words.csv", "term = 'zoom overleg'"),
    ),
    "the language of a survey that nobody describes": (
        alter("term_languages.csv", {"survey": "nl_barometer"}, survey="nl_barometr"),
        "reference_unknown",
        ("term_languages.csv, row 2", "did you mean 'nl_barometer'"),
    ),
    "a quantile that is not finite": (
        alter("t_quantiles.csv", {"df": "7"}, t975="inf"),
        "description_unfit",
        ("t_quantiles.csv, row 8", "t975 = 'inf' is not a number"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_cannot_be_right_is_refused_in_both_languages(
    seeds: Path, registry: Registry, fault: str
) -> None:
    change, rule, words = FAULTS[fault]
    change(seeds)
    with pytest.raises(RefusedError) as refused:
        load(seeds, registry)
    message = str(refused.value)
    assert refused.value.rule == rule, message
    assert not missing_words(message, (str(seeds), "How to fix: ", *words)), message
    assert_dutch(refused.value)


@pytest.mark.parametrize("seed", SEEDS_AND_MODELS)
def test_a_seed_without_rows_or_with_another_column_is_refused(
    seeds: Path, registry: Registry, seed: str
) -> None:
    path = seeds / f"{seed}.csv"
    rows = rows_of(path)
    write(path, [{**row, "remark": ""} for row in rows])
    with pytest.raises(RefusedError, match="unknown columns: remark"):
        load(seeds, registry)
    path.write_text(",".join(rows[0]) + "\n", "utf-8")
    with pytest.raises(RefusedError, match="a header but no rows"):
        load(seeds, registry)


FIGURE_FAULTS: dict[str, tuple[dict[str, str], str, str]] = {
    "an unknown concept": (
        {"concept": "innovated"},
        "reference_unknown",
        "concept 'innovated' does not exist",
    ),
    "an unknown category": (
        {"category": "ja"},
        "unknown_category",
        "innovated_past_two_years has no category 'ja'",
    ),
    "an unknown base": ({"base": "all"}, "reference_unknown", "base 'all' does not exist"),
    "an unknown split": (
        {"group_dimension": "totaal"},
        "reference_unknown",
        "group_dimension 'totaal' does not exist; did you mean 'total'",
    ),
    "an unknown group": (
        {"group_value": "totaal"},
        "unknown_group",
        "group_dimension total has no group 'totaal'; did you mean 'total'",
    ),
}


@pytest.mark.parametrize("fault", FIGURE_FAULTS)
def test_a_published_figure_of_what_nobody_describes_is_refused(
    registry: Registry, fault: str
) -> None:
    columns, rule, words = FIGURE_FAULTS[fault]
    figures = tuple(
        (survey, figure.model_copy(update=columns) if figure.row_id == "nl_008" else figure)
        for survey, figure in registry.figures
    )
    with pytest.raises(RefusedError) as refused:
        load(SEEDS, replace(registry, figures=figures))
    assert refused.value.rule == rule
    message = str(refused.value)
    assert not missing_words(message, ("nl_barometer/published.csv, row 9 (nl_008)", words))
    assert_dutch(refused.value)


@pytest.mark.parametrize(
    ("figure", "columns"),
    [
        ("nl_150", {"concept": "covid_production", "category": "undiminished"}),
        ("nl_152", {"concept": "origin", "category": "own"}),
        # Who is in a group follows from a question too.
        ("nl_158", {"group_dimension": "cluster", "group_value": "water_management"}),
    ],
)
def test_a_figure_of_what_a_wave_did_not_ask_is_refused_unless_it_is_superseded(
    registry: Registry, figure: str, columns: dict[str, str]
) -> None:
    def changed(**more: str) -> Registry:
        asked = with_answers(
            registry, "nl_barometer/2025", not_asked=("origin", "thematic_cluster")
        )
        figures = tuple(
            (survey, one.model_copy(update={**columns, **more}) if one.row_id == figure else one)
            for survey, one in registry.figures
        )
        return replace(asked, figures=figures)

    with pytest.raises(RefusedError) as refused:
        load(SEEDS, changed())
    assert refused.value.rule == "figure_not_asked"
    assert not missing_words(str(refused.value), ("nl_barometer/published.csv", figure, "2025"))
    assert_dutch(refused.value)
    load(SEEDS, changed(status="superseded"))


def test_a_manifest_that_denies_a_question_of_the_crosswalk_is_refused(registry: Registry) -> None:
    with pytest.raises(RefusedError) as refused:
        load(SEEDS, with_answers(registry, not_asked=("strategy",)))
    assert refused.value.rule == "answers_not_asked"
    assert not missing_words(str(refused.value), ("crosswalk.csv, row", WAVE, "asked strategy"))
    assert_dutch(refused.value)


def with_answers(registry: Registry, wave_id: str = WAVE, **changes: object) -> Registry:
    """The registry, of which one wave describes its answers otherwise."""

    def changed(wave: SurveyWave) -> SurveyWave:
        if wave.id != wave_id:
            return wave
        answers = Answers.model_validate({**wave.wave.answers.model_dump(), **changes})
        return replace(wave, wave=wave.wave.model_copy(update={"answers": answers}))

    return replace(registry, waves=tuple(changed(wave) for wave in registry.waves))


MANIFEST_FAULTS: dict[str, tuple[dict[str, object], str, str]] = {
    "a stratum that is no concept": (
        {"design": {"stratum": "sectors", "frame": {"provinces": 12}}},
        "reference_unknown",
        "answers.design.stratum 'sectors' does not exist; did you mean 'sector'",
    ),
    "a frame of a stratum that no category has": (
        {"design": {"stratum": "sector", "frame": {"province": 12}}},
        "unknown_category",
        "sector has no category 'province'; did you mean 'provinces'",
    ),
    "strata that do not hold everyone": (
        {"design": {"stratum": "thematic_cluster", "frame": {"safety_region": 25}}},
        "stratum_nested",
        "answers.design.stratum thematic_cluster has groups within sector only",
    ),
    "a concept that was not asked and does not exist": (
        {"not_asked": ["innovation_budget"]},
        "reference_unknown",
        "answers.not_asked 'innovation_budget' does not exist",
    ),
}


@pytest.mark.parametrize("fault", MANIFEST_FAULTS)
def test_a_manifest_that_names_what_nobody_describes_is_refused(
    registry: Registry, fault: str
) -> None:
    changes, rule, words = MANIFEST_FAULTS[fault]
    with pytest.raises(RefusedError) as refused:
        load(SEEDS, with_answers(registry, **changes))
    assert refused.value.rule == rule
    assert not missing_words(str(refused.value), ("nl_barometer/waves/2021.yml", words))
    assert_dutch(refused.value)


def test_an_extended_missing_code_beside_numbers_needs_a_recode(
    seeds: Path, registry: Registry
) -> None:
    wave_id = "werkonderzoek/2025"
    answers = registry.wave(wave_id).wave.answers
    assert answers is not None
    codelists = {**answers.codelists, "grade": {**answers.codelists["grade"], ".a": "Overslaan"}}
    described = with_answers(registry, wave_id, codelists=codelists)
    kind = {"code": ".a", "category": "", "missing_kind": "refused"}
    recode(recode="werk_recommendation_of_ten", **kind)(seeds)
    with pytest.raises(RefusedError) as refused:
        load(seeds, described)
    assert refused.value.rule == "code_is_no_number"
    words = ("crosswalk.csv", "aanbeveling has codes that are no number", ": .a", "missing_kind")
    assert not missing_words(str(refused.value), words)
    assert_dutch(refused.value)
    recode(recode="unknown_99", **kind)(seeds)
    load(seeds, described)


def number_of(registry: Registry, missing: dict[str, str]) -> Registry:
    """The registry, of which one wave has a grade as a number instead of codes."""
    wave_id = "werkonderzoek/2025"
    items = [item.model_dump() for item in registry.wave(wave_id).wave.answers.items]
    (grade,) = [item for item in items if item["variable"] == "aanbeveling"]
    grade |= {"codelist": None, "number": True, "missing": missing}
    return with_answers(registry, wave_id, items=items)


def test_a_number_needs_a_rule_that_takes_it_as_it_is(seeds: Path, registry: Registry) -> None:
    with pytest.raises(RefusedError) as refused:
        load(seeds, number_of(registry, {"99": "Weet niet"}))
    assert refused.value.rule == "number_needs_direct"
    words = ("crosswalk.csv", "aanbeveling is a number", "rule recode cannot", "the rule direct")
    assert not missing_words(str(refused.value), words)
    assert_dutch(refused.value)
    path = seeds / "crosswalk.csv"
    rows = path.read_text("utf-8").splitlines(keepends=True)
    start = "werkonderzoek,2025,employer_recommendation,employees,aanbeveling,,recode"
    path.write_text("".join(row for row in rows if not row.startswith(start)), "utf-8")
    load(seeds, number_of(registry, {"99": "Weet niet"}))
    with pytest.raises(RefusedError) as refused:
        load(seeds, number_of(registry, {"99": "Weet niet", "98": "Geen mening"}))
    assert refused.value.rule == "missing_without_recode"
    assert not missing_words(str(refused.value), ("no recode gives their missing_kind: 98",))
    assert_dutch(refused.value)
    with pytest.raises(RefusedError) as refused:
        load(seeds, number_of(registry, {}))
    assert refused.value.rule == "recode_beyond_missing"
    words = ("recode unknown_99", "aanbeveling does not name them under missing", "numbers: 99")
    assert not missing_words(str(refused.value), words)
    assert_dutch(refused.value)


def test_an_item_of_an_unknown_base_is_refused(registry: Registry) -> None:
    items = [item.model_dump() for item in registry.wave(WAVE).wave.answers.items]
    items[-1]["base"] = "inovators"
    with pytest.raises(RefusedError) as refused:
        load(SEEDS, with_answers(registry, items=items))
    assert "base 'inovators' does not exist; did you mean 'innovators'" in str(refused.value)
    assert_dutch(refused.value)


# Codes of sectors in the file of 2021.
PROVINCE, WATER_BOARD, MUNICIPALITY = "5", "8", "1"


@pytest.mark.parametrize(
    ("sectors", "rule", "words"),
    [
        ([PROVINCE] * 12, None, ""),
        # Of a merged stratum the respondents are taken together.
        ([PROVINCE, WATER_BOARD], None, ""),
        ([PROVINCE] * 13, "frame_too_small", "provinces has 13 respondents, but its frame has 12"),
        ([PROVINCE], "stratum_of_one", "stratum small_sectors has one respondent"),
        ([*[PROVINCE] * 2, MUNICIPALITY], "stratum_of_one", "stratum municipalities has one"),
    ],
    ids=["as large as its frame", "merged", "over its frame", "one", "one beside others"],
)
def test_a_stratum_has_some_respondents_and_no_more_than_its_frame(
    registry: Registry, sectors: list[str], rule: str | None, words: str
) -> None:
    wave, rows = registry.wave(WAVE), load(SEEDS, registry)
    # Nobody's sector is unknown to the frame.
    data = pa.table({"SECTOR": [*sectors, None]})
    if rule is None:
        check_frame(data, wave, rows)
        return
    with pytest.raises(RefusedError) as refused:
        check_frame(data, wave, rows)
    assert refused.value.rule == rule
    assert not missing_words(str(refused.value), ("waves/2021.yml", words))
    assert_dutch(refused.value)


def test_a_part_of_a_merged_stratum_needs_a_frame_of_its_own(registry: Registry) -> None:
    wave, rows = registry.wave(WAVE), load(SEEDS, registry)
    answers = wave.wave.answers
    assert answers and answers.design
    frame = {name: size for name, size in answers.design.frame.items() if name != "provinces"}
    design = answers.design.model_copy(update={"frame": frame})
    answers = answers.model_copy(update={"design": design})
    wave = replace(wave, wave=wave.wave.model_copy(update={"answers": answers}))

    with pytest.raises(RefusedError, match="provinces has 2 respondents, but its frame has 0"):
        check_frame(pa.table({"SECTOR": [*[PROVINCE] * 2, *[WATER_BOARD] * 2]}), wave, rows)


def test_a_release_has_every_threshold_that_models_and_checks_read_and_no_other() -> None:
    read = {
        name
        for folder in ("models", "macros", "tests")
        for path in (PROJECT / "dbt_project" / folder).rglob("*.sql")
        for name in re.findall(r"release_rule\('(\w+)'\)", path.read_text("utf-8"))
    }
    # Models in Python read them from a series.
    for path in (PROJECT / "dbt_project" / "models").rglob("*.py"):
        read |= set(re.findall(r'rules\["(\w+)"\]', path.read_text("utf-8")))
    written = {row["rule"] for row in rows_of(SEEDS / "release_rules.csv")}
    assert read == written


def test_seeds_and_models_mean_the_same_home_survey() -> None:
    project = yaml.safe_load((PROJECT / "dbt_project" / "dbt_project.yml").read_text("utf-8"))
    assert project["vars"]["home_survey"] == HOME_SURVEY


def test_the_rules_say_what_a_recode_says() -> None:
    rules = Rows.read(CrosswalkRule, SEEDS / "crosswalk_rules.csv").rows
    assert {rule.gives for rule in rules if rule.recodes} == {"category", "selected", "score"}
    assert {rule.reads for rule in rules} == {"variable", "concept", None}
    assert all(rule.gives == "selected" for rule in rules if rule.combines)


def test_the_rows_that_are_shipped_hold_together(registry: Registry) -> None:
    rows = load(SEEDS, registry).crosswalk.rows
    assert {row.rule for row in rows} >= {"recode", "select", "combine_any", "not_asked"}


WORDING = {"nl": "Vraag", "en": "Question"}
AGE = {
    "items": [
        {"variable": "V05", "number": True, "missing": {99: "?"}, "base": "all", "wording": WORDING}
    ]
}
CORRECTION = {"variable": "V05", "code": 7, "becomes": 1, "reason": WORDING, "source": "nota"}


def described(**changes: object) -> Answers:
    """A manifest with one question."""
    item = {"variable": "V05", "codelist": "yes_no", "base": "all", "wording": WORDING}
    return Answers.model_validate(
        {
            "file": {"name": "proef.sav", "format": "sav"},
            "respondent": "NR",
            "codelists": {"yes_no": {1: "Ja", 2: "Nee"}},
            "items": [item],
            **changes,
        }
    )


def test_a_correction_of_a_number_is_a_number_or_says_why_there_is_none() -> None:
    for becomes in ("41", "40.5", "99", None):
        (correction,) = described(
            **AGE, corrections=[{**CORRECTION, "becomes": becomes}]
        ).corrections
        assert correction.becomes == becomes


def test_a_correction_may_name_a_code_that_should_not_be_there() -> None:
    (correction,) = described(corrections=[CORRECTION]).corrections
    assert (correction.code, correction.becomes, correction.respondent) == ("7", "1", None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"corrections": [{**CORRECTION, "variable": "V06"}]}, "V06, which is not an item"),
        (
            {"corrections": [{**CORRECTION, "becomes": 3}]},
            "V05 name codes that it does not have: 3",
        ),
        ({"corrections": [{**CORRECTION, "code": 1}]}, "does not change 1"),
        ({**AGE, "corrections": [{**CORRECTION, "becomes": "oud"}]}, "does not have: oud"),
        (
            {"corrections": [CORRECTION, {**CORRECTION, "respondent": "12"}]},
            "two corrections of 7",
        ),
        ({"routing": {"all": {"V05": [3]}}}, "routing of V05 name codes that it does not have: 3"),
        ({"routing": {"some": {"V05": [1]}}}, "bases that no item has: some"),
    ],
    ids=str,
)
def test_routing_and_corrections_name_what_the_manifest_describes(
    changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError) as refused:
        described(**changes)
    assert words in str(refused.value)
