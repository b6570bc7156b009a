"""Looks at the columns of a new file: which are items, and which tell who answered, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ingest.drafting.matching import Variable, column_counts
from ingest.drafting.wording import lexicon, plain
from ingest.formats import AnswerTable
from ingest.models import Period
from ingest.registry import Registry

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Role = Literal["respondent", "organisation", "completed_on", "weight"]
MOST_CODES = 40  # a variable with more different whole numbers counts something
WHOLE = re.compile(r"-?\d{1,9}")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
PSEUDONYM = re.compile(r"\w*\d\w*|[0-9a-f-]{8,}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


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
    variables: tuple[Variable, ...]
    answered: Mapping[str, npt.NDArray[np.bool_]]
    dates: Period | None

    @property
    def numbers(self) -> list[str]:
        """Variables with numbers that are no codes."""
        return [
            variable.name
            for variable in self.variables
            if variable.text and variable.counts and all(map(NUMBER.fullmatch, variable.counts))
        ]


def profile(table: AnswerTable, texts: frozenset[str], registry: Registry) -> Profile:
    """Look at the columns of a file.

    Args:
        table: the file.
        texts: variables that are known to hold open answers.
        registry: described waves, for how they call such columns.
    """
    names, data = table.data.column_names, table.data
    counts = {name: column_counts(data.column(name)) for name in names}
    roles = _roles(table, counts, texts, registry)
    items = [name for name in names if name not in roles.values()]
    answered = {
        name: data.column(name).combine_chunks().is_valid().to_numpy(zero_copy_only=False)
        for name in items
    }
    days = sorted(counts[roles["completed_on"]]) if "completed_on" in roles else []
    dates = Period.model_validate({"start": days[0][:10], "end": days[-1][:10]}) if days else None
    variables = tuple(_variable(name, table, counts[name], name in texts) for name in items)
    return Profile(data.num_rows, roles, variables, answered, dates)


def _variable(name: str, table: AnswerTable, counts: Mapping[str, int], text: bool) -> Variable:
    labels = table.codes.get(name, {})
    whole = all(map(WHOLE.fullmatch, (*labels, *counts)))
    if text or not whole or (not labels and len(counts) > MOST_CODES):
        return Variable(name, table.labels.get(name, ""), {}, counts, text=True)
    codes = sorted({*labels, *counts}, key=int)
    labelled = {code: labels.get(code, "") for code in codes}
    return Variable(name, table.labels.get(name, ""), labelled, counts, text=False)


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
    """How alike a name is to what described waves call a column with this role."""
    from rapidfuzz.fuzz import ratio

    before = (getattr(one.wave.answers, role, None) for one in registry.waves)
    return max((ratio(name.lower(), other.lower()) for other in before if other), default=0.0)
