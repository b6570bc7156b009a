"""Looks at the columns of a new file: which are questions, who answered, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ingest.codes import EXTENDED, as_code, by_code
from ingest.formats import AnswerTable
from ingest.likeness.evidence import by_name
from ingest.likeness.text import lexicon, meaning, plain, split_item
from ingest.models import Period
from ingest.registry import Registry

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

Role = Literal["respondent", "organisation", "completed_on", "weight"]
MOST_CODES = 40  # a variable with more different whole numbers counts something
WHOLE = re.compile(r"-?\d{1,9}")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
PSEUDONYM = re.compile(r"\w*\d\w*|[0-9a-f-]{8,}")
TICKS = {"yes", "no", "ticked", "not_ticked"}  # meanings of the answers of a tick box
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class FileVariable:
    """One variable of the new file that is a question.

    Attributes:
        name: its name.
        label: its wording; empty where the file has none.
        codes: code -> label of every code in the labels or the answers; empty without a label.
        counts: code -> number of answers.
        text: whether it holds open answers, or numbers that are no codes.
    """

    name: str
    label: str
    codes: Mapping[str, str]
    counts: Mapping[str, int]
    text: bool

    @property
    def labelled(self) -> bool:
        """Whether the file says what the codes mean."""
        return any(self.codes.values())

    @property
    def tick(self) -> bool:
        """Whether the only answers are yes and no, or ticked and not ticked."""
        meanings = {meaning(label) for label in self.codes.values()}
        return len(meanings & TICKS) == 2 and len(self.codes) <= 4

    @property
    def battery(self) -> tuple[str, tuple[str, ...]]:
        """What it has in common with the other items of its battery: the stem and the codes."""
        stem = split_item(self.label)[0] or self.name.rstrip("0123456789")
        return stem, tuple(self.codes)


@dataclass(frozen=True)
class Profile:
    """What the columns of a file are.

    Attributes:
        size: number of respondents.
        roles: columns that are no item.
        variables: the items, in the order of the file.
        answered: item -> who answered it, one truth value per respondent.
        dates: first and last day of answering.
    """

    size: int
    roles: Mapping[Role, str]
    variables: tuple[FileVariable, ...]
    answered: Mapping[str, npt.NDArray[np.bool_]]
    dates: Period | None

    @property
    def numbers(self) -> list[str]:
        """Variables with numbers that are no codes."""
        return [
            variable.name
            for variable in self.variables
            if variable.text
            and (held := [*filter(NUMBER.fullmatch, variable.counts)])
            and all(map(EXTENDED.fullmatch, variable.counts.keys() - held))
        ]


def column_counts(column: pa.ChunkedArray) -> dict[str, int]:
    """Return the number of answers of each value of a text column."""
    import pyarrow.compute as pc

    counted = pc.value_counts(column.drop_null()).to_pylist()
    return {item["values"]: item["counts"] for item in counted}


def profile(table: AnswerTable, texts: frozenset[str], registry: Registry) -> Profile:
    """Look at the columns of a file.

    Args:
        table: the file.
        texts: variables that are known to hold open answers.
        registry: described waves, for the names of such columns there.
    """
    names, data = table.data.column_names, table.data
    counts = {name: column_counts(data.column(name)) for name in names}
    # A date or a weight may be missing for a reason, too.
    given = {
        name: {value: n for value, n in held.items() if not EXTENDED.fullmatch(value)}
        for name, held in counts.items()
    }
    roles = _roles(table, given, texts, registry)
    items = [name for name in names if name not in roles.values()]
    answered = {
        name: data.column(name).combine_chunks().is_valid().to_numpy(zero_copy_only=False)
        for name in items
    }
    days = sorted(given[roles["completed_on"]]) if "completed_on" in roles else []
    dates = Period.model_validate({"start": days[0][:10], "end": days[-1][:10]}) if days else None
    variables = tuple(_variable(name, table, counts[name], name in texts) for name in items)
    return Profile(data.num_rows, roles, variables, answered, dates)


def _variable(name: str, table: AnswerTable, counts: Mapping[str, int], text: bool) -> FileVariable:
    labels = table.codes.get(name, {})
    whole = all(WHOLE.fullmatch(code) or EXTENDED.fullmatch(code) for code in (*labels, *counts))
    # Numbers that count something may well have labels for the reasons why there is none.
    counted = all(map(EXTENDED.fullmatch, labels))
    if text or not whole or (counted and len(counts) > MOST_CODES):
        return FileVariable(name, table.labels.get(name, ""), {}, counts, text=True)
    codes = sorted({*labels, *counts}, key=lambda code: by_code(as_code(code)))
    labelled = {code: labels.get(code, "") for code in codes}
    return FileVariable(name, table.labels.get(name, ""), labelled, counts, text=False)


def _roles(
    table: AnswerTable,
    counts: Mapping[str, Mapping[str, int]],
    texts: frozenset[str],
    registry: Registry,
) -> dict[Role, str]:
    size = table.data.num_rows
    plausible = {
        name: held
        for name, held in counts.items()
        if held and name not in texts and name not in table.codes
    }
    found: dict[Role, str] = {}
    for name, held in plausible.items():
        named = any(word in plain(name) for word in lexicon().weights)
        if named and all(NUMBER.fullmatch(value) and float(value) > 0 for value in held):
            found.setdefault("weight", name)
    dates = [name for name, held in plausible.items() if all(map(DAY.match, held))]
    different = {
        name: len(held)
        for name, held in plausible.items()
        if name not in (*dates, *found.values()) and not any(" " in value for value in held)
    }
    unique = [name for name, held in different.items() if held == size]
    numbers = [name for name in unique if all(map(WHOLE.fullmatch, counts[name]))]
    many = [
        name
        for name, held in different.items()
        if held > 0.9 * sum(counts[name].values()) > 0.5 * size
        and all(map(PSEUDONYM.fullmatch, counts[name]))
    ]
    choices: tuple[tuple[Role, list[str]], ...] = (
        ("completed_on", dates),
        ("respondent", numbers or unique),
        ("organisation", many),
    )
    for role, names in choices:
        left = [name for name in names if name not in found.values()]
        if left:
            found[role] = max(left, key=lambda name: _named_like(role, name, registry))
    return found


def _named_like(role: Role, name: str, registry: Registry) -> float:
    """How alike a name is to the names of columns with this role in described waves."""
    before = (getattr(one.wave.answers, role, None) for one in registry.waves)
    return max((by_name(name, other) for other in before if other), default=0.0)
