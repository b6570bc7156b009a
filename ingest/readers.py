"""Reads a wave's file of answers as it is: codes, labels, nothing recoded.

What the codes mean belongs in the crosswalk, whether they are right in `expectations`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.columns import as_text
from ingest.delimited import check_names, read_csv
from ingest.errors import RefusedError, reason
from ingest.models import Answers, CsvFile, SavFile, XlsxFile
from ingest.personal import refuse_personal_data
from ingest.workbook import read_xlsx

if TYPE_CHECKING:
    import pyarrow as pa

SYNTHETIC_MARK = "SYNTHETISCH"  # opens the title of a generated file, or names its column of ones
CELLS_AT_ONCE = 5_000_000  # of an SPSS file, which come as objects of tens of bytes each
MOST_CELLS = 250_000_000  # of a Parquet file, in which a few bytes can stand for any number of rows


@dataclass(frozen=True)
class AnswerTable:
    """A file of answers.

    Attributes:
        data: one row per respondent, one column per variable; every column text (codes without
            decimals, dates as ISO), dictionary-encoded where values repeat, null where there is no
            answer. Messages number its rows from 1.
        labels: variable -> label of the variable.
        codes: variable -> {code: label}.
        title: what the file says of itself; empty where its format has no place for that.
    """

    data: pa.Table
    labels: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
    title: str


def read(path: Path, answers: Answers, where: str) -> AnswerTable:
    """Read a file of answers in the format that its manifest names.

    Args:
        path: the file.
        answers: how the manifest describes it.
        where: survey and wave, for messages.

    Raises:
        RefusedError: no file, an empty or too large one, not a file of that format, or one with
            personal data.
    """
    _require(path, answers, where)
    file = answers.file
    texts = frozenset(item.variable for item in answers.items if item.text)
    labels: Mapping[str, str] = {}
    if isinstance(file, SavFile):
        table = _read_sav(path, where)
    else:
        if isinstance(file, CsvFile):
            data, labels = read_csv(path, file, texts, where)
        elif isinstance(file, XlsxFile):
            data = read_xlsx(path, file.sheet, texts, where)
        else:
            data = _read_parquet(path, where)
        data, title = _take_mark(data, path, where)
        known = {name: text for name, text in labels.items() if name != SYNTHETIC_MARK}
        table = AnswerTable(data, known, {}, title)
    refuse_personal_data(table.data, texts, path, where)
    return table


def glance(path: Path, answers: Answers, where: str) -> tuple[str, int]:
    """Return title and number of respondents of a file, as `read` would.

    Of an SPSS file the header is enough; files of other formats are read.

    Raises:
        RefusedError: as `read` does.
    """
    _require(path, answers, where)
    if isinstance(answers.file, SavFile):
        _, meta = _sav(path, where, metadataonly=True)
        return meta.file_label or "", meta.number_rows
    table = read(path, answers, where)
    return table.title, table.data.num_rows


def _require(path: Path, answers: Answers, where: str) -> None:
    if not path.is_file():
        raise RefusedError("file_missing", where, path=path)
    size, most = path.stat().st_size, answers.file.max_megabytes
    if size == 0:
        raise RefusedError("file_empty", where, path=path)
    if size > most * 10**6:
        raise RefusedError("file_too_large", where, path=path, size=size / 10**6, most=most)


def _read_sav(path: Path, where: str) -> AnswerTable:
    """Read an SPSS system file, user-missing codes included."""
    import pyarrow as pa

    _, meta = _sav(path, where, metadataonly=True)
    names = meta.column_names
    limit = max(CELLS_AT_ONCE // max(len(names), 1), 1)
    pieces: dict[str, list[pa.Array]] = {name: [] for name in names}
    start, size = 0, limit
    while size == limit:
        columns, _ = _sav(path, where, output_format="dict", row_offset=start, row_limit=limit)
        size = len(columns[names[0]]) if names else 0
        for name in names:
            pieces[name].append(pa.array(columns.pop(name), from_pandas=True))
        start += size
    data = pa.table({name: _joined(pieces.pop(name)) for name in names})
    codes = {
        name: dict(zip(as_text(pa.array(list(texts))).to_pylist(), texts.values(), strict=True))
        for name, texts in meta.variable_value_labels.items()
    }
    labels = {name: label or "" for name, label in meta.column_names_to_labels.items()}
    return AnswerTable(data, labels, codes, meta.file_label or "")


def _joined(pieces: list[pa.Array]) -> pa.Array:
    import pyarrow as pa

    # A piece without any answer has no type of its own.
    kinds = {piece.type for piece in pieces if not pa.types.is_null(piece.type)}
    kind = kinds.pop() if kinds else pa.string()
    return as_text(pa.chunked_array([piece.cast(kind) for piece in pieces], kind))


def _sav(path: Path, where: str, **options: Any) -> tuple[Any, Any]:
    import pyreadstat

    failures = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError)
    try:
        content, meta = pyreadstat.read_sav(path, user_missing=True, **options)
    except (*failures, ValueError, OverflowError) as error:
        raise RefusedError("sav_unreadable", where, path=path, reason=reason(error)) from None
    return content, meta


def _read_parquet(path: Path, where: str) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if file.metadata.num_rows * len(names) > MOST_CELLS:
                raise RefusedError(
                    "too_many_cells",
                    where,
                    path=path,
                    rows=file.metadata.num_rows,
                    most=MOST_CELLS,
                )
            check_names(names, path, where)
            data = file.read()
            data.validate(full=True)
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        raise RefusedError("parquet_unreadable", where, path=path, reason=reason(error)) from None
    columns = []
    for name, column in zip(names, data.columns, strict=True):
        try:
            columns.append(as_text(column))
        except TypeError as error:
            raise RefusedError(
                "nested_column", where, path=path, variable=name, type=str(error)
            ) from None
    return pa.table(columns, names=names)


def _take_mark(data: pa.Table, path: Path, where: str) -> tuple[pa.Table, str]:
    """Turn the column that marks a generated file into its title.

    Text, workbooks and Parquet have no title that survives an export, and a second file beside the
    first gets lost. The column goes wherever the answers go.
    """
    if SYNTHETIC_MARK not in data.column_names:
        return data, ""
    found = data.column(SYNTHETIC_MARK).unique().to_pylist()
    if found not in ([], ["1"]):
        raise RefusedError("synthetic_mark", where, path=path, mark=SYNTHETIC_MARK)
    return data.drop_columns([SYNTHETIC_MARK]), SYNTHETIC_MARK
