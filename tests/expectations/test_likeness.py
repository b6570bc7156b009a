"""`wave new` and `wave check` agree on which questions and codes of two waves are the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from expectations.differences.pairing import pair_codes, pair_questions
from expectations.differences.side import Side
from ingest import harmonisation, registry
from ingest.drafting.candidates import list_candidates
from ingest.drafting.matching import match, paired_codes
from ingest.drafting.profile import FileVariable
from ingest.harmonisation import Harmonisation, Rows
from ingest.likeness.codes import order_of, pair_labels
from ingest.likeness.evidence import SURE
from ingest.models import Wave
from ingest.registry import Registry, SurveyWave
from tests.conftest import PROJECT
from tests.support import trial_survey

SURVEY = trial_survey("2021")
OTHERS = (
    "Hoe groot is uw organisatie?",
    "Heeft uw organisatie een strategie voor innovatie?",
    "Samengewerkt met: burgers",
    "Samengewerkt met: kennisinstellingen",
    "Aanleiding: burgers of klanten",
    "Wat kostte de innovatie?",
    "Soort innovatie: dienst",
    "Soort innovatie: proces",
    "Er is steun van de leiding",
    "In welke provincie staat uw organisatie?",
)


@cache
def described() -> tuple[Registry, Harmonisation]:
    held = registry.load()
    return held, harmonisation.load(PROJECT / "dbt_project" / "seeds", held)


def unharmonised() -> Harmonisation:
    """The rows of the project, but no crosswalk: questions are compared by themselves."""
    rows = described()[1]
    return replace(rows, crosswalk=Rows(rows.crosswalk.path, ()))


def wave(name: str, questions: dict[str, str]) -> SurveyWave:
    """A wave of yes-or-no questions: variable -> wording, in Dutch and English the same."""
    manifest: dict[str, Any] = {
        "wave": name,
        "population": {"nl": "Organisaties", "en": "Organisations"},
        "answers": {
            "file": {"name": "proef.parquet", "format": "parquet"},
            "respondent": "NR",
            "codelists": {"yes_no": {0: "Nee", 1: "Ja"}},
            "items": [
                {"variable": variable, "codelist": "yes_no", "base": "all_organisations",
                 "wording": {"nl": text, "en": text}}
                for variable, text in questions.items()
            ],
        },
    }  # fmt: skip
    return SurveyWave(SURVEY, Wave.model_validate(manifest))


def variables_of(one: SurveyWave) -> list[FileVariable]:
    """The variables of a file as its manifest describes them."""
    answers = one.wave.answers
    assert answers is not None
    return [
        FileVariable(
            item.variable,
            item.wording.original or item.wording.nl,
            {
                str(code): text
                for code, text in answers.codelists.get(item.codelist or "", {}).items()
            },
            {},
            item.text,
        )
        for item in answers.items
    ]


def judged(now: SurveyWave, was: SurveyWave) -> dict[str, tuple[str, float, str]]:
    """Variable -> what `wave new` proposes, how sure it is, and what `wave check` pairs it with."""
    held = Registry((now.survey,), (was,), (), ())
    rows = unharmonised()
    candidates = [one for one in list_candidates(held, rows, now.id) if one.variable]
    proposed = match(variables_of(now), candidates, now.survey.survey, lambda _: None)
    assert now.wave.answers is not None and was.wave.answers is not None
    pairing = pair_questions(Side(now, now.wave.answers, rows), Side(was, was.wave.answers, rows))
    paired = {pair.now.variable: pair.was.variable for pair in pairing.pairs}
    return {
        item.variable: (
            proposed[item.variable].candidate.variable if item.variable in proposed else "",
            proposed[item.variable].confidence if item.variable in proposed else 0.0,
            paired.get(item.variable, ""),
        )
        for item in now.wave.answers.items
    }


def contradictions(found: dict[str, tuple[str, float, str]]) -> list[str]:
    """Where a sure proposal is not paired, or a pair is not even an unsure proposal."""
    return [
        f"{name}: {like} ({sure:.2f}) and {paired}"
        for name, (like, sure, paired) in found.items()
        if like != paired and (sure >= SURE or paired)
    ]


# A wording, the earlier wording, and whether it is the same question under another name.
QUESTIONS = (
    ("Heeft uw organisatie vernieuwd in 2021 en 2022?",
     "Heeft uw organisatie vernieuwd in 2019 en 2020?", True),
    ("V1. Heeft uw organisatie vernieuwd?", "Heeft uw organisatie vernieuwd?", True),
    ("Heeft u één of meer innovaties ingevoerd?", "Heeft u een of meer innovaties ingevoerd?",
     True),
    ("Soort innovatie - product", "Soort innovatie: product", True),
    ("Vraag 7: Soort innovatie: product", "Soort innovatie: product", True),
    ("Soort innovatie: nieuw product", "Soort innovatie: product", True),
    ("Uw organisatie heeft hoeveel medewerkers?", "Hoeveel medewerkers heeft uw organisatie?",
     True),
    ("Ons team rondt projecten succesvol af", "Mijn team rondt projecten succesvol af", True),
    ("Invloed op de innovatie: leidinggevenden", "Aanleiding: leidinggevenden", False),
    ("Hoe oud bent u?", "Hoe tevreden bent u met uw baan?", False),
    ("Sector van de organisatie", "Thematisch cluster van de organisatie", False),
    ("Hoe vaak vergadert het bestuur per jaar?", "Heeft uw organisatie vernieuwd?", False),
)  # fmt: skip


@pytest.mark.parametrize(("now", "was", "same"), QUESTIONS)
def test_drafting_and_comparing_agree_on_a_question(now: str, was: str, same: bool) -> None:
    earlier = wave("2021", {"old": was} | {f"b{n}": text for n, text in enumerate(OTHERS)})
    for name in ("other", "old"):
        found = judged(wave("2023", {name: now}), earlier)
        assert not contradictions(found)
        like, sure, paired = found[name]
        if name == "other":
            assert (sure >= SURE, paired == "old") == (same, same)
        elif same:
            assert (like, paired) == ("old", "old")


# A label, the earlier label, and whether it is the same answer.
LABELS = (
    ("Weet niet", "Weet ik niet", True),
    ("Don't know", "Weet niet", True),
    ("Yes", "Ja", True),
    ("Gekozen", "Genoemd", True),
    ("1. Ja", "Ja", True),
    ("Eén", "Een", True),
    ("Private organisatie", "Private organisaties", True),
    ("Helemaal mee eens", "Helemaal eens", True),
    ("0 Zeker niet", "Zeker niet", True),
    ("Mee eens", "Mee oneens", False),
    ("Tevreden", "Ontevreden", False),
    ("Belangrijk", "Onbelangrijk", False),
    ("Tilfreds", "Utilfreds", False),
    ("Helemaal tevreden", "Helemaal niet tevreden", False),
    ("Sterk bevorderend", "Sterk belemmerend", False),
    ("10 tot 49 medewerkers", "50 tot 99 medewerkers", False),
    ("2021", "2020", False),
    ("Nee, nog niet", "Nee", False),
)


@pytest.mark.parametrize(("now", "was", "same"), LABELS)
def test_drafting_and_comparing_agree_on_an_answer(now: str, was: str, same: bool) -> None:
    (candidate,) = list_candidates(Registry((SURVEY,), (wave("2021", {"old": "Vraag"}),), (), ()),
                         unharmonised(), "proef/2023")[:1]  # fmt: skip
    drafted = paired_codes(
        FileVariable("new", "Vraag", {"1": now}, {}, text=False),
        replace(candidate, codes={"7": was}),
    )
    compared = pair_codes({"1": now}, {"7": was})
    assert bool(drafted) == same
    assert bool(compared.same or compared.relabelled) == same


WAVES = [
    (now.id, was.id)
    for now in described()[0].waves
    for was in described()[0].waves
    if now.survey == was.survey and now.wave.answers and was.wave.answers
    and was.wave.wave < now.wave.wave
]  # fmt: skip


@pytest.mark.parametrize(("now", "was"), WAVES)
def test_drafting_and_comparing_agree_on_the_described_waves(now: str, was: str) -> None:
    held = described()[0]
    found = judged(held.wave(now), held.wave(was))
    assert any(paired for _, _, paired in found.values())
    assert not contradictions(found)


def test_labels_are_paired_one_to_one_and_the_same_code_goes_first() -> None:
    scale = {"1": "Mee oneens", "2": "Mee eens", "9": "Weet niet"}
    assert pair_labels(scale, {"1": "Mee eens", "2": "Mee oneens", "8": "Weet ik niet"}) == {
        "1": "2",
        "2": "1",
        "9": "8",
    }
    assert pair_labels({"1": "Ja", "2": "Ja"}, {"2": "Ja"}) == {"2": "2"}


@pytest.mark.parametrize("middle", ["Weet niet", "En osaa sanoa", "Ved ikke"])
def test_a_scale_with_dont_know_in_the_middle_can_be_reversed(middle: str) -> None:
    was = {"1": "Zeer oneens", "2": "Oneens", "3": middle, "4": "Eens", "5": "Zeer eens"}
    now = dict(zip(was, reversed(was.values()), strict=True))
    assert order_of(pair_labels(now, was).items(), now, was) == "reversed"
    assert order_of(pair_labels(was, was).items(), was, was) == "same"


@pytest.mark.parametrize(
    ("now", "order"),
    [
        ({"1": "Oneens", "2": "Neutraal", "3": "Eens", "9": "Weet niet"}, "same"),
        ({"0": "Oneens", "1": "Neutraal", "2": "Eens"}, "renumbered"),
        ({"1": "Eens", "2": "Neutraal", "3": "Oneens", "4": "Weet niet"}, "reversed"),
        ({"03": "Oneens", "02": "Neutraal", "01": "Eens"}, "reversed"),
        ({"1": "Neutraal", "2": "Oneens", "3": "Eens"}, "reordered"),
    ],
)
def test_the_order_of_answers_leaves_out_who_did_not_answer(
    now: dict[str, str], order: str
) -> None:
    was = {"1": "Oneens", "2": "Neutraal", "3": "Eens", "4": "Weet niet"}
    assert order_of(pair_labels(now, was).items(), now, was) == order
