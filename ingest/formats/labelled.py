"""Reads the formats of SPSS, Stata and SAS with `pyreadstat`: cells, labels and declarations."""

from __future__ import annotations

import math
import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from ingest.columns import as_text, check_names
from ingest.errors import RefusedError, reason
from ingest.formats.base import (
    AnswerTable,
    Declaration,
    Kind,
    Measure,
    MissingRange,
    MultipleResponse,
)

if TYPE_CHECKING:
    import pyarrow as pa

CELLS_AT_ONCE = 5_000_000  # the reader makes objects of tens of bytes each
LARGEST = 1.79e308  # what SPSS writes for LOWEST and HIGHEST is beyond this
WITH_TAGS = ("dta", "sas7bdat", "xport")  # have missing codes that are a letter, not a number
MICROSECONDS = {"days": 86_400_000_000, "seconds": 1_000_000, "milliseconds": 1_000}
Unit = Literal["days", "seconds", "milliseconds"]
Read = Callable[..., tuple[dict[str, Any], Any]]


class Calendar(NamedTuple):
    """How a program stores dates and times as numbers.

    Attributes:
        epoch: the moment that is zero.
        forms: pattern of a display format, what its cells are, and what the numbers count.
    """

    epoch: datetime
    forms: tuple[tuple[re.Pattern[str], Kind, Unit], ...]

    def of(self, form: str) -> tuple[Kind, Unit] | None:
        """Return what cells with a display format are; nothing where they are no date or time."""
        return next(((kind, unit) for known, kind, unit in self.forms if known.match(form)), None)


def read_with(
    program: str, path: Path, where: str, rule: str, **options: Any
) -> tuple[dict[str, Any], Any]:
    """Read columns and what the file says of them.

    Numbers of dates stay numbers. Codes that are declared missing stay; those of Stata and SAS are
    `.a` to `.z`, and `._` in SAS.

    Args:
        program: what `pyreadstat` calls the format.
        path: the file.
        where: survey and wave, for messages.
        rule: the refusal of a file that cannot be read.
        options: more options of the reader.

    Raises:
        RefusedError: the file cannot be read, or a variable has no name or that of another one.
    """
    import pyreadstat

    # `read_por` and `read_xport` have no option that keeps codes that are declared missing.
    from pyreadstat.pyreadstat import parser_entry_point

    failures = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError)
    damaged = (ValueError, OverflowError, TypeError)  # the last: a second variable without a name
    kept = {"user_missing": True, "disable_datetime_conversion": True, "output_format": "dict"}
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            columns, meta = parser_entry_point(str(path), parser_format=program, **kept, **options)
    except (*failures, *damaged) as error:
        raise RefusedError(rule, where, path=path, reason=reason(error)) from error
    if told:  # that it gave a variable another name, because two have the same
        raise RefusedError(rule, where, path=path, reason=str(told[0].message))
    check_names([name or "" for name in meta.column_names], path, where)
    if program in WITH_TAGS:
        for name in meta.missing_user_values:
            columns[name] = list(map(_dotted, columns[name]))
        meta.variable_value_labels = {
            name: {_dotted(code): label for code, label in labels.items()}
            for name, labels in meta.variable_value_labels.items()
        }
    return columns, meta


def _dotted(value: object) -> object:
    return f".{value.lower()}" if isinstance(value, str) else value


def labelled_table(
    read: Read, calendar: Calendar, damaged: Callable[[str], Exception]
) -> AnswerTable:
    """Make a table of a file with labels, some rows at a time, so that memory stays within bounds.

    Args:
        read: reads the file as `read_with` does; it gets the options of the reader.
        calendar: how its program stores dates.
        damaged: makes the refusal of a cell that cannot be read.
    """
    import pyarrow as pa

    _, meta = read(metadataonly=True)
    names = meta.column_names
    limit = max(CELLS_AT_ONCE // max(len(names), 1), 1)
    pieces: dict[str, list[pa.Array]] = {name: [] for name in names}
    tags: dict[str, set[str]] = defaultdict(set)
    start, size = 0, limit
    while size == limit:
        columns, piece = read(row_offset=start, row_limit=limit)
        for name, found in piece.missing_user_values.items():
            tags[name].update(f".{tag.lower()}" for tag in found)
        size = len(columns[names[0]]) if names else 0
        for name in names:
            single = meta.readstat_variable_types[name] == "float"
            pieces[name].append(_array(columns.pop(name), single=single))
        start += size
    declared = {name: _declaration(name, meta, tags[name], calendar) for name in names}
    codes = {
        name: dict(zip(as_text(_array(list(texts))).to_pylist(), texts.values(), strict=True))
        for name, texts in meta.variable_value_labels.items()
    }
    joined: dict[str, pa.Array] = {}
    for name in names:
        joined[name] = _joined(pieces.pop(name))
        form = calendar.of(declared[name].format)
        if form:
            try:
                joined[name] = _dated(joined[name], declared[name], calendar.epoch, form[1])
            except (ValueError, ArithmeticError) as error:
                raise damaged(f"{name}: {reason(error)}") from None
    labels = {name: label or "" for name, label in meta.column_names_to_labels.items()}
    return AnswerTable(
        pa.table(joined),
        labels,
        codes,
        meta.file_label or "",
        declared,
        tuple(_sets(meta)),
        tuple(meta.notes),
    )


def _declaration(name: str, meta: Any, tags: set[str], calendar: Calendar) -> Declaration:
    form = meta.original_variable_types[name] or ""
    text = meta.readstat_variable_types[name] == "string"
    dated = None if text else calendar.of(form)
    measure = meta.variable_measure[name]
    ranges = [_missing(one["lo"], one["hi"]) for one in meta.missing_ranges.get(name, ())]
    return Declaration(
        kind="text" if text else dated[0] if dated else "number",
        measure=measure if measure in get_args(Measure) else None,
        format=form,
        missing=(
            *(one for one in ranges if one.high != ""),  # an empty text is no answer anyway
            *(MissingRange(tag, tag) for tag in sorted(tags)),
        ),
    )


def _missing(low: float | str, high: float | str) -> MissingRange:
    if isinstance(low, str) or isinstance(high, str):
        return MissingRange(str(low).rstrip(), str(high).rstrip())
    return MissingRange(
        -math.inf if low < -LARGEST else float(low), math.inf if high > LARGEST else float(high)
    )


def _sets(meta: Any) -> Iterator[MultipleResponse]:
    names = {name.lower(): name for name in meta.column_names}
    for name, held in meta.mr_sets.items():
        counted = held["counted_value"] if held["is_dichotomy"] else None
        yield MultipleResponse(
            name.removeprefix("$"),
            held["label"] or "",
            tuple(names[one.lower()] for one in held["variable_list"] if one.lower() in names),
            None if counted is None else str(counted),
        )


def _array(values: list[Any], *, single: bool = False) -> pa.Array:
    """Make an array; where numbers and texts stand together, as 1 and .a of Stata, all is text.

    Args:
        values: the cells.
        single: the file holds numbers of 32 bits, which have shorter decimals than those of 64.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    def numbers_of(held: list[Any]) -> pa.Array:
        array = pa.array(held, from_pandas=True)
        return array.cast(pa.float32()) if single and pa.types.is_floating(array.type) else array

    try:
        return numbers_of(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        numbers = [None if isinstance(value, str) else value for value in values]
        texts = [value if isinstance(value, str) else None for value in values]
        words = as_text(numbers_of(numbers)).cast(pa.string())
        return pc.coalesce(words, pa.array(texts, pa.string()))


def _joined(pieces: list[pa.Array]) -> pa.Array:
    import pyarrow as pa

    # A piece without any answer has no type of its own.
    kinds = {piece.type for piece in pieces if not pa.types.is_null(piece.type)}
    if len(kinds) > 1:
        pieces = [as_text(piece).cast(pa.string()) for piece in pieces]
        kinds = {pa.string()}
    kind = kinds.pop() if kinds else pa.string()
    return as_text(pa.chunked_array([piece.cast(kind) for piece in pieces], kind))


def _dated(column: pa.Array, declared: Declaration, epoch: datetime, unit: Unit) -> pa.Array:
    """Turn numbers into dates (ISO 8601) or times; codes that are declared missing stay.

    A time counts on after 24 hours, because it may be a duration.

    Raises:
        ValueError, ArithmeticError: a number is no date.
    """
    import pyarrow as pa

    words = column.unique().drop_null().to_pylist()
    missing = {word for word in words if any(one.holds(word) for one in declared.missing)}
    since = {
        word: timedelta(microseconds=round(Decimal(word) * MICROSECONDS[unit]))
        for word in words
        if word not in missing
    }
    if declared.kind == "time":
        spoken = {word: _duration(held) for word, held in since.items()}
    else:
        moments = {word: epoch + held for word, held in since.items()}
        days = all(moment.time() == time.min for moment in moments.values())
        spoken = {
            word: moment.date().isoformat() if days else moment.isoformat(" ")
            for word, moment in moments.items()
        }
    return as_text(pa.array([spoken.get(word, word) for word in column.to_pylist()], pa.string()))


def _duration(held: timedelta) -> str:
    """Write hours, minutes and seconds; the hours are not cut at 24."""
    sign = "-" if held < timedelta(0) else ""
    minutes, seconds = divmod(abs(held), timedelta(minutes=1))
    told = f"{sign}{minutes // 60:02}:{minutes % 60:02}:{seconds.seconds:02}"
    return f"{told}.{seconds.microseconds:06}" if seconds.microseconds else told
