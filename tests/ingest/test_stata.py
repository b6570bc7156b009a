"""What a Stata file says is kept: missing codes, labels, days, letters; or the file is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest
from pydantic import ValidationError

import ingest.formats.labelled
from expectations.checks import check_file
from expectations.differences.pairing import pair_codes
from ingest import harmonisation, registry
from ingest.drafting.draft import Draft
from ingest.drafting.files import write
from ingest.drafting.new_wave import Described, draft_wave
from ingest.errors import RefusedError
from ingest.formats import AnswerTable, DtaFile
from ingest.likeness.codes import answer_codes
from ingest.models import Answers
from ingest.raw.answers import write_wave
from ingest.wave_files import open_wave
from tests.conftest import PROJECT
from tests.ingest.mutations import WHERE, WORDING
from tests.support import assert_dutch, missing_words

SEEDS = PROJECT / "dbt_project" / "seeds"
YES_NO: dict[int | str, str] = {0: "Nee", 1: "Ja", "a": "Weet niet", "b": "Overgeslagen"}
VERSIONS = (8, 10, 12, 13, 14, 15)  # of Stata


def stata(path: Path, version: int = 15, **columns: list[Any]) -> Path:
    """A small file: an answer with reasons for no answer, and other columns."""
    frame = pd.DataFrame({"V05": [1.0, "a", "b", np.nan, 0.0], **columns})
    pyreadstat.write_dta(
        frame,
        str(path),
        file_label="SYNTHETISCH: proef",
        version=version,
        column_labels={"V05": "Heeft u iets vernieuwd?"},
        variable_value_labels={"V05": YES_NO},
        missing_user_values={"V05": ["a", "b"]},
    )
    return path


def as_read(path: Path, encoding: str | None = None) -> AnswerTable:
    file = DtaFile.model_validate({"name": path.name, "format": "dta", "encoding": encoding})
    return file.content(path, frozenset(), WHERE)


@pytest.mark.parametrize("version", VERSIONS)
def test_extended_missing_codes_are_codes_and_a_point_is_no_answer(
    tmp_path: Path, version: int
) -> None:
    table = as_read(stata(tmp_path / "proef.dta", version))
    assert table.data.column("V05").to_pylist() == ["1", ".a", ".b", None, "0"]
    assert table.codes == {"V05": {"0": "Nee", "1": "Ja", ".a": "Weet niet", ".b": "Overgeslagen"}}
    assert table.labels == {"V05": "Heeft u iets vernieuwd?"}
    assert table.title == "SYNTHETISCH: proef"


def test_a_number_of_32_bits_has_its_own_shortest_decimals(tmp_path: Path) -> None:
    path = tmp_path / "proef.dta"
    numbers = [0.1, 2.0, 1 / 3, None, 16777216.0, -7.25]
    single = pd.Series(numbers, dtype="float32")
    pd.DataFrame({"f": single, "d": numbers}).to_stata(path, write_index=False, version=118)
    table = DtaFile(name=path.name, format="dta").content(path, frozenset(), WHERE).data
    assert table.column("f").to_pylist() == ["0.1", "2", "0.33333334", None, "16777216", "-7.25"]
    assert table.column("d").to_pylist()[:3] == ["0.1", "2", "0.3333333333333333"]


def test_a_letter_that_was_typed_is_no_missing_code(tmp_path: Path) -> None:
    typed = ["a", ".a", "", "b ", "1.0"]
    table = as_read(stata(tmp_path / "proef.dta", OPEN=typed))
    assert table.data.column("OPEN").to_pylist() == ["a", ".a", None, "b ", "1.0"]


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_file_reads_the_same_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    when = [datetime(2027, 2, 1), datetime(2027, 2, 2), datetime(2027, 2, 3, 9, 30), None, None]
    path = stata(tmp_path / "proef.dta", OPEN=["é", "", "x", "", ""], WHEN=when)
    whole = as_read(path)
    monkeypatch.setattr(ingest.formats.labelled, "CELLS_AT_ONCE", 3 * rows)
    assert as_read(path).data.to_pydict() == whole.data.to_pydict()


def written(path: Path, values: list[Any], form: str) -> Path:
    frame = pd.DataFrame({"D": np.array(values, dtype=float), "X": 1.0})
    pyreadstat.write_dta(frame, str(path), variable_format={"D": form})
    return path


DAY, MOMENT = 24504.0, 24504.0 * 86_400_000
DATES: dict[str, tuple[str, list[float], list[str | None]]] = {
    "days": ("%td", [DAY, np.nan, -1], ["2027-02-02", None, "1959-12-31"]),
    "days in an order of their own": ("%tdDD/NN/CCYY", [DAY], ["2027-02-02"]),
    "days, to the left": ("%-td", [DAY], ["2027-02-02"]),
    "days of an old file": ("%d", [DAY], ["2027-02-02"]),
    "days of an old file, spelled": ("%dM_d,_CY", [DAY], ["2027-02-02"]),
    "half a day": ("%td", [DAY, DAY + 0.5], ["2027-02-02 00:00:00", "2027-02-02 12:00:00"]),
    "moments": ("%tc", [MOMENT + 3_723_000], ["2027-02-02 01:02:03"]),
    "moments in an order of their own": (
        "%tcDDmonCCYY_HH:MM",
        [MOMENT + 60_000, MOMENT],
        ["2027-02-02 00:01:00", "2027-02-02 00:00:00"],
    ),
    "moments at midnight": ("%tc", [MOMENT], ["2027-02-02"]),
    "years": ("%ty", [2027], ["2027"]),
    "numbers": ("%9.2f", [DAY, 7.25], ["24504", "7.25"]),
}


@pytest.mark.parametrize("name", DATES)
def test_a_date_is_read_whatever_it_looks_like_in_stata(tmp_path: Path, name: str) -> None:
    form, values, told = DATES[name]
    path = written(tmp_path / "proef.dta", values, form)
    assert as_read(path).data.column("D").to_pylist() == told


@pytest.mark.parametrize("form", ["%tC", "%tw", "%tm", "%tq", "%th", "%tbnlse", "%-tmCCYY-NN"])
def test_a_date_of_another_kind_is_refused_and_never_read_as_a_number(
    tmp_path: Path, form: str
) -> None:
    with pytest.raises(RefusedError, match=f"'D' of .* has {form}") as refused:
        as_read(written(tmp_path / "proef.dta", [DAY], form))
    assert refused.value.rule == "dta_date"
    assert_dutch(refused.value)


def test_a_number_that_is_no_date_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="D: date value out of range"):
        as_read(written(tmp_path / "proef.dta", [DAY, 99_999_999], "%td"))


def test_a_date_may_be_missing_for_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "proef.dta"
    frame = pd.DataFrame({"D": pd.Series([DAY, "c", np.nan], dtype=object)})
    pyreadstat.write_dta(
        frame, str(path), variable_format={"D": "%td"}, missing_user_values={"D": ["c"]}
    )
    assert as_read(path).data.column("D").to_pylist() == ["2027-02-02", ".c", None]


def test_long_texts_and_short_numbers_are_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "proef.dta"
    frame = pd.DataFrame(
        {
            "OPEN": ["x" * 5000 + " é\nregel", "", "kort"],
            "BYTE": pd.array([1, None, 100], dtype="Int8"),
            "INT": pd.array([None, -32767, 32740], dtype="Int16"),
            "LONG": pd.array([2147483620, None, 7], dtype="Int32"),
            "FLOAT": np.array([0.5, np.nan, 16777216], dtype="float32"),
        }
    )
    frame.to_stata(path, version=118, convert_strl=["OPEN"], write_index=False)
    assert as_read(path).data.to_pydict() == {
        "OPEN": ["x" * 5000 + " é\nregel", None, "kort"],
        "BYTE": ["1", None, "100"],
        "INT": [None, "-32767", "32740"],
        "LONG": ["2147483620", None, "7"],
        "FLOAT": ["0.5", None, "16777216"],
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_that_is_cut_off_anywhere_is_refused(tmp_path: Path, version: int) -> None:
    """The reader itself does not notice that labels are missing."""
    content = stata(tmp_path / "proef.dta", version).read_bytes()
    path = tmp_path / "cut.dta"
    for size in (*range(1, len(content), 7), *range(len(content) - 120, len(content))):
        path.write_bytes(content[:size])
        with pytest.raises(RefusedError):
            as_read(path)
        file = DtaFile(name="cut.dta", format="dta")
        with pytest.raises(RefusedError):
            file.summary(path, frozenset(), WHERE)


def test_labels_that_the_file_never_had_are_no_fault_of_a_whole_file(tmp_path: Path) -> None:
    content = stata(tmp_path / "proef.dta", 14).read_bytes()
    start, end = content.index(b"<lbl>"), content.index(b"</value_labels>")
    path = tmp_path / "bare.dta"
    path.write_bytes(content[:start] + content[end:])
    assert as_read(path).codes == {}


def test_plain_letters_need_no_encoding(tmp_path: Path) -> None:
    path = stata(tmp_path / "proef.dta", 12)
    assert DtaFile.choices(path, {}, frozenset(), WHERE) == []
    assert as_read(path).data.to_pydict() == as_read(path, "windows-1252").data.to_pydict()


def old(path: Path, text: str, encoding: str) -> Path:
    """A file of Stata 12 with a text in that encoding."""
    stand_in = "~" * len(text.encode(encoding))
    stata(path, 12, OPEN=[stand_in, "", "", "", ""])
    path.write_bytes(path.read_bytes().replace(stand_in.encode("ascii"), text.encode(encoding)))
    return path


@pytest.mark.parametrize(
    ("encoding", "way"),
    [("utf-8", "utf-8"), ("windows-1252", "windows-1252"), ("iso-8859-1", "windows-1252")],
)
def test_the_letters_of_an_old_file_are_read_as_told_and_never_guessed(
    tmp_path: Path, encoding: str, way: str
) -> None:
    path = old(tmp_path / "proef.dta", "één naïef café", encoding)
    with pytest.raises(RefusedError, match="does not say how OPEN are encoded"):
        as_read(path)
    assert as_read(path, encoding).data.column("OPEN")[0].as_py() == "één naïef café"
    # Where two encodings have the same letters, the first is named.
    assert DtaFile.choices(path, {}, frozenset(), WHERE) == [{"encoding": way}]
    assert DtaFile.choices(path, {"encoding": encoding}, frozenset(), WHERE) == []


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [("€ 5", "windows-1252", "iso-8859-1"), ("é", "utf-8", "iso-8859-1"), ("Ă", "utf-8", "utf-8")],
)
def test_an_encoding_without_these_letters_is_refused(
    tmp_path: Path, text: str, encoding: str, told: str
) -> None:
    path = old(tmp_path / "proef.dta", text, encoding)
    if told == encoding:
        assert as_read(path, told).data.column("OPEN")[0].as_py() == text
        return
    with pytest.raises(RefusedError, match="are not iso-8859-1, at OPEN") as refused:
        as_read(path, told)
    assert text not in str(refused.value)
    assert_dutch(refused.value)


# What the rest of the project makes of an extended missing code.


def described(codes: Mapping[Any, str], **answers: Any) -> dict[str, Any]:
    items = [{"variable": "V05", "codelist": "yes_no", "base": "all", "wording": WORDING}]
    return {
        "file": {"name": "proef.dta", "format": "dta"},
        "respondent": "NR",
        "codelists": {"yes_no": codes},
        "items": items,
        **answers,
    }


LISTED = {0: "Nee", 1: "Ja", ".a": "Weet niet", ".b": "Overgeslagen"}


def test_a_manifest_may_name_an_extended_missing_code_wherever_it_names_codes() -> None:
    reason = {"reason": WORDING, "source": "nota", "variable": "V05"}
    answers = Answers.model_validate(
        described(
            LISTED,
            routing={"all": {"V05": [1, ".a"]}},
            corrections=[{**reason, "code": ".c", "becomes": ".a"}],
            design={"margins": {"V05": {1: 10, ".a": 5}}},
        )
    )
    assert answers.codelists["yes_no"] == {str(code): label for code, label in LISTED.items()}
    assert Answers.model_validate(answers.model_dump()) == answers
    with pytest.raises(ValidationError, match=r"\.z"):
        Answers.model_validate(described(LISTED, routing={"all": {"V05": [".z"]}}))


def test_the_name_of_an_empty_tick_is_no_code() -> None:
    with pytest.raises(ValidationError, match="blank"):
        Answers.model_validate(described({1: "Ja", "blank": "?"}))


def checked(
    folder: Path, codes: Mapping[Any, str], put: Callable[[Path], object]
) -> tuple[Any, dict[str, str]]:
    """The wave, and what the file checks refuse of it."""
    base = registry.load().wave("nl_barometer/2021")
    answers = Answers.model_validate(described(codes))
    wave = type(base)(base.survey, base.wave.model_copy(update={"answers": answers}))
    path = folder / "data" / wave.id / "proef.dta"
    path.parent.mkdir(parents=True)
    put(path)
    file = open_wave(wave, folder / "data", folder)
    findings = check_file(file, results=folder / "quality")
    return file, {finding.rule: finding.text("en") for finding in findings if finding.refuses}


def put(path: Path) -> Path:
    return stata(path, NR=[1.0, 2.0, 3.0, 4.0, 5.0])


def test_the_reason_for_no_answer_reaches_raw_data(tmp_path: Path) -> None:
    file, refused = checked(tmp_path, LISTED, put)
    assert refused == {} and file.data_status == "synthetic"
    write_wave(file, tmp_path / "raw")
    (path,) = (tmp_path / "raw" / "answers").rglob("*.parquet")
    codes = pq.read_table(path).column("answer_1").to_pylist()
    assert codes == ["1", ".a", ".b", None, "0"]


def test_a_reason_that_nobody_described_or_that_is_another_one_is_refused(tmp_path: Path) -> None:
    _, refused = checked(tmp_path, {0: "Nee", 1: "Ja", ".a": "Weigert"}, put)
    assert not missing_words(refused["known_codes"], ("V05 = .b in row 3", ".a Weigert"))
    assert "V05: .a 'Weigert' -> 'Weet niet'" in refused["labels"]


def test_an_extended_missing_code_is_no_answer_of_a_scale() -> None:
    scale = {"1": "Oneens", "2": "Neutraal", "3": "Eens", ".a": "Overgeslagen", ".b": "Anders"}
    assert answer_codes(scale) == ["1", "2", "3"]
    pairs = pair_codes(scale, {"3": "Eens", "9": "Overgeslagen", ".b": "Nog niet"})
    assert pairs.moved == (("Overgeslagen", ".a", "9"),)
    assert pairs.relabelled == ((".b", "Anders", ".b", "Nog niet"),)
    assert pairs.new == {"1": "Oneens", "2": "Neutraal"}


# `barometer wave new`.

QUESTION = "Heeft de organisatie in 2025 en 2026 één of meer innovaties doorgevoerd?"


def drafted(path: Path, **options: str) -> Draft:
    known = registry.load()
    rows = harmonisation.load(SEEDS, known)
    held = Described(known, rows, lambda _: None)
    return draft_wave(path, "nl_barometer", "2027", held, options=options)


def new_file(path: Path, codes: Mapping[int | str, str], version: int = 15) -> Path:
    """A question, a number with its reasons for no answer, and a date that may be missing."""
    size = 120
    cycle = list(codes)
    frame = pd.DataFrame(
        {
            "RESPNR": [float(n + 1) for n in range(size)],
            "DATUM": pd.Series([date(2027, 3, 1 + n % 28) for n in range(size)], dtype=object),
            "INNOV": pd.Series([cycle[n % len(cycle)] for n in range(size)], dtype=object),
            "BUDGET": pd.Series([float(n * 1000) for n in range(size - 1)] + ["a"], dtype=object),
        }
    )
    frame["INNOV"] = frame["INNOV"].map(lambda code: float(code) if code != "a" else code)
    pyreadstat.write_dta(
        frame,
        str(path),
        file_label="SYNTHETISCH: proef",
        version=version,
        column_labels={"INNOV": QUESTION, "BUDGET": "Hoeveel euro kostte dat?"},
        variable_value_labels={"INNOV": dict(codes), "BUDGET": {"a": "Onbekend"}},
        missing_user_values={"INNOV": ["a"], "BUDGET": ["a"]},
    )
    return path


def test_a_draft_describes_extended_missing_codes_and_can_be_loaded(tmp_path: Path) -> None:
    codes: dict[int | str, str] = {0: "Nee", 1: "Ja", "a": "Weet niet"}
    made = drafted(new_file(tmp_path / "nieuw.dta", codes))
    words = " ".join(made.manifest.split())
    assert not missing_words(words, ("format: dta", "{0: Nee, 1: Ja, .a: Weet niet}"))
    assert "encoding" not in words
    roles = {one.role: one.variable for one in made.proposals if one.role != "item"}
    assert roles == {"respondent": "RESPNR", "completed_on": "DATUM"}
    assert [one.about for one in made.decisions if one.kind == "number"] == [("BUDGET",)]
    missing = {(one.code, one.missing_kind) for one in made.recodes if one.code.startswith(".")}
    assert missing == {(".a", "dont_know")}
    surveys, seeds = tmp_path / "surveys", tmp_path / "seeds"
    shutil.copytree(registry.SURVEYS, surveys)
    shutil.copytree(SEEDS, seeds)
    write(made, surveys, seeds)
    folder = surveys / "nl_barometer" / "drafts" / "2027"
    known = registry.load(surveys, folder)
    harmonisation.load(seeds, known, folder)
    answers = known.wave("nl_barometer/2027").wave.answers
    assert answers is not None and answers.file.format == "dta"
    assert {".a"} < {str(code) for codes in answers.codelists.values() for code in codes}


def test_a_reason_without_a_known_meaning_is_missing_and_told(tmp_path: Path) -> None:
    made = drafted(new_file(tmp_path / "nieuw.dta", {0: "Nee", 1: "Ja", "a": "Overgeslagen"}))
    (decision,) = [one for one in made.decisions if one.kind == "declared_missing"]
    assert "declares .a missing: .a (Overgeslagen)" in decision.en
    assert {one.missing_kind for one in made.recodes if one.code == ".a"} == {"declared_missing"}


def test_a_draft_of_an_old_file_asks_for_its_encoding(tmp_path: Path) -> None:
    path = new_file(tmp_path / "nieuw.dta", {0: "Nee", 1: "Ja", "a": "Weet niet"}, version=12)
    with pytest.raises(RefusedError, match=r"it can be read with: --encoding utf-8\."):
        drafted(path)
    assert "encoding: utf-8" in drafted(path, encoding="utf-8").manifest
    with pytest.raises(RefusedError, match="are not windows-1252"):
        drafted(path, encoding="windows-1252")
    with pytest.raises(RefusedError, match="delimiter"):
        drafted(path, encoding="utf-8", delimiter=";")
