"""The same questionnaire a year later is recognised, fits its manifest and differs in nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from expectations.checks import check_file
from expectations.differences.compare import compare_wave
from expectations.patterns import moved_labels
from ingest.descriptions import read_yaml
from ingest.drafting import Described, draft_wave
from ingest.formats import AnswerTable
from ingest.harmonisation import Harmonisation, Rows
from ingest.models import Answers, Wave
from ingest.registry import Registry, SurveyWave
from ingest.wave_files import WaveFile, open_wave
from tests.ingest.test_drafting import described, spss
from tests.support import trial_survey

Questions = dict[str, tuple[str, Mapping[int, str]]]
SURVEY = trial_survey("2024")
QUESTIONNAIRES: dict[str, Questions] = {
    "signs": {
        "size": ("Size of your organisation", {1: "< 50 employees", 2: "> 50 employees"}),
        "change": ("Change of the budget", {1: "-5 %", 2: "0 %", 3: "+5 %", 4: "> +5 %"}),
        "mark": ("Mark for the service", {1: "--", 2: "-", 3: "+/-", 4: "+", 5: "++"}),
    },
    "Bulgarian": {
        "innov": ("Иновация през последните две години", {1: "Да", 2: "Нет", 9: "Не знам"}),
        "op1": ("Ръководството насърчава нови идеи",
                {1: "Напълно несъгласен", 2: "Несъгласен", 3: "Съгласен", 4: "Напълно съгласен"}),
        "op2": ("Ръководството не насърчава нови идеи",
                {1: "Напълно несъгласен", 2: "Несъгласен", 3: "Съгласен", 4: "Напълно съгласен"}),
    },
    "Greek": {
        "a1": ("Μέγεθος του οργανισμού σας", {1: "< 50 άτομα", 2: "≥ 50 άτομα"}),
        "a2": ("Πόσο ικανοποιημένος είστε από την υπηρεσία;",
               {1: "Καθόλου", 2: "Λίγο", 3: "Πολύ", 4: "Πάρα πολύ"}),
    },
    "accents": {
        "größe": ("Wie groß ist Ihre Behörde?", {1: "bis 49 Köpfe", 2: "ab 50 Köpfe"}),
        "förändring": ("Hur stor är förändringen?", {1: "Ingen", 2: "Liten", 3: "Stor"}),
        "très": ("L’équipe est-elle très « ouverte » ?", {1: "Tout à fait", 2: "Pas du tout"}),
    },
}  # fmt: skip


def unharmonised() -> Harmonisation:
    rows = described()[1]
    return replace(rows, crosswalk=Rows(rows.crosswalk.path, ()))


def respelled(questions: Questions) -> Questions:
    """The same in the spelling of another program: decomposed, with no-break spaces."""

    def other(text: str) -> str:
        return unicodedata.normalize("NFD", text).replace(" ", "\u00a0").replace("’", "'")

    return {
        name: (other(label), {code: other(text) for code, text in codes.items()})
        for name, (label, codes) in questions.items()
    }


def wave(year: str, questions: Questions, folder: Path, *before: SurveyWave) -> WaveFile:
    """Draft a wave from its file; every variable must be recognised if there is an earlier one."""
    place = folder / "data" / "proef" / year
    place.mkdir(parents=True)
    path = spss(place / "answers.sav", dict(questions))
    held = Described(Registry((SURVEY,), before, (), ()), unharmonised(), lambda _: None)
    made = draft_wave(path, "proef", year, held)
    items = [one for one in made.proposals if one.role == "item"]
    assert [one.variable for one in items] == list(questions)
    if before:
        assert [one.like for one in items] == [f"proef/2024 {name}" for name in questions]
        assert min(one.confidence or 0.0 for one in items) >= 0.9
    manifest = folder / f"{year}.yml"
    manifest.write_text(f"{made.manifest}\n", "utf-8")
    described_wave = SurveyWave(SURVEY, read_yaml(Wave, manifest), manifest)
    return open_wave(described_wave, folder / "data", folder)


@pytest.mark.parametrize("name", QUESTIONNAIRES)
@pytest.mark.parametrize("spelling", ["the same", "another"])
def test_an_unchanged_questionnaire_passes(name: str, spelling: str, tmp_path: Path) -> None:
    questions = QUESTIONNAIRES[name]
    first = wave("2024", questions, tmp_path)
    again = questions if spelling == "the same" else respelled(questions)
    second = wave("2025", again, tmp_path, first.wave)
    rows = unharmonised()
    assert not [one for one in check_file(second, rows, tmp_path / "results") if one.refuses]
    known = Registry((SURVEY,), (first.wave, second.wave), (), ())
    (comparison,) = compare_wave(second.wave, known, rows, second, lambda _: first)
    assert comparison.differences == ()


def test_a_file_of_the_old_spelling_fits_the_new_manifest(tmp_path: Path) -> None:
    questions = QUESTIONNAIRES["Greek"]
    file = wave("2025", respelled(questions), tmp_path)
    other = wave("2025", questions, tmp_path / "old")
    table = replace(file.table, codes=other.table.codes)
    found = check_file(replace(file, table=table), unharmonised(), tmp_path / "results")
    assert not [one for one in found if one.refuses]


@pytest.mark.parametrize("name", ["signs", "Bulgarian", "Greek"])
def test_labels_that_changed_places_are_told(name: str, tmp_path: Path) -> None:
    questions = QUESTIONNAIRES[name]
    first = wave("2024", questions, tmp_path)
    turned = {
        variable: (label, dict(zip(codes, reversed(codes.values()), strict=True)))
        for variable, (label, codes) in questions.items()
        if 9 not in codes
    }
    second = wave("2025", turned, tmp_path, first.wave)
    known = Registry((SURVEY,), (first.wave, second.wave), (), ())
    (comparison,) = compare_wave(second.wave, known, unharmonised(), second, lambda _: first)
    told = [one for one in comparison.differences if one.rule == "scale_reversed"]
    assert {name for one in told for name in one.variables} == set(turned)
    held = Described(Registry((SURVEY,), (first.wave,), (), ()), unharmonised(), lambda _: None)
    made = draft_wave(second.path, "proef", "2025", held)
    decided = [one for one in made.decisions if one.kind == "reversed"]
    assert {name for one in decided for name in one.about} == set(turned)


def test_labels_that_differ_in_a_year_or_a_number_alone_may_not_change_places() -> None:
    asked = {
        "A1": "Omzet in euro: 2024", "A2": "Omzet in euro: 2025",
        "B1": "Is de omzet < 1 miljoen?", "B2": "Is de omzet > 1 miljoen?",
        "C1": "1. kvartal: omsætning", "C2": "2. kvartal: omsætning",
    }  # fmt: skip
    manifest = {
        "file": {"name": "a.parquet", "format": "parquet"},
        "respondent": "NR",
        "codelists": {"yes_no": {1: "Ja"}},
        "items": [
            {"variable": name, "codelist": "yes_no", "base": "all_organisations",
             "wording": {"nl": text, "en": text}}
            for name, text in asked.items()
        ],
    }  # fmt: skip
    answers = Answers.model_validate(manifest)
    data = pa.table({name: pa.array([], pa.string()) for name in asked})
    assert moved_labels(answers, AnswerTable(data, asked, {}, "")).reused.isna().all()
    names = list(asked)
    turned = {name: asked[names[place ^ 1]] for place, name in enumerate(names)}
    found = moved_labels(answers, AnswerTable(data, turned, {}, "")).reused
    assert found.notna().all()
