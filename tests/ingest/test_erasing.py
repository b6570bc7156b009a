"""A respondent is taken out of a file of answers, and the rest of the file stays as it is."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.formats.delimited import CsvFile
from ingest.formats.parquet import ParquetFile

HEADER = "id;said\r\n"
FIRST = '1;"one, ""two""\r\nlines"\r\n'
SECOND = '"2";"caf\u00e9\n\nid;said"\r\n'
THIRD = "3;last"  # without an end of line


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
@pytest.mark.parametrize("above", ["", "sep=;\r\n", "\r\n"])
@pytest.mark.parametrize("gone", [0, 1, 2])
def test_only_the_lines_of_the_respondent_leave_a_text(
    tmp_path: Path, encoding: str, above: str, gone: int
) -> None:
    path, rows = tmp_path / "a.csv", [FIRST, SECOND, "\r\n", THIRD]
    path.write_bytes((above + HEADER + "".join(rows)).encode(encoding))
    file = CsvFile.model_validate(
        {"name": "a.csv", "format": "csv", "delimiter": ";", "encoding": encoding}
    )
    left = file.with_rows(path, [place != gone for place in range(3)])
    rows.remove([FIRST, SECOND, THIRD][gone])
    assert left == (above + HEADER + "".join(rows)).encode(encoding)


def test_a_table_of_parquet_keeps_its_columns_and_what_it_says_of_itself(tmp_path: Path) -> None:
    table = pa.table({"id": [1, 2, 3], "said": ["a", None, "c"]}).replace_schema_metadata(
        {"a": "b"}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    file = ParquetFile(name="a.parquet", format="parquet")
    left = file.with_rows(tmp_path / "a.parquet", [True, False, True])
    assert left is not None
    found = pq.read_table(pa.BufferReader(left))
    assert found.equals(table.take([0, 2]), check_metadata=True)
