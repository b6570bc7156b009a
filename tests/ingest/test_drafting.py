"""A new wave is drafted from its file: recognised, recoded by labels, and never guessed at."""

from __future__ import annotations

import csv
import random
import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from ingest import harmonisation, registry
from ingest.drafting import Described, Draft, draft_wave, write
from ingest.errors import BarometerError, RefusedError
from ingest.formats import AnswerTable, CsvFile, SavFile, XlsxFile
from ingest.harmonisation import Harmonisation
from ingest.registry import Registry, SurveyWave
from ingest.samples import FOLDER, generate, read_specification
from ingest.samples import write as write_sample
from ingest.wave_files import open_wave
from tests.conftest import PROJECT
from tests.support import Spss, missing_words

SEEDS = PROJECT / "dbt_project" / "seeds"
PRACTICE = PROJECT / "docs" / "practice" / "innovatie_barometer_overheid_2027.sav"
YES_NO = {0: "Nee", 1: "Ja", 99: "Weet ik niet"}
AGREEMENT = {
    1: "Helemaal mee oneens",
    2: "Mee oneens",
    3: "Niet eens, niet oneens",
    4: "Mee eens",
    5: "Helemaal mee eens",
    99: "Weet ik niet",
}


@cache
def described() -> tuple[Registry, Harmonisation]:
    known = registry.load()
    return known, harmonisation.load(SEEDS, known)


def without(wave_id: str) -> tuple[Registry, Harmonisation]:
    """All that is described, but for one wave."""
    known, rows = described()
    survey, wave = wave_id.split("/")
    kept = tuple(
        (line, row)
        for line, row in rows.crosswalk.numbered
        if (row.survey, row.wave) != (survey, wave)
    )
    figures = tuple(
        (name, figure) for name, figure in known.figures if (name, figure.wave) != (survey, wave)
    )
    waves = tuple(one for one in known.waves if one.id != wave_id)
    crosswalk = replace(rows.crosswalk, numbered=kept)
    return replace(known, waves=waves, figures=figures), replace(rows, crosswalk=crosswalk)


@pytest.fixture(scope="session")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Callable[[SurveyWave], AnswerTable | None]:
    """Answers of described waves, of which each is generated once."""
    folder = tmp_path_factory.mktemp("earlier")

    @cache
    def answers(wave_id: str) -> AnswerTable:
        return open_wave(described()[0].wave(wave_id), folder / "data", folder / "samples").table

    return lambda wave: answers(wave.id)


def sample(name: str, path: Path) -> Path:
    """A generated file with the labels of its specification, as SPSS has them."""
    made = generate(read_specification(FOLDER / f"{name}.yml"))
    return write_sample(made, path, SavFile(name=path.name, format="sav"))


def spss(
    path: Path, questions: Mapping[str, tuple[str, Mapping[int, str]]], rows: int = 60
) -> Path:
    """A small file: variable -> label and codes; every code is given about as often."""
    frame = pd.DataFrame({"RESPNR": [float(n) for n in range(1, rows + 1)]})
    for place, (name, (_, codes)) in enumerate(questions.items()):
        cycle = list(codes)
        frame[name] = [float(cycle[(n + place) % len(cycle)]) for n in range(rows)]
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label="SYNTHETISCH: proef",
        column_labels={name: label for name, (label, _) in questions.items()},
        variable_value_labels={name: dict(codes) for name, (_, codes) in questions.items()},
    )
    return path


def draft(path: Path, wave: str = "nl_barometer/2027", **more: object) -> Draft:
    survey, _, year = wave.partition("/")
    held = Described(*described(), lambda _: None)
    return draft_wave(path, survey, year, held, **more)  # type: ignore[arg-type]


def recognised(made: Draft) -> dict[str, set[str]]:
    return {one.variable: set(one.recognised) for one in made.proposals if one.role == "item"}


def kinds(made: Draft) -> dict[str, set[str]]:
    """Kind of decision -> what it is about."""
    found: dict[str, set[str]] = defaultdict(set)
    for decision in made.decisions:
        found[decision.kind] |= set(decision.about)
    return found


def crosswalk_of(wave_id: str) -> dict[str, set[str]]:
    """What the crosswalk makes of each variable of a described wave."""
    known, rows = described()
    answers = known.wave(wave_id).wave.answers
    assert answers is not None
    right: dict[str, set[str]] = {item.variable: set() for item in answers.items}
    for row in rows.crosswalk.rows:
        if f"{row.survey}/{row.wave}" == wave_id and row.variable:
            right[row.variable].add(
                f"{row.concept}/{row.category}" if row.category else row.concept
            )
    return right


# Wave -> least share of its variables that must be recognised wholly, and at least in part.
# Measured 2026-11-26: 0.979 and 0.979, 0.874 and 0.947, 0.607 and 0.714.
FLOORS = {
    "nl_barometer/2025": (0.93, 0.93),
    "nl_barometer/2021": (0.83, 0.9),
    "dk_barometer/2023": (0.55, 0.65),
}


@pytest.mark.parametrize("wave_id", FLOORS)
def test_a_described_wave_is_recognised_when_it_comes_as_new(
    wave_id: str, tmp_path: Path, earlier: Callable[[SurveyWave], AnswerTable | None]
) -> None:
    survey, _, wave = wave_id.partition("/")
    path = sample(f"{survey}_{wave}", tmp_path / "answers.sav")
    held = Described(*without(wave_id), earlier)
    found = recognised(draft_wave(path, survey, wave, held))
    right = crosswalk_of(wave_id)
    assert set(found) == set(right)
    whole = sum(found[name] == right[name] for name in right) / len(right)
    part = sum(found[name] == right[name] or bool(found[name] & right[name]) for name in right)
    assert (whole, part / len(right)) >= FLOORS[wave_id]
    assert part / len(right) >= FLOORS[wave_id][1]


def test_a_battery_is_recognised_whatever_its_names_and_order(tmp_path: Path) -> None:
    answers = Spss.read(sample("nl_barometer_2025", tmp_path / "answers.sav"))
    names = [name for name in answers.frame if name.startswith(("q7_", "q8_"))]
    others = [f"x{number}" for number in range(len(names))]
    random.Random(1).shuffle(others)
    new = dict(zip(names, others, strict=True))
    answers.frame = answers.frame.rename(columns=new)[["resp_nr", *sorted(others)]]
    answers.labels = {new.get(name, name): text for name, text in answers.labels.items()}
    answers.codes = {new.get(name, name): codes for name, codes in answers.codes.items()}
    answers.missing = {}
    found = recognised(draft(answers.write(tmp_path / "shuffled.sav")))
    right = crosswalk_of("nl_barometer/2025")
    assert found == {new[name]: right[name] for name in names}


LANGUAGES = {
    "nl": ("Aanleiding: medewerkers", "Aanleiding: nieuwe technologie"),
    "en": ("Initiative: employees", "Initiative: new technology"),
    "da": ("Årsag: Medarbejderne", "Årsag: Ny teknologi"),
    "sv": ("Orsak: Medarbetare", "Orsak: Ny teknik"),
    "no": ("Årsak: Medarbeidere", "Årsak: Ny teknologi"),
    "is": ("Orsök: Starfsfólk", "Orsök: Ný tækni"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_the_domain_are_recognised_in_each_language(language: str, tmp_path: Path) -> None:
    ticked = {0: "Not selected", 1: "Selected"}
    labels = LANGUAGES[language]
    path = spss(tmp_path / "new.sav", {f"A_{n}": (text, ticked) for n, text in enumerate(labels)})
    found = recognised(draft(path, "se_barometer/2026"))
    assert [sorted(concepts)[-1] for concepts in found.values()] == [
        "initiative_source/employees",
        "initiative_source/new_technology",
    ]


def test_a_scale_that_was_turned_round_is_recoded_by_its_labels(tmp_path: Path) -> None:
    label = "Er is ruimte om te experimenteren"
    made = draft(spss(tmp_path / "new.sav", {"Q1": (label, AGREEMENT)}))
    (row,) = [row for row in made.crosswalk if row.concept == "climate_statement"]
    counted = {one.code: one.category for one in made.recodes if one.recode == row.recode}
    assert [code for code, category in counted.items() if category == "selected"] == ["4", "5"]
    (scale,) = [row for row in made.crosswalk if row.rule == "mean_of_items"]
    scores = {one.code: one.score for one in made.recodes if one.recode == scale.recode}
    assert scores == {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "99": None}
    assert kinds(made)["reversed"] == {"Q1"}
    assert kinds(made)["scale_of_other_items"] == {"climate_scale"}
    assert scale.status == "undetermined"


def test_equal_answers_need_no_new_recode(tmp_path: Path) -> None:
    label = "Heeft de organisatie in 2025 en 2026 één of meer innovaties doorgevoerd?"
    made = draft(spss(tmp_path / "new.sav", {"INNOV": (label, YES_NO)}))
    uses = {(row.concept, row.recode) for row in made.crosswalk if row.variable}
    assert uses == {
        ("innovated_past_two_years", "yes_no_0"),
        ("innovation_spectrum", "no_innovation_0"),
    }
    assert made.recodes == ()
    assert "innovations in 2025 and 2026?" in " ".join(made.manifest.split())


def test_a_new_answer_is_left_open_and_refused_until_it_is_decided(tmp_path: Path) -> None:
    label = "Heeft de organisatie in 2025 en 2026 één of meer innovaties doorgevoerd?"
    codes = {**YES_NO, 2: "Nog niet, wel gepland"}
    made = draft(spss(tmp_path / "new.sav", {"INNOV": (label, codes)}))
    assert kinds(made)["new_code"] == {"INNOV"}
    drafted = {one.recode for one in made.recodes}
    assert "2" not in {one.code for one in made.recodes}
    assert {row.recode for row in made.crosswalk if row.variable} == drafted
    surveys, seeds = copied(tmp_path)
    write(made, surveys, seeds)
    with pytest.raises(RefusedError) as refused:
        harmonisation.load(seeds, registry.load(surveys))
    assert refused.value.rule == "code_without_recode"
    assert not missing_words(str(refused.value), ("INNOV", "2 (Nog niet, wel gepland)"))


def test_what_resembles_nothing_is_described_and_counts_towards_nothing(tmp_path: Path) -> None:
    label = "Welke kleur heeft het gebouw waarin u werkt?"
    made = draft(spss(tmp_path / "new.sav", {"KLEUR": (label, {1: "Rood", 2: "Blauw"})}))
    assert recognised(made) == {"KLEUR": set()}
    assert kinds(made)["unmatched"] == {"KLEUR"}
    assert made.crosswalk == () and made.recodes == ()
    assert label in " ".join(made.manifest.split())


def test_a_changed_wording_is_told_with_the_old_one(tmp_path: Path) -> None:
    label = "Soort innovatie: interactie met inwoners en ondernemers"
    ticked = {0: "Niet gekozen", 1: "Gekozen"}
    made = draft(spss(tmp_path / "new.sav", {"Q3": (label, ticked)}))
    (decision,) = [one for one in made.decisions if one.kind == "wording_changed"]
    assert not missing_words(decision.nl, (label, "interactie met burgers en bedrijven"))


def test_a_status_is_never_better_than_that_of_the_earlier_wave(tmp_path: Path) -> None:
    statuses = {row.concept: row.status for row in draft(PRACTICE).crosswalk}
    known = {row.concept: row.status for row in described()[1].crosswalk.rows if row.wave == "2025"}
    order = ["undetermined", "impossible", "limited", "comparable", "identical"]
    assert all(order.index(statuses[name]) <= order.index(known[name]) for name in statuses)


def test_another_survey_is_evidence_but_no_judgement(tmp_path: Path) -> None:
    ticked = {0: "Ikke valgt", 1: "Valgt"}
    path = spss(tmp_path / "new.sav", {"A": ("Årsag: Medarbejderne", ticked)})
    made = draft(path, "no_municipal/2026")
    assert {row.status for row in made.crosswalk} == {"undetermined"}
    # The wording in the language of the survey stands beside Dutch and English.
    assert "original: 'Årsag: Medarbejderne'" in " ".join(made.manifest.split())


def test_a_file_without_labels_is_never_sure(tmp_path: Path) -> None:
    made = generate(read_specification(FOLDER / "nl_barometer_2025.yml"))
    file = CsvFile(name="n.csv", format="csv", delimiter=";", encoding="utf-8", decimal=",")
    path = write_sample(made, tmp_path / file.name, file)
    told = {"delimiter": ";", "encoding": "utf-8", "decimal": ","}
    drafted = draft(path, options=told)
    # The names are those of 2025, so that names and codes alone lead there.
    assert sum(bool(found) for found in recognised(drafted).values()) > 40
    assert max(one.confidence or 0 for one in drafted.proposals) <= 0.7
    assert not {row.status for row in drafted.crosswalk} & {"identical", "comparable"}
    assert "code_without_label" in kinds(drafted)


def test_columns_that_are_no_question_are_found_by_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    lines = ["volgnummer;org;ingevuld;weegfactor;plaats;INNOV"]
    for n in range(60):
        weight = f"{1 + n / 77:.3f}".replace(".", ",")
        town = f"Dorp{chr(97 + n // 26)}{chr(97 + n % 26)}"
        lines.append(f"{n + 1};o{n * 7919:05d};2027-03-{n % 28 + 1:02d};{weight};{town};{n % 2}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    made = draft(path, options={"delimiter": ";", "encoding": "utf-8", "decimal": ","})
    assert {one.role: one.variable for one in made.proposals if one.role != "item"} == {
        "respondent": "volgnummer",
        "organisation": "org",
        "completed_on": "ingevuld",
        "weight": "weegfactor",
    }
    assert {one.variable for one in made.proposals if one.role == "item"} == {"plaats", "INNOV"}
    assert not missing_words(made.manifest, ("design: {weight: weegfactor}", "start: 2027-03-01"))


def copied(folder: Path) -> tuple[Path, Path]:
    """Surveys and seeds of the project, to write in."""
    shutil.copytree(registry.SURVEYS, folder / "surveys")
    shutil.copytree(SEEDS, folder / "seeds")
    return folder / "surveys", folder / "seeds"


def test_a_draft_can_be_loaded_as_it_is(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    label = "Heeft de organisatie in 2025 en 2026 één of meer innovaties doorgevoerd?"
    made = draft(spss(tmp_path / "new.sav", {"INNOV": (label, YES_NO)}))
    assert made.loads
    before = {path: path.read_bytes() for path in seeds.iterdir()}
    written = write(made, surveys, seeds)
    assert [path.name for path in written] == ["2027.yml", "crosswalk.csv"]
    known = registry.load(surveys)
    harmonisation.load(seeds, known)
    assert known.wave("nl_barometer/2027").wave.answers is not None
    crosswalk = seeds / "crosswalk.csv"
    assert crosswalk.read_bytes().startswith(before.pop(crosswalk))
    assert all(path.read_bytes() == content for path, content in before.items())


def test_nothing_is_written_over_and_nothing_twice(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    made = draft(PRACTICE)
    write(made, surveys, seeds)
    before = {path: path.read_bytes() for path in (*surveys.rglob("*.*"), *seeds.iterdir())}
    with pytest.raises(RefusedError) as refused:
        write(made, surveys, seeds)
    assert refused.value.rule == "manifest_is_there"
    (surveys / "nl_barometer" / "waves" / "2027.yml").rename(tmp_path / "kept.yml")
    crosswalk = replace(
        described()[1].crosswalk,
        numbered=tuple(registry.read_csv(harmonisation.CrosswalkRow, seeds / "crosswalk.csv")),
    )
    with pytest.raises(RefusedError) as refused:
        rows = replace(described()[1], crosswalk=crosswalk)
        held = Described(described()[0], rows, lambda _: None)
        draft_wave(PRACTICE, "nl_barometer", "2027", held)
    assert refused.value.rule == "wave_has_rows"
    (tmp_path / "kept.yml").rename(surveys / "nl_barometer" / "waves" / "2027.yml")
    assert before == {path: path.read_bytes() for path in before}


def test_a_draft_elsewhere_leaves_the_project_alone(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    before = {path: path.read_bytes() for path in (*surveys.rglob("*.*"), *seeds.iterdir())}
    written = write(draft(PRACTICE), surveys, seeds, tmp_path / "draft")
    assert {path.parent for path in written} == {tmp_path / "draft"}
    with (tmp_path / "draft" / "crosswalk.csv").open(encoding="utf-8") as lines:
        assert {row["wave"] for row in csv.DictReader(lines)} == {"2027"}
    assert before == {path: path.read_bytes() for path in before}


def test_the_first_wave_of_a_survey_names_what_is_still_missing(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    folder = surveys / "ee_practice"
    shutil.copytree(surveys / "is_barometer", folder)
    shutil.rmtree(folder / "waves")
    (folder / "published.csv").unlink()
    text = (folder / "survey.yml").read_text("utf-8")
    (folder / "survey.yml").write_text(text.replace("is_barometer", "ee_practice"), "utf-8")
    known = registry.load(surveys)
    path = spss(tmp_path / "new.sav", {"A": ("Initiative: employees", {0: "No", 1: "Yes"})})
    held = Described(known, described()[1], lambda _: None)
    made = draft_wave(path, "ee_practice", "2026", held)
    assert not made.loads
    assert made.decisions[0].kind == "population_unknown"
    write(made, surveys, seeds)
    with pytest.raises(BarometerError) as refused:
        registry.load(surveys)
    assert not missing_words(str(refused.value), ("2026.yml", "population"))


def test_the_practice_file_is_what_its_specification_makes(tmp_path: Path) -> None:
    again = sample("nl_barometer_2027", tmp_path / PRACTICE.name)
    assert again.read_bytes() == PRACTICE.read_bytes()
    assert PRACTICE.stat().st_size < 150_000
    assert PRACTICE.name not in {
        one.wave.answers.file.name for one in described()[0].waves if one.wave.answers
    }


def csv_file(folder: Path) -> Path:
    path = folder / "answers.csv"
    path.write_bytes("RESPNR;Q1;Q2\r\n1;1;é\r\n2;2;b c\r\n3;1;2,5\r\n".encode("windows-1252"))
    return path


def xlsx_file(folder: Path) -> Path:
    made = generate(read_specification(FOLDER / "dk_barometer_2023.yml"))
    file = XlsxFile(name="answers.xlsx", format="xlsx", sheet="Svar 2023")
    return write_sample(made, folder / file.name, file)


def personal_file(folder: Path) -> Path:
    path = folder / "personal.csv"
    path.write_text("RESPNR,email\n1,a\n2,b\n", "utf-8")
    return path


def broken_file(folder: Path) -> Path:
    path = folder / "broken.sav"
    path.write_bytes(PRACTICE.read_bytes()[:5000])
    return path


def other_file(folder: Path) -> Path:
    path = folder / "answers.docx"
    path.write_bytes(b"x")
    return path


def whole_questions(folder: Path) -> Path:
    path = folder / "questions.csv"
    path.write_text("RESPNR,Does it work?\n1,1\n2,2\n", "utf-8")
    return path


def empty_file(folder: Path) -> Path:
    path = folder / "empty.csv"
    path.write_text("RESPNR,Q1\n", "utf-8")
    return path


TOLD = {"delimiter": ",", "encoding": "utf-8", "decimal": "."}
Make = Callable[[Path], Path]
REFUSALS: dict[str, tuple[Make, str, dict[str, object], tuple[str, ...]]] = {
    "survey": (lambda _: PRACTICE, "nl_barometr/2027", {}, ("did you mean 'nl_barometer'",)),
    "year": (lambda _: PRACTICE, "nl_barometer/next", {}, ("four digits",)),
    "no file": (lambda folder: folder / "x.sav", "nl_barometer/2027", {}, ("x.sav",)),
    "extension": (other_file, "nl_barometer/2027", {}, ("sav, dta, csv, xlsx, parquet",)),
    "csv untold": (
        csv_file,
        "nl_barometer/2027",
        {},
        ("--delimiter ';' --encoding windows-1252 --decimal ','", "never guessed"),
    ),
    "sheet untold": (xlsx_file, "nl_barometer/2027", {}, ("--sheet 'Svar 2023'",)),
    "option of another format": (
        lambda _: PRACTICE,
        "nl_barometer/2027",
        {"options": {"sheet": "Data"}},
        ("sheet",),
    ),
    "wrong option": (
        csv_file,
        "nl_barometer/2027",
        {"options": {**TOLD, "delimiter": "/"}},
        ("delimiter",),
    ),
    "personal data": (
        personal_file,
        "nl_barometer/2027",
        {"options": TOLD},
        ("personal data", "email"),
    ),
    "broken": (broken_file, "nl_barometer/2027", {}, ("broken.sav", "SPSS")),
    "text": (lambda _: PRACTICE, "nl_barometer/2027", {"texts": ["Q99"]}, ("Q99", "--text")),
    "empty": (empty_file, "nl_barometer/2027", {"options": TOLD}, ("no respondent",)),
    "names": (
        whole_questions,
        "nl_barometer/2027",
        {"options": TOLD},
        ("Does it work?", "names of variables"),
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_drafted_is_refused_in_one_message(case: str, tmp_path: Path) -> None:
    make, wave, more, words = REFUSALS[case]
    with pytest.raises(BarometerError) as refused:
        draft(make(tmp_path), wave, **more)
    message = str(refused.value)
    assert not missing_words(message, (*words, "How to fix: ")), message
    assert refused.value.text("nl") != message
