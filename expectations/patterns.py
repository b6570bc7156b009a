"""Unusual patterns over several variables: batteries coded or answered oddly, moved labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.codes import Code
from ingest.formats import AnswerTable
from ingest.likeness.questions import hardly_alike, same_wording
from ingest.models import Answers, Item

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

    Bools = npt.NDArray[np.bool_]

TICKED = {0, 1}  # codes of a battery of ticks: not chosen, chosen
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
    import numpy as np
    import pandas as pd
    import pyarrow.compute as pc

    odd = pd.DataFrame(
        {"ticks": None, "straight_lined": None, "test_answer": None},
        index=pd.RangeIndex(1, data.num_rows + 1),
        dtype=object,
    )
    for battery in batteries(answers, data.column_names):
        columns = [_plain(data, name) for name in battery.variables]
        blank = np.array([column.is_null().to_numpy(zero_copy_only=False) for column in columns])
        if battery.codes <= TICKED:
            if battery.blank_is_no:
                continue
            chosen, not_chosen = (
                np.any([_equal(column, code) for column in columns], axis=0) for code in "10"
            )
            odd.loc[chosen & ~not_chosen & blank.any(axis=0), "ticks"] = battery.name
        elif len(columns) >= LONG_BATTERY:
            same = np.all([_equal(columns[0], column) for column in columns[1:]], axis=0)
            odd.loc[same & ~blank.any(axis=0), "straight_lined"] = battery.name
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
        others = () if _one_of(label, own) else _items_with(label, wordings)
        reused = f"{item.variable}: {label!r} = {others[0]}" if others else None
        reworded = f"{item.variable}: {item.wording.nl!r} -> {label!r}"
        differs = len(label.split()) >= LEAST_WORDS and hardly_alike(label, own)
        rows.append((item.variable, reused, reworded if differs else None))
    columns = ["row", "reused", "reworded"]
    return pd.DataFrame(rows, columns=columns, dtype=object).set_index("row")


def _items_with(label: str, wordings: Mapping[str, Sequence[str]]) -> Sequence[str]:
    return [variable for variable, known in wordings.items() if _one_of(label, known)]


def _one_of(label: str, wordings: Sequence[str]) -> bool:
    return any(same_wording(label, wording) for wording in wordings)


def _plain(data: pa.Table, name: str) -> pa.Array:
    import pyarrow as pa

    column = data.column(name).cast(pa.string())
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())


def _equal(column: pa.Array, other: pa.Array | str) -> Bools:
    import pyarrow.compute as pc

    equal: Bools = pc.equal(column, other).fill_null(False).to_numpy(zero_copy_only=False)
    return equal
