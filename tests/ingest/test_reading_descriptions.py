"""YAML and CSV are read as they are written, or refused with their line in Dutch and English."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest

from ingest.descriptions import Rows, read_csv, read_yaml, refuse_circle
from ingest.errors import RefusedError
from ingest.models import Count, Day, EmptyIsNone, Integer, Model, Name, Number, Row, TrueOrFalse
from tests.support import assert_dutch, missing_words


class Described(Model):
    """A description with the kinds of values that are easily misread."""

    text: str | None = None
    size: Count | None = None
    share: float | None = None
    sure: bool | None = None
    day: Day | None = None
    codes: dict[int, str] | None = None
    names: dict[str, str] | None = None
    anything: Any = None


class Line(Row):
    """A row with a column of every kind."""

    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: Name
    size: Integer
    share: Annotated[Number | None, EmptyIsNone]
    sure: TrueOrFalse


HEADER = "name,size,share,sure\n"
YAML_FAULTS: dict[str, tuple[str | bytes, str, tuple[str, ...]]] = {
    "a key that stands there twice": (
        "text: a\nsize: 1\ntext: b\n",
        "description_key_twice",
        (", line 3,", "key 'text' stands on line 1 too", "keep one"),
    ),
    "a code that stands there twice": (
        "codes: {1: Ja, 2: Nee, 1: Weet niet}\n",
        "description_key_twice",
        ("key 1 stands on line 1 too",),
    ),
    "a code that is also there as text": (
        "codes:\n  1: Ja\n  '1': Nee\n",
        "description_key_twice",
        (", line 3,", "key '1' stands on line 2 too"),
    ),
    "a key that stands there twice, deep inside": (
        "anything:\n  - list: [{a: 1, a: 2}]\n",
        "description_key_twice",
        (", line 2,", "key 'a'"),
    ),
    "a number that YAML reads as octal": (
        "codes: {010: Ja}\n",
        "description_ambiguous",
        (", line 1,", "value 010 can be read in more than one way", "without leading zeros"),
    ),
    "a number that YAML reads as hexadecimal": (
        "size: 0x1F\n",
        "description_ambiguous",
        ("value 0x1F",),
    ),
    "a number with underscores": ("size: 1_000\n", "description_ambiguous", ("value 1_000",)),
    "a time that YAML reads as a number": (
        "text: 12:30\n",
        "description_ambiguous",
        ("value 12:30",),
    ),
    "a number with a tag": ('size: !!int "010"\n', "description_ambiguous", ("value 010",)),
    "infinity": ("share: .inf\n", "description_ambiguous", ("value .inf",)),
    "infinity as text": ('share: "inf"\n', "description_unfit", ("share = 'inf'", "finite")),
    "no number at all": ('share: "nan"\n', "description_unfit", ("share = 'nan'", "finite")),
    "a negative count": ("size: -1\n", "description_unfit", ("size = -1 must be 0 or more",)),
    "a day that does not exist": (
        "day: 2021-02-30\n",
        "description_unfit",
        ("day = '2021-02-30' is not a date",),
    ),
    "a day in the order of another country": (
        "day: 01-02-2021\n",
        "description_unfit",
        ("day = '01-02-2021' is not a date",),
    ),
    "a day that is a number": ("day: 86400\n", "description_unfit", ("day = 86400 is not a date",)),
    "a tag that makes an object": (
        "anything: !!python/name:os.system\n",
        "description_yaml",
        (", line 1,",),
    ),
    "two documents in one file": ("text: a\n---\ntext: b\n", "description_yaml", (", line 2,",)),
    "a bracket that is not closed": ("codes: {1: Ja\n", "description_yaml", ("Ja",)),
    "an empty file": ("", "description_unfit", ("the file = None",)),
    "a NUL byte": (b"size: 1\ntext: a\x00b\n", "description_control_character", (", line 2,",)),
    "a control character": (b"text: a\x1bb\n", "description_control_character", ("U+001B",)),
    "UTF-16": ("text: a\n".encode("utf-16"), "description_encoding", ("save the file as UTF-8",)),
    "Latin-1": ("text: één\n".encode("latin-1"), "description_encoding", (", line 1,",)),
}
CSV_FAULTS: dict[str, tuple[str | bytes, str, tuple[str, ...]]] = {
    "a row that stands there twice": (
        f"{HEADER}one,1,,true\ntwo,2,,true\none,3,,true\n",
        "description_row_twice",
        (", row 4 (one)", "the same name as row 2", "keep one of the two"),
    ),
    "a header without rows": (HEADER, "description_empty", ("a header but no rows",)),
    "an empty file of rows": ("", "description_columns", ("missing columns: name, share",)),
    "a column that is missing": (
        "name,size,share\none,1,\n",
        "description_columns",
        ("header", "missing columns: sure", "Allowed: name, size, share, sure"),
    ),
    "a column that is unknown": (
        "name,size,share,sure,more\none,1,,true,x\n",
        "description_columns",
        ("unknown columns: more",),
    ),
    "a column that is there twice": (
        "name,size,share,sure,size\none,1,,true,2\n",
        "description_columns",
        ("columns that occur twice: size",),
    ),
    "a file with semicolons": (
        "name;size;share;sure\none;1;;true\n",
        "description_columns",
        ("unknown columns: name;size;share;sure",),
    ),
    "a cell too many": (f"{HEADER}one,1,,true,\n", "description_cells", (", row 2 (one)",)),
    "a quote that is not closed": (f'{HEADER}"one,1,,true\n', "description_quotes", (", line 2,",)),
    "text after a quote": (f'{HEADER}"one"x,1,,true\n', "description_quotes", (", line 2,",)),
    "a whole number with a zero before it": (
        f"{HEADER}one,010,,true\n",
        "description_unfit",
        (", row 2 (one)", "size = '010' is not a whole number"),
    ),
    "a whole number with a decimal": (
        f"{HEADER}one,1.0,,true\n",
        "description_unfit",
        ("size = '1.0' is not a whole number",),
    ),
    "a decimal comma": (
        f'{HEADER}one,1,"0,5",true\n',
        "description_unfit",
        ("share = '0,5' is not a number",),
    ),
    "a number that is not finite": (
        f"{HEADER}one,1,inf,true\n",
        "description_unfit",
        ("share = 'inf' is not a number",),
    ),
    "yes instead of true": (
        f"{HEADER}one,1,,yes\n",
        "description_unfit",
        ("sure = 'yes' is not true or false",),
    ),
    "a NUL byte in a row": (
        f"{HEADER}o\x00ne,1,,true\n",
        "description_control_character",
        (", line 2,", "U+0000"),
    ),
}


READ: dict[str, dict[str, object]] = {
    "text: yes": {"text": "yes"},
    "text: no": {"text": "no"},
    "text: on": {"text": "on"},
    "text: 2021-02-01": {"text": "2021-02-01"},
    "text: NULL": {"text": "NULL"},
    "text: null": {"text": None},
    "text: '010'": {"text": "010"},
    "sure: true": {"sure": True},
    "share: 0.5": {"share": 0.5},
    "share: 1e3": {"share": 1000.0},
    "codes: {-1: a, 0: b, 10: c}": {"codes": {-1: "a", 0: "b", 10: "c"}},
    "names: {yes: a, no: b, '1': c}": {"names": {"yes": "a", "no": "b", "1": "c"}},
    "\ufefftext: a": {"text": "a"},
}


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal_of(read: Callable[[], object]) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        read()
    return refused.value


@pytest.mark.parametrize("text", READ)
def test_yaml_is_read_as_it_is_written(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "described.yml", text)
    assert read_yaml(Described, path).model_dump(exclude_unset=True) == READ[text]


def test_rows_are_read_with_their_lines_behind_a_byte_order_mark(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", f'\ufeff{HEADER}one,1,0.5,true\n\n"two",-2,3,false\n')
    rows = Rows.read(Line, path)
    assert [line for line, _ in rows.numbered] == [2, 4]
    assert [tuple(row.model_dump().values()) for row in rows.rows] == [
        ("one", 1, 0.5, True),
        ("two", -2, 3.0, False),
    ]


def test_references_in_a_circle_are_refused() -> None:
    refuse_circle("a.csv", "coarser", [("a", "b"), ("b", "c"), ("a", "c")])
    circle = [("a", "b"), ("b", "c"), ("c", "a")]
    refused = refusal_of(lambda: refuse_circle("a.csv", "coarser", circle))
    assert refused.rule == "description_circle"
    assert "coarser refers back" in str(refused) and " -> " in str(refused)
    assert_dutch(refused)


@pytest.mark.parametrize("fault", YAML_FAULTS)
def test_yaml_that_can_be_misread_is_refused(tmp_path: Path, fault: str) -> None:
    content, rule, words = YAML_FAULTS[fault]
    path = write(tmp_path / "described.yml", content)
    refused = refusal_of(lambda: read_yaml(Described, path))
    assert refused.rule == rule
    assert not missing_words(str(refused), (str(path), *words)), str(refused)
    assert_dutch(refused)


@pytest.mark.parametrize("fault", CSV_FAULTS)
def test_rows_that_can_be_misread_are_refused(tmp_path: Path, fault: str) -> None:
    content, rule, words = CSV_FAULTS[fault]
    path = write(tmp_path / "rows.csv", content)
    refused = refusal_of(lambda: list(read_csv(Line, path)))
    assert refused.rule == rule
    assert not missing_words(str(refused), (str(path), *words)), str(refused)
    assert_dutch(refused)
