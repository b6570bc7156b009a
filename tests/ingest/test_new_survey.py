"""A survey that does not exist yet is drafted as a whole, with concepts for its questions."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.checks import check_file
from expectations.runner import Finding
from ingest import harmonisation, registry
from ingest.drafting import (
    Described,
    Draft,
    NewSurvey,
    accept,
    draft_wave,
    undecided,
    write,
)
from ingest.errors import RefusedError
from ingest.wave_files import open_wave
from tests.conftest import PROJECT
from tests.ingest.test_drafting import YES_NO, copied, described, draft, kinds, spss
from tests.ingest.test_drafts import decided
from tests.support import missing_words

WAVE = "lv_offices/2026"
OFFICES = PROJECT / "docs" / "practice" / "offices_2026.sav"
AGREEMENT = {
    1: "Strongly disagree",
    2: "Disagree",
    3: "Neither",
    4: "Agree",
    5: "Strongly agree",
    9: "Don't know",
}
CLOSED = {0: "Not selected", 1: "Yes"}
QUESTIONS = {
    "region": ("Region of the office", {1: "Riga", 2: "North", 3: "South"}),
    "q1": ("Does the office publish open data?", {1: "Yes", 2: "No", 9: "Don't know"}),
    "q2": ("Πόσο συχνά;", {1: "Ποτέ", 2: "Πάντα", 3: "Άλλο"}),
    "q3": ("Doors on the street", {1: "< 7", 2: "> 7", 3: "7"}),
}


def new(folder: Path, wave: str = WAVE, country: str = "LV") -> Draft:
    path = spss(folder / "offices.sav", QUESTIONS)
    return draft(path, wave, new_survey=NewSurvey(country, "Survey of offices"))


def load(
    surveys: Path, seeds: Path, folder: Path | None = None
) -> tuple[registry.Registry, harmonisation.Harmonisation]:
    known = registry.load(surveys, folder)
    return known, harmonisation.load(seeds, known, folder)


def test_a_survey_is_drafted_with_all_that_it_needs(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    write(new(tmp_path), surveys, seeds)
    folder = surveys / "lv_offices" / "drafts" / "2026"
    known, rows = load(surveys, seeds, folder)
    survey = known.wave(WAVE).survey
    assert (survey.country, survey.title.en, survey.reference_wave) == (
        "LV",
        "Survey of offices",
        "2026",
    )
    assert {
        row.concept: row.status for row in rows.crosswalk.rows if row.survey == "lv_offices"
    } == {
        "lv_offices_region": "identical",
        "lv_offices_q1": "identical",
        "lv_offices_q2": "identical",
        "lv_offices_q3": "identical",
    }
    assert {row.code: row.label_nl for row in rows.codelists.rows if row.code == "LV"} == {
        "LV": "Letland"
    }
    categories = {
        (row.concept, row.category): (row.label_en, row.complement_of)
        for row in rows.categories.rows
        if row.concept.startswith("lv_offices_q")
    }
    assert categories == {
        ("lv_offices_q1", "yes"): ("Yes", None),
        ("lv_offices_q1", "no"): ("No", "yes"),
        ("lv_offices_q2", "pote"): ("Ποτέ", None),
        ("lv_offices_q2", "panta"): ("Πάντα", None),
        ("lv_offices_q2", "allo"): ("Άλλο", None),
        ("lv_offices_q3", "less_than_7"): ("< 7", None),
        ("lv_offices_q3", "more_than_7"): ("> 7", None),
        ("lv_offices_q3", "7"): ("7", None),
    }
    counted = [row for row in rows.recodes.rows if row.recode == "lv_offices_q1"]
    assert {row.code: row.category or row.missing_kind for row in counted} == {
        "1": "yes",
        "2": "no",
        "9": "dont_know",
    }


def test_what_a_person_must_say_of_a_survey_is_asked_and_not_accepted_empty(tmp_path: Path) -> None:
    surveys, seeds = copied(tmp_path)
    made = new(tmp_path)
    assert {"survey_publisher", "survey_unit", "population_unknown", "new_concepts"} <= set(
        kinds(made)
    )
    assert "unmatched" not in kinds(made)
    write(made, surveys, seeds)
    folder = surveys / "lv_offices" / "drafts" / "2026"
    decided(folder)
    left = {one.text("en") for one in undecided(folder)}
    assert left == {
        "2026.yml, line 2: population: {nl: …, en: …}",
        "survey.yml, line 6: publisher: …",
    }


def test_an_accepted_survey_is_described_and_a_second_wave_of_it_is_drafted_alone(
    tmp_path: Path,
) -> None:
    surveys, seeds = copied(tmp_path)
    write(new(tmp_path), surveys, seeds)
    write(new(tmp_path, "lv_offices/2027"), surveys, seeds)
    accept(WAVE, surveys, seeds)
    known, rows = load(surveys, seeds)
    assert known.wave(WAVE).path == surveys / "lv_offices" / "waves" / "2026.yml"
    assert "lv_offices_q1" in rows.concept
    with pytest.raises(RefusedError) as refused:
        load(surveys, seeds, surveys / "lv_offices" / "drafts" / "2027")
    assert refused.value.rule == "draft_of_described_survey"


def test_drafts_of_two_surveys_of_one_new_country_are_accepted_one_after_the_other(
    tmp_path: Path,
) -> None:
    surveys, seeds = copied(tmp_path)
    waves = ("ee_a/2026", "ee_b/2026", "ee_c/2026")
    for wave in waves:
        write(new(tmp_path, wave, "EE"), surveys, seeds)
    for wave in waves:
        survey, name = wave.split("/")
        folder = surveys / survey / "drafts" / name
        load(surveys, seeds, folder)
        accept(wave, surveys, seeds)
    _, rows = load(surveys, seeds)
    countries = [row for row in rows.codelists.rows if row.codelist == "country"]
    assert [row.code for row in countries].count("EE") == 1
    assert {"ee_a_q1", "ee_b_q1", "ee_c_q1"} <= set(rows.concept)


def test_ticks_are_said_to_be_a_battery_and_not_to_be_dropped(tmp_path: Path) -> None:
    path = tmp_path / "ticks.csv"
    rows = "".join(f"{n};{'Y' if n % 3 else ''};{'Y' if n % 2 else ''};x\n" for n in range(1, 31))
    path.write_text(f"id;a;b;tool\n{rows}", "utf-8")
    options = {"delimiter": ";", "encoding": "utf-8"}
    made = draft(path, WAVE, new_survey=NewSurvey("LV"), options=options)
    assert (kinds(made)["one_tick"], kinds(made)["one_answer"]) == ({"a", "b"}, {"tool"})
    told = [one for one in made.decisions if one.kind == "one_tick"]
    assert not missing_words(told[0].en, ("battery", "code blank"))


@pytest.mark.parametrize(
    ("header", "ticks", "options", "question"),
    [
        (
            "Which kinds? [Goods],Which kinds? [Services]",
            "YY",
            {"header": "questions"},
            "Which kinds?",
        ),
        (
            "Which kinds?,\n,Goods,Services",
            ("Goods", "Services"),
            {"header": "questions", "header_rows": 2},
            "Which kinds?",
        ),
        ("Q2[Goods],Q2[Services]", "11", {}, "Q2"),
    ],
)
def test_ticks_of_one_question_are_one_concept_with_a_category_for_each(
    header: str, ticks: str, options: dict[str, str | int], question: str, tmp_path: Path
) -> None:
    path = tmp_path / "ticks.csv"
    first, _, second = header.partition("\n")
    rows = "".join(
        f"{n},{ticks[0] if n % 3 == 0 else ''},{ticks[1] if n % 2 else ''},{n % 2}\n"
        for n in range(1, 31)
    )
    lines = [f"id,{first},Rest", *([f"{second},"] if second else [])]
    path.write_text("\n".join(lines) + f"\n{rows}", "utf-8")
    given = {"delimiter": ",", "encoding": "utf-8", **options}
    made = draft(path, WAVE, new_survey=NewSurvey("LV"), options=given)
    concept = next(row for row in made.concepts if row.kind == "multiple")
    assert (concept.question_en, len(made.concepts)) == (question, 2)
    used = [row for row in made.crosswalk if row.concept == concept.concept]
    assert [(row.rule, row.category) for row in used] == [
        ("select", "goods"),
        ("select", "services"),
    ]
    labels = [row.label_en for row in made.categories if row.concept == concept.concept]
    assert labels == ["Goods", "Services"]
    counted = {row.code: row.category for row in made.recodes if row.recode == concept.concept}
    assert counted == {**dict.fromkeys(ticks, "selected"), "blank": "not_selected"}
    assert kinds(made)["battery"] == {row.variable for row in used}
    assert "one_tick" not in kinds(made)
    assert refusals(made, path, tmp_path) == []


@pytest.mark.parametrize(
    "moment",
    [
        "03/01/2024 10:00:00 AM",
        "3/1/24",
        "1-3-2024 10:00",
        "01.03.2024 10:00",
        "2024/03/01 10:00:01 AM GMT+1",
        "2024-03-01T10:00:00Z",
        "0:05:00",
        "10:05:31 PM",
    ],
)
def test_a_moment_or_a_duration_is_no_choice_however_often_it_is_given(
    moment: str, tmp_path: Path
) -> None:
    path = tmp_path / "new.csv"
    later = moment.replace("1", "2", 1) if "1" in moment else moment.replace("5", "6")
    rows = "".join(f"{n},{(moment, later)[n % 2]},{('Yes', 'No')[n % 2]}\n" for n in range(1, 31))
    path.write_text(f"id,Begin,Asked\n{rows}", "utf-8")
    options = {"delimiter": ",", "encoding": "utf-8"}
    made = draft(path, WAVE, new_survey=NewSurvey("LV"), options=options)
    assert {row.variable for row in made.crosswalk} == {"Asked"}
    assert moment not in made.manifest


@pytest.mark.parametrize("choice", ["9:00", "1-3", "1/2", "10.5", "1.2.3"])
def test_what_only_resembles_a_moment_is_a_choice(choice: str, tmp_path: Path) -> None:
    made = of_lines(tmp_path, "id;cat", [choice, "other"])
    assert set(counted_as(made)) == {choice, "other"}


@pytest.mark.parametrize("rows", [20, 60])
@pytest.mark.parametrize("start", [0, 1])
def test_what_numbers_the_rows_is_no_question(rows: int, start: int, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    lines = "".join(f'"{n + start}",{1000 + 7 * n},{n % 3},{n * n}\n' for n in range(rows))
    path.write_text(f'"",id,q,amount\n{lines}', "utf-8")
    options = {"delimiter": ",", "encoding": "utf-8", "first_column": "row_name"}
    made = draft(path, WAVE, new_survey=NewSurvey("LV"), options=options)
    assert kinds(made)["row_numbers"] == {"row_name"}
    assert "q" in {row.variable for row in made.crosswalk}
    assert "row_name" not in {row.variable for row in made.crosswalk}
    assert refusals(made, path, tmp_path) == []


def test_a_file_without_a_question_is_drafted(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    rows = "".join(f"{n},2026-03-{n % 28 + 1:02}\n" for n in range(1, 31))
    path.write_text(f"id,submitted\n{rows}", "utf-8")
    options = {"delimiter": ",", "encoding": "utf-8"}
    made = draft(path, WAVE, new_survey=NewSurvey("LV"), options=options)
    assert (made.crosswalk, "items: []" in made.manifest) == ((), True)
    assert refusals(made, path, tmp_path) == []


def test_a_column_with_one_answer_gets_no_concept(tmp_path: Path) -> None:
    path = spss(tmp_path / "new.sav", {"lastpage": ("Last page", {3: "3"}), **QUESTIONS})
    made = draft(path, WAVE, new_survey=NewSurvey("LV"))
    assert kinds(made)["one_answer"] == {"lastpage"}
    assert "lastpage" not in {row.variable for row in made.crosswalk}


def test_what_the_file_declares_missing_is_no_category(tmp_path: Path) -> None:
    path = tmp_path / "declared.sav"
    frame = pd.DataFrame({"nr": [float(n) for n in range(1, 61)]})
    frame["q1"] = [float(n % 3 + 1) if n % 5 else 97.0 for n in range(60)]
    frame["visits"] = [float(100 + n) if n % 6 else 999.0 for n in range(60)]
    pyreadstat.write_sav(
        frame,
        str(path),
        variable_value_labels={"q1": {1: "Often", 2: "Seldom", 3: "Never", 97: "Unclear"}},
        missing_ranges={"q1": [{"lo": 97, "hi": 99}], "visits": [999]},
    )
    made = draft(path, WAVE, new_survey=NewSurvey("LV"))
    counted = {(row.recode, row.code): row.category or row.missing_kind for row in made.recodes}
    assert counted == {
        ("lv_offices_q1", "1"): "often",
        ("lv_offices_q1", "2"): "seldom",
        ("lv_offices_q1", "3"): "never",
        ("lv_offices_q1", "97"): "declared_missing",
        ("lv_offices_visits", "999"): "declared_missing",
    }
    assert {row.concept: row.kind for row in made.concepts} == {
        "lv_offices_q1": "single",
        "lv_offices_visits": "scale",
    }
    of_scale = [row.category for row in made.categories if row.concept == "lv_offices_visits"]
    assert of_scale == ["value"]


def test_an_export_of_microsoft_forms_becomes_a_survey_without_its_names(tmp_path: Path) -> None:
    path = tmp_path / "forms.csv"
    lines = ["ID,Start time,Completion time,Email,Name,Which region?,Which kinds?"]
    for n in range(1, 41):
        when = f"2026-03-0{n % 9 + 1} 10:00:00,2026-03-0{n % 9 + 1} 10:05:00"
        who = f"p{n}@example.org,Person {n}"
        kinds_given = ("Goods;Services;", "Goods;")[n % 2]
        lines.append(f"{n},{when},{who},{('North', 'South', 'West')[n % 3]},{kinds_given}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    options = {"delimiter": ",", "encoding": "utf-8", "header": "questions"}
    made = draft(path, WAVE, new_survey=NewSurvey("LV"), options=options)
    assert not [text for text in ("example.org", "Person 1") if text in made.model_dump_json()]
    assert {row.concept: row.kind for row in made.concepts} == {
        "lv_offices_which_region": "single",
        "lv_offices_which_kinds": "multiple",
    }
    surveys, seeds = copied(tmp_path)
    write(made, surveys, seeds)
    folder = surveys / "lv_offices" / "drafts" / "2026"
    known, _ = load(surveys, seeds, folder)
    place = tmp_path / "data" / WAVE / path.name
    place.parent.mkdir(parents=True)
    shutil.copy(path, place)
    read = open_wave(known.wave(WAVE), tmp_path / "data", tmp_path / "samples").table.data
    assert set(read.column_names) & {"email", "name", "Email", "Name"} == set()
    assert read.column("which_region").to_pylist()[:3] == ["South", "West", "North"]
    assert [rule.rule for rule in check_file_of(known, tmp_path) if rule.refuses] == []


def refusals(made: Draft, path: Path, folder: Path) -> list[str]:
    """The rules that refuse a draft and its file, as `wave check` finds them."""
    surveys, seeds = copied(folder)
    write(made, surveys, seeds)
    known, _ = load(surveys, seeds, surveys / "lv_offices" / "drafts" / "2026")
    place = folder / "data" / "lv_offices" / "2026"
    place.mkdir(parents=True)
    shutil.copy(path, place)
    return [rule.rule for rule in check_file_of(known, folder) if rule.refuses]


def check_file_of(known: registry.Registry, folder: Path) -> list[Finding]:
    return check_file(open_wave(known.wave(WAVE), folder / "data", folder / "samples"))


def test_a_country_that_is_known_is_not_named_again(tmp_path: Path) -> None:
    made = new(tmp_path, "nl_offices/2026", "NL")
    assert made.codelists == ()
    assert {row.concept for row in made.categories} == {row.concept for row in made.concepts}


def test_concepts_are_drafted_for_a_described_survey_where_asked(tmp_path: Path) -> None:
    label = "Welke kleur heeft het gebouw waarin u werkt?"
    path = spss(tmp_path / "new.sav", {"KLEUR": (label, {1: "Rood", 2: "Blauw"})})
    made = draft(path, concepts=True)
    (concept,) = made.concepts
    assert (concept.concept, concept.question_nl) == ("nl_barometer_kleur", label)
    assert [(row.category, row.complement_of) for row in made.categories] == [
        ("rood", None),
        ("blauw", "rood"),
    ]
    (row,) = made.crosswalk
    assert (row.status, row.variable, row.recode) == ("undetermined", "KLEUR", concept.concept)
    assert draft(path).concepts == ()


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, min_size=1, max_size=5)), min_size=1, max_size=4))
def test_a_draft_of_any_labels_is_read_again(
    tmp_path: Path, questions: list[tuple[str, list[str]]]
) -> None:
    surveys, seeds = tmp_path / "surveys", tmp_path / "seeds"
    if not surveys.exists():
        copied(tmp_path)
    asked = {f"q{n}": (label, dict(enumerate(codes))) for n, (label, codes) in enumerate(questions)}
    path = spss(tmp_path / "any.sav", asked, rows=20)
    made = draft(path, WAVE, new_survey=NewSurvey("LV"))
    write(made, surveys, seeds)
    folder = surveys / "lv_offices" / "drafts" / "2026"
    try:
        known, rows = load(surveys, seeds, folder)
        answers = known.wave(WAVE).wave.answers
        assert answers is not None
        assert {item.variable for item in answers.items} | set(answers.drop) >= set(asked)
        for row in made.categories:
            assert row in rows.categories.rows
    finally:
        shutil.rmtree(folder)


FAULTS: dict[str, tuple[str, NewSurvey, str, tuple[str, ...]]] = {
    "a typing error": (
        "nl_barometr/2027",
        NewSurvey(),
        "no_such_survey",
        ("did you mean 'nl_barometer'", "--country EE"),
    ),
    "a survey that is there": (
        "nl_barometer/2027",
        NewSurvey("NL"),
        "survey_is_there",
        ("nl_barometer", "--country"),
    ),
    "only a title": ("lv_offices/2027", NewSurvey(None, "x"), "no_such_survey", ("--country",)),
    "capitals": ("LV-Offices/2027", NewSurvey("LV"), "survey_unnameable", ("'LV-Offices'",)),
    "a way out": ("../lv/2027", NewSurvey("LV"), "survey_unnameable", ("underscores",)),
    "no country": ("lv_offices/2027", NewSurvey("QQ"), "no_such_country", ("'QQ'", "ISO 3166")),
    "a name of a country": ("lv_offices/2027", NewSurvey("Latvia"), "no_such_country", ("NL",)),
    "small letters": ("lv_offices/2027", NewSurvey("lv"), "no_such_country", ("'lv'",)),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_survey_that_cannot_be_drafted_is_refused_in_one_message(
    case: str, tmp_path: Path
) -> None:
    wave, survey, rule, words = FAULTS[case]
    path = spss(tmp_path / "new.sav", {"INNOV": ("Innovaties?", YES_NO)})
    name, _, year = wave.rpartition("/")
    with pytest.raises(RefusedError) as refused:
        draft_of(path, name, year, survey)
    assert refused.value.rule == rule
    assert not missing_words(str(refused.value), (*words, "How to fix: ")), str(refused.value)
    assert refused.value.text("nl") != str(refused.value)


def draft_of(path: Path, survey: str, wave: str, new_survey: NewSurvey) -> Draft:
    held = Described(*described(), lambda _: None)
    return draft_wave(path, survey, wave, held, new_survey=new_survey)


# The practice file has the layout of LimeSurvey's export for SPSS: what the tool adds, what it
# knows of the participant, and a variable for each question and subquestion.
ADDED = {
    "id": "Response ID",
    "submitdate": "Date submitted",
    "lastpage": "Last page",
    "seed": "Seed",
    "firstname": "First name",
    "email": "Email address",
}
ASKED: dict[str, tuple[str, dict[int, str]]] = {
    "G01Q01": ("In which region is the office?", {1: "Riga", 2: "North", 3: "South", 4: "West"}),
    "G01Q02": ("Does the office publish open data?", {1: "Yes", 2: "No", 9: "Don't know"}),
    "G01Q03": (
        "How often are visitors asked for their opinion?",
        {1: "Never", 2: "Once a year", 3: "Each month", 4: "Each week"},
    ),
    "G02Q04_SQ001": ("Counters that were closed: passports", CLOSED),
    "G02Q04_SQ002": ("Counters that were closed: taxes", CLOSED),
    "G02Q05_SQ001": ("Opening hours suit visitors", AGREEMENT),
    "G02Q06": ("Does the office have a ramp at the door?", {1: "Yes", 2: "No"}),
}


def offices() -> pd.DataFrame:
    """The answers in the practice file."""
    draw = random.Random(2026)
    rows = range(180)
    frame = pd.DataFrame(
        {
            "id": [float(1 + n) for n in rows],
            "submitdate": [f"2026-04-{1 + n % 28:02d} 09:{n % 60:02d}:00" for n in rows],
            "lastpage": [3.0 for _ in rows],
            "seed": [float(draw.randrange(10**8, 2 * 10**9)) for _ in rows],
            "firstname": [f"Person {n}" for n in rows],
            "email": [f"office{n}@example.org" for n in rows],
        }
    )
    for name, (_, codes) in ASKED.items():
        frame[name] = [float(draw.choice(list(codes))) for _ in rows]
    frame["G02Q08"] = [float(draw.randrange(20, 900)) for _ in rows]
    ideas = ("longer hours", "more staff", "a better website", "fewer forms", "shorter queues")
    places = [f"at counter {n}" for n in range(1, 15)]
    given = [f"{draw.choice(ideas)} {draw.choice(places)}" for _ in rows]
    return frame.assign(G02Q07=["" if n % 4 == 0 else given[n] for n in rows])


def write_offices(path: Path) -> None:
    """Write the practice file."""
    pyreadstat.write_sav(
        offices(),
        str(path),
        compress=True,
        file_label="SYNTHETISCH: practice with a survey that does not exist yet",
        column_labels=ADDED
        | {name: label for name, (label, _) in ASKED.items()}
        | {"G02Q07": "What should change first?", "G02Q08": "Visitors on an ordinary day"},
        variable_value_labels={name: codes for name, (_, codes) in ASKED.items()},
    )


def test_the_practice_file_has_the_answers_that_are_made_here(tmp_path: Path) -> None:
    write_offices(tmp_path / OFFICES.name)
    made, told = pyreadstat.read_sav(str(tmp_path / OFFICES.name))
    kept, meta = pyreadstat.read_sav(str(OFFICES))
    pd.testing.assert_frame_equal(kept, made)
    assert meta.file_label == told.file_label
    assert meta.column_names_to_labels == told.column_names_to_labels
    assert meta.variable_value_labels == told.variable_value_labels
    assert OFFICES.stat().st_size < 50_000


def of_lines(folder: Path, head: str, cells: list[str], **more: str) -> Draft:
    """The draft of a CSV file in which the cells of a column are repeated."""
    path = folder / "answers.csv"
    lines = [f"{n};{cells[n % len(cells)]}" for n in range(1, 61)]
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    options = {"delimiter": ";", "encoding": "utf-8", **more}
    return draft(path, WAVE, new_survey=NewSurvey("LV"), options=options)


def counted_as(made: Draft) -> dict[str, str | None]:
    """Code -> the category or the reason for no answer that it counts as."""
    return {row.code: row.category or row.missing_kind for row in made.recodes}


@pytest.mark.parametrize("label", ["Null", "NULL", " null", "#null"])
def test_a_category_that_dbt_takes_for_an_empty_cell_gets_another_name(
    label: str, tmp_path: Path
) -> None:
    path = spss(tmp_path / "new.sav", {"cat": ("NULL", {1: "One", 2: label})})
    made = draft(path, WAVE, new_survey=NewSurvey("LV"))
    assert {row.category for row in made.categories if row.concept == "lv_offices_cat"} == {
        "one",
        "null_2",
    } or label.strip().upper() == "NULL"
    surveys, seeds = copied(tmp_path)
    write(made, surveys, seeds)
    assert load(surveys, seeds, surveys / "lv_offices" / "drafts" / "2026")


def test_a_row_of_a_draft_that_dbt_reads_otherwise_is_named_with_the_file_of_the_draft(
    tmp_path: Path,
) -> None:
    surveys, seeds = copied(tmp_path)
    write(new(tmp_path), surveys, seeds)
    path = surveys / "lv_offices" / "drafts" / "2026" / "categories.csv"
    path.write_text(path.read_text("utf-8").replace(",riga,", ",null,"), "utf-8")
    with pytest.raises(RefusedError) as refused:
        load(surveys, seeds, path.parent)
    assert refused.value.rule == "seed_null"
    assert not missing_words(str(refused.value), (f"{path}, row",))


@pytest.mark.parametrize("mark", ["NA", "N/A", "#NULL!", "#N/A", "#DIV/0!", "nan", "#N/B"])
@pytest.mark.parametrize("answers", [["0", "1", "2"], ["Often", "Seldom"]])
def test_what_a_program_writes_without_a_value_is_no_category(
    mark: str, answers: list[str], tmp_path: Path
) -> None:
    made = of_lines(tmp_path, "id;cat", [*answers, mark])
    wanted: dict[str, str | None] = {answer: answer.lower() for answer in answers}
    kind = "not_applicable" if mark == "N/A" else "declared_missing"
    assert counted_as(made) == {**wanted, mark: kind}
    assert mark not in {row.label_en for row in made.categories}
    assert kinds(made)["no_answer"] == {"cat"}
    assert f"cat: {mark} looks like no answer" in "".join(one.en for one in made.decisions)
    assert f"cat: {mark} lijkt geen antwoord" in "".join(one.nl for one in made.decisions)


@pytest.mark.parametrize(
    ("code", "label"), [("NA", "Namibia"), ("na", "Naaldwijk"), ("N/A", "North America")]
)
def test_a_code_that_looks_like_no_answer_is_what_its_label_says(
    code: str, label: str, tmp_path: Path
) -> None:
    path = tmp_path / "new.sav"
    frame = pd.DataFrame({"nr": [float(n) for n in range(30)], "place": [code, "NL", ""] * 10})
    named = {"place": {code: label, "NL": "Netherlands"}}
    pyreadstat.write_sav(frame, str(path), variable_value_labels=named)
    made = draft(path, WAVE, new_survey=NewSurvey("LV"))
    assert counted_as(made)[code] == label.lower().replace(" ", "_")
    assert kinds(made)["mark_named"] == {"place"} and "no_answer" not in kinds(made)


def test_a_break_in_a_label_is_a_space_in_a_seed(tmp_path: Path) -> None:
    asked = {"q1": ("Hoe\x0bvaak?", {1: "Vaak,\x0bof altijd", 2: "Zelden\x0cof nooit"})}
    path = spss(tmp_path / "new.sav", asked)
    made = draft(path, WAVE, new_survey=NewSurvey("LV"))
    labels = [row.label_nl for row in made.categories if row.concept == "lv_offices_q1"]
    assert labels == ["Vaak, of altijd", "Zelden of nooit"]
    assert made.concepts[0].label_nl == "Hoe vaak?"
    assert refusals(made, path, tmp_path) == []


def test_a_column_that_no_seed_can_name_is_renamed_and_told(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    names = ["id", "null", " NULL ", "variable_null"]
    rows = "".join(f"{n},{n % 2},{n % 3},{n % 4}\n" for n in range(1, 31))
    path.write_text(f"{','.join(names)}\n{rows}", "utf-8")
    options = {"delimiter": ",", "encoding": "utf-8"}
    made = draft(path, WAVE, new_survey=NewSurvey("LV"), options=options)
    renamed = {"variable_null", "variable_null_2", "variable_NULL"}
    assert {row.variable for row in made.crosswalk} == renamed
    assert kinds(made)["null_name"] == {"variable_null_2", "variable_NULL"}
    assert refusals(made, path, tmp_path) == []


def test_a_code_that_no_seed_can_name_is_told(tmp_path: Path) -> None:
    made = of_lines(tmp_path, "id;cat", ["0", "1", "NULL"])
    assert counted_as(made) == {"0": "0", "1": "1"}
    assert kinds(made)["null_code"] == {"cat"}
    with pytest.raises(RefusedError) as refused:
        refusals(made, tmp_path / "answers.csv", tmp_path / "first")
    assert refused.value.rule == "code_null"
    assert not missing_words(str(refused.value), ("cat has the code 'NULL'", "becomes: null"))
    # What the message tells to do is enough.
    words = "{nl: een export, en: an export}"
    told = f"{{variable: cat, code: 'NULL', becomes: null, reason: {words}, source: the export}}"
    mended = made.manifest.replace(", 'NULL': 'NULL'}", "}").replace(
        "  items:\n", f"  corrections: [{told}]\n  items:\n"
    )
    assert "'NULL': 'NULL'" not in mended
    again = made.model_copy(update={"manifest": mended})
    assert refusals(again, tmp_path / "answers.csv", tmp_path / "second") == []


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Geen antwoord", "declared_missing"),
        ("Geen opgave", "declared_missing"),
        ("No answer", "declared_missing"),
        ("Niet ingevuld", "declared_missing"),
        ("Ubesvart", "declared_missing"),
        ("Inget svar", "declared_missing"),
        ("Ei vastausta", "declared_missing"),
        ("Ekkert svar", "declared_missing"),
        ("9. Missing", "declared_missing"),
        ("Not asked", "not_asked"),
        ("Weet ik niet/geen mening", "dont_know"),
        ("Weet niet / n.v.t.", "dont_know"),
        ("Weiß nicht / keine Angabe", "dont_know"),
    ],
)
def test_a_label_that_says_no_answer_is_no_category_and_is_told(
    label: str, kind: str, tmp_path: Path
) -> None:
    path = spss(tmp_path / "new.sav", {"q1": ("Hoe vaak?", {1: "Vaak", 2: "Zelden", 9: label})})
    made = draft(path, WAVE, new_survey=NewSurvey("LV"))
    assert counted_as(made) == {"1": "vaak", "2": "zelden", "9": kind}
    assert kinds(made)["no_answer"] == {"q1"}


@pytest.mark.parametrize("label", ["Geen", "Ja/nee", "Geen antwoord van de gemeente", "None", "n"])
def test_a_label_that_only_resembles_no_answer_is_an_answer(label: str, tmp_path: Path) -> None:
    path = spss(tmp_path / "new.sav", {"q1": ("Hoe vaak?", {1: "Vaak", 2: "Zelden", 9: label})})
    made = draft(path, WAVE, new_survey=NewSurvey("LV"))
    assert counted_as(made)["9"] not in {None, "declared_missing", "dont_know", "not_asked"}
    assert "no_answer" not in kinds(made)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Inwonertal van uw gemeente (2025)", ""),
        ("Hoe oud bent u? (< 50)", ""),
        ("budget", "Budget in euro"),
        ("nr", "Hoeveel nummers heeft u? (schatting)"),
    ],
)
def test_a_question_that_everyone_answers_otherwise_is_no_respondent(
    name: str, label: str, tmp_path: Path
) -> None:
    path = tmp_path / "new.sav"
    if not label:
        made = of_lines(tmp_path, f"{name};cat", ["Often", "Seldom"], header="questions")
    else:
        frame = pd.DataFrame({name: [float(7 * n) for n in range(1, 61)]})
        pyreadstat.write_sav(frame, str(path), column_labels={name: label})
        made = draft(path, WAVE, new_survey=NewSurvey("LV"))
    assert "respondent: row_number" in made.manifest
    assert {"respondent_unknown", "all_different"} <= set(kinds(made))
    assert {one.role for one in made.proposals} == {"item"}


@pytest.mark.parametrize("name", ["ResponseId", "Antwoord-ID", "volgnr", "Respondent ID", "lopnr"])
def test_a_column_with_the_name_of_a_key_is_the_respondent(name: str, tmp_path: Path) -> None:
    made = of_lines(tmp_path, f"{name};cat", ["Often", "Seldom"])
    assert {one.role for one in made.proposals if one.variable == name} == {"respondent"}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("lichaamsgewicht", "item"),
        ("birth_weight", "item"),
        ("gewicht_kg", "item"),
        ("weging", "weight"),
        ("WeightFinal", "weight"),
        ("wt", "weight"),
    ],
)
def test_a_weight_has_the_name_of_one(name: str, role: str, tmp_path: Path) -> None:
    made = of_lines(tmp_path, f"id;{name}", ["0.5", "1.25", "1.75"], decimal=".")
    assert {one.role for one in made.proposals if one.variable == name} == {role}


def test_a_number_with_a_label_for_its_highest_value_stays_a_number(tmp_path: Path) -> None:
    path = tmp_path / "new.sav"
    frame = pd.DataFrame({"nr": [float(n) for n in range(1, 79)]})
    frame["age"] = [float(18 + n) for n in range(78)]
    frame["visits"] = [float(n) if n % 9 else 999.0 for n in range(78)]
    frame["score"] = [float(n % 11) for n in range(78)]
    frame["hours"] = [float(n) for n in range(78)]
    pyreadstat.write_sav(
        frame,
        str(path),
        variable_value_labels={
            "age": {95: "95 of ouder"},
            "visits": {999: "Geen opgave"},
            "hours": {77: "Fulltime"},
        },
        variable_measure={"score": "scale"},
    )
    made = draft(path, WAVE, new_survey=NewSurvey("LV"))
    assert {row.variable: row.rule for row in made.crosswalk} == {
        "age": "direct",
        "visits": "direct",
        "score": "direct",
    }
    assert counted_as(made) == {"999": "declared_missing"}
    assert kinds(made)["labels_lost"] == {"age", "hours"}
    told = "".join(one.en for one in made.decisions if one.kind == "labels_lost")
    assert not missing_words(told, ("95 (95 of ouder)", "77 (Fulltime)"))


def test_numbers_with_a_few_words_between_are_told(tmp_path: Path) -> None:
    ages = [str(n) for n in range(18, 75)]
    made = of_lines(tmp_path, "id;age", [*ages, "NA", "weet niet"])
    assert {row.variable: row.rule for row in made.crosswalk} == {"age": "direct"}
    assert counted_as(made) == {"NA": "declared_missing", "weet niet": "dont_know"}
    made = of_lines(tmp_path, "id;age", [*ages, "circa 50", "oud"])
    assert not made.crosswalk
    told = "".join(one.en for one in made.decisions if one.kind == "number_as_text")
    assert not missing_words(told, ("age", "'circa 50'", "'oud'"))


@pytest.mark.parametrize("more", [{}, {99: "Don't know"}])
def test_answers_with_numbered_labels_are_codes_though_declared_a_scale(
    more: dict[int, str], tmp_path: Path
) -> None:
    path = tmp_path / "new.sav"
    labels = {1: "1 Never", 2: "2 Seldom", 3: "3 Often", 4: "4 Always", **more}
    cycle = [float(code) for code in labels]
    frame = pd.DataFrame({"nr": [float(n) for n in range(1, 61)]})
    frame["q1"] = [cycle[n % len(cycle)] for n in range(60)]
    pyreadstat.write_sav(
        frame,
        str(path),
        variable_value_labels={"q1": labels},
        variable_measure={"q1": "scale"},
    )
    made = draft(path, WAVE, new_survey=NewSurvey("LV"))
    assert {row.variable: row.rule for row in made.crosswalk} == {"q1": "recode"}
    assert counted_as(made)["4"] == "4_always"
    assert "labels_lost" not in kinds(made)
