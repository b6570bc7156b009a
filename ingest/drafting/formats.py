"""Settles how a new file is read: from its name and from what a person tells, never by guessing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from ingest.errors import BarometerError, RefusedError
from ingest.models import AnswerFile, Answers, Item, Title
from ingest.readers import AnswerTable, read
from ingest.workbook import visible_sheets

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FORMATS = ("sav", "csv", "xlsx", "parquet")
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1")
DELIMITERS = {",": "','", ";": "';'", "\t": "$'\\t'", "|": "'|'"}


def read_new(
    path: Path, options: Mapping[str, str | int | None], texts: frozenset[str], where: str
) -> tuple[AnswerFile, AnswerTable]:
    """Read the file of a wave that is not described yet.

    Args:
        path: the file; its extension tells the format.
        options: what the format needs told (`delimiter`, `encoding`, `decimal`, `header_rows`,
            `sheet`); none stands for not told.
        texts: variables with open answers.
        where: survey and wave, for messages.

    Raises:
        BarometerError: another format, an option that is not told or not of this format, a name
            that no manifest can hold, or whatever the reader refuses.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise RefusedError("unknown_format", where, path=path, known=FORMATS)
    if not path.is_file():
        raise RefusedError("no_new_file", where, path=path)
    told = {name: value for name, value in options.items() if value is not None}
    if kind == "csv" and not {"delimiter", "encoding", "decimal"} <= told.keys():
        seen = _delimited(path, told, texts, where)
        raise RefusedError("format_not_told", where, path=path, seen=seen)
    if kind == "xlsx" and "sheet" not in told:
        sheets = visible_sheets(path, where)
        seen = " | ".join(f"--sheet '{sheet}'" for sheet in sheets)
        raise RefusedError("format_not_told", where, path=path, seen=seen)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    file = _file({"name": path.name, "format": kind, "sha256": digest, **told}, path, where)
    return file, _read(path, file, texts, where)


def _file(content: dict[str, Any], path: Path, where: str) -> AnswerFile:
    try:
        answers = TypeAdapter(Answers).validate_python(
            {"file": content, "respondent": "", "codelists": {}, "items": []}
        )
    except ValidationError as error:
        wrong: list[ErrorDetails] = error.errors(include_url=False)
        told = [f"{item['loc'][-1]} = {item['input']!r}: {item['msg']}" for item in wrong]
        raise RefusedError("format_unfit", where, path=path, told=told) from None
    return answers.file


def _read(path: Path, file: AnswerFile, texts: frozenset[str], where: str) -> AnswerTable:
    nothing = Title(nl="", en="")
    items = tuple(
        Item(variable=name, text=True, base="all_organisations", wording=nothing) for name in texts
    )
    content = {"file": file, "respondent": "", "codelists": {}, "items": items}
    answers = Answers.model_validate(content)
    return read(path, answers, where)


def _delimited(path: Path, told: Mapping[str, str | int], texts: frozenset[str], where: str) -> str:
    """Return, as options, every way in which the file can be read; refuse it when there is none."""
    seen, refused = dict[tuple[object, ...], str](), list[BarometerError]()
    ways = product(
        _told(told, "encoding", ENCODINGS),
        _told(told, "delimiter", DELIMITERS),
        _told(told, "decimal", (".", ",")),
        _told(told, "header_rows", (1, 3)),
    )
    for encoding, delimiter, decimal, rows in ways:
        if (delimiter, decimal, rows) in seen:  # in another encoding too
            continue
        content: dict[str, Any] = {"name": path.name, "format": "csv", "encoding": encoding}
        content |= {"delimiter": delimiter, "decimal": decimal, "header_rows": rows}
        try:
            _read(path, _file(content, path, where), texts, where)
        except BarometerError as error:
            refused.append(error)
            continue
        rows_told = "" if rows == 1 else f" --header-rows {rows}"
        seen[delimiter, decimal, rows] = (
            f"--delimiter {DELIMITERS.get(str(delimiter), delimiter)} --encoding {encoding} "
            f"--decimal '{decimal}'{rows_told}"
        )
    if not seen:
        # With another delimiter than its own a file is one column; what else is wrong tells more.
        raise next((error for error in refused if not _one_column(error)), refused[0])
    return " | ".join(seen.values())


def _told(
    told: Mapping[str, str | int], name: str, others: Iterable[str | int]
) -> tuple[str | int, ...]:
    return (told[name],) if name in told else tuple(others)


def _one_column(error: BarometerError) -> bool:
    return isinstance(error, RefusedError) and error.rule == "csv_delimiter"
