"""Parquet files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ingest.columns import as_text, check_names
from ingest.errors import RefusedError, reason
from ingest.formats.base import AnswerFile, AnswerTable

MOST_CELLS = 250_000_000  # a few bytes can encode any number of rows


class ParquetFile(AnswerFile):
    """A Parquet file of plain columns.

    Attributes:
        format: Parquet.
    """

    format: Literal["parquet"]

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read all columns, after a look at the number of cells."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(path) as file:
                names = file.schema_arrow.names
                rows = file.metadata.num_rows
                if rows * len(names) > MOST_CELLS:
                    raise RefusedError(
                        "too_many_cells", where, path=path, rows=rows, most=MOST_CELLS
                    )
                check_names(names, path, where)
                data = file.read()
                data.validate(full=True)
        except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
            told = reason(error)
            raise RefusedError("parquet_unreadable", where, path=path, reason=told) from None
        columns = []
        for name, column in zip(names, data.columns, strict=True):
            try:
                columns.append(as_text(column))
            except (TypeError, pa.ArrowException):
                raise RefusedError(
                    "nested_column", where, path=path, variable=name, type=column.type
                ) from None
        return AnswerTable(pa.table(columns, names=names), {}, {}, "")

    def with_rows(self, path: Path, kept: Sequence[bool]) -> bytes | None:
        """Write the other rows again, with the same columns."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            table = file.read().filter(pa.array(kept))
        written = pa.BufferOutputStream()
        pq.write_table(table, written)
        return bytes(written.getvalue().to_pybytes())
