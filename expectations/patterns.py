"""Unusual patterns over several variables: batteries coded or answered oddly, moved labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.codes import Code
from ingest.formats import AnswerTable
from ingest.likeness.questions import hardly_alike
from ingest.likeness.text import plain, undated, unnumbered
from ingest.models import Answers, Item

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

    Bools = npt.NDArray[np.bool_]

TICKED = {"0", "1"}  # codes of a battery of ticks: not chosen, chosen
LONG_BATTERY = 8  # items; in a shorter one the same answer throughout may well be meant
LEAST_WORDS = 3  # a shorter label is the name of a thing, not of a question
TEST_ANSWER = (
    r"(?i)^\W*(test(en|ing|je|antwoord)?|dit is een test|this is a test|proef|asdf\w*|qwerty\w*"
    r"|blabla|lorem ipsum.*|x{3,})\W*$"
)


@dataclass(frozen=True)
class Battery:
    """Adjacent items of one question, with one codelist, base and stem of a name.

    Attributes:
        codes: those of the codelist.
        blank_is_no: the manifest says that an empty cell is a choice that was not made.
    """

    variables: Sequence[str]
    codes: frozenset[Code]
    blank_is_no: bool

    @property
    def name(self) -> str:
        """First and last variable."""
        return f"{self.variables[0]} … {self.variables[-1]}"


def batteries(answers: Answers, held: Sequence[str]) -> Iterator[Battery]:
    """Find the batteries among the variables that a file holds."""

    def question(item: Item) -> tuple[str | None, str | None, str, str]:
        stem = re.sub(r"_[^_]*$|\d+$", "", item.variable)
        return item.codelist, item.battery, item.base, stem

    items = [item for item in answers.items if item.variable in held and not item.separator]
    for (codelist, declared, *_), group in groupby(items, question):
        variables = [item.variable for item in group]
        if codelist and len(variables) > 1:
            codes = frozenset(answers.codelists[codelist])
            yield Battery(variables, codes, declared is not None)


def row_patterns(answers: Answers, data: pa.Table) -> pd.DataFrame:
    """Return what is unusual about the answers of every respondent; empty where nothing is.

    Returns:
        One row per respondent, numbered from 1: `ticks`, a battery in which what was not chosen is
        0 in other rows and blank here; `straight_lined`, a long battery with one answer throughout;
        `test_answer`, an open answer that only tests the questionnaire. Each has names of
        variables, never an answer.
    """
    import pandas as pd
    import pyarrow.compute as pc

    odd = pd.DataFrame(
        {"ticks": None, "straight_lined": None, "test_answer": None},
        index=pd.RangeIndex(1, data.num_rows + 1),
        dtype=object,
    )
    for battery in batteries(answers, data.column_names):
        ticks = battery.codes <= TICKED
        if ticks and not battery.blank_is_no:
            chosen, not_chosen, blank = _any_is(data, battery.variables, ("1", "0", None))
            odd.loc[chosen & ~not_chosen & blank, "ticks"] = battery.name
        elif not ticks and len(battery.variables) >= LONG_BATTERY:
            same = _all_alike(data, battery.variables)
            odd.loc[same, "straight_lined"] = battery.name
    for item in answers.items:
        if item.text and item.variable in data.column_names:
            tried = pc.match_substring_regex(_plain(data, item.variable), TEST_ANSWER)
            found = tried.fill_null(False).to_numpy(zero_copy_only=False)
            odd.loc[found, "test_answer"] = item.variable
    return odd


def moved_labels(answers: Answers, table: AnswerTable) -> pd.DataFrame:
    """Compare the labels that a file gives its variables with the wordings in the manifest.

    Returns:
        One row per variable with a label: `reused`, when the label is the wording of another item;
        `reworded`, when it has hardly a word in common with its own. Empty where it fits.
    """
    import pandas as pd

    wordings = {item.variable: (item.wording.nl, item.wording.en) for item in answers.items}
    rows = []
    for item in answers.items:
        if not (label := table.labels.get(item.variable, "")):
            continue
        own = wordings[item.variable]
        others = _other_items(label, own, wordings)
        reused = f"{item.variable}: {label!r} = {others[0]}" if others else None
        reworded = f"{item.variable}: {item.wording.nl!r} -> {label!r}"
        differs = len(label.split()) >= LEAST_WORDS and hardly_alike(label, own)
        rows.append((item.variable, reused, reworded if differs else None))
    columns = ["row", "reused", "reworded"]
    return pd.DataFrame(rows, columns=columns, dtype=object).set_index("row")


def _other_items(
    label: str, own: Sequence[str], wordings: Mapping[str, Sequence[str]]
) -> Sequence[str]:
    """The items whose wording a label is, if it is not that of its own item.

    Items may differ in the year or number alone ('Omzet: 2024', 'Omzet: 2025').
    """
    for form in (plain, unnumbered, undated):
        if form(label) in map(form, own):
            return ()
        if others := [name for name, held in wordings.items() if form(label) in map(form, held)]:
            return others
    return ()


def _plain(data: pa.Table, name: str) -> pa.Array:
    import pyarrow as pa

    column = data.column(name).cast(pa.string())
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())


def _any_is(data: pa.Table, names: Sequence[str], wanted: Sequence[str | None]) -> list[Bools]:
    """Per code (none for a blank cell), who gave it in any of the variables."""
    import numpy as np

    found: list[Bools] = [np.zeros(data.num_rows, bool) for _ in wanted]
    known: dict[str, int] = {}
    for name in names:
        cells = _numbered(data, name, known)
        for who, code in zip(found, wanted, strict=True):
            who |= cells == (-1 if code is None else known.get(code, -2))
    return found


def _all_alike(data: pa.Table, names: Sequence[str]) -> Bools:
    """Who gave the same answer to all of the variables."""
    known: dict[str, int] = {}
    first = _numbered(data, names[0], known)
    same: Bools = first >= 0
    for name in names[1:]:
        same &= first == _numbered(data, name, known)
    return same


def _numbered(data: pa.Table, name: str, known: dict[str, int]) -> npt.NDArray[np.int32]:
    """A number for each cell, -1 for a blank one; `known` has the number of each text."""
    import numpy as np
    import pyarrow as pa

    column = data.column(name).combine_chunks()
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    numbers = np.array([known.setdefault(word, len(known)) for word in words] + [-1], np.int32)
    cells: npt.NDArray[np.int32] = numbers[
        encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    ]
    return cells
