"""Looks at the columns of a new file: which are questions, who answered, and when."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from ingest.codes import EXTENDED, by_code
from ingest.drafting.listed import Listed, find_list
from ingest.formats import AnswerTable
from ingest.formats.base import MultipleResponse
from ingest.likeness.evidence import by_name
from ingest.likeness.text import NO_ANSWER, is_key, is_mark, is_weight, meaning, split_item
from ingest.models import Period
from ingest.numbers import NumberForm, without_per_cent
from ingest.registry import Registry

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

Role = Literal["respondent", "organisation", "completed_on", "weight"]
MOST_CODES = 40  # a variable with more different whole numbers counts something
FEWEST_ROWS = 12  # with fewer, each may be another point of a scale
REPEATED = 0.6  # of the answers in words, the share that someone else gave too
WHOLE = re.compile(r"-?\d{1,9}")
CODED = re.compile(rf"{WHOLE.pattern}(?:[.,]0+)?|{EXTENDED.pattern}")  # 1.0 of a column of decimals
PADDED = re.compile(r"-?0[0-9]")  # a number of a thing, not of how many
MARKED_OR_WHOLE = re.compile(r"-?[0-9]+(?:[.,'][0-9]+)*")
MARKED = re.compile(r"-?[0-9]+(?:[.,'][0-9]+)+")
PSEUDONYM = re.compile(r"\w*\d\w*|[0-9a-f-]{8,}")
TICKS = {"yes", "no", "ticked", "not_ticked"}  # meanings of the answers of a tick box
LIKE_A_KEY = 0.75  # likeness of the names of two columns
ASKED = re.compile(r"^\s*\d+\s*[.)]\s|\?")  # a label that is a question identifies nobody
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# A day as any program writes it, with a time or without, or a time with seconds.
YEAR_FIRST, YEAR_LAST = r"\d{4}([-/.])\d\d?\1\d\d?", r"\d\d?([-/.])\d\d?\2(?:\d{4}|\d\d)"
CLOCK = r"\d+:\d\d(?::\d\d(?:\.\d+)?)?(?:\s?[ap]\.?m\.?)?(?:\s?(?:Z|[A-Z]{3,4})?(?:[+-][\d:]+)?)?"
MOMENT = re.compile(
    rf"(?:{YEAR_FIRST}|{YEAR_LAST})(?:[\sT,]+{CLOCK})?|\d+:\d\d:\d\d(?:\.\d+)?(?:\s?[ap]\.?m\.?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FileVariable:
    """One variable of the new file that is a question.

    Attributes:
        name: its name.
        label: its wording; empty where the file has none.
        codes: code -> label of every code in the labels or the answers; empty without a label.
        counts: code -> number of answers.
        text: whether it holds open answers.
        number: whether it holds numbers that are no codes.
        missing: codes of numbers that say why there is none -> label.
        separator: what is between codes, if a cell may hold several.
        named: codes that have a label in the file, which may be empty.
        declared: code -> how the file declares it missing, such as `97 thru 99`.
        lost: code -> label of the file that a number or an open answer does not keep.
    """

    name: str
    label: str
    codes: Mapping[str, str]
    counts: Mapping[str, int]
    text: bool
    number: bool = False
    missing: Mapping[str, str] = field(default_factory=dict)
    separator: str | None = None
    named: frozenset[str] = frozenset()
    declared: Mapping[str, str] = field(default_factory=dict)
    lost: Mapping[str, str] = field(default_factory=dict)

    @property
    def coded(self) -> bool:
        """Whether it holds codes."""
        return not (self.text or self.number)

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
        stem = split_item(self.label)[0] or split_item(self.name)[0]
        stem = stem or self.name.rstrip("0123456789")
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
        different: items in which each respondent has another whole number.
        sets: questions with several answers, as the file declares them.
    """

    size: int
    roles: Mapping[Role, str]
    variables: tuple[FileVariable, ...]
    answered: Mapping[str, npt.NDArray[np.bool_]]
    dates: Period | None
    different: tuple[str, ...] = ()
    sets: tuple[MultipleResponse, ...] = ()

    @property
    def row_numbers(self) -> list[str]:
        """Items that number the rows: 1, 2, 3 or 0, 1, 2 in their order, too many for a scale."""
        if self.size < FEWEST_ROWS:
            return []
        counts = {variable.name: variable.counts for variable in self.variables}
        # Counts are in the order in which the values stand in the file.
        held = {name: [*map(int, counts[name])] for name in self.different}
        return [
            name
            for name, rows in held.items()
            if any(rows == [*range(first, first + self.size)] for first in (0, 1))
        ]

    @property
    def numbers(self) -> list[str]:
        """Variables with numbers that are no codes."""
        return [variable.name for variable in self.variables if variable.number]

    @property
    def nearly_numbers(self) -> dict[str, list[str]]:
        """Open answers of which most are numbers -> the answers that are none."""
        found = {}
        for variable in self.variables:
            others = [value for value in variable.counts if not MARKED_OR_WHOLE.fullmatch(value)]
            rest = sum(variable.counts[value] for value in others)
            if variable.text and others and 2 * rest < sum(variable.counts.values()):
                found[variable.name] = others
        return found

    @property
    def undeclared(self) -> dict[str, str]:
        """Variables with what looks like numbers with marks that are not declared -> a value."""
        return {
            variable.name: next(filter(MARKED.fullmatch, variable.counts), "")
            for variable in self.variables
            if variable.text
            and all(map(MARKED_OR_WHOLE.fullmatch, variable.counts))
            and any(map(MARKED.fullmatch, variable.counts))
        }

    @property
    def spaced(self) -> dict[str, list[str]]:
        """Variables with codes or numbers that begin or end with a space -> what does."""
        spaced = {
            variable.name: [code for code in held if code != code.strip()]
            for variable in self.variables
            if (held := variable.codes or variable.counts)
            and (variable.coded or all(CODED.fullmatch(code.strip() or "0") for code in held))
        }
        return {name: codes for name, codes in spaced.items() if codes}


def column_counts(column: pa.ChunkedArray) -> dict[str, int]:
    """Return the number of answers of each value of a text column."""
    import pyarrow.compute as pc

    counted = pc.value_counts(column.drop_null()).to_pylist()
    return {item["values"]: item["counts"] for item in counted}


def profile(
    table: AnswerTable, form: NumberForm, texts: frozenset[str], registry: Registry
) -> Profile:
    """Look at the columns of a file.

    Args:
        table: the file.
        form: how it writes numbers.
        texts: variables that are known to hold open answers.
        registry: described waves, for the names of such columns there.
    """
    names, data = table.data.column_names, table.data
    counts = {name: column_counts(data.column(name)) for name in names}
    # A date or a weight may be missing for a reason, too.
    given = {
        name: {value: n for value, n in held.items() if not table.missing(name, value)}
        for name, held in counts.items()
    }
    roles = _roles(table, given, form, texts, registry)
    items = [name for name in names if name not in roles.values()]
    # Some open answers are given often; a question that was open before is open again.
    open_before = _open_questions(registry)
    texts |= {name for name in items if table.labels.get(name) in open_before}
    answered = {
        name: data.column(name).combine_chunks().is_valid().to_numpy(zero_copy_only=False)
        for name in items
    }
    days = sorted(given[roles["completed_on"]]) if "completed_on" in roles else []
    dates = Period.model_validate({"start": days[0][:10], "end": days[-1][:10]}) if days else None
    variables = [_variable(name, table, counts[name], form, text=name in texts) for name in items]
    known = {code for variable in variables for code in variable.codes}
    variables = [
        _spoken(variable)
        if variable.name not in texts and _answered_alike(variable, known)
        else variable
        for variable in variables
    ]
    different = tuple(
        name
        for name in items
        if len(given[name]) == data.num_rows and all(map(WHOLE.fullmatch, given[name]))
    )
    return Profile(data.num_rows, roles, tuple(variables), answered, dates, different, table.sets)


def _open_questions(registry: Registry) -> set[str | None]:
    """The wordings of questions with open answers in described waves."""
    waves = (one.wave.answers for one in registry.waves)
    items = (item for answers in waves if answers for item in answers.items if item.text)
    wordings = (item.wording for item in items)
    return {text for one in wordings for text in (one.nl, one.en, one.original) if text}


def _variable(
    name: str, table: AnswerTable, counts: Mapping[str, int], form: NumberForm, *, text: bool
) -> FileVariable:
    labels, label = table.codes.get(name, {}), table.labels.get(name, "")
    held = {*labels, *counts}
    declared = {code: str(how) for code in held if (how := table.missing(name, code))}
    measure = table.declared[name].measure if name in table.declared else None
    # A label such as '95 or older' says what a number is, and not that it is a code.
    values = {
        code: said
        for code, said in labels.items()
        if re.search(rf"(?<!\d){re.escape(code)}(?!\d)", said) and not _is_no_answer(said)
    }
    kept = {code: said for code, said in labels.items() if code not in values}
    as_number = (
        None
        if text
        else _missing_of_number(kept, counts, declared, form, measured=measure == "scale")
    )
    # With a label for each answer ('1 Never', '2 Often') they are codes, whatever is declared.
    if as_number is not None and counts.keys() - values.keys() - as_number.keys():
        return FileVariable(
            *(name, label, {}, counts),
            text=False,
            number=True,
            missing=as_number,
            declared=declared,
            lost={code: said for code, said in values.items() if said.strip() != code},
        )
    unasked = {code for code in held - labels.keys() if _is_no_answer(code)}
    whole = all(map(CODED.fullmatch, held - declared.keys() - unasked))
    unlabelled = counts.keys() - labels.keys() - declared.keys() - unasked
    if text or not (whole or labels) or len(unlabelled) > MOST_CODES:
        lost = {} if text else labels
        found = FileVariable(name, label, {}, counts, text=True, declared=declared, lost=lost)
        if not text and not labels and not all(map(MOMENT.fullmatch, counts)):
            if listed := find_list(counts):
                return _spoken(found, listed)
            if _repeated(counts):
                return _spoken(found)
        return found
    codes = {
        code: labels.get(code, code if code in unasked else "")
        for code in sorted(held, key=by_code)
    }
    named = frozenset(labels)
    return FileVariable(name, label, codes, counts, text=False, named=named, declared=declared)


def _is_no_answer(text: str) -> bool:
    """Whether a label, or an answer in words, says why there is no answer."""
    return is_mark(text) or meaning(text) in NO_ANSWER


def _missing_of_number(
    labels: Mapping[str, str],
    counts: Mapping[str, int],
    declared: Container[str],
    form: NumberForm,
    *,
    measured: bool,
) -> dict[str, str] | None:
    """The codes of a number that say why there is none; nothing where the values are no numbers.

    Many different numbers, or numbers with decimals, count or measure something, and so do more
    than two where the file says that they do (`measured`). Labels may say only why there is no
    number.
    """
    reasons = {
        code: labels.get(code) or code
        for code in (*labels, *counts)
        if code in declared or is_mark(code) or _is_no_answer(labels.get(code, code))
    }
    held = counts.keys() - reasons.keys()
    values = set(without_per_cent(held).values())
    if labels.keys() - reasons.keys() or not values or not form.fits(values):
        return None
    broken = any(not WHOLE.fullmatch(form.number(value) or "") for value in values)
    grouped = not NumberForm(form.decimal).fits(values)
    counts_or_measures = broken or grouped or values != held or len(values) > MOST_CODES
    counts_or_measures |= measured and len(values) > 2
    return reasons if counts_or_measures and not any(map(PADDED.match, values)) else None


def _spoken(variable: FileVariable, listed: Listed | None = None) -> FileVariable:
    """Describe answers that are given in words; each is a code and its own label."""
    counts = listed.counts if listed else variable.counts
    codes = sorted(counts, key=by_code)
    labels = {code: "" if WHOLE.fullmatch(code) else code for code in codes}
    separator = listed.separator if listed else None
    return replace(variable, codes=labels, counts=counts, text=False, separator=separator)


def _repeated(counts: Mapping[str, int]) -> bool:
    """Whether answers in words are choices: few different ones, most of them given twice."""
    if len(counts) > MOST_CODES or all(map(MARKED_OR_WHOLE.fullmatch, counts)):
        return False
    repeated = sum(times for times in counts.values() if times > 1)
    return repeated >= REPEATED * sum(counts.values()) > 0 and not any(
        DAY.match(answer) or "\n" in answer.strip() for answer in counts
    )


def _answered_alike(variable: FileVariable, known: Set[str]) -> bool:
    """Whether all answers are choices of other questions, or the choice that the label names."""
    choice = split_item(variable.label)[1]
    return (
        variable.text
        and bool(variable.counts)
        and (variable.counts.keys() <= known or variable.counts.keys() == {choice})
    )


def _roles(
    table: AnswerTable,
    counts: Mapping[str, Mapping[str, int]],
    form: NumberForm,
    texts: frozenset[str],
    registry: Registry,
) -> dict[Role, str]:
    size = table.data.num_rows
    plausible = {
        name: held
        for name, held in counts.items()
        if held and name not in texts and name not in table.codes
    }
    found: dict[Role, str] = {"weight": table.weight} if table.weight else {}
    for name, held in plausible.items():
        named = is_weight(name) or _named_like("weight", name, registry) == 1
        if (
            named
            and not _asks(name, table)
            and all(float(form.number(value) or 0) > 0 for value in held)
        ):
            found.setdefault("weight", name)
    dates = [name for name, held in plausible.items() if all(map(DAY.match, held))]
    different = {
        name: len(held)
        for name, held in plausible.items()
        if name not in (*dates, *found.values())
        and not _asks(name, table)
        and not any(" " in value for value in held)
    }
    unique = [
        name
        for name, held in different.items()
        if held == size
        and (is_key(name) or _named_like("respondent", name, registry) >= LIKE_A_KEY)
    ]
    numbers = [name for name in unique if all(map(WHOLE.fullmatch, counts[name]))]
    many = [
        name
        for name, held in different.items()
        if held > 0.9 * sum(counts[name].values()) > 0.5 * size
        and all(map(PSEUDONYM.fullmatch, counts[name]))
        # Numbers may be amounts, unless a column of an earlier wave has about the same name.
        and (
            not form.fits(counts[name]) or _named_like("organisation", name, registry) >= LIKE_A_KEY
        )
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


def _asks(name: str, table: AnswerTable) -> bool:
    """Whether the name of a column or its label is a question, which identifies nobody."""
    return bool(ASKED.search(name) or ASKED.search(table.labels.get(name, "")))


def _named_like(role: Role, name: str, registry: Registry) -> float:
    """How alike a name is to the names of columns with this role in described waves."""
    before = (getattr(one.wave.answers, role, None) for one in registry.waves)
    return max((by_name(name, other) for other in before if other), default=0.0)
