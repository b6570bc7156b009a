"""Reads a file of answers of any format as it is: codes, labels, nothing recoded.

The crosswalk defines what the codes mean; `expectations` checks whether they are allowed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ingest.errors import RefusedError
from ingest.formats import AnswerFile, AnswerTable, Options
from ingest.personal import refuse_personal_data

SYNTHETIC_MARK = "SYNTHETISCH"  # opens the title of a generated file, or names its column of ones


def read(path: Path, file: AnswerFile, texts: frozenset[str], where: str) -> AnswerTable:
    """Read a file of answers.

    Args:
        path: the file.
        file: its format and options, as the manifest gives them.
        texts: variables with open answers, which stay as they were typed.
        where: survey and wave, for messages.

    Raises:
        RefusedError: there is no file, it is empty or too large, it is not of that format, or it
            holds personal data.
    """
    _check_size(path, file.max_megabytes, where)
    table = _without_mark(file.content(path, texts, where), path, where)
    refuse_personal_data(table.data, texts, path, where)
    return table


def glance(path: Path, file: AnswerFile, texts: frozenset[str], where: str) -> tuple[str, int]:
    """Return title and number of respondents of a file, from its header where that has both.

    Raises:
        RefusedError: as `read` does.
    """
    _check_size(path, file.max_megabytes, where)
    if summary := file.summary(path, texts, where):
        return summary
    table = read(path, file, texts, where)
    return table.title, table.data.num_rows


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
