"""A new wave is held against the earlier one: each change is named by its rule, chance is not."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from expectations.differences.compare import compare
from expectations.differences.difference import RULES, Comparison
from expectations.differences.homogeneity import Shift, corrected, looks_mirrored, p_value
from expectations.differences.side import Side
from expectations.differences.view import lines, summary
from ingest.formats import AnswerTable
from ingest.harmonisation import (
    SEEDS,
    Concept,
    CrosswalkRow,
    CrosswalkRule,
    GroupDimension,
    Harmonisation,
    Recode,
    Rows,
)
from ingest.models import Wave
from ingest.registry import SurveyWave
from tests.conftest import PROJECT, Barometer
from tests.support import edit, missing_words, refusal, trial_survey

SURVEY = trial_survey("2021")
STATEMENTS = ("Nieuwe ideeën worden gewaardeerd", "Er is ruimte voor proeven", "Fouten mogen")
SCALE = {1: "Helemaal oneens", 2: "Oneens", 3: "Neutraal", 4: "Eens", 5: "Helemaal eens"}


def words(nl: str, en: str | None = None) -> dict[str, str]:
    return {"nl": nl, "en": en or f"{nl} (en)"}


def described(wave: str) -> dict[str, Any]:
    """The manifest of a wave."""
    everyone = "all_organisations"
    return {
        "wave": wave,
        "mode": "web",
        "population": words("Overheidsorganisaties"),
        "answers": {
            "file": {"name": "proef.csv", "format": "csv", "delimiter": ";", "encoding": "utf-8",
                     "decimal": ","},
            "respondent": "NR",
            "organisation": "ORG",
            "codelists": {
                "size": {1: "Klein", 2: "Midden", 3: "Groot"},
                "yes_no": {1: "Ja", 2: "Nee", 9: "Weet niet"},
                "scale": {**SCALE, 9: "Weet niet"},
                "ticked": {0: "Niet genoemd", 1: "Genoemd"},
            },
            "items": [
                {"variable": "SIZE", "codelist": "size", "base": everyone,
                 "wording": words("Hoeveel mensen werken er?")},
                {"variable": "V1", "codelist": "yes_no", "base": everyone,
                 "wording": words("Heeft uw organisatie vernieuwd in 2019 en 2020?")},
                *(
                    {"variable": f"V2_{place}", "codelist": "scale", "base": everyone,
                     "wording": words(f"Stelling: {text}")}
                    for place, text in enumerate(STATEMENTS, 1)
                ),
                {"variable": "V3_1", "codelist": "ticked", "base": "innovators",
                 "wording": words("Soort vernieuwing: product")},
                {"variable": "V3_2", "codelist": "ticked", "base": "innovators",
                 "wording": words("Soort vernieuwing: dienst")},
                {"variable": "OPEN", "text": True, "base": "innovators",
                 "wording": words("Beschrijf de vernieuwing")},
            ],
        },
    }  # fmt: skip


# Variable -> concept, category, rule, recode.
CROSSWALK = {
    "SIZE": ("organisation_size", None, "recode", "size"),
    "V1": ("innovated", None, "recode", "yes_no"),
    "V2_1": ("statement", "ideas", "select", "agree"),
    "V2_2": ("statement", "room", "select", "agree"),
    "V2_3": ("statement", "mistakes", "select", "agree"),
    "V3_1": ("innovation_type", "product", "select", "ticked"),
    "V3_2": ("innovation_type", "service", "select", "ticked"),
}
RECODES: dict[str, dict[int, str]] = {
    "size": {1: "small", 2: "medium", 3: "large"},
    "yes_no": {1: "yes", 2: "no", 9: "?"},
    "agree": {1: "not_selected", 2: "not_selected", 3: "not_selected", 4: "selected",
              5: "selected", 9: "?"},
    "agree_falling": {1: "selected", 2: "selected", 3: "not_selected", 4: "not_selected",
                      5: "not_selected", 9: "?"},
    "ticked": {0: "not_selected", 1: "selected"},
}  # fmt: skip
CONCEPTS = ("organisation_size", "innovated", "statement")
CROSSWALK_RULES = PROJECT / "dbt_project" / "seeds" / "crosswalk_rules.csv"


@dataclass
class Case:
    """A wave that a test may change before it is held against the earlier one."""

    manifest: dict[str, Any]
    answers: dict[str, list[str | None]]
    crosswalk: dict[str, tuple[Any, ...]] = field(default_factory=lambda: dict(CROSSWALK))
    statuses: dict[str, str] = field(default_factory=dict)

    @property
    def items(self) -> dict[str, dict[str, Any]]:
        return {item["variable"]: item for item in self.manifest["answers"]["items"]}

    @property
    def codelists(self) -> dict[str, dict[int, str]]:
        found: dict[str, dict[int, str]] = self.manifest["answers"]["codelists"]
        return found


def draw(seed: int, size: int = 400) -> dict[str, list[str | None]]:
    """Answers of a simple random sample of one population, in which answers go together."""
    rng = np.random.default_rng(seed)
    mood = rng.standard_normal(size)

    def answer(codes: list[int], shares: list[float]) -> list[str | None]:
        bounds = [NormalDist().inv_cdf(share) for share in np.cumsum(shares)[:-1]]
        places = np.searchsorted(bounds, 0.7 * mood + 0.51**0.5 * rng.standard_normal(size))
        return [str(codes[place]) for place in places]

    def of_innovators(answers: list[str | None]) -> list[str | None]:
        return [text if did == "1" else None for text, did in zip(answers, yes_no, strict=True)]

    yes_no = answer([2, 9, 1], [0.17, 0.03, 0.8])
    statements = {
        f"V2_{place}": answer([1, 2, 3, 4, 5, 9], [0.04, 0.1, 0.2, 0.4, 0.22, 0.04])
        for place in (1, 2, 3)
    }
    return {
        "NR": [str(number) for number in range(size)],
        "ORG": [f"o{number}" for number in rng.permutation(1000)[:size]],
        "SIZE": answer([1, 2, 3], [0.3, 0.4, 0.3]),
        "V1": yes_no,
        **statements,
        "V3_1": of_innovators(answer([0, 1], [0.55, 0.45])),
        "V3_2": of_innovators(answer([0, 1], [0.3, 0.7])),
        "OPEN": [None] * size,
    }


def rows_of(model: type[Any], rows: list[dict[str, Any]]) -> Rows[Any]:
    return Rows(
        Path("rows.csv"),
        tuple((line, model.model_validate(row)) for line, row in enumerate(rows, 2)),
    )


def harmonised(*cases: Case) -> Harmonisation:
    """The rows of both waves, as the seeds would hold them."""
    crosswalk = [
        {"survey": "proef", "wave": case.manifest["wave"], "concept": concept,
         "base": case.items[name]["base"], "variable": name, "category": category, "rule": rule,
         "recode": recode, "status": case.statuses.get(name, "identical"),
         "reason_nl": "Daarom." if name in case.statuses else None,
         "reason_en": "Because." if name in case.statuses else None}
        for case in cases
        for name, (concept, category, rule, recode) in case.crosswalk.items()
    ]  # fmt: skip
    recodes = [
        {"recode": recode, "code": str(code), "score": None,
         "category": None if counts == "?" else counts,
         "missing_kind": "dont_know" if counts == "?" else None}
        for recode, codes in RECODES.items()
        for code, counts in codes.items()
    ]  # fmt: skip
    concepts = [
        {"concept": name, "label_nl": name, "label_en": name, "kind": "single", "question_nl": "?",
         "question_en": "?", "default_base": None, "minimum_items": None,
         "by_group": True, "sort_order": 1, "in_dashboard": True}
        for name in CONCEPTS
    ]  # fmt: skip
    dimension = {"group_dimension": "size", "concept": "organisation_size", "coarser": None,
                 "label_nl": "Grootte", "label_en": "Size"}  # fmt: skip
    tables: dict[str, Rows[Any]] = {name: Rows(Path(f"{name}.csv"), ()) for name in SEEDS}
    tables |= {
        "concepts": rows_of(Concept, concepts),
        "group_dimensions": rows_of(GroupDimension, [dimension]),
        "crosswalk": rows_of(CrosswalkRow, crosswalk),
        "crosswalk_rules": Rows.read(CrosswalkRule, CROSSWALK_RULES),
        "recodes": rows_of(Recode, recodes),
    }
    return Harmonisation(**tables)


def held_against(earlier: Case, case: Case) -> Comparison:
    """Hold a wave against an earlier one."""
    rows = harmonised(earlier, case)

    def side(one: Case) -> Side:
        wave = SurveyWave(SURVEY, Wave.model_validate(one.manifest))
        assert wave.wave.answers is not None
        data = pa.table({name: pa.array(held, pa.string()) for name, held in one.answers.items()})
        return Side(wave, wave.wave.answers, rows, AnswerTable(data, {}, {}, ""), "synthetic")

    return compare(side(case), side(earlier))


def two_waves() -> tuple[Case, Case]:
    """A wave and the next one: the same questions to a fresh draw."""
    return Case(described("2021"), draw(1)), Case(described("2023"), draw(2))


def test_a_wave_that_is_a_fresh_draw_of_the_same_population_differs_in_nothing() -> None:
    comparison = held_against(*two_waves())
    assert comparison.differences == ()
    assert (comparison.tests, comparison.untested) == (7, 0)
    assert 10 < comparison.smallest < 15


def test_chance_alone_gives_a_finding_in_one_wave_of_twenty_at_most() -> None:
    earlier, _ = two_waves()
    alarms = sum(
        bool(held_against(earlier, Case(described("2023"), draw(seed))).differences)
        for seed in range(100, 300)
    )
    # 200 waves: 10 by chance, 17 in one of a hundred such tries.
    assert alarms <= 17


# Changes: each is made in the new wave alone.


def reword(variable: str, text: str) -> Callable[[Case], None]:
    def change(case: Case) -> None:
        case.items[variable]["wording"] = words(text)

    return change


def another_question_under_the_same_name(case: Case) -> None:
    reword("V1", "Hoe vaak vergadert het bestuur per jaar?")(case)
    del case.crosswalk["V1"]


def another_question_with_copied_rows(case: Case) -> None:
    reword("V1", "Hoe vaak vergadert het bestuur per jaar?")(case)


def another_question_with_rows_of_its_own(case: Case) -> None:
    reword("V1", "Hoe vaak vergadert het bestuur per jaar?")(case)
    case.crosswalk["V1"] = ("meetings", None, "recode", "yes_no")


def recoded(case: Case, variable: str, codes: dict[str, str]) -> None:
    case.answers[variable] = [text and codes.get(text, text) for text in case.answers[variable]]


def reverse(case: Case, *, recode: str) -> None:
    """Run the statements from agree to disagree."""
    turned = {code: SCALE[6 - code] for code in SCALE}
    case.codelists["scale"] = {**turned, 9: "Weet niet"}
    for place in (1, 2, 3):
        name = f"V2_{place}"
        recoded(case, name, {str(code): str(6 - code) for code in SCALE})
        case.crosswalk[name] = (*CROSSWALK[name][:3], recode)


def reverse_the_scale(case: Case) -> None:
    reverse(case, recode="agree_falling")
    case.statuses = {f"V2_{place}": "comparable" for place in (1, 2, 3)}


def reverse_the_scale_and_copy_the_crosswalk(case: Case) -> None:
    reverse(case, recode="agree")


def reverse_the_answers_alone(case: Case) -> None:
    for name in ("V2_1", "V2_2"):
        recoded(case, name, {str(code): str(6 - code) for code in SCALE})


def shuffle_labels(case: Case) -> None:
    case.codelists["size"] = {1: "Midden", 2: "Klein", 3: "Groot"}
    recoded(case, "SIZE", {"1": "2", "2": "1"})
    del case.crosswalk["SIZE"]


def renumber(case: Case) -> None:
    case.codelists["yes_no"] = {1: "Ja", 0: "Nee", 9: "Weet niet"}
    recoded(case, "V1", {"2": "0"})
    del case.crosswalk["V1"]


def relabel(case: Case) -> None:
    case.codelists["size"][2] = "Gemiddeld"
    del case.crosswalk["SIZE"]


def drop_a_code(case: Case) -> None:
    del case.codelists["scale"][3]
    for place in (1, 2, 3):
        case.answers[f"V2_{place}"] = [
            None if text == "3" else text for text in case.answers[f"V2_{place}"]
        ]


def add_a_code(case: Case) -> None:
    case.codelists["size"][4] = "Heel groot"


def drop_a_question(case: Case) -> None:
    items = case.manifest["answers"]["items"]
    case.manifest["answers"]["items"] = [item for item in items if item["variable"] != "SIZE"]
    del case.answers["SIZE"], case.crosswalk["SIZE"]


def drop_a_question_and_say_so(case: Case) -> None:
    drop_a_question(case)
    case.manifest["answers"]["not_asked"] = ["organisation_size"]


def add_a_question(case: Case) -> None:
    new = {"variable": "V4", "codelist": "yes_no", "base": "all_organisations",
           "wording": words("Was er genoeg geld?")}  # fmt: skip
    case.manifest["answers"]["items"].append(new)
    case.answers["V4"] = list(case.answers["V1"])


def ask_everyone(case: Case) -> None:
    for name in ("V3_1", "V3_2"):
        case.items[name]["base"] = "all_organisations"


def rename(case: Case) -> None:
    case.items["V1"]["variable"] = "q1"
    case.answers["q1"] = case.answers.pop("V1")
    case.crosswalk["q1"] = case.crosswalk.pop("V1")


def shift(case: Case) -> None:
    answers = case.answers["V1"]
    yes = [place for place, text in enumerate(answers) if text == "1"][:60]
    for place in yes:
        answers[place] = "2"


def shift_sizes(case: Case) -> None:
    recoded(case, "SIZE", {"3": "1"})


def answer_in_parts(case: Case) -> None:
    case.answers["ORG"] = [f"o{place // 3}" for place in range(400)]


def new_pseudonyms(case: Case) -> None:
    case.answers["ORG"] = [f"x{text}" for text in case.answers["ORG"]]


def invite_parts(case: Case) -> None:
    case.manifest["population"] = words("Overheidsorganisaties en onderdelen daarvan")


def ask_by_telephone(case: Case) -> None:
    case.manifest["mode"] = "telephone"


def open_up(case: Case) -> None:
    item = case.items["SIZE"]
    del item["codelist"], case.crosswalk["SIZE"]
    item["text"] = True


LATER = reword("V1", "Heeft uw organisatie vernieuwd in 2021 en 2022?")
CHANGES: dict[str, tuple[Callable[[Case], None], dict[str, str], tuple[str, ...]]] = {
    "a variable stands for another question": (
        another_question_under_the_same_name,
        {"variable_reused": "review", "question_new": "review", "question_vanished": "review"},
        ("V1", "vernieuwd in 2019", "Hoe vaak vergadert", "innovated"),
    ),
    "a variable stands for another question, with copied crosswalk rows": (
        another_question_with_copied_rows,
        {"variable_reused": "review"},
        ("V1", "vernieuwd in 2019", "Hoe vaak vergadert", "voor een eigen concept"),
    ),
    "a variable stands for another question, with rows of its own": (
        another_question_with_rows_of_its_own,
        {"variable_reused": "info", "question_new": "info", "question_vanished": "review"},
        ("V1", "meetings (V1)", "innovated"),
    ),
    "a wording": (
        reword("V2_1", "Stelling: Nieuwe ideeën worden beloond"),
        {"wording_changed": "review"},
        ("V2_1", "worden gewaardeerd", "worden beloond"),
    ),
    "the stem of a battery": (
        lambda case: [
            reword(f"V2_{place}", f"Mening: {text}")(case)
            for place, text in enumerate(STATEMENTS, 1)
        ]
        and None,
        {"wording_changed": "review"},
        ("V2_1–V2_3", "“Stelling: …”", "“Mening: …”"),
    ),
    "only the years": (LATER, {"years_changed": "info"}, ("V1", "2021 en 2022")),
    "a reversed scale with a recode of its own": (
        reverse_the_scale,
        {"scale_reversed": "info"},
        ("V2_1–V2_3", "1 Helemaal oneens … 5 Helemaal eens", "verwerkt in crosswalk.csv"),
    ),
    "a reversed scale with the recode of the earlier wave": (
        reverse_the_scale_and_copy_the_crosswalk,
        {"recode_contradicts_label": "refuse", "scale_reversed": "review",
         "distribution_shifted": "review"},
        ("“1 Helemaal eens” telt hier als not_selected", "als selected"),
    ),
    "reversed answers under unchanged labels": (
        reverse_the_answers_alone,
        {"answers_mirrored": "review", "distribution_shifted": "review"},
        ("V2_1–V2_2", "V2_1, Helemaal oneens – Helemaal eens"),
    ),
    "another order of labels": (
        shuffle_labels,
        {"labels_reordered": "review"},
        ("SIZE", "1 Klein; 2 Midden", "1 Midden; 2 Klein"),
    ),
    "other codes for the same labels": (
        renumber,
        {"codes_renumbered": "review"},
        ("V1", "2 Nee", "0 Nee"),
    ),
    "a label": (relabel, {"label_changed": "review"}, ("SIZE", "2 Midden", "2 Gemiddeld")),
    "a code that vanished": (
        drop_a_code,
        {"code_vanished": "review", "distribution_shifted": "review"},
        ("V2_1–V2_3", "3 Neutraal"),
    ),
    "a new code": (add_a_code, {"code_new": "review"}, ("SIZE", "4 Heel groot", "recodes")),
    "a question that vanished": (
        drop_a_question,
        {"question_vanished": "review"},
        ("organisation_size (SIZE)", "not_asked in het manifest", "organisation_size"),
    ),
    "a question that vanished, told in the manifest": (
        drop_a_question_and_say_so,
        {"question_not_asked": "info"},
        ("organisation_size (SIZE)",),
    ),
    "a new question": (add_a_question, {"question_new": "review"}, ("Was er genoeg geld?", "V4")),
    "a routing": (
        ask_everyone,
        {"routing_changed": "review"},
        ("V3_1–V3_2", "aan all_organisations, eerder aan innovators"),
    ),
    "the name of a variable": (rename, {"variables_renamed": "info"}, ("q1 (V1)", "verwerkt in")),
    "a distribution": (
        shift,
        {"distribution_shifted": "review"},
        ("innovated", "yes 79 → 65 % (n 390, 390)"),
    ),
    "the sizes of organisations": (
        shift_sizes,
        {"composition_shifted": "review"},
        ("organisation_size", "onderdeel"),
    ),
    "parts of organisations that answer": (
        answer_in_parts,
        {"organisation_repeated": "review"},
        ("133 organisaties", "maximaal 3 keer"),
    ),
    "pseudonyms that are not linked": (
        new_pseudonyms,
        {"organisations_not_linked": "review"},
        ("400", "één sleutel"),
    ),
    "the population": (
        invite_parts,
        {"unit_changed": "review"},
        ("Overheidsorganisaties en onderdelen daarvan", "limited"),
    ),
    "the way of asking": (ask_by_telephone, {"method_changed": "review"}, ("web", "telephone")),
    "codes that became an open answer": (
        open_up,
        {"answer_kind_changed": "review"},
        ("SIZE", "codes werd open antwoord"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_named_by_its_rule(name: str) -> None:
    change, expected, said = CHANGES[name]
    earlier, case = two_waves()
    change(case)
    comparison = held_against(earlier, case)
    found = {item.rule: item.severity for item in comparison.differences}
    assert found == expected
    shown = " ".join(" ".join(line) for line in lines(comparison, "nl", every=True))
    assert not missing_words(" ".join(shown.split()), said), shown
    english = " ".join(" ".join(line) for line in lines(comparison, "en"))
    assert "{" not in shown + english
    json.dumps(comparison.as_data())


def test_a_difference_that_the_crosswalk_judges_is_only_mentioned() -> None:
    earlier, case = two_waves()
    ask_everyone(case)
    drop_a_code(case)
    case.statuses = dict.fromkeys(CROSSWALK, "impossible")
    comparison = held_against(earlier, case)
    assert {item.severity for item in comparison.differences} == {"info"}
    assert all(item.covered for item in comparison.differences)


def test_every_rule_is_tried_by_a_change() -> None:
    tried = {rule for _, expected, _ in CHANGES.values() for rule in expected}
    assert set(RULES) - tried == {"answers_not_compared"}


# Of each script a scale, and two answers that only a sign or a denial tells apart.
IN_SCRIPTS = {
    "signs": ("< 10", "10–49", "50–99", "100–249", "≥ 250"),
    "marks": ("--", "-", "+/-", "+", "++"),
    "el": ("Διαφωνώ απόλυτα", "Διαφωνώ", "Ουδέτερα", "Συμφωνώ", "Συμφωνώ απόλυτα"),
    "ru": ("Полностью не согласен", "Не согласен", "Нейтрально", "Согласен", "Полностью согласен"),
    "bg": ("Напълно несъгласен", "Несъгласен", "Неутрален", "Съгласен", "Напълно съгласен"),
    "zh": ("非常不满意", "不满意", "一般", "满意", "非常满意"),
    "numbered": ("1 oneens", "2 enigszins oneens", "3 neutraal", "4 enigszins eens", "5 eens"),
    "de": ("Stimme gar nicht zu", "Stimme eher nicht zu", "Teils", "Stimme eher zu", "Stimme zu"),
}


def in_script(case: Case, labels: Sequence[str]) -> Case:
    """Give the statements other labels, and the size two answers that differ in a sign."""
    case.codelists["scale"] = {**dict(enumerate(labels, 1)), 9: "Weet niet"}
    case.codelists["size"] = {1: "< 50 employees", 2: "> 50 employees", 3: "50 employees"}
    return case


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("script", IN_SCRIPTS)
def test_labels_in_any_script_and_spelling_are_the_same_a_year_later(
    script: str, form: str
) -> None:
    earlier, case = two_waves()
    labels = IN_SCRIPTS[script]
    spelled = [unicodedata.normalize(form, label).replace(" ", "\u00a0") for label in labels]
    comparison = held_against(in_script(earlier, labels), in_script(case, spelled))
    assert comparison.differences == ()


@pytest.mark.parametrize("script", IN_SCRIPTS)
def test_a_scale_that_was_turned_round_is_found_in_any_script(script: str) -> None:
    earlier, case = two_waves()
    labels = IN_SCRIPTS[script]
    reverse_the_scale_and_copy_the_crosswalk(case)
    turned = [re.sub(r"^\d ", f"{n} ", label) for n, label in enumerate(labels[::-1], 1)]
    found = held_against(in_script(earlier, labels), in_script(case, turned))
    rules = {difference.rule: difference for difference in found.differences}
    assert set(rules["scale_reversed"].variables) == {"V2_1", "V2_2", "V2_3"}
    assert rules["recode_contradicts_label"].severity == "refuse"


def test_a_sign_that_turned_round_is_refused_with_a_copied_recode() -> None:
    earlier, case = two_waves()
    in_script(earlier, IN_SCRIPTS["el"])
    in_script(case, IN_SCRIPTS["el"])
    case.codelists["size"] = {1: "> 50 employees", 2: "< 50 employees", 3: "50 employees"}
    found = {one.rule for one in held_against(earlier, case).differences}
    assert "recode_contradicts_label" in found


def test_an_earlier_wave_without_a_file_is_compared_by_its_manifest() -> None:
    earlier, case = two_waves()
    rows = harmonised(earlier, case)
    waves = [SurveyWave(SURVEY, Wave.model_validate(one.manifest)) for one in (earlier, case)]
    sides = [Side(wave, wave.wave.answers, rows) for wave in waves if wave.wave.answers]
    comparison = compare(sides[1], sides[0], "does not exist.")
    (only,) = comparison.differences
    assert only.rule == "answers_not_compared" and "does not exist" in only.text("en")
    assert "0 distributions tested, 0 with too few answers." in summary(comparison, "en")


def test_a_p_value_is_that_of_the_pooled_test_of_two_shares() -> None:
    # Agresti (2013), section 3.2: with two categories chi-square is the square of the pooled z.
    (yes, no), (more, fewer) = (50, 50), (30, 70)
    pooled = (yes + more) / 200
    z = (yes - more) / 100 / (pooled * (1 - pooled) * 2 / 100) ** 0.5
    p = p_value({"yes": yes, "no": no}, {"yes": more, "no": fewer})
    assert p == pytest.approx(2 * NormalDist().cdf(-abs(z)), rel=1e-9)


def test_p_values_are_corrected_as_benjamini_and_hochberg_do() -> None:
    from scipy.stats import false_discovery_control

    # The example of their paper (1995, p. 295): at 5 percent the four smallest are significant.
    values = [0.0095, 0.0278, 0.0001, 0.0298, 0.0344, 0.0459, 0.3240, 0.0004, 0.4262, 0.0019,
              0.5719, 0.6528, 0.0201, 0.7590, 1.0000]  # fmt: skip
    untested = Shift(("few",), {}, {}, None)
    tests = corrected([untested, *(Shift((str(p),), {}, {}, p) for p in values)])
    assert tests[0] == untested
    assert [test.adjusted for test in tests[1:]] == pytest.approx(false_discovery_control(values))
    assert {test.p for test in tests if test.moved} == {0.0001, 0.0004, 0.0019, 0.0095}


def test_few_answers_are_added_together_or_not_tested() -> None:
    from scipy.stats import chi2_contingency

    rare = p_value({"a": 50, "b": 48, "c": 1}, {"a": 30, "b": 70, "c": 1})
    together = chi2_contingency([[51, 48], [31, 70]], correction=False).pvalue
    assert rare == pytest.approx(together, rel=1e-9)
    assert p_value({"a": 50}, {"a": 60}) is None
    assert p_value({"a": 3, "b": 1}, {"a": 2, "b": 2}) is None
    assert p_value({}, {"a": 60, "b": 40}) is None


def test_a_scale_looks_mirrored_only_where_the_reverse_fits() -> None:
    was = [10, 20, 40, 80, 50]
    assert looks_mirrored(was, was[::-1])
    assert not looks_mirrored(was, was)
    assert not looks_mirrored(was, [80, 50, 40, 10, 20])
    assert not looks_mirrored([10, 90], [90, 10])


# The command


def test_the_command_tells_rules_and_differences_in_dutch(built: Barometer) -> None:
    done = built.run("wave", "check", "nl_barometer/2025", "--lang", "nl")
    assert done.returncode == 0, done.stderr
    shown = " ".join(done.stdout.split())
    said = (" regels is voldaan", "Verschillen met nl_barometer/2021.",
            "366 (synthetic) en 347",
            "question_vanished", "financing_source (V16_1–V16_6)", "noem onder not_asked",
            "62 → 37 %", "ter info", "grootte, q7_1–q7_17, q8_1–q8_15")  # fmt: skip
    assert not missing_words(shown, said), done.stdout
    assert max(map(len, done.stdout.split("Verschillen")[1].splitlines()[2:])) <= 100


def test_as_json_the_command_prints_one_document_and_nothing_else(built: Barometer) -> None:
    done = built.run("wave", "check", "nl_barometer/2025", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["wave"] == "nl_barometer/2025"
    assert all(rule["passed"] for rule in document["rules"])
    (comparison,) = document["comparisons"]
    assert comparison["earlier_wave"] == "nl_barometer/2021"
    found = {item["rule"]: item for item in comparison["differences"]}
    reversed_size = found["scale_reversed"]
    assert reversed_size["severity"] == "info" and reversed_size["covered_by"]["rows"]
    (share,) = (
        share
        for item in comparison["differences"]
        for share in item["evidence"].get("shifts", ())
        if share["concept"] == "innovated_past_two_years"
    )
    assert share["p_value_adjusted"] < 0.05
    assert share["shares"] == {"yes": [85.5, 75.8], "no": [14.5, 24.2]}
    assert json.loads(built.run("wave", "list", "--json").stdout)[0]["wave"]


def test_a_first_wave_has_nothing_to_differ_from(built: Barometer) -> None:
    document = json.loads(built.run("wave", "check", "nl_barometer/2021", "--json").stdout)
    assert document["comparisons"] == []


def test_a_label_that_counts_the_other_way_is_refused(copy: Barometer) -> None:
    seeds = copy.project / "dbt_project" / "seeds" / "crosswalk.csv"
    row = "nl_barometer,2025,factor_hindering_promoting,innovators,q7_3,"
    row += "internal_cooperation_promoted,select,influence_"
    edit(seeds, f"{row}promoted_falling", f"{row}hindered_falling")
    done = copy.run("wave", "check", "nl_barometer/2025", "--json")
    message = refusal(done.returncode, "", done.stderr)
    said = ("nl_barometer/2025", "recode_contradicts_label", "q7_3", "“1 Sterk bevorderend”",
            "counts as not_selected", "crosswalk.csv, 1", "give one of the two")  # fmt: skip
    assert not missing_words(message, said), message
    assert not all(rule["passed"] for rule in json.loads(done.stdout)["rules"])
