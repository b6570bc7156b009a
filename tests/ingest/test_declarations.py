"""What an SPSS, Stata or SAS file declares is read, drafted, and used by the checks."""

from __future__ import annotations

import math
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.checks import check_file
from ingest import harmonisation, registry
from ingest.descriptions import read_yaml
from ingest.drafting.draft import Draft
from ingest.drafting.manifest import _flow
from ingest.drafting.new_wave import Described, NewSurvey, draft_wave
from ingest.errors import RefusedError
from ingest.formats import FORMATS, AnswerTable
from ingest.formats.base import MissingRange
from ingest.harmonisation import CrosswalkRow, Harmonisation, Recode
from ingest.models import Answers, Wave
from ingest.wave_files import WaveFile
from tests.conftest import PROJECT
from tests.ingest.mutations import WORDING
from tests.support import assert_dutch

WHERE = "nl_barometer/2031"
SURVEY, _, YEAR = WHERE.partition("/")
SEEDS = PROJECT / "dbt_project" / "seeds"


def spss(path: Path, columns: dict[str, list[Any]], **declared: Any) -> Path:
    frame = pd.DataFrame(columns)
    pyreadstat.write_sav(frame, str(path), compress=path.suffix == ".zsav", **declared)
    return path


def as_read(path: Path) -> AnswerTable:
    name = {"zsav": "sav"}.get(path.suffix[1:], path.suffix[1:])
    file = FORMATS[name].model_validate({"name": path.name, "format": name})
    return file.content(path, frozenset(), WHERE)


def drafted(path: Path) -> tuple[Draft, Answers]:
    """The draft of a file as a new wave, and its manifest after reading."""
    known = registry.load()
    described = Described(known, harmonisation.load(SEEDS, known), lambda _: None)
    made = draft_wave(path, SURVEY, YEAR, described)
    manifest = path.with_suffix(".yml")
    manifest.write_text(made.manifest, "utf-8")
    answers = read_yaml(Wave, manifest).answers
    assert answers is not None
    return made, answers


def test_declared_missing_values_and_ranges_are_read_and_system_missing_is_apart(
    tmp_path: Path,
) -> None:
    path = spss(
        tmp_path / "a.sav",
        {
            "id": [1.0, 2, 3, 4],
            "sat": [1.0, 97, 98.5, math.nan],
            "low": [-7.0, 3, 9, math.nan],
            "txt": ["a", "X", "", "b"],
        },
        missing_ranges={
            "sat": [{"lo": 97, "hi": 99}, -5],
            "low": [{"lo": -math.inf, "hi": -1}, 9],
            "txt": ["X", " "],
        },
    )
    table = as_read(path)
    ranges = {name: [str(one) for one in held.missing] for name, held in table.declared.items()}
    assert ranges == {
        "id": [],
        "sat": ["97 thru 99", "-5"],
        "low": ["LOWEST thru -1", "9"],
        "txt": ["X"],
    }
    assert table.data.column("sat").to_pylist() == ["1", "97", "98.5", None]
    held = {code: str(table.missing("sat", code)) for code in ("1", "97", "98.5", "100", "-5")}
    assert held == {"1": "None", "97": "97 thru 99", "98.5": "97 thru 99", "100": "None"} | {
        "-5": "-5"
    }
    assert [bool(table.missing("low", code)) for code in ("-7", "3", "9")] == [True, False, True]
    assert [bool(table.missing("txt", code)) for code in ("X", "a", "x")] == [True, False, False]


def test_highest_and_texts_are_ranges_too() -> None:
    assert str(MissingRange(90.0, math.inf)) == "90 thru HIGHEST"
    assert MissingRange(90.0, math.inf).holds("1e5") and not MissingRange(90.0, 99.0).holds("x")
    assert MissingRange("a", "c").holds("b") and not MissingRange("a", "c").holds("d")
    assert str(MissingRange(0.1, 0.3)) == "0.1 thru 0.3"


def test_measure_format_title_and_documents_are_read(tmp_path: Path) -> None:
    path = spss(
        tmp_path / "a.zsav",
        {"id": [1.0], "age": [34.0], "city": ["Delft"]},
        variable_measure={"id": "nominal", "age": "scale"},
        variable_format={"age": "F3.0"},
        file_label="Proef",
        note=["first line", "second line"],
    )
    table = as_read(path)
    told = {name: (one.kind, one.measure, one.format) for name, one in table.declared.items()}
    assert told == {
        "id": ("number", "nominal", "F8.2"),
        "age": ("number", "scale", "F3.0"),
        "city": ("text", None, "A5"),
    }
    assert (table.title, table.notes) == ("Proef", ("first line", "second line"))


HOURS = [90_000.0, 259_205.5, -3_600.0, 0.0]


def test_times_count_on_after_a_day_and_moments_keep_their_fraction(tmp_path: Path) -> None:
    path = spss(
        tmp_path / "a.sav",
        {
            "spent": HOURS,
            "took": [3600.0, 86_399.0, 0.0, math.nan],
            "at": [13e9, 13.6e9 + 0.1, 13e9, math.nan],
            "day": [13e9 // 86_400 * 86_400] * 3 + [math.nan],
            "coded": [13e9 // 86_400 * 86_400, 99.0, 13e9 // 86_400 * 86_400, math.nan],
        },
        variable_format={
            "spent": "DTIME12.2",
            "took": "TIME8",
            "at": "DATETIME23.2",
            "day": "EDATE10",
            "coded": "SDATE10",
        },
        missing_ranges={"coded": [99]},
    )
    data = as_read(path).data.to_pydict()
    assert data["spent"] == ["25:00:00", "72:00:05.500000", "-01:00:00", "00:00:00"]
    assert data["took"] == ["01:00:00", "23:59:59", "00:00:00", None]
    at = ["1994-09-26 23:06:40", "2013-10-01 09:46:40.100000", "1994-09-26 23:06:40", None]
    assert data["at"] == at
    assert data["day"] == ["1994-09-26"] * 3 + [None]
    assert data["coded"] == ["1994-09-26", "99", "1994-09-26", None]


@pytest.mark.parametrize("weight", [None, "w", "second"])
@pytest.mark.parametrize("form", ["sav", "zsav"])
def test_the_weight_that_is_switched_on_is_known(
    tmp_path: Path, form: str, weight: str | None
) -> None:
    columns = {
        "id": [1.0, 2],
        "long_text": ["x" * 30, "y"],
        "w": [0.5, 1.5],
        "very_long": ["z" * 600, "y"],
        "second": [1.0, 2.0],
    }
    path = spss(tmp_path / f"a.{form}", columns, column_labels={"w": "Gewicht", "id": "nr"})
    if weight:  # the header counts units of eight bytes: 4 for 30 letters
        # A text of more than 255 letters is stored in parts of 255: here 32 + 32 + 12 units.
        place = {"w": 1 + 4 + 1, "second": 1 + 4 + 1 + (32 + 32 + 12) + 1}[weight]
        content = bytearray(path.read_bytes())
        struct.pack_into("<i", content, 76, place)
        path.write_bytes(content)
    assert as_read(path).weight == (weight or "")


def test_an_spss_portable_file_keeps_codes_that_it_declares_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.por"
    pyreadstat.write_por(pd.DataFrame({"id": [1.0, 2, 3], "q": [1.0, 97, math.nan]}), str(path))
    # 97 is 37 in the base of thirty that this format counts in.
    content = path.read_text("ascii").replace("\r\n", "").replace("\n", "")
    variable = content.index("70/1/Q") + len("70/1/Q5/8/2/5/8/2/")
    content = f"{content[:variable]}837/{content[variable:]}"
    lines = [content[place : place + 80] for place in range(0, len(content), 80)]
    path.write_text("\r\n".join(lines) + "\r\n", "ascii", newline="")
    table = as_read(path)
    assert table.data.to_pydict() == {"ID": ["1", "2", "3"], "Q": ["1", "97", None]}
    assert [str(one) for one in table.declared["Q"].missing] == ["97"]


def test_a_sas_transport_file_is_read_with_its_dates(tmp_path: Path) -> None:
    path = tmp_path / "a.xpt"
    frame = pd.DataFrame({"ID": [1.0, 2], "DAY": [24_530.0, math.nan], "NAME": ["a", ""]})
    formats = {"DAY": "DATE9", "ID": "BEST12"}
    pyreadstat.write_xport(frame, str(path), variable_format=formats, column_labels={"ID": "nr"})
    table = as_read(path)
    assert table.data.to_pydict() == {
        "ID": ["1", "2"],
        "DAY": ["2027-02-28", None],
        "NAME": ["a", None],
    }
    assert table.labels["ID"] == "nr" and table.declared["DAY"].kind == "date"


def dictionary(path: Path) -> tuple[bytearray, int]:
    """A file with labels on a number and a text, and where its first list of labels begins."""
    spss(
        path,
        {"id": [1.0, 2], "sex": ["m", "f"], "q": [1.0, 2]},
        variable_value_labels={"sex": {"m": "Man"}, "q": {1.0: "Ja"}},
    )
    content = bytearray(path.read_bytes())
    return content, content.index(struct.pack("<2i", 3, 1))


DAMAGES = {
    "a text of a width without its parts": (180, 12),
    "a width that does not exist": (183, 12),
    "more labels than the file has room for": (None, 7),
    "labels of a variable that is not there": (None, 36),
    "a code that is no text in the encoding": (None, 8),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_dictionary_is_refused_before_the_library_reads_it(
    tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "a.sav"
    content, labels = dictionary(path)
    place, byte = DAMAGES[damage]
    content[labels + byte if place is None else place] = 0x90 if place is None else byte
    path.write_bytes(content)
    code = (
        "from pathlib import Path; from ingest.formats import SavFile; import sys\n"
        "SavFile(name='a.sav', format='sav').content(Path(sys.argv[1]), frozenset(), 'x')"
    )
    done = subprocess.run(  # the library can end the process
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "rule sav_unreadable" in done.stderr, done.stderr


@pytest.mark.parametrize("encoding", ["", "unheard-of"])
def test_a_file_that_names_no_known_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.sav"
    content, _ = dictionary(path)
    record = struct.pack("<4i", 7, 20, 1, 5) + b"UTF-8"
    told = struct.pack("<4i", 7, 20, 1, len(encoding)) + encoding.encode() if encoding else b""
    assert content.count(record) == 1
    path.write_bytes(content.replace(record, told))
    try:
        assert as_read(path).codes["sex"] == {"m": "Man"}
    except RefusedError as error:  # the library does not know the name either
        assert encoding and "dictionary" not in str(error)


def test_two_variables_with_one_name_are_refused(tmp_path: Path) -> None:
    path = spss(tmp_path / "a.sav", {"aa": [1.0], "ab": [2.0]})
    path.write_bytes(path.read_bytes().replace(b"AB=ab", b"AB=aa"))
    with pytest.raises(RefusedError, match="'aa' is duplicated"):
        as_read(path)


@pytest.mark.parametrize("form", ["sas7bdat", "xpt", "por", "sav"])
@pytest.mark.parametrize("content", [b"", b"xyz", b"PK\3\4" * 400, b"\0" * 4096])
def test_what_is_no_such_file_is_refused(tmp_path: Path, form: str, content: bytes) -> None:
    path = tmp_path / f"a.{form}"
    path.write_bytes(content)
    with pytest.raises(RefusedError) as refused:
        as_read(path)
    assert refused.value.rule == f"{'sas' if form in ('sas7bdat', 'xpt') else form}_unreadable"
    assert_dutch(refused.value)


SETS = [
    # name, type and counted value; label; variables
    ("$sports=D1 1 8 My sport s1 s2", "sports", "My sport", ("s1", "s2"), "1"),
    ("$why=D1 0 7 Reasons s2 s1", "why", "Reasons", ("s2", "s1"), "0"),
    ("$which=C 6 Brands s1 s2", "which", "Brands", ("s1", "s2"), None),
]


def with_sets(path: Path, sets: list[str]) -> Path:
    """Put declarations of multiple-response sets in a file, as SPSS writes them."""
    content, text = path.read_bytes(), "".join(f"{one}\n" for one in sets).encode()
    end = content.index(struct.pack("<2i", 999, 0))
    record = struct.pack("<4i", 7, 7, 1, len(text)) + text
    path.write_bytes(content[:end] + record + content[end:])
    return path


@pytest.mark.parametrize("declared", SETS, ids=lambda one: one[1])
def test_multiple_response_sets_are_read(tmp_path: Path, declared: tuple[Any, ...]) -> None:
    path = spss(tmp_path / "a.sav", {"id": [1.0, 2], "s1": [1.0, 0], "s2": [1.0, 1]})
    (found,) = as_read(with_sets(path, [declared[0]])).sets
    assert (found.name, found.label, found.variables, found.counted) == declared[1:]


def test_ticks_of_a_set_become_a_battery_where_a_tick_is_one_and_none_is_empty(
    tmp_path: Path,
) -> None:
    columns = {
        "id": [1.0, 2, 3],
        "s1": [1.0, math.nan, math.nan],
        "s2": [math.nan, 1.0, math.nan],
        "t1": [1.0, 0, 0],
        "t2": [0, 1.0, 0],
    }
    sets = ["$Sports=D1 1 8 My sport s1 s2", "$Teams=D1 1 8 My teams t1 t2"]
    _, answers = drafted(with_sets(spss(tmp_path / "a.sav", columns), sets))
    batteries = {item.variable: item.battery for item in answers.items}
    assert batteries == {"s1": "sports", "s2": "sports", "t1": None, "t2": None}


def test_the_weight_that_is_switched_on_is_the_weight_of_the_draft(tmp_path: Path) -> None:
    path = spss(tmp_path / "a.sav", {"id": [1.0, 2, 3], "a": [0.5, 1.5, 1], "b": [1.0, 2, 2]})
    content = bytearray(path.read_bytes())
    struct.pack_into("<i", content, 76, 2)
    path.write_bytes(content)
    _, answers = drafted(path)
    assert answers.design and answers.design.weight == "a"


OTHERS = {
    "fods": "save it as .xlsx or .ods",
    "xls": "save it as .xlsx",
    "sss": "--codebook",
    "xml": "a description holds no answers",
    "json": "export CSV or SPSS",
    "rds": "haven::write_sav",
    "sas7bcat": "export the data set from SAS as .sav",
    "sps": "run the script",
    "zip": "unpack it",
    "docx": "export the answers in one of these formats",
}


@pytest.mark.parametrize("extension", OTHERS)
def test_another_format_gets_a_word_on_how_to_convert(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"answers.{extension}"
    path.write_bytes(b"x")
    with pytest.raises(RefusedError) as refused:
        drafted(path)
    assert refused.value.rule == "unknown_format" and OTHERS[extension] in str(refused.value)
    assert_dutch(refused.value)


@pytest.mark.parametrize("extension", ["tsv", "tab", "TSV"])
def test_a_file_with_tabs_is_read_and_described_as_such(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    path.write_text("id\tq\n1\t1\n2\t2\n3\t1\n", "utf-8")
    known = registry.load()
    described = Described(known, harmonisation.load(SEEDS, known), lambda _: None)
    options = {"encoding": "utf-8", "decimal": "."}
    made = draft_wave(path, SURVEY, YEAR, described, options=options)
    assert made.respondents == 3 and 'delimiter: "\\t"' in made.manifest


# Line separators, blanks of all kinds, direction marks, what YAML takes for something else.
LABELS = [
    *("goed\u2028(heel)", "regel\x85twee", "", "x", "a\u2029b", "Nee\u200b", "Ja\u00a0zeker"),
    *(" voor", "\u202eעברית", "regel\neinde", "tab\tx", "a  dubbel", "Null", "no", "~"),
    *("1_000", "12:30", "2024-01-01", "'quote\" both", "# hash", "- dash", "{brace}", "a: b"),
    *("\ufeffbom", "C:\\dir\\n", "“smart” ‘q’", "< 50", "> 50", "é", "e\u0301", "emoji 😀"),
    *("\u3000breed", "x \u00a0y", "%", "*ster", "&anker", "!uitroep", "?", "|", ">", "@", "`"),
]


@pytest.mark.parametrize("size", [2, 4, len(LABELS)])
def test_every_label_is_the_same_in_the_manifest_of_the_draft(tmp_path: Path, size: int) -> None:
    numbered = {float(code): label for code, label in enumerate(LABELS[:size], 1)}
    path = spss(
        tmp_path / "a.sav",
        {"id": [1.0, 2, 3], "a": [1.0, 2, 1], "t": ["p", "q", "p"]},
        variable_value_labels={"a": numbered, "t": {"p": LABELS[0], "q": LABELS[1]}},
        column_labels={"a": "Oordeel \u2028 met \x85 en\nregels  dubbel", "t": "Tekst"},
    )
    table = as_read(path)
    held = {str(int(code)): label for code, label in numbered.items()}
    assert table.codes["a"] == held
    _, answers = drafted(path)
    lists = {item.variable: answers.codelists[item.codelist or ""] for item in answers.items}
    assert lists["a"] == held
    assert lists["t"] == {"p": LABELS[0], "q": LABELS[1]}
    wording = {item.variable: item.wording.nl for item in answers.items}["a"]
    assert wording == "Oordeel \u2028 met \x85 en\nregels  dubbel"


def test_breaks_of_a_text_processor_in_labels_are_kept(tmp_path: Path) -> None:
    labels = {1.0: "eerste\x0btweede", 2.0: "blad\x0czijde", 3.0: "\x0b"}
    path = spss(
        tmp_path / "a.sav",
        {"id": [1.0, 2, 3], "a": [1.0, 2, 3]},
        variable_value_labels={"a": labels},
        column_labels={"a": "Hoe\x0bvaak?"},
    )
    made, answers = drafted(path)
    assert answers.codelists["a"] == {f"{code:.0f}": label for code, label in labels.items()}
    assert answers.items[0].wording.nl == "Hoe\x0bvaak?"
    assert not {"\x0b", "\x0c"} & set(made.manifest)


@pytest.mark.parametrize(
    ("labels", "wording", "place"),
    [
        ({1.0: "back\x08"}, "", "code '1' or the label of it"),
        ({2.0: "\x1b[1mvet"}, "", "code '2' or the label of it"),
        ({1.0: "Ja"}, "Hoe\x07 vaak?", "its label"),
    ],
)
def test_a_control_character_in_a_label_is_refused_with_its_place(
    tmp_path: Path, labels: dict[float, str], wording: str, place: str
) -> None:
    path = spss(
        tmp_path / "a.sav",
        {"id": [1.0, 2, 3], "a": [1.0, 2, 1]},
        variable_value_labels={"a": labels},
        column_labels={"a": wording},
    )
    with pytest.raises(RefusedError) as refused:
        drafted(path)
    assert refused.value.rule == "control_character"
    assert "a has a control character" in str(refused.value) and place in str(refused.value)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    labels=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=25),
        min_size=1,
        max_size=6,
    )
)
def test_any_label_that_is_read_survives_the_manifest(tmp_path: Path, labels: list[str]) -> None:
    item = {"variable": "a", "codelist": "a", "base": "all", "wording": {"nl": "", "en": ""}}
    codes = {str(code): label for code, label in enumerate(labels, 1)}
    lines = _flow("-", {"a": codes, **item, "wording": dict.fromkeys(("nl", "en"), labels[0])}, 4)
    text = "\n".join(lines)
    (held,) = yaml.load(text, Loader=yaml.CSafeLoader)
    assert {str(code): label for code, label in held["a"].items()} == codes
    assert held["wording"]["nl"] == labels[0]


def test_texts_with_labels_are_codes_and_not_open_answers(tmp_path: Path) -> None:
    path = spss(
        tmp_path / "a.sav",
        {
            "id": [1.0, 2, 3, 4],
            "sex": ["m", "f", "m", ""],
            "land": ["NL", "NO", "NA", "NO"],
            "half": [0.5, 1.5, 0.5, 1.0],
            "open": ["veel", "weinig", "iets", "niets"],
        },
        variable_value_labels={
            "sex": {"m": "Man", "f": "Vrouw"},
            "land": {"NL": "Nederland", "NO": "Noorwegen", "NA": "Namibië"},
            "half": {0.5: "half", 1.0: "heel", 1.5: "meer"},
        },
    )
    made, answers = drafted(path)
    lists = {
        item.variable: answers.codelists[item.codelist] if item.codelist else None
        for item in answers.items
    }
    assert lists["sex"] == {"f": "Vrouw", "m": "Man"}
    assert lists["land"] == {"NA": "Namibië", "NL": "Nederland", "NO": "Noorwegen"}
    assert lists["half"] == {"0.5": "half", "1": "heel", "1.5": "meer"}
    roles = {one.variable: one.role for one in made.proposals}
    assert lists.get("open") is None and roles["open"] in ("item", "organisation")


def test_the_draft_says_what_the_file_declares_missing_and_on_what_evidence(
    tmp_path: Path,
) -> None:
    """Relatives: a range with and without labels, one code, a text, a number, LOWEST."""
    path = spss(
        tmp_path / "a.sav",
        {
            "id": [float(n) for n in range(1, 61)],
            "sat": [1.0, 2, 5, 97, 99, -5] * 10,
            "letter": ["a", "X", "b", "", "a", "X"] * 10,
            "age": [*(20 + n / 2 for n in range(56)), 999.0, -1.0, -98.0, 999.0],
        },
        variable_value_labels={"sat": {1.0: "zeer", 2.0: "wat", 5.0: "niet", 99.0: "Weet niet"}},
        missing_ranges={
            "sat": [{"lo": 97, "hi": 99}, -5],
            "letter": ["X"],
            "age": [{"lo": -math.inf, "hi": -1}, 999],
        },
    )
    made, answers = drafted(path)
    told = {one.about: one.en for one in made.decisions if "missing" in one.kind}
    assert "declares -5, 97 thru 99 missing: -5, 97, 99 (Weet niet)" in told[("sat",)] or (
        "declares 97 thru 99, -5 missing: -5, 97, 99 (Weet niet)" in told[("sat",)]
    )
    assert "declares X missing: X" in told[("letter",)]
    assert "-98, -1, 999" in told[("age",)]
    items = {item.variable: item for item in answers.items}
    assert items["age"].number and items["age"].missing == {"999": "999", "-1": "-1", "-98": "-98"}
    assert answers.codelists[items["sat"].codelist or ""]["99"] == "Weet niet"
    comments = " ".join(line.strip(" #") for line in made.manifest.splitlines() if "#" in line)
    assert "sat: the file declares" in comments


def test_a_recognised_question_gets_a_missing_kind_for_each_declared_code(tmp_path: Path) -> None:
    known = registry.load()
    before = known.wave("nl_barometer/2025").wave.answers
    assert before
    item = next(one for one in before.items if one.variable.startswith("q8_"))
    codes = before.codelists[item.codelist or ""]
    labels = {float(code): label for code, label in codes.items()}
    given = [float(code) for code in codes][:3] * 30 + [77.0, 88.0]
    path = spss(
        tmp_path / "a.sav",
        {"id": [float(n) for n in range(92)], item.variable: given},
        column_labels={item.variable: item.wording.nl},
        variable_value_labels={item.variable: labels | {77.0: "Overgeslagen", 88.0: "Wil niet"}},
        missing_ranges={item.variable: [77, 88]},
    )
    made, _ = drafted(path)
    used = {row.recode for row in made.crosswalk if row.variable == item.variable}
    assert used
    for recode in used:
        kinds = {one.code: one.missing_kind for one in made.recodes if one.recode == recode}
        assert kinds["77"] == "declared_missing" and kinds["88"]


SCALE = [float(1 + n % 10) for n in range(140)] + [6.0] * 8 + [8.0, 9.0] + [98.0] * 20 + [99.0] * 30


def scale_file(path: Path, **declared: Any) -> Path:
    """A scale of 1 to 10; 50 of 200 answers are 98 or 99, declared missing without a label."""
    columns = {"id": [float(n) for n in range(1, 201)], "nps": SCALE}
    ranges = {"nps": [{"lo": 97, "hi": 99}]}
    return spss(path, columns, missing_ranges=ranges, **declared)


def test_a_scale_of_a_new_survey_is_drafted_without_what_the_file_declares_missing(
    tmp_path: Path,
) -> None:
    known = registry.load()
    described = Described(known, harmonisation.load(SEEDS, known), lambda _: None)
    path = scale_file(tmp_path / "scale.sav")
    made = draft_wave(path, "trial", YEAR, described, new_survey=NewSurvey(country="NL"))
    counted = {row.code for row in made.recodes if not row.missing_kind}
    held = [float(code) for code in as_read(path).data.column("nps").to_pylist() if code in counted]
    assert (len(held), round(sum(held) / len(held), 2)) == (150, 5.57)
    missing = {row.code: row.missing_kind for row in made.recodes if row.missing_kind}
    assert missing == {"98": "declared_missing", "99": "declared_missing"}
    (told,) = [one.en for one in made.decisions if one.kind == "declared_missing"]
    assert "nps: the file declares 97 thru 99 missing: 98, 99" in told and "trial_nps" in told


def as_wave(
    path: Path, rule: str, recodes: dict[str, str | None], **item: Any
) -> tuple[WaveFile, Harmonisation]:
    """The file as a wave with one item, and rows that use it by a rule."""
    table = as_read(path)
    codes = table.data.column("nps").unique().drop_null().to_pylist()
    answers = Answers.model_validate(
        {
            "file": {"name": path.name, "format": "sav"},
            "respondent": "id",
            "codelists": {"nps": {code: code for code in codes}},
            "items": [
                {
                    "variable": "nps",
                    "codelist": "nps",
                    "base": "all_organisations",
                    "wording": WORDING,
                    **item,
                }
            ],
        }
    )
    known = registry.load()
    base = known.wave("nl_barometer/2025")
    wave = type(base)(base.survey, base.wave.model_copy(update={"answers": answers}))
    rows = harmonisation.load(SEEDS, known)
    row = CrosswalkRow(
        survey="nl_barometer",
        wave="2025",
        concept="climate_scale",
        base="all_organisations",
        variable="nps",
        category=None,
        rule=rule,
        recode="own" if recodes else None,
        status="undetermined",
        reason_nl=None,
        reason_en=None,
    )
    own = [
        Recode(recode="own", code=code, category=None, score=kind and None, missing_kind=kind)
        if kind
        else Recode(recode="own", code=code, category=None, score=1.0, missing_kind=None)
        for code, kind in recodes.items()
    ]
    rows = replace(
        rows,
        crosswalk=replace(rows.crosswalk, numbered=((2, row),)),
        recodes=replace(rows.recodes, numbered=tuple(enumerate(own, 2))),
    )
    return WaveFile(wave, answers, path, "", "microdata", table), rows


def refused_codes(file: WaveFile, rows: Harmonisation) -> str:
    (finding,) = [one for one in check_file(file, rows) if one.rule == "declared_missing"]
    return finding.message if finding.refuses else ""


ACCOUNTED = {"98": "declared_missing", "99": "refused"}


@pytest.mark.parametrize(
    ("rule", "recodes"),
    [
        ("direct", {}),
        ("direct", {"98": "dont_know"}),
        ("recode", {"99": None, "98": None}),
        ("mean_of_items", {"98": "refused", "99": None}),
        ("reverse", {"98": None, "99": None}),
    ],
)
def test_a_code_that_the_file_declares_missing_is_refused_as_an_answer(
    tmp_path: Path, rule: str, recodes: dict[str, str | None]
) -> None:
    file, rows = as_wave(scale_file(tmp_path / "scale.sav"), rule, recodes)
    message = refused_codes(file, rows)
    assert f"nps = 99 (97 thru 99: {rule} climate_scale)" in message, message
    assert ("nps = 98" in message) == (recodes.get("98") is None)
    assert "missing_kind" in message and "valid:" in message


def test_a_scale_with_its_missing_codes_accounted_for_has_the_mean_of_the_rest(
    tmp_path: Path,
) -> None:
    file, rows = as_wave(scale_file(tmp_path / "scale.sav"), "direct", dict(ACCOUNTED))
    assert refused_codes(file, rows) == ""
    missing = {row.code for row in rows.recodes.rows if row.missing_kind}
    held = [
        float(code) for code in file.table.data.column("nps").to_pylist() if code not in missing
    ]
    assert (len(held), round(sum(held) / len(held), 2)) == (150, 5.57)


def test_a_person_may_say_that_a_declared_code_is_an_answer(tmp_path: Path) -> None:
    file, rows = as_wave(scale_file(tmp_path / "a.sav"), "direct", {"98": "refused"}, valid=["99"])
    assert refused_codes(file, rows) == ""


def test_a_weight_and_an_identifier_that_are_declared_missing_are_refused(tmp_path: Path) -> None:
    path = scale_file(tmp_path / "a.sav")
    file, rows = as_wave(path, "direct", dict(ACCOUNTED))
    ranges = {**file.table.declared, "id": replace(file.table.declared["nps"])}
    table = replace(file.table, declared=ranges)
    assert "id = 97 (97 thru 99: respondent)" in refused_codes(replace(file, table=table), rows)
