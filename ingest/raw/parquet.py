"""Writes Parquet files that appear whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

IDENTIFIERS = ("respondent_id", "organisation_id")
ROWS_OF_A_GROUP = 250_000  # which is what an engine reads in parallel


def write(tables: Iterable[pa.Table], path: Path, constants: Mapping[str, str]) -> None:
    """Write tables under each other, with constant columns in front; the file appears whole.

    Identifiers, which never repeat, have neither statistics nor a dictionary.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    writer = None
    try:
        for table in tables:
            for place, name in enumerate(constants):
                value = pa.array([constants[name]], pa.string())
                index = pa.nulls(table.num_rows, pa.int32()).fill_null(0)
                column = pa.DictionaryArray.from_arrays(index, value)
                table = table.add_column(place, name, column)
            writer = writer or pq.ParquetWriter(
                aside,
                table.schema,
                compression="zstd",
                use_dictionary=[name for name in table.column_names if name not in IDENTIFIERS],
                write_statistics=[name for name in table.column_names if name not in IDENTIFIERS],
            )
            writer.write_table(table, ROWS_OF_A_GROUP)
    finally:
        if writer:
            writer.close()
    aside.replace(path)
