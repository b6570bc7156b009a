"""Reads a file of answers of any format as it is: codes, labels, nothing recoded.

The crosswalk defines what the codes mean; `expectations` checks whether they are allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ingest.arrangement import arrange
from ingest.columns import check_names, first_row
from ingest.descriptions import CONTROL
from ingest.errors import Phrase, RefusedError
from ingest.formats import AnswerFile, AnswerTable, Options
from ingest.formats.base import SYNTHETIC_MARK as SYNTHETIC_MARK
from ingest.models import Columns
from ingest.numbers import read_numbers
from ingest.personal import refuse_personal_data

AS_THEY_ARE = Columns()


def read(
    path: Path,
    file: AnswerFile,
    texts: frozenset[str],
    where: str,
    numbers: Mapping[str, frozenset[str]] | None = None,
    columns: Columns = AS_THEY_ARE,
) -> AnswerTable:
    """Read a file of answers.

    Args:
        path: the file.
        file: its format and options, as the manifest gives them.
        texts: variables with open answers, which stay as they were typed.
        where: survey and wave, for messages.
        numbers: variables with numbers -> their codes that say why there is none. Only in these
            are decimal marks and thousands separators read.
        columns: what to do with columns of the file first.

    Raises:
        RefusedError: there is no file, it is empty or too large, it is not of that format, its
            columns are not those that were to be arranged, it holds personal data, or text where a
            number is described.
    """
    table = arrange(read_columns(path, file, columns.in_file(texts), where), columns, path, where)
    check_names(table.data.column_names, path, where)
    refuse_personal_data(table, texts, path, where)
    refuse_control_characters(table, texts, path, where)
    if not numbers:
        return table
    return replace(table, data=read_numbers(table.data, file.number_form, numbers, where))


def read_columns(path: Path, file: AnswerFile, texts: frozenset[str], where: str) -> AnswerTable:
    """Read all columns of a file, with personal data if it holds any.

    Args:
        path: the file.
        file: its format and options.
        texts: columns that stay as they were typed.
        where: survey and wave, for messages.

    Raises:
        RefusedError: as `read` does, but for personal data.
    """
    _check_size(path, file.max_megabytes, where)
    return _without_mark(file.content(path, texts, where), path, where)


def glance(
    path: Path,
    file: AnswerFile,
    texts: frozenset[str],
    where: str,
    columns: Columns = AS_THEY_ARE,
) -> tuple[str, int]:
    """Return title and number of respondents of a file, from its header where that has both.

    Raises:
        RefusedError: as `read` does.
    """
    _check_size(path, file.max_megabytes, where)
    if summary := file.summary(path, texts, where):
        return summary
    table = read(path, file, texts, where, columns=columns)
    return table.title, table.data.num_rows


def refuse_control_characters(
    table: AnswerTable, texts: frozenset[str], path: Path, where: str
) -> None:
    """Refuse control characters in what a manifest describes, but for breaks in a label.

    Args:
        table: the variables.
        texts: variables with open answers; these are not described, and may have any character.
        path: the file, for messages.
        where: survey and wave, for messages.

    Raises:
        RefusedError: with the variable, and the row or the code.
    """
    import pyarrow.compute as pc

    matches = partial(pc.match_substring_regex, pattern=CONTROL.pattern)
    for name, column in zip(table.data.column_names, table.data.columns, strict=True):
        held = [(_without_breaks(table.labels.get(name, "")), Phrase("in_its_label"))]
        held += [
            (code + _without_breaks(label), Phrase("in_code", code=code))
            for code, label in table.codes.get(name, {}).items()
        ]
        if name not in texts and (row := first_row(column, matches)):
            held.append((column[row - 1].as_py(), Phrase("in_row", row=row)))
        for text, place in held:
            if found := CONTROL.search(text):
                raise RefusedError(
                    "control_character",
                    where,
                    path=path,
                    variable=name,
                    sign=f"U+{ord(found[0]):04X}",
                    place=place,
                )


def _without_breaks(label: str) -> str:
    """A label without what text processors write between its lines; YAML writes it as an escape."""
    return label.replace("\v", " ").replace("\f", " ")


def choices(
    path: Path, kind: type[AnswerFile], given: Options, texts: frozenset[str], where: str
) -> list[Options]:
    """Return the options with which a new file might be read, see `AnswerFile.choices`."""
    _check_size(path, kind.model_fields["max_megabytes"].default, where)
    return list(kind.choices(path, given, texts, where))


def _check_size(path: Path, most: int, where: str) -> None:
    if not path.is_file():
        raise RefusedError("file_missing", where, path=path)
    size = path.stat().st_size
    if size == 0:
        raise RefusedError("file_empty", where, path=path)
    if size > most * 10**6:
        raise RefusedError("file_too_large", where, path=path, size=size / 10**6, most=most)


def _without_mark(table: AnswerTable, path: Path, where: str) -> AnswerTable:
    """Turn the column that marks a generated file into its title.

    CSV, Excel and Parquet have no title that an export keeps. A second file could be lost; a
    column stays with the answers.
    """
    if SYNTHETIC_MARK not in table.data.column_names:
        return table
    found = table.data.column(SYNTHETIC_MARK).unique().to_pylist()
    if found not in ([], ["1"]):
        raise RefusedError("synthetic_mark", where, path=path, mark=SYNTHETIC_MARK)
    return replace(
        table,
        data=table.data.drop_columns([SYNTHETIC_MARK]),
        labels={name: text for name, text in table.labels.items() if name != SYNTHETIC_MARK},
        title=SYNTHETIC_MARK,
    )
