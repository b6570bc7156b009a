"""Settles how a new file is read: from its name and the options that a person gives; no guesses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingest.arrangement import arrange
from ingest.columns import check_names
from ingest.descriptions import explain
from ingest.errors import Names, Phrase, RefusedError
from ingest.formats import FORMATS, AnswerFile, AnswerTable, Options
from ingest.models import Columns, PersonalPattern
from ingest.personal import find_personal_names, find_personal_values
from ingest.readers import choices, read_columns, refuse_control_characters

# Extension -> the format that it is an extension of too, and what it says of the file.
EXTENSIONS: Mapping[str, tuple[str, Options]] = {
    "zsav": ("sav", {}),
    "tsv": ("csv", {"delimiter": "\t"}),
    "tab": ("csv", {"delimiter": "\t"}),
}
# What other extensions are, and how to convert such a file: names of phrases.
OTHERS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("xls", "xlsm", "xlsb"), ("format_xls", "convert_sheet")),
    **dict.fromkeys(("fods", "ots", "sxc"), ("format_ods", "convert_sheet")),
    "sss": ("format_triple_s", "convert_triple_s"),
    "xml": ("format_xml", "convert_triple_s"),
    **dict.fromkeys(("json", "jsonl", "ndjson"), ("format_json", "convert_json")),
    **dict.fromkeys(("rds", "rda", "rdata"), ("format_r", "convert_r")),
    "sas7bcat": ("format_sas_catalogue", "convert_sas_catalogue"),
    **dict.fromkeys(
        ("sps", "do", "sas", "r", "txt", "dat", "asc"), ("format_syntax", "convert_syntax")
    ),
    **dict.fromkeys(("zip", "gz", "7z", "rar", "tar"), ("format_archive", "convert_archive")),
}


@dataclass(frozen=True)
class Personal:
    """The columns of a file that hold personal data, which a draft leaves out.

    Attributes:
        named: columns of which the name or the label says so.
        found: other columns with such values: the kind, and the first row.
    """

    named: tuple[str, ...] = ()
    found: Mapping[str, tuple[PersonalPattern, int]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.named, *self.found)


PLAIN = re.compile(r"[\w-]{2,}|\d")  # needs no quotes in a shell


def read_new(
    path: Path, options: Mapping[str, str | int | None], texts: frozenset[str], where: str
) -> tuple[AnswerFile, AnswerTable, Personal]:
    """Read the file of a wave that is not described yet, without columns with personal data.

    Args:
        path: the file; its extension gives the format.
        options: options of the format (`delimiter`, `header`, `sheet` and so on); none for an
            option that was not given.
        texts: variables with open answers.
        where: survey and wave, for messages.

    Raises:
        RefusedError: another format, an option that is missing or not of this format, a name that
            no manifest can hold, or whatever the reader refuses.
    """
    extension = path.suffix.lower().removeprefix(".")
    name, implied = EXTENSIONS.get(extension, (extension, {}))
    if name not in FORMATS:
        what, how = OTHERS.get(extension, ("format_other", "convert_other"))
        known = Names([*FORMATS, *EXTENSIONS], 20)
        told_so = {"what": Phrase(what), "how": Phrase(how)}
        raise RefusedError("unknown_format", where, path=path, known=known, **told_so)
    if not path.is_file():
        raise RefusedError("no_new_file", where, path=path)
    kind = FORMATS[name]
    given = dict(implied) | {name: value for name, value in options.items() if value is not None}
    try:
        if missing := choices(path, kind, given, texts, where):
            plain = {"name": path.name, "format": name, **given}
            files = [kind.model_validate({**plain, **way}) for way in missing]
            ways = [_told(*one, path, where) for one in zip(missing, files, strict=True)]
            seen = Names(ways, len(ways), " | ")
            raise RefusedError("format_options_missing", where, path=path, seen=seen)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        content: dict[str, Any] = {"name": path.name, "format": name, "sha256": digest}
        file = kind.model_validate(content | given)
    except ValidationError as error:
        told = explain(error, kind.model_fields)
        raise RefusedError("format_unfit", where, path=path, told=told) from None
    table = read_columns(path, file, texts, where)
    named = tuple(find_personal_names(table))
    found = find_personal_values(table, texts | set(named))
    personal = Personal(named, found)
    table = arrange(table, Columns(drop=personal.columns), path, where)
    check_names(table.data.column_names, path, where)
    refuse_control_characters(table, texts, path, where)
    return file, table, personal


def _told(options: Options, file: AnswerFile, path: Path, where: str) -> Phrase | str:
    """Write options as a person types them, with the layout that the file seems to have."""
    reason = file.looks_like(path, where)
    typed = _as_typed(options)
    return Phrase("way_because", options=typed, reason=reason) if reason else typed


def _as_typed(options: Options) -> str:
    """Write options as a person types them."""
    return " ".join(
        f"--{name.replace('_', '-')} {_quoted(str(value))}" for name, value in options.items()
    )


def _quoted(value: str) -> str:
    if value == "\t":
        return "$'\\t'"
    return value if PLAIN.fullmatch(value) else f"'{value}'"
