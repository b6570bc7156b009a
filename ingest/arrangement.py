"""Makes the variables of a manifest from the columns of a file: splits, drops, renames, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.columns import first_row
from ingest.errors import RefusedError, did_you_mean
from ingest.formats import AnswerTable
from ingest.models import Columns, Split

if TYPE_CHECKING:
    import pyarrow as pa


def arrange(table: AnswerTable, columns: Columns, path: Path, where: str) -> AnswerTable:
    """Return the table with the variables that a manifest describes.

    Args:
        table: the columns of the file.
        columns: what to split, leave out, rename and number.
        path: the file, for messages.
        where: survey and wave, for messages.

    Raises:
        RefusedError: a column that the file does not have, a name that it has already, or a cell
            with more or fewer parts than a split has names.
    """
    data = table.data
    parts = {part for split in columns.split.values() for part in split.into}
    for name in (*columns.split, *columns.rename, *columns.drop):
        if name not in data.column_names and name not in parts:
            near = did_you_mean(name, data.column_names)
            raise RefusedError("arranged_column_missing", where, path=path, column=name, near=near)
    gone = {*columns.split, *columns.drop}
    kept = {
        columns.rename.get(name, name): data.column(name)
        for name in data.column_names
        if name not in gone and name not in columns.rename
    }
    made: dict[str, pa.ChunkedArray | pa.Array] = {
        new: data.column(name) for name, new in columns.rename.items()
    }
    for name, split in columns.split.items():
        made |= _parts(data.column(name), name, split, path, where)
    if columns.row_number:
        import pyarrow as pa

        made[columns.row_number] = pa.array([str(row) for row in range(1, data.num_rows + 1)])
    if taken := sorted(kept.keys() & made.keys()):
        raise RefusedError("arranged_name_taken", where, path=path, names=taken)
    return _with(table, kept | made, columns, gone)


def _with(
    table: AnswerTable,
    held: Mapping[str, pa.ChunkedArray | pa.Array],
    columns: Columns,
    gone: set[str],
) -> AnswerTable:
    """The table with other columns, and with what it knows of each under its new name."""
    import pyarrow as pa

    # All that a table holds by variable, whatever the format declares.
    known: dict[str, Any] = {
        field.name: {
            columns.rename.get(name, name): told for name, told in value.items() if name not in gone
        }
        for field in fields(table)
        if isinstance(value := getattr(table, field.name), Mapping)
    }
    left = {name: column for name, column in held.items() if name not in columns.drop}
    named = {name: columns.rename.get(name, name) for name in table.data.column_names}
    sets = tuple(
        replace(one, variables=tuple(named[name] for name in one.variables if name not in gone))
        for one in table.sets
    )
    weight = "" if table.weight in gone else named.get(table.weight, table.weight)
    return replace(table, data=pa.table(left), sets=sets, weight=weight, **known)


def _parts(
    column: pa.ChunkedArray, name: str, split: Split, path: Path, where: str
) -> dict[str, pa.Array]:
    """The parts of a column, as they were typed; an empty part is no answer."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def uneven(texts: pa.Array) -> pa.Array:
        return pc.not_equal(pc.count_substring(texts, split.separator), len(split.into) - 1)

    if row := first_row(column, uneven):
        raise RefusedError(
            "split_uneven",
            where,
            path=path,
            column=name,
            row=row,
            n=len(split.into),
            separator=split.separator,
        )
    lists = pc.split_pattern(column.cast(pa.string()), split.separator)
    made = {}
    for place, part in enumerate(split.into):
        texts = pc.list_element(lists, place)
        made[part] = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    return made
