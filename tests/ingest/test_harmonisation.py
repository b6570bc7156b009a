"""A row of the crosswalk that cannot be right is refused, with its file, its row and the mend."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import BarometerError, RefusedError
from ingest.harmonisation import load
from ingest.models import Answers
from ingest.registry import Registry
from ingest.registry import load as load_registry
from tests.conftest import PROJECT

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


TICKED = {"concept": "origin", "base": "all_organisations", "recode": "ticked"}
ORIGIN = {
    "V05": {**TICKED, "recode": "yes_selected"},
    "V15": {**TICKED, "recode": "yes_selected"},
    "V13_1": TICKED,
}
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
        ("rule recode has no use for category, which holds 'yes'",),
    ),
    "a variable of what was not asked": (
        crosswalk(rule="not_asked", recode=""),
        "rule_leaves_column_empty",
        ("rule not_asked has no use for variable, which holds 'V05'",),
    ),
    "not asked, without the reason": (
        crosswalk(rule="not_asked", variable="", recode="", status="impossible"),
        "",
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
        ("crosswalk.csv", "innovated_past_two_years", "was asked according to row 16"),
    ),
    "an unknown variable": (
        crosswalk(variable="V7_1"),
        "unknown_variable",
        ("nl_barometer/2021 describes no variable 'V7_1'", "did you mean 'V07_1'"),
    ),
    "a variable of another wave": (
        crosswalk(variable="q1_innovatie"),
        "unknown_variable",
        ("nl_barometer/2021 describes no variable 'q1_innovatie'",),
    ),
    "a wave without answers": (
        crosswalk(wave="2015", survey="dk_barometer"),
        "wave_without_answers",
        ("dk_barometer/2015 is no wave with answers", "nl_barometer/2021"),
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
        ("recodes.csv", "code 1 of recode yes_no", "crosswalk.csv, row", "selected, not_selected"),
    ),
    "a recode without scores": (
        crosswalk(rule="reverse"),
        "recode_has_no_score",
        ("recodes.csv", "code 1 of recode yes_no has no score", "rule reverse"),
    ),
    "a code that says nothing": (
        recode(code="1", category=""),
        "",
        ("recodes.csv", "(mine)", "needs a category or a score, or else a missing_kind"),
    ),
    "a missing kind that does not exist": (
        recode(code="1", category="", missing_kind="no_idea"),
        "",
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
        ("crosswalk.csv", "recode mine", "V07_1 belongs to no battery"),
    ),
    "a combination of one variable": (
        crosswalk(**{**SELECT, "rule": "combine_any"}),
        "combination_of_one",
        ("crosswalk.csv", "combine_any makes works_with_innovation yes of one variable"),
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
        ("works_with_innovation yes is made by combine_any and also by select",),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_cannot_be_right_is_refused(seeds: Path, registry: Registry, fault: str) -> None:
    change, rule, words = FAULTS[fault]
    change(seeds)
    with pytest.raises(BarometerError) as refused:
        load(seeds, registry)
    message = str(refused.value)
    assert str(seeds) in message and ", row " in message and "How to fix: " in message, message
    assert not [word for word in words if word not in message], message
    if rule:
        assert isinstance(refused.value, RefusedError) and refused.value.rule == rule
        assert "Oplossing: " in refused.value.text("nl")


def test_the_rows_that_are_shipped_hold_together(registry: Registry) -> None:
    rows = load(SEEDS, registry).crosswalk.rows
    assert {row.rule for row in rows} >= {"recode", "select", "combine_any", "not_asked"}


WORDING = {"nl": "Vraag", "en": "Question"}
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


def test_a_correction_may_name_a_code_that_should_not_be_there() -> None:
    (correction,) = described(corrections=[CORRECTION]).corrections
    assert (correction.code, correction.becomes, correction.respondent) == (7, 1, None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"corrections": [{**CORRECTION, "variable": "V06"}]}, "V06, which is no item"),
        (
            {"corrections": [{**CORRECTION, "becomes": 3}]},
            "V05 name codes that it does not have: 3",
        ),
        ({"corrections": [{**CORRECTION, "code": 1}]}, "leaves 1 as it is"),
        (
            {"corrections": [CORRECTION, {**CORRECTION, "respondent": "12"}]},
            "say twice what 7 becomes",
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
