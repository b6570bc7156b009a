"""A new wave is drafted from its file: recognised, recoded by labels, and never guessed at."""

from __future__ import annotations

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
import yaml

from expectations.checks import check_file
from ingest import harmonisation, registry
from ingest.drafting import Described, Draft, draft_wave, write
from ingest.drafting.candidates import Candidate, list_candidates, of_family
from ingest.drafting.matching import recognise
from ingest.drafting.profile import FileVariable
from ingest.errors import BarometerError, RefusedError
from ingest.formats import AnswerTable, CsvFile, SavFile, XlsxFile
from ingest.harmonisation import Harmonisation
from ingest.models import Survey
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


def open_answers(wave_id: str) -> list[str]:
    """The variables with open answers, which a person names because they hold addresses."""
    answers = described()[0].wave(wave_id).wave.answers
    assert answers is not None
    return [item.variable for item in answers.items if item.text]


# Wave -> least share of its variables that must be recognised wholly, and at least in part.
# Measured 2026-11-26: 0.979 and 0.979, 0.863 and 0.937, 0.607 and 0.714.
FLOORS = {
    "nl_barometer/2025": (0.96, 0.96),
    "nl_barometer/2021": (0.86, 0.93),
    "dk_barometer/2023": (0.6, 0.7),
}


@pytest.mark.parametrize("wave_id", FLOORS)
def test_a_described_wave_is_recognised_when_it_comes_as_new(
    wave_id: str, tmp_path: Path, earlier: Callable[[SurveyWave], AnswerTable | None]
) -> None:
    survey, _, wave = wave_id.partition("/")
    path = sample(f"{survey}_{wave}", tmp_path / "answers.sav")
    held = Described(*without(wave_id), earlier)
    found = recognised(draft_wave(path, survey, wave, held, texts=open_answers(wave_id)))
    right = crosswalk_of(wave_id)
    assert set(found) == set(right)
    whole = sum(found[name] == right[name] for name in right) / len(right)
    part = sum(found[name] == right[name] or bool(found[name] & right[name]) for name in right)
    assert whole >= FLOORS[wave_id][0]
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
    assert "code: organisation_or_part" in made.manifest, "a new wave counts what the last did"


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
    folder = surveys / "nl_barometer" / "drafts" / "2027"
    with pytest.raises(RefusedError) as refused:
        harmonisation.load(seeds, registry.load(surveys, folder), folder)
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


def test_numbers_are_a_kind_of_their_own(tmp_path: Path) -> None:
    lines = ["nr;leeftijd;omzet;score;gebied"]
    lines += [
        f"{n + 1};{18 + n % 60};{n + 1}.{n:03d},50;{n % 3},0;{n % 70:04d}" for n in range(120)
    ]
    path = tmp_path / "n.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    told = {"delimiter": ";", "encoding": "utf-8", "decimal": ",", "thousands": "."}
    made = draft(path, options=told)
    words = ("variable: leeftijd, number: true", "variable: omzet, number: true")
    assert not missing_words(made.manifest, (*words, "decimal: ','", "thousands: ."))
    # A code of a column of decimals stays the text that it is; a number with zeros is a key.
    assert not missing_words(made.manifest, ("{'0,0': '0,0', '1,0': ", "variable: score, codelist"))
    assert "variable: gebied, number" not in made.manifest
    (decision,) = [one for one in made.decisions if one.kind == "number"]
    assert decision.about == ("leeftijd", "omzet")
    # The draft reads its own file: numbers as such, everything else as the text that it is.
    surveys, seeds = copied(tmp_path / "project")
    write(made, surveys, seeds)
    place = registry.draft_folder("nl_barometer/2027", surveys)
    wave = registry.load(surveys, place).wave("nl_barometer/2027")
    folder = tmp_path / "data" / "nl_barometer" / "2027"
    folder.mkdir(parents=True)
    shutil.copy(path, folder)
    file = open_wave(wave, tmp_path / "data", tmp_path / "samples")
    assert [one.rule for one in check_file(file) if one.refuses] == []
    third = {name: cells[2] for name, cells in file.table.data.to_pydict().items()}
    assert third == {"nr": "3", "leeftijd": "20", "omzet": "3002.5", "score": "2,0",
                     "gebied": "0002"}  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("windows-1252", "caf‚, thŠ"), ("cp850", "café, thè"), ("utf-8", None)],
)
def test_letters_are_shown_as_an_encoding_reads_them(
    tmp_path: Path, encoding: str, words: str | None
) -> None:
    path = tmp_path / "n.csv"
    written = "utf-8" if encoding == "utf-8" else "cp850"
    path.write_bytes("nr;q\n1;café\n2;een thè\n3;water\n".encode(written))
    made = draft(path, options={"delimiter": ";", "encoding": encoding})
    told = [one.en for one in made.decisions if one.kind == "letters"]
    assert len(told) == (words is not None)
    assert all(f"{encoding}: read so, the file says {words};" in one for one in told)


def test_spaces_and_per_cents_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    ends = ("", "\u00a0")
    rows = "".join(f"{n};{n % 3}{ends[n % 2]};{n}%\n" for n in range(1, 30))
    path.write_text(f"nr;q;deel\n{rows}", "utf-8")
    made = draft(path, options={"delimiter": ";", "encoding": "utf-8"})
    assert "variable: deel, number: true" in made.manifest
    (decision,) = [one for one in made.decisions if one.kind == "spaced"]
    assert decision.about == ("q",) and "--trim" in decision.en
    bare = draft(path, options={"delimiter": ";", "encoding": "utf-8", "trim": True})
    assert "{0: '0', 1: '1', 2: '2'}" in bare.manifest
    assert not [one for one in bare.decisions if one.kind == "spaced"]


def test_spaces_in_a_workbook_are_kept_and_told_without_an_option_of_csv(tmp_path: Path) -> None:
    path, answers = tmp_path / "n.xlsx", ("Ja", "Ja ", "ja", "Nee", "Nee\n")
    frame = pd.DataFrame({"nr": range(1, 41), "q": [answers[n % 5] for n in range(40)]})
    frame.to_excel(path, index=False, sheet_name="A")
    made = draft(path, options={"sheet": "A"})
    (decision,) = [one for one in made.decisions if one.kind == "spaced"]
    assert decision.about == ("q",) and "--trim" not in decision.en + decision.nl
    assert not missing_words(decision.en, ("'Ja '", "'Nee\\n'", "recodes.csv"))
    assert "list" not in kinds(made)


def test_marks_that_are_not_declared_are_said(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    rows = "".join(f"{n};{n}.000;{n}\n" for n in range(1, 90))
    path.write_text(f"nr;omzet;q\n{rows}", "utf-8")
    made = draft(path, options={"delimiter": ";", "encoding": "utf-8", "decimal": ","})
    (decision,) = [one for one in made.decisions if one.kind == "undeclared"]
    assert decision.about == ("omzet",)
    assert "values such as 1.000 stay texts" in decision.en and "--thousands" in decision.nl


def test_a_number_in_spss_keeps_the_labels_that_say_why_there_is_none(tmp_path: Path) -> None:
    label = "Hoeveel medewerkers heeft de organisatie?"
    path = spss(tmp_path / "new.sav", {"FTE": (label, {999.0: "Weet niet"})})
    frame, meta = pyreadstat.read_sav(path)
    frame["FTE"] = [float(n % 80 + 1) if n % 9 else 999.0 for n in range(len(frame))]
    labels = {"FTE": {999.0: "Weet niet"}}
    pyreadstat.write_sav(
        frame, str(path), column_labels=meta.column_names_to_labels, variable_value_labels=labels
    )
    made = draft(path)
    assert "variable: FTE, number: true, missing: {999: Weet niet}" in " ".join(
        made.manifest.split()
    )


def copied(folder: Path) -> tuple[Path, Path]:
    """Surveys and seeds of the project, to write in."""
    shutil.copytree(registry.SURVEYS, folder / "surveys")
    shutil.copytree(SEEDS, folder / "seeds")
    return folder / "surveys", folder / "seeds"


def test_the_practice_file_is_what_its_specification_makes(tmp_path: Path) -> None:
    again = sample("nl_barometer_2027", tmp_path / PRACTICE.name)
    assert again.read_bytes() == PRACTICE.read_bytes()
    assert PRACTICE.stat().st_size < 150_000
    assert PRACTICE.name not in {
        one.wave.answers.file.name for one in described()[0].waves if one.wave.answers
    }


def csv_file(folder: Path) -> Path:
    path = folder / "answers.csv"
    path.write_bytes("RESPNR;Q1;Q2\r\n1;é;2\r\n2;b c;3\r\n3;1;2,5\r\n".encode("windows-1252"))
    return path


def xlsx_file(folder: Path) -> Path:
    made = generate(read_specification(FOLDER / "dk_barometer_2023.yml"))
    file = XlsxFile(name="answers.xlsx", format="xlsx", sheet="Svar 2023")
    return write_sample(made, folder / file.name, file)


def broken_file(folder: Path) -> Path:
    path = folder / "broken.sav"
    path.write_bytes(PRACTICE.read_bytes()[:5000])
    return path


def other_file(folder: Path) -> Path:
    path = folder / "answers.docx"
    path.write_bytes(b"x")
    return path


def unseen_character(folder: Path) -> Path:
    path = folder / "questions.csv"
    path.write_text("RESPNR,Does it\x07 work?\n1,1\n2,2\n", "utf-8")
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
    "extension": (
        other_file,
        "nl_barometer/2027",
        {},
        ("sav, por, dta, sas7bdat, xpt, csv, xlsx, ods, parquet, zsav, tsv, tab",),
    ),
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
    "broken": (broken_file, "nl_barometer/2027", {}, ("broken.sav", "SPSS")),
    "text": (lambda _: PRACTICE, "nl_barometer/2027", {"texts": ["Q99"]}, ("Q99", "--text")),
    "empty": (empty_file, "nl_barometer/2027", {"options": TOLD}, ("no respondent",)),
    "names": (
        unseen_character,
        "nl_barometer/2027",
        {"options": TOLD | {"header": "names"}},
        (r"Does it\x07 work?", "control characters"),
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


STRANGERS: dict[str, dict[str, tuple[str, dict[int, str]]]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "strangers.yml").read_text("utf-8")
)


def stranger(name: str) -> list[FileVariable]:
    return [
        FileVariable(
            variable,
            label,
            {str(code): text for code, text in codes.items()},
            dict.fromkeys(map(str, codes), 10),
            text=False,
        )
        for variable, (label, codes) in STRANGERS[name].items()
    ]


# Of each family one, and one without.
SURVEYS = ("nl_barometer", "dk_barometer", "werkonderzoek", "no_state_employees", "new")


@cache
def related_candidates(survey: str) -> list[Candidate]:
    known, rows = described()
    held = {one.survey: one for one in known.surveys}
    bare = held["nl_barometer"].model_dump() | {"survey": "new", "family": None}
    one = held.get(survey) or Survey.model_validate(bare)
    related = of_family(known, rows, one)
    return [*filter(related, list_candidates(known, rows, f"{survey}/2099"))]


@pytest.mark.parametrize("survey", SURVEYS)
@pytest.mark.parametrize("name", STRANGERS)
def test_a_file_of_an_unrelated_survey_is_given_no_words_of_another(name: str, survey: str) -> None:
    variables = stranger(name)
    candidates = related_candidates(survey)
    found = recognise(variables, candidates, survey, lambda _: None, lambda _: True)
    assert found.found == {}


def test_there_are_twenty_unrelated_files_or_more() -> None:
    assert len(STRANGERS) >= 20
    assert sum(map(len, STRANGERS.values())) >= 100


def test_what_is_not_recognised_is_described_as_the_file_does_and_its_nearest_named(
    tmp_path: Path,
) -> None:
    asked = {
        name: (label, codes) for name, (label, codes) in STRANGERS["customers"].items() if label
    }
    made = draft(spss(tmp_path / "new.sav", asked))
    assert recognised(made) == {name: set() for name in asked}
    assert made.crosswalk == () and made.recodes == ()
    (satisfied,) = [one for one in made.proposals if one.variable == "csat"]
    assert satisfied.confidence is None and satisfied.like == ""
    assert satisfied.nearest.startswith("werkonderzoek/")
    (decision,) = [one for one in made.decisions if "csat" in one.about and one.kind == "unmatched"]
    assert not missing_words(decision.en, ("not recognised; nearest: werkonderzoek/",))
    assert not missing_words(decision.nl, ("niet herkend; het meest als werkonderzoek/",))
    manifest = yaml.safe_load(made.manifest)
    items = {item["variable"]: item for item in manifest["answers"]["items"]}
    assert items["csat"]["wording"]["nl"] == asked["csat"][0]
    assert manifest["answers"]["codelists"][items["csat"]["codelist"]] == asked["csat"][1]


def test_one_question_of_a_known_survey_in_an_unrelated_file_is_recognised_alone(
    tmp_path: Path,
) -> None:
    label = "Heeft de organisatie in 2025 en 2026 één of meer innovaties doorgevoerd?"
    asked = dict(STRANGERS["burgers"]) | {"INNOV": (label, YES_NO)}
    made = draft(spss(tmp_path / "new.sav", asked))
    assert {name for name, found in recognised(made).items() if found} == {"INNOV"}


def test_names_alone_are_known_only_where_most_of_a_file_has_them(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    names = ["q7_1", "sector", *(f"x{n}" for n in range(20))]
    rows = [f"{n};" + ";".join(str(n % 5 + 1) for _ in names) for n in range(60)]
    path.write_text("\n".join([";".join(["RESPNR", *names]), *rows]) + "\n", "utf-8")
    made = draft(path, options={"delimiter": ";", "encoding": "utf-8", "decimal": ","})
    assert {name for name, found in recognised(made).items() if found} == set()
