"""Files of survey tools are read as they come: the draft says what they look like, and why."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.drafting.formats import read_new
from ingest.errors import RefusedError
from ingest.formats import FORMATS, AnswerTable, XlsxFile
from ingest.formats.layout import short_name, short_names
from ingest.readers import choices
from tests.support import missing_words

Rows = Sequence[Sequence[object]]
WHERE = "s/2027"


def as_csv(path: Path, rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return path


def as_xlsx(path: Path, rows: Rows, merged: Sequence[str] = ()) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return path


def proposal(path: Path, **given: str | int) -> dict[str, str | int]:
    """The first way to read a file that is proposed, with what was given."""
    kind = FORMATS[path.suffix.removeprefix(".")]
    (way, *_) = choices(path, kind, given, frozenset(), WHERE) or [{}]
    return {**given, **way}


def reason(path: Path, **given: str | int) -> str:
    """What is said of a file for which not all options are given."""
    with pytest.raises(RefusedError) as refused:
        read_new(path, given, frozenset(), WHERE)
    assert refused.value.rule == "format_options_missing"
    return str(refused.value)


def read_as_proposed(path: Path) -> AnswerTable:
    """The table under the options that are proposed; they are all that is needed."""
    return read_new(path, proposal(path), frozenset(), WHERE)[1]


PLAIN = {"delimiter": ",", "encoding": "utf-8", "decimal": "."}
GOOGLE = [
    ["Timestamp", "1. Has your unit innovated?", "2. Which kinds? (tick all)", "Score, 1-5"],
    ["2024/03/01 10:00:01 AM GMT+1", "Yes", "Product;Service", "4"],
    ["2024/03/01 10:00:05 AM GMT+1", "No", "", "2"],
]
MICROSOFT = [
    ["ID", "Start time", "Completion time", "Email", "Name", "Did it work?", "Which ones?"],
    ["1", "3/1/24 10:00:00", "3/1/24 10:02:00", "anonymous", "", "Yes", "New service;New tool;"],
    ["2", "3/1/24 11:00:00", "3/1/24 11:02:00", "anonymous", "", "No", ""],
]
MONKEY = [
    ["Respondent ID", "Collector ID", "Start Date", "What did you try?", "", "", "Did it help?"],
    ["", "", "", "A new tool", "A new rule", "Other (please specify)", "Response"],
    ["11", "7", "03/01/2024", "A new tool", "", "", "Yes"],
    ["12", "7", "03/01/2024", "A new tool", "A new rule", "a game", "No"],
]
LIME_TEXTS = [
    ["Response ID", "Date submitted", "Last page", "What did you try? [Tool]", "Did it help?"],
    ["1", "2024-03-01 10:00:00", "3", "Yes", "A lot"],
    ["2", "2024-03-01 11:00:00", "3", "", "Not at all"],
]
LIME_CODES = [
    ["id", "submitdate", "lastpage", "startlanguage", "Q1", "Q1.other", "Q2_SQ001", "Q2_SQ002"],
    ["1", "2024-03-01 10:00:00", "3", "nl", "A1", "", "Y", ""],
    ["2", "2024-03-01 11:00:00", "3", "nl", "-oth-", "a game", "", "Y"],
]
QUALTRICS = [
    ["StartDate", "ResponseId", "Q1", "Q2"],
    ["Start Date", "Response ID", "Did your unit innovate?", "Which kinds?"],
    [
        '{"ImportId":"startDate"}',
        '{"ImportId":"_recordId"}',
        '{"ImportId":"QID1"}',
        '{"ImportId":"QID2"}',
    ],
    ["2024-03-01 10:00:00", "R_1a", "Yes", "Product,Service"],
    ["2024-03-01 11:00:00", "R_2b", "No", "Service"],
]
R_ROW_NAMES = [["", "RESPNR", "q1"], ["1", "101", "2"], ["2", "102", "1"]]

TOOLS = {
    "Google Forms": (GOOGLE, {"header": "questions"}, "Timestamp"),
    "Microsoft Forms": (MICROSOFT, {"header": "questions"}, "ID, Start time, Completion time"),
    "SurveyMonkey": (MONKEY, {"header": "questions", "header_rows": 2}, "Respondent ID"),
    "LimeSurvey": (LIME_TEXTS, {"header": "questions"}, "Response ID, Date submitted"),
    "Qualtrics": (QUALTRICS, {"header_rows": 3}, '{"ImportId":'),
    "a table from R": (R_ROW_NAMES, {"first_column": "row_name"}, "no name"),
}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_export_of_a_tool_is_recognised_and_the_reason_given(
    tool: str, form: str, tmp_path: Path
) -> None:
    rows, layout, because = TOOLS[tool]
    path = tmp_path / f"answers.{form}"
    if form == "csv":
        as_csv(path, rows)
        expected = {"delimiter": ",", "encoding": "utf-8", **layout}
    else:
        as_xlsx(path, [[cell or None for cell in row] for row in rows])
        expected = {"sheet": "Sheet", **layout}
    found = proposal(path)
    assert {name: found[name] for name in found if name != "decimal"} == expected
    assert not missing_words(reason(path), (tool, because))


OTHER_LANGUAGES = {
    "Tijdstempel": ["Tijdstempel", "Heeft u iets nieuws geprobeerd?"],
    "Zeitstempel": ["Zeitstempel", "Haben Sie etwas Neues versucht?"],
    "Tidsstempel": ["Tidsstempel", "Har I prøvet noget nyt?"],
    "Begintijd": ["ID", "Begintijd", "Tijd van voltooien", "E-mail", "Naam", "Werkte het?"],
    "Startzeit": ["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name", "Hat es geholfen?"],
    "Hora de inicio": ["Id", "Hora de inicio", "Hora de finalización", "Correo", "¿Funcionó?"],
}


@pytest.mark.parametrize("first", OTHER_LANGUAGES)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_tool_is_recognised_in_other_languages(
    first: str, delimiter: str, tmp_path: Path
) -> None:
    header = OTHER_LANGUAGES[first]
    rows = [header, [f"a{place}" for place, _ in enumerate(header)]]
    path = as_csv(tmp_path / "a.csv", rows, delimiter)
    assert proposal(path)["header"] == "questions"
    tool = "Microsoft Forms" if header[0].lower() == "id" else "Google Forms"
    assert not missing_words(reason(path), (tool, first))


def test_the_columns_of_google_forms_get_names_and_keep_their_questions(tmp_path: Path) -> None:
    table = read_as_proposed(as_csv(tmp_path / "a.csv", GOOGLE))
    assert table.data.to_pydict() == {
        "timestamp": ["2024/03/01 10:00:01 AM GMT+1", "2024/03/01 10:00:05 AM GMT+1"],
        "has_your_unit_innovated": ["Yes", "No"],
        "which_kinds_tick_all": ["Product;Service", None],
        "score_1_5": ["4", "2"],
    }
    assert table.labels["which_kinds_tick_all"] == "2. Which kinds? (tick all)"


def test_personal_columns_of_microsoft_forms_are_left_out_by_name(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", MICROSOFT)
    _, table, personal = read_new(path, proposal(path), frozenset(), WHERE)
    assert set(personal.columns) == {"email", "name"}
    assert table.data.column_names == [
        "id",
        "start_time",
        "completion_time",
        "did_it_work",
        "which_ones",
    ]


def test_the_two_rows_of_survey_monkey_are_question_and_choice(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", MONKEY)
    table = read_as_proposed(path)
    assert table.data.column_names == [
        "respondent_id",
        "collector_id",
        "start_date",
        "what_did_you_try_a_new_tool",
        "what_did_you_try_a_new_rule",
        "what_did_you_try_other_please_specify",
        "did_it_help",
    ]
    assert table.labels["what_did_you_try_a_new_rule"] == "What did you try? [A new rule]"
    assert table.data.column("what_did_you_try_a_new_tool").to_pylist() == ["A new tool"] * 2
    assert table.data.column("did_it_help").to_pylist() == ["Yes", "No"]


def test_a_nameless_first_column_gets_the_name_that_is_given(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", R_ROW_NAMES)
    assert read_as_proposed(path).data.to_pydict() == {
        "row_name": ["1", "2"],
        "RESPNR": ["101", "102"],
        "q1": ["2", "1"],
    }
    # write.table leaves out the cell, too.
    short = as_csv(tmp_path / "b.csv", [R_ROW_NAMES[0][1:], *R_ROW_NAMES[1:]])
    assert read_as_proposed(short).data.column_names == ["row_name", "RESPNR", "q1"]
    named = as_csv(tmp_path / "c.csv", [["n", "q"], ["1", "2"]])
    with pytest.raises(RefusedError) as refused:
        read_new(named, {**PLAIN, "first_column": "row"}, frozenset(), WHERE)
    assert refused.value.rule == "first_column_named"


@pytest.mark.parametrize("above", [1, 2, 3])
def test_rows_above_the_table_are_left_out(above: int, tmp_path: Path) -> None:
    titles = [["Answers of 2027"], [], ["Unit:", "municipalities"]][:above]
    rows = [*titles, ["RESPNR", "q1", "q2", "q3"], ["1", "2", "3", "1"], ["2", "1", "2", "2"]]
    book = as_xlsx(tmp_path / "a.xlsx", rows, ["A1:D1"])
    for path in (book, as_csv(tmp_path / "b.csv", rows)):
        assert proposal(path)["rows_above"] == above
        table = read_as_proposed(path)
        assert table.data.column_names == ["RESPNR", "q1", "q2", "q3"]
        assert table.data.column("q2").to_pylist() == ["3", "2"]
        assert not missing_words(reason(path), (f"{above} rows above the table",))


def test_merged_heads_in_excel_name_the_columns_below_them(tmp_path: Path) -> None:
    rows = [
        ["RESPNR", "How sure are you?", None, "Why?"],
        [None, "Now", "In a year", None],
        [1, 2, 3, "x"],
        [2, 1, 2, "y"],
    ]
    path = as_xlsx(tmp_path / "a.xlsx", rows, ["A1:A2", "B1:C1", "D1:D2"])
    table = read_as_proposed(path)
    assert table.data.to_pydict() == {
        "respnr": ["1", "2"],
        "how_sure_are_you_now": ["2", "1"],
        "how_sure_are_you_in_a_year": ["3", "2"],
        "why": ["x", "y"],
    }
    merged = as_xlsx(tmp_path / "b.xlsx", rows, ["A1:A2", "B1:C1", "D1:D2", "B3:C3"])
    with pytest.raises(RefusedError) as refused:
        read_as_proposed(merged)
    assert refused.value.rule == "xlsx_merged_cells"
    assert "B3:C3" in str(refused.value)
    assert "B1:C1" not in str(refused.value)


@pytest.mark.parametrize("spare", [1, 2])
def test_a_delimiter_that_ends_each_row_makes_no_column(spare: int, tmp_path: Path) -> None:
    rows = [["RESPNR", "q1"], ["1", "2"], ["2", "1"]]
    path = as_csv(tmp_path / "a.csv", [[*row, *[""] * spare] for row in rows])
    _, table, _ = read_new(path, PLAIN, frozenset(), WHERE)
    assert table.data.to_pydict() == {"RESPNR": ["1", "2"], "q1": ["2", "1"]}
    held = as_csv(tmp_path / "b.csv", [["RESPNR", "q1", ""], ["1", "2", ""], ["2", "1", "x"]])
    with pytest.raises(RefusedError) as refused:
        read_new(held, PLAIN, frozenset(), WHERE)
    assert refused.value.rule == "column_nameless"
    assert "in column 3" in str(refused.value)


def test_texts_below_the_names_are_no_respondent(tmp_path: Path) -> None:
    rows = [["V1", "V2", "Q1"], ["ResponseID", "Finished", "Did it work?"], ["R_1", "1", "Yes"]]
    for path in (as_csv(tmp_path / "a.csv", rows), as_xlsx(tmp_path / "b.xlsx", rows)):
        assert proposal(path)["header_rows"] == 2
        assert "second row has texts only" in reason(path)
        table = read_as_proposed(path)
        assert table.data.to_pydict() == {"V1": ["R_1"], "V2": ["1"], "Q1": ["Yes"]}
        assert table.labels["Q1"] == "Did it work?"
    for row in (["R_0", "0", "No"], ["R_0", "", "No"], ["7", "x", "No"]):
        plain = as_csv(tmp_path / "c.csv", [rows[0], row, *rows[2:]])
        assert "header_rows" not in proposal(plain, **PLAIN)


def test_options_that_do_not_fit_together_are_told_in_both_languages(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", GOOGLE)
    with pytest.raises(RefusedError) as refused:
        read_new(path, {**PLAIN, "header": "questions", "header_rows": 3}, frozenset(), WHERE)
    assert refused.value.rule == "format_unfit"
    assert "leave out header" in str(refused.value)
    assert "laat header weg" in refused.value.text("nl")


def test_each_sheet_is_proposed_with_its_own_layout(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in MICROSOFT:
        book.active.append([cell or None for cell in row])
    other = book.create_sheet("Codes")
    other.append(["code", "label"])
    other.append([1, "Yes"])
    book.save(path)
    assert choices(path, XlsxFile, {}, frozenset(), WHERE) == [
        {"sheet": "Sheet", "header": "questions"},
        {"sheet": "Codes"},
    ]
    assert choices(path, XlsxFile, {"sheet": "Codes"}, frozenset(), WHERE) == []


def test_a_table_with_names_is_left_as_it_is(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", [["RESPNR", "Q1", "Remark"], ["1", "2", "a b c d e?"]])
    assert proposal(path, **PLAIN) == PLAIN
    assert as_csv(tmp_path / "b.csv", LIME_CODES)
    assert proposal(tmp_path / "b.csv", **PLAIN) == PLAIN
    table = read_new(tmp_path / "b.csv", PLAIN, frozenset(), WHERE)[1]
    assert table.data.column("Q1").to_pylist() == ["A1", "-oth-"]
    assert table.data.column("Q2_SQ001").to_pylist() == ["Y", None]


def test_a_person_may_choose_another_layout(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", GOOGLE)
    table = read_new(path, {**PLAIN, "header": "names"}, frozenset(), WHERE)[1]
    assert table.data.column_names == GOOGLE[0]
    assert not table.labels


def test_a_question_has_the_same_name_wherever_it_stands() -> None:
    asked = ["1. Did it work?", "2. Why?", "3. Leeftijd < 50"]
    moved = ["1. A new one?", "2. Did it work?", "3. Why?", "4. Leeftijd > 50", "5. Leeftijd < 50"]
    names = dict(zip(asked, short_names(asked), strict=True))
    later = dict(zip(moved, short_names(moved), strict=True))
    assert later["2. Did it work?"] == names["1. Did it work?"] == "did_it_work"
    assert later["3. Why?"] == names["2. Why?"]
    assert later["5. Leeftijd < 50"] == names["3. Leeftijd < 50"]
    assert later["5. Leeftijd < 50"] != later["4. Leeftijd > 50"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is it < 50?", "Is it > 50?"),
        ("Is it 50 %?", "Is it 50?"),
        ("Change of -5 or less", "Change of 5 or less"),
        (f"{'A long question ' * 9}now", f"{'A long question ' * 9}later"),
        ("Agree? [I do]", "Agree? [I do not]"),
        ("Да?", "Нет?"),
        ("Ναι;", "Όχι;"),
        ("…?", "???"),
    ],
)
def test_different_questions_have_different_names(one: str, other: str) -> None:
    assert short_name(one) != short_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1. Did it work?", "12) Did it  work ?"),
        ("Did it work?", "<b>Did it</b> work?"),
        ("Q3. Cafe\u0301?", "Café"),
    ],
)
def test_the_same_question_has_the_same_name(one: str, other: str) -> None:
    assert short_name(one) == short_name(other)


def test_a_name_is_short_and_the_same_question_twice_is_numbered() -> None:
    long = "How satisfied are you with the support that your organisation offers for innovation?"
    assert len(short_name(long)) <= 47
    assert short_name(long).startswith("how_satisfied_are_you_with_the_support_")
    assert short_names(["Why?", "1. Why?"]) == ["why", "why_2"]


def test_a_header_that_is_repeated_below_is_refused(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", [*GOOGLE, GOOGLE[0]])
    with pytest.raises(RefusedError) as refused:
        read_new(path, {**PLAIN, "header": "questions"}, frozenset(), WHERE)
    assert refused.value.rule == "csv_header_repeated"


CELLS = ["", "id", "q1", "7", "Timestamp", "Did it work?", "a b c d", "Q [x]", "[x]", "?", " ", "<"]
GRIDS = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from(CELLS), min_size=width, max_size=width), min_size=1, max_size=7
    )
)
LAYOUTS = st.fixed_dictionaries(
    {},
    optional={
        "header": st.sampled_from(["names", "questions", "neither"]),
        "header_rows": st.integers(0, 4),
        "rows_above": st.integers(-1, 4),
        "first_column": st.sampled_from(["", "row", "q1"]),
    },
)
FUZZED = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@FUZZED
@given(rows=GRIDS, layout=LAYOUTS)
def test_any_layout_is_read_with_equal_answers_or_refused_in_one_message(
    form: str, rows: list[list[str]], layout: dict[str, str | int], tmp_path: Path
) -> None:
    path = tmp_path / f"a.{form}"
    path.unlink(missing_ok=True)
    given_so = {**layout, **(PLAIN if form == "csv" else {"sheet": "Sheet"})}
    if form == "csv":
        as_csv(path, rows)
    else:
        as_xlsx(path, [[cell or None for cell in row] for row in rows])
    try:
        file, table, _ = read_new(path, given_so, frozenset(), WHERE)
    except RefusedError as refused:
        assert "\n" not in str(refused)
        assert "\n" not in refused.text("nl")
        return
    data = table.data
    read_so = [[cell or "" for cell in row.values()] for row in data.to_pylist()]
    body = rows[file.rows_above + file.header_rows :]
    if form == "xlsx":  # rows and columns of a sheet end where the last cell is
        while body and not any(body[-1]):
            body.pop()
        body = [row[: data.num_columns] for row in body]
    assert read_so == body
    assert len(set(table.data.column_names)) == table.data.num_columns
