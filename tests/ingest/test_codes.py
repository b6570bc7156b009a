"""A code is the text of the cell: nothing of it changes between YAML, file and raw data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from expectations.checks import check_file
from ingest import registry
from ingest.codes import by_code
from ingest.descriptions import read_yaml, yaml_text
from ingest.errors import RefusedError
from ingest.models import AnswerCode, Answers, Model
from ingest.raw.answers import write_wave
from ingest.wave_files import WaveFile, open_wave


class Lists(Model):
    """Codelists, as in a manifest."""

    lists: dict[str, dict[AnswerCode, str]]


# What programs are known to change: numbers in other forms, words that YAML 1.1 gives a meaning.
ODD = [
    *("01", "010", "1.0", "01.10", "1e5", "-0", "+1", "1_000", "0x1A", "3:66", "0o17", ".5", "1."),
    *("yes", "No", "y", "true", "null", "~", "NaN", ".inf", "2021-02-01", "12:30", ".a", ""),
    *(" x", "x ", "x\u00a0", "a: b", "#x", "<1", "=", "<<", "'", '"', "-", "Zeer eens"),
    *("\u00e9", "e\u0301"),
]  # fmt: skip
CODES = st.one_of(
    st.sampled_from([code for code in ODD if code]),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12),
)


@settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(codes=st.lists(CODES, unique=True, max_size=8))
@example(codes=[code for code in ODD if code])
def test_a_code_in_yaml_is_the_same_code_after_reading(tmp_path: Path, codes: list[str]) -> None:
    path = tmp_path / "wave.yml"
    path.write_text(yaml_text({"lists": {"x": {code: code for code in codes}}}), "utf-8")
    held = read_yaml(Lists, path).lists["x"]
    assert list(held.items()) == [(code, code) for code in codes]


@pytest.mark.parametrize("code", ["1", "-1", "0", "12", "Zeer eens", ".a", "m", "1 000"])
def test_a_plain_code_is_what_is_written(tmp_path: Path, code: str) -> None:
    path = tmp_path / "wave.yml"
    path.write_text(f"lists: {{x: {{{code}: Ja}}}}\n", "utf-8")
    assert list(read_yaml(Lists, path).lists["x"]) == [code]


@pytest.mark.parametrize(
    "code",
    [
        *("010", "1.0", "01.10", "1e5", "yes", "No", "y", "true", "null", "~", "0x1A", "3:66"),
        *("-0", "+1", "1_000", ".5", "2021-02-01"),
    ],
)
def test_a_code_that_yaml_changes_must_stand_between_quotes(tmp_path: Path, code: str) -> None:
    path = tmp_path / "wave.yml"
    path.write_text(f"lists: {{x: {{{code}: Ja}}}}\n", "utf-8")
    with pytest.raises(RefusedError) as refused:
        read_yaml(Lists, path)
    assert "between quotes" in str(refused.value)
    assert "aanhalingstekens" in refused.value.text("nl")


def test_codes_are_sorted_by_their_value_and_texts_by_their_numbers() -> None:
    codes = ["item 10", "10", "-1", "2", ".a", "1.5", "02", "item 2", "Zeer eens"]
    assert sorted(codes, key=by_code) == [
        *("-1", "1.5", "02", "2", "10"),
        *(".a", "Zeer eens", "item 2", "item 10"),
    ]


LISTED = {
    "1": "Ja",
    "01": "Soms",
    "1.0": "Vaak",
    "Zeer eens": "Zeer eens",
    " x": "?",
    "NO": "Noorwegen",
}


def opened(folder: Path, cells: list[str]) -> WaveFile:
    """A wave with one question with these codes, and a file with these answers."""
    wording = {"nl": "Vraag", "en": "Question"}
    item = {"variable": "q", "codelist": "list", "base": "all", "wording": wording}
    described = {
        "file": {"name": "a.csv", "format": "csv", "delimiter": ";", "encoding": "utf-8"},
        "respondent": "nr",
        "codelists": {"list": LISTED},
        "items": [item],
    }
    base = registry.load().wave("nl_barometer/2021")
    answers = Answers.model_validate(described)
    wave = replace(base, wave=base.wave.model_copy(update={"answers": answers}))
    path = folder / "data" / wave.id / "a.csv"
    path.parent.mkdir(parents=True)
    rows = "".join(f"{nr};{cell}\n" for nr, cell in enumerate(cells, 1))
    path.write_text(f"nr;q\n{rows}", "utf-8", newline="")
    return open_wave(wave, folder / "data", folder)


def test_codes_that_are_texts_are_checked_and_reach_raw_data_unchanged(tmp_path: Path) -> None:
    file = opened(tmp_path, [*LISTED, "01"])
    assert [finding.rule for finding in check_file(file) if finding.refuses] == []
    write_wave(file, tmp_path / "raw")
    (path,) = (tmp_path / "raw" / "answers").rglob("*.parquet")
    assert pq.read_table(path).column("answer_1").to_pylist() == [*LISTED, "01"]


@pytest.mark.parametrize("cell", ["1.00", "001", "zeer eens", "Zeer eens ", "x", "no", "1,0"])
def test_a_code_in_any_other_form_is_another_code(tmp_path: Path, cell: str) -> None:
    file = opened(tmp_path, [*LISTED, cell])
    (finding,) = [one for one in check_file(file) if one.refuses]
    assert finding.rule == "known_codes"
    assert f"q = {cell} in row 7" in finding.text("en")
