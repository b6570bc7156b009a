"""Settles how a new file is read: from its name and the options that a person gives; no guesses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ingest.errors import RefusedError
from ingest.formats import FORMATS, AnswerFile, AnswerTable, Options
from ingest.readers import choices, read

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

PLAIN = re.compile(r"[\w-]{2,}|\d")  # needs no quotes in a shell


def read_new(
    path: Path, options: Mapping[str, str | int | None], texts: frozenset[str], where: str
) -> tuple[AnswerFile, AnswerTable]:
    """Read the file of a wave that is not described yet.

    Args:
        path: the file; its extension gives the format.
        options: options of the format (`delimiter`, `encoding`, `decimal`, `header_rows`,
            `sheet`); none for an option that was not given.
        texts: variables with open answers.
        where: survey and wave, for messages.

    Raises:
        RefusedError: another format, an option that is missing or not of this format, a name that
            no manifest can hold, or whatever the reader refuses.
    """
    name = path.suffix.lower().removeprefix(".")
    if name not in FORMATS:
        raise RefusedError("unknown_format", where, path=path, known=list(FORMATS))
    if not path.is_file():
        raise RefusedError("no_new_file", where, path=path)
    kind = FORMATS[name]
    given = {name: value for name, value in options.items() if value is not None}
    try:
        if missing := choices(path, kind, given, texts, where):
            ways = " | ".join(map(_as_typed, missing))
            raise RefusedError("format_options_missing", where, path=path, seen=ways)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        content: dict[str, Any] = {"name": path.name, "format": name, "sha256": digest}
        file = kind.model_validate(content | given)
    except ValidationError as error:
        wrong: list[ErrorDetails] = error.errors(include_url=False)
        told = [f"{item['loc'][-1]} = {item['input']!r}: {item['msg']}" for item in wrong]
        raise RefusedError("format_unfit", where, path=path, told=told) from None
    return file, read(path, file, texts, where)


def _as_typed(options: Options) -> str:
    """Write options as a person types them."""
    return " ".join(
        f"--{name.replace('_', '-')} {_quoted(str(value))}" for name, value in options.items()
    )


def _quoted(value: str) -> str:
    if value == "\t":
        return "$'\\t'"
    return value if PLAIN.fullmatch(value) else f"'{value}'"
