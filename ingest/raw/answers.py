"""Writes the answers of a wave to raw Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import Names, RefusedError
from ingest.lists import MARK, split_lists
from ingest.raw.parquet import write
from ingest.wave_files import WaveFile

if TYPE_CHECKING:
    import pyarrow as pa

ANSWER = "answer_"  # begins the name of a column of raw answers


def write_wave(file: WaveFile, raw: Path, version: str = "") -> dict[str, int]:
    """Write the raw tables of one wave; a file that was there is replaced.

    Args:
        file: the file as it was read.
        raw: the folder of raw Parquet.
        version: a digest of the manifest and the file, by which models tell that a wave changed.

    Returns:
        Number of respondents and of answers (respondent x variable) written.

    Raises:
        RefusedError: the file has no column that identifies the respondent, its weights cannot be
            used, or not as many answers were written as it holds.
    """
    data, answers = file.table.data, file.answers
    if answers.respondent not in data.column_names:
        raise RefusedError(
            "respondent_missing",
            file.wave.id,
            path=file.path,
            respondent=answers.respondent,
            known=Names(data.column_names, 40),
        )
    survey, wave = file.wave.survey.survey, file.wave.wave.wave
    constants = {"survey": survey, "wave": wave}
    for name, rows in TABLES.items():
        path = raw / name / survey / f"{wave}.parquet"
        more = {"version": version} if name == "loads" else {}
        write(rows(file), path, constants | more)
    _check_counts(file, raw / "answers" / survey / f"{wave}.parquet")
    size = data.num_rows
    return {"respondents": size, "answers": size * len(_variables_held(file))}


def _check_counts(file: WaveFile, path: Path) -> None:
    """Refuse raw answers that are not as many as the file holds: all cells, and filled ones."""
    import pyarrow.parquet as pq

    data, variables = file.table.data, _variables_held(file)
    filled = sum(data.num_rows - data.column(name).null_count for name in variables)
    held = pq.read_metadata(path)
    places = [place for place, name in enumerate(held.schema.names) if name.startswith(ANSWER)]
    groups = [held.row_group(place) for place in range(held.num_row_groups)]
    written = sum(
        group.num_rows - group.column(place).statistics.null_count
        for group in groups
        if group.num_rows
        for place in places
    )
    cells = held.num_rows * len(places)
    if (cells, written) != (data.num_rows * len(variables), filled):
        path.unlink()
        raise RefusedError(
            "answers_lost",
            file.wave.id,
            path=file.path,
            cells=data.num_rows * len(variables),
            filled=filled,
            cells_written=cells,
            filled_written=written,
        )


def _variables_held(file: WaveFile) -> list[str]:
    held = set(file.table.data.column_names)
    return [item.variable for item in file.answers.items if item.variable in held]


def _columns(file: WaveFile) -> dict[str, str]:
    """Return variable -> column of raw answers: engines do not tell all names apart."""
    return {name: f"{ANSWER}{place}" for place, name in enumerate(_variables_held(file), 1)}


def _answers(file: WaveFile) -> Iterator[pa.Table]:
    """One row per respondent, with a column of codes as text for each variable of `_columns`."""
    import pyarrow as pa

    columns = {"respondent_id": file.table.data.column(file.answers.respondent).cast(pa.string())}
    for name, column in _columns(file).items():
        columns[column] = _encoded(_split(name, file))
    yield pa.table(columns)


def _split(name: str, file: WaveFile) -> pa.ChunkedArray:
    """Return the column of a variable; in a list the codes have `lists.MARK` between them."""
    import pyarrow as pa

    column = file.table.data.column(name)
    item = next(item for item in file.answers.items if item.variable == name)
    if not item.separator:
        return column
    codelist = file.answers.codelists[item.codelist or ""]
    split = split_lists(column, name, item.separator, codelist, file.path, file.wave.id)
    marked = {cell: MARK.join(codes) or None for cell, codes in split.items()}
    return pa.chunked_array([pa.array(map(marked.get, column.to_pylist()), pa.string())])


def _encoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def _respondents(file: WaveFile) -> Iterator[pa.Table]:
    """One row per respondent."""
    import pyarrow as pa

    data, answers = file.table.data, file.answers

    def column(name: str | None) -> pa.ChunkedArray | pa.Array:
        held = name and name in data.column_names
        return data.column(name).cast(pa.string()) if held else pa.nulls(len(data), pa.string())

    yield pa.table(
        {
            "respondent_id": column(answers.respondent),
            "organisation_id": column(answers.organisation),
            "completed_on": column(answers.completed_on),
            "weight": file.weights,
        }
    )


def _variables(file: WaveFile) -> Iterator[pa.Table]:
    """One row per variable, as the file labels it, with its column of raw answers if it has one."""
    import pyarrow as pa

    columns = _columns(file)

    names = file.table.data.column_names
    yield pa.table(
        {
            "variable": pa.array(names, pa.string()),
            "position": pa.array(range(len(names)), pa.int64()),
            "label": pa.array([file.table.labels.get(name, "") for name in names], pa.string()),
            "answer_column": pa.array([columns.get(name) for name in names], pa.string()),
        }
    )


def _loads(file: WaveFile) -> Iterator[pa.Table]:
    """One row: which file, its sha256, real or synthetic."""
    import pyarrow as pa

    yield pa.Table.from_pylist(
        [
            {
                "file": file.path.name,
                "sha256": file.sha256,
                "data_status": file.data_status,
                "respondents": file.table.data.num_rows,
            }
        ]
    )


TABLES: Mapping[str, Callable[[WaveFile], Iterator[pa.Table]]] = {
    "respondents": _respondents,  # first, so that weights that are refused leave nothing behind
    "answers": _answers,
    "variables": _variables,
    "loads": _loads,
}
