"""The export of a survey tool becomes a draft with codelists, ticks and lists, and is read so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from expectations.file_checks import file_suites
from ingest.drafting import Described, Draft, draft_wave
from ingest.drafting.listed import find_list
from ingest.errors import RefusedError
from ingest.lists import split_list
from ingest.models import Answers
from ingest.raw.answers import write_wave
from ingest.readers import read
from ingest.wave_files import WaveFile
from tests.ingest.test_drafting import described
from tests.ingest.test_layouts import MONKEY, PLAIN, QUALTRICS, as_csv, as_xlsx, proposal
from tests.support import missing_words

SURVEY, WAVE = "nl_barometer", "2029"


def drafted(path: Path, **options: str | int) -> tuple[Draft, dict[str, Any]]:
    """The draft of a file under the options that are proposed, and its section `answers`."""
    held = Described(*described(), lambda _: None)
    chosen = proposal(path, **options)
    made = draft_wave(path, SURVEY, WAVE, held, options=chosen)
    return made, yaml.safe_load(made.manifest)["answers"]


def items(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {item["variable"]: item for item in answers["items"]}


def answered(path: Path, answers: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What a build would take from the file: codes, and lists of codes."""
    described = Answers.model_validate(answers)
    table = read(path, described.file, described.texts, SURVEY, columns=described).data
    found: dict[str, list[Any]] = {}
    for item in described.items:
        cells = table.column(item.variable).to_pylist()
        if item.separator:
            codes = described.codelists[item.codelist or ""]
            cells = [split_list(cell or "", item.separator, codes) for cell in cells]
        found[item.variable] = cells
    return found


def form(kinds: list[str], first: str = "Timestamp") -> list[list[str]]:
    """A Google form with a question, a list and an open question; one respondent per list."""
    rows = [
        [first, "1. Did you innovate?", "2. Which kinds? (tick all)", "3. Why, in a few words?"]
    ]
    for number, cell in enumerate(kinds):
        time = f"2024/03/01 10:00:0{number} AM GMT+1"
        rows.append([time, "Yes" if cell else "No", cell, f"reason number {number}"])
    return rows


CHOICES = ["Product", "Service", "Yes, but because of costs", "Rule (law, decree)"]
CHOSEN = [[0], [0, 1], [1], [], [1, 2], [2], [0, 3], [3, 1], [0, 2]]


@pytest.mark.parametrize("first", ["Timestamp", "Tijdstempel", "Zeitstempel", "Tidsstempel"])
@pytest.mark.parametrize("separator", [";", ", ", "|", "\n"])
def test_a_google_form_is_drafted_and_read_with_its_lists(
    first: str, separator: str, tmp_path: Path
) -> None:
    wanted = [[CHOICES[place] for place in chosen] for chosen in CHOSEN]
    cells = [separator.join(chosen) for chosen in wanted]
    rows = form(cells, first)
    path = as_xlsx(tmp_path / "a.xlsx", [[cell or None for cell in row] for row in rows])
    made, answers = drafted(path)
    assert made.decisions[0].kind == "layout"
    assert "Google Forms" in made.decisions[0].en
    assert "Google Formulieren" in made.decisions[0].nl
    assert answers["file"]["header"] == "questions"
    assert answers["respondent"] == "row_number"
    found = items(answers)
    kinds = found["which_kinds_tick_all"]
    assert kinds["separator"] == separator
    assert set(answers["codelists"][kinds["codelist"]]) == set(CHOICES)
    assert kinds["wording"]["nl"] == "2. Which kinds? (tick all)"
    assert found["why_in_a_few_words"]["text"]
    read_so = answered(path, answers)
    assert read_so["did_you_innovate"] == ["Yes" if cell else "No" for cell in cells]
    assert read_so["which_kinds_tick_all"] == wanted
    assert any(decision.kind == "list" for decision in made.decisions)


def test_a_question_identifies_nobody_though_all_answers_differ(tmp_path: Path) -> None:
    rows = [
        ["Timestamp", "1. Has your unit innovated?", "3. How much, 1-5"],
        ["2024/03/01 10:00:01 AM GMT+1", "Yes", "4"],
        ["2024/03/01 10:00:05 AM GMT+1", "No", "2"],
        ["2024/03/02 10:00:05 AM GMT+1", "Yes", "5"],
    ]
    _, answers = drafted(as_csv(tmp_path / "a.csv", rows), **PLAIN)
    assert (answers["respondent"], answers["row_number"]) == ("row_number", "row_number")
    assert "organisation" not in answers
    assert "how_much_1_5" in items(answers)


def test_microsoft_forms_ends_each_answer_with_its_separator(tmp_path: Path) -> None:
    rows = [
        ["ID", "Begintijd", "Tijd van voltooien", "Werkte het?", "Wat probeerde u?"],
        ["1", "3/1/24 10:00:00", "3/1/24 10:02:00", "Ja", "Een regel;Een app, of iets anders;"],
        ["2", "3/1/24 10:10:00", "3/1/24 10:12:00", "Nee", "Een regel;"],
        ["3", "3/1/24 10:20:00", "3/1/24 10:22:00", "Ja", "Een app, of iets anders;"],
        ["4", "3/1/24 10:30:00", "3/1/24 10:32:00", "Nee", ""],
    ]
    path = as_csv(tmp_path / "a.csv", rows)
    _, answers = drafted(path, **PLAIN)
    assert answers["respondent"] == "id"
    assert answered(path, answers) == {
        "begintijd": [row[1] for row in rows[1:]],
        "tijd_van_voltooien": [row[2] for row in rows[1:]],
        "werkte_het": ["Ja", "Nee", "Ja", "Nee"],
        "wat_probeerde_u": [
            ["Een regel", "Een app, of iets anders"],
            ["Een regel"],
            ["Een app, of iets anders"],
            [],
        ],
    }


def test_the_choices_of_survey_monkey_are_ticks_of_one_question(tmp_path: Path) -> None:
    more = [["13", "7", "03/02/2024", "", "A new rule", "", "No"]]
    path = as_csv(tmp_path / "a.csv", [*MONKEY, *more])
    _, answers = drafted(path, **PLAIN)
    found = items(answers)
    ticks = ["what_did_you_try_a_new_tool", "what_did_you_try_a_new_rule"]
    assert {found[name]["battery"] for name in ticks} == {"what_did_you_try"}
    assert answers["codelists"][found[ticks[1]]["codelist"]] == {"A new rule": "A new rule"}
    read_so = answered(path, answers)
    assert read_so[ticks[1]] == [None, "A new rule", "A new rule"]
    assert read_so["did_it_help"] == ["Yes", "No", "No"]
    assert found["what_did_you_try_other_please_specify"]["text"]


def test_ticks_of_lime_survey_are_one_battery_and_other_is_a_code(tmp_path: Path) -> None:
    header = ["id", "submitdate", "lastpage", "Q1", "Q1.other", "Q2.SQ001.", "Q2.SQ002."]
    rows = [
        ["1", "2024-03-01 10:00:00", "3", "A1", "", "Y", ""],
        ["2", "2024-03-01 11:00:00", "3", "-oth-", "a game", "", "Y"],
        ["3", "2024-03-02 11:00:00", "3", "A1", "", "Y", "Y"],
        ["4", "2024-03-03 11:00:00", "3", "-oth-", "a play", "", "Y"],
    ]
    path = as_csv(tmp_path / "a.csv", [header, *rows])
    _, answers = drafted(path, **PLAIN)
    found = items(answers)
    assert set(answers["codelists"][found["Q1"]["codelist"]]) == {"A1", "-oth-"}
    assert found["Q2.SQ001."]["codelist"] == found["Q2.SQ002."]["codelist"]
    assert answered(path, answers)["Q2.SQ002."] == [None, "Y", "Y", "Y"]
    assert found["Q1.other"]["text"]


def test_labels_of_qualtrics_are_codes_and_its_lists_have_commas(tmp_path: Path) -> None:
    more = [
        ["2024-03-02 11:00:00", "R_3c", "Yes", "Service,Rule, or law"],
        ["2024-03-02 12:00:00", "R_4d", "No", "Rule, or law"],
        ["2024-03-02 13:00:00", "R_5e", "No", "Product,Rule, or law"],
    ]
    path = as_csv(tmp_path / "a.csv", [*QUALTRICS, *more])
    _, answers = drafted(path, **PLAIN)
    assert items(answers)["Q2"]["separator"] == ","
    read_so = answered(path, answers)
    assert read_so["Q1"] == ["Yes", "No", "Yes", "No", "No"]
    assert read_so["Q2"] == [
        ["Product", "Service"],
        ["Service"],
        ["Service", "Rule, or law"],
        ["Rule, or law"],
        ["Product", "Rule, or law"],
    ]


def test_a_list_is_never_drafted_with_a_rule_for_one_answer(tmp_path: Path) -> None:
    known, rows = described()
    before = known.wave("nl_barometer/2025").wave.answers
    assert before
    asked = {
        row.variable
        for row in rows.crosswalk.rows
        if (row.survey, row.wave) == (SURVEY, "2025") and rows.rules[row.rule].gives != "category"
    }
    kinds = {item.variable: item for item in before.items if item.codelist}
    item = next(kinds[name] for name in sorted(asked & kinds.keys()))
    labels = [*before.codelists[item.codelist or ""].values()][:2]
    table = [["RESPNR", item.wording.nl], *([str(n), ";".join(labels)] for n in range(1, 9))]
    path = as_csv(tmp_path / "a.csv", table)
    made, answers = drafted(path, **PLAIN, header="questions")
    (found,) = [name for name, held in items(answers).items() if "separator" in held]
    used = {row.rule for row in made.crosswalk if row.variable == found}
    assert all(rows.rules[rule].gives == "category" for rule in used)


@pytest.mark.parametrize(
    ("cells", "separator", "answers"),
    [
        (["1,2", "3,10", "1,2,3", "2"], ",", {"1": 2, "2": 3, "3": 2, "10": 1}),
        (["1;2", "3;10", "2"], ";", {"1": 1, "2": 2, "3": 1, "10": 1}),
        (["A, B", "B, C", "A, C", "B"], ", ", {"A": 2, "B": 3, "C": 2}),
        (["A,B", "B,C", "A,C", "B"], ",", {"A": 2, "B": 3, "C": 2}),
        (["A|B", "B", "A"], "|", {"A": 2, "B": 2}),
    ],
)
def test_lists_are_found(cells: list[str], separator: str, answers: dict[str, int]) -> None:
    found = find_list(Counter(cells))
    assert found is not None
    assert (found.separator, dict(found.counts)) == (separator, answers)


@pytest.mark.parametrize(
    "cells",
    [
        ["1,5", "2,5", "1,5"],
        ["1,000", "2,500", "12,000,000"],
        ["Yes, often", "Yes, at times", "No", "Yes, often", "No"],
        ["It was fun, and cheap", "We tried, failed, and learned", "No idea"],
        ["$0 - $24,999", "$25,000 - $49,999", "$0 - $24,999"],
        ["Utrecht, Netherlands", "Aarhus, Denmark", "Utrecht", "Oslo"],
        ["Yes", "No", "Yes"],
    ],
)
def test_texts_and_numbers_with_commas_are_no_lists(cells: list[str]) -> None:
    assert find_list(Counter(cells)) is None


def test_answers_in_words_are_choices_only_where_they_come_back(tmp_path: Path) -> None:
    header = ["RESPNR", "often", "seldom", "rated", "also"]
    words = [["Yes", "one reason", "7.5", "No"], ["No", "another one", "8.5", "Yes"]] * 3
    rows = [[str(n), *row] for n, row in enumerate(words, 1)]
    for row in rows[2:]:
        row[2] += row[0]
    path = as_csv(tmp_path / "a.csv", [header, *rows])
    _, answers = drafted(path, **PLAIN)
    found = items(answers)
    assert answers["codelists"][found["often"]["codelist"]] == {"No": "No", "Yes": "Yes"}
    assert found["seldom"]["text"]
    assert found["rated"].get("text") or "codelist" not in found["rated"]


def wave_of(tmp_path: Path, cells: list[str], codes: list[str]) -> WaveFile:
    """A wave with one list, whose codes have commas."""
    wording = {"nl": "Welke?", "en": "Which?"}
    item = {"variable": "kinds", "codelist": "kinds", "base": "all", "separator": ", "}
    answers = Answers.model_validate(
        {
            "file": {"name": "a.csv", "format": "csv", **PLAIN},
            "respondent": "n",
            "codelists": {"kinds": {code: code for code in codes}},
            "items": [{**item, "wording": wording}],
        }
    )
    rows = [["n", "kinds"], *([str(n), cell] for n, cell in enumerate(cells, 1))]
    path = as_csv(tmp_path / "a.csv", rows)
    table = read(path, answers.file, answers.texts, SURVEY)
    return WaveFile(described()[0].wave("nl_barometer/2025"), answers, path, "", "microdata", table)


def test_a_list_is_written_with_its_codes_apart(tmp_path: Path) -> None:
    cells = ["Product, Yes, because of costs", "Product", "", "Yes, because of costs, "]
    file = wave_of(tmp_path, cells, ["Product", "Yes, because of costs"])
    write_wave(file, tmp_path / "raw")
    raw = pq.read_table(tmp_path / "raw" / "answers" / "nl_barometer" / "2025.parquet")
    assert raw.column("answer_1").to_pylist() == [
        "Product\x1fYes, because of costs",
        "Product",
        None,
        "Yes, because of costs",
    ]


def test_the_checks_find_a_code_of_a_list_that_nobody_described(tmp_path: Path) -> None:
    cells = ["Product, a game, Service", "Service", ", "]
    file = wave_of(tmp_path, cells, ["Product", "Service"])
    (codes,) = [suite for suite in file_suites(file) if suite.name.endswith("codes")]
    undescribed = codes.frame["undescribed"].dropna().tolist()
    assert undescribed == [("kinds", "a game"), ("kinds", "")]


@pytest.mark.parametrize("use", [file_suites, lambda file: write_wave(file, Path())])
def test_a_list_that_can_be_split_in_two_ways_is_refused(
    use: Callable[[WaveFile], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = wave_of(tmp_path, ["a, b, c"], ["a", "b, c", "a, b", "c"])
    with pytest.raises(RefusedError) as refused:
        use(file)
    assert refused.value.rule == "list_ambiguous"
    assert not missing_words(str(refused.value), ("kinds", "'a, b, c'", "two ways"))
    assert "op twee manieren" in refused.value.text("nl")
