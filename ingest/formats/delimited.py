"""Delimited text, read as its manifest describes it; nothing about the file is guessed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ingest.columns import as_text, check_names, check_notes, first_row
from ingest.errors import Phrase, RefusedError, reason
from ingest.formats.base import AnswerFile, AnswerTable, Options

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical_bar"}  # phrases
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1")
UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
IMPORT_ID = '{"ImportId":'  # opens every cell of the third header row that Qualtrics writes
BLOCK = 16 * 2**20  # bytes; the longest row must fit


class CsvFile(AnswerFile):
    """Delimited text.

    Attributes:
        format: delimited text.
        delimiter: character between cells.
        encoding: encoding of the text.
        decimal: decimal mark in numeric cells.
        header_rows: 1: names of variables; 3, as Qualtrics writes them: names, question texts
            and import ids.
    """

    format: Literal["csv"]
    delimiter: Literal[",", ";", "\t", "|"]
    encoding: Literal["utf-8", "utf-8-sig", "windows-1252", "iso-8859-1"]
    decimal: Literal[".", ","]
    header_rows: Literal[1, 3] = 1

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read the file. A cell of an open answer may have several lines."""
        import pyarrow as pa

        content = _utf8(path, self, where)
        header, size = _header(content, path, self, where)
        table = _rows(pa.py_buffer(content).slice(size), header[0], path, self, where)
        _refuse_other_decimals(table, texts, path, self, where)
        columns = [
            as_text(column, None if name in texts else self.decimal)
            for name, column in zip(table.column_names, table.columns, strict=True)
        ]
        table = pa.table(columns, names=table.column_names)
        _check_rows(table, texts, path, where)
        labels = dict(zip(header[0], header[1], strict=True)) if len(header) > 1 else {}
        return AnswerTable(table, labels, {}, "")

    @classmethod
    def choices(
        cls, path: Path, given: Options, texts: frozenset[str], where: str
    ) -> list[Options]:
        """Return every way in which the file can be read."""
        if given.keys() >= {"delimiter", "encoding", "decimal"}:
            return []
        found: dict[tuple[str | int, ...], Options] = {}
        refused: list[RefusedError] = []
        for encoding, *form in product(
            _chosen(given, "encoding", ENCODINGS),
            _chosen(given, "delimiter", DELIMITERS),
            _chosen(given, "decimal", (".", ",")),
            _chosen(given, "header_rows", (1, 3)),
        ):
            if tuple(form) in found:  # in another encoding too
                continue
            delimiter, decimal, rows = form
            way: dict[str, str | int] = {"delimiter": delimiter, "encoding": encoding}
            way |= {"decimal": decimal} if rows == 1 else {"decimal": decimal, "header_rows": rows}
            content = {**given, **way, "name": path.name, "format": "csv"}
            try:
                cls.model_validate(content).content(path, texts, where)
                found[tuple(form)] = way
            except RefusedError as error:
                refused.append(error)
        if not found:
            # With a wrong delimiter every file is one column; other reasons say more.
            raise next((e for e in refused if e.rule != "csv_delimiter"), refused[0])
        return list(found.values())


def _chosen(given: Options, name: str, values: Iterable[str | int]) -> tuple[str | int, ...]:
    return (given[name],) if name in given else tuple(values)


def _utf8(path: Path, file: CsvFile, where: str) -> bytes:
    """Return the content as UTF-8, without a byte order mark."""
    content = path.read_bytes()
    if content.startswith(UTF16_MARKS):
        raise RefusedError("csv_utf16", where, path=path, encoding=file.encoding)
    if (zero := content.find(b"\0")) >= 0:
        raise RefusedError("csv_nul_byte", where, path=path, line=_line(content, zero))
    content = content.removeprefix(UTF8_MARK)
    if content.count(b'"') % 2:
        raise RefusedError("csv_quote_open", where, path=path)
    unicode = file.encoding in ("utf-8", "utf-8-sig")
    wrong: int | None = None
    try:
        text = content.decode("utf-8" if unicode else file.encoding)
        if file.encoding == "iso-8859-1":  # no letters there, unlike windows-1252
            control = re.search(rb"[\x80-\x9f]", content)
            wrong = control.start() if control else None
    except UnicodeDecodeError as error:
        wrong = error.start
    if wrong is not None:
        raise RefusedError(
            "csv_encoding",
            where,
            path=path,
            line=_line(content, wrong),
            byte=f"0x{content[wrong]:02x}",
            encoding=file.encoding,
        )
    if unicode or content.isascii():
        return content
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        _refuse_mixed(content, path, file, where)
        return text.encode("utf-8")
    raise RefusedError("csv_is_utf8", where, path=path, encoding=file.encoding)


def _refuse_mixed(content: bytes, path: Path, file: CsvFile, where: str) -> None:
    """Refuse UTF-8 within a file of another encoding, in which any byte is some character."""
    for line, words in enumerate(content.split(b"\n"), 1):
        if not words.isascii():
            try:
                words.decode("utf-8")
            except UnicodeDecodeError:
                continue
            raise RefusedError(
                "csv_mixed_encoding", where, path=path, line=line, encoding=file.encoding
            )


def _line(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1


def _header(content: bytes, path: Path, file: CsvFile, where: str) -> tuple[list[list[str]], int]:
    """Return the header rows and their size in bytes."""
    size = 0

    def lines() -> Iterator[str]:
        nonlocal size
        for line in io.TextIOWrapper(io.BytesIO(content), "utf-8", newline=""):
            size += len(line.encode("utf-8"))
            yield line

    csv.field_size_limit(BLOCK)
    rows = csv.reader(lines(), delimiter=file.delimiter, strict=True)
    try:
        header = list(islice(rows, file.header_rows))
        taken = size
        below = next(rows, []) + next(rows, [])
    except csv.Error as error:
        if "field larger" in str(error):
            raise _too_long(path, where) from None
        raise RefusedError("csv_unreadable", where, path=path, reason=reason(error)) from None
    _check_header(header, below, path, file, where)
    return header, taken


def _too_long(path: Path, where: str) -> RefusedError:
    return RefusedError("csv_row_too_long", where, path=path, most=BLOCK // 2**20)


def _check_header(
    header: list[list[str]], below: list[str], path: Path, file: CsvFile, where: str
) -> None:
    names = header[0] if header else []
    if len(names) < 2:
        found = {name: n for mark, name in DELIMITERS.items() if (n := "".join(names).count(mark))}
        raise RefusedError(
            "csv_delimiter",
            where,
            path=path,
            delimiter=Phrase(DELIMITERS[file.delimiter]),
            seen=[Phrase("times", name=Phrase(name), n=n) for name, n in found.items()]
            or Phrase("none_of_the_others"),
            known=[Phrase(name) for name in DELIMITERS.values()],
        )
    check_names(names, Phrase("header_of", path=path), where)
    ids = all(cell.startswith(IMPORT_ID) for cell in header[-1]) if len(header) > 1 else False
    if file.header_rows == 3 and not (len(header) == 3 and ids):
        raise RefusedError("csv_import_ids_missing", where, path=path, mark=IMPORT_ID)
    if any(cell.startswith(IMPORT_ID) for cell in below):
        raise RefusedError("csv_import_ids_below", where, path=path)
    if any(len(row) != len(names) for row in header):
        raise RefusedError("csv_header_cells", where, path=path, cells=[len(row) for row in header])


def _rows(body: Any, names: list[str], path: Path, file: CsvFile, where: str) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow

    if not re.search(rb"\S", body):
        return pa.table({name: pa.array([], pa.string()) for name in names})
    places = [str(place) for place in range(len(names))]
    wrong: list[Any] = []

    def note(row: Any) -> str:
        wrong.append(row)
        return "skip"

    try:
        table = arrow.read_csv(
            pa.BufferReader(body),
            # Row numbers are known in one thread only.
            read_options=arrow.ReadOptions(
                column_names=places, block_size=BLOCK, use_threads=False
            ),
            parse_options=arrow.ParseOptions(
                delimiter=file.delimiter, newlines_in_values=True, invalid_row_handler=note
            ),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        if "straddling" in str(error):
            raise _too_long(path, where) from None
        raise RefusedError("csv_unreadable", where, path=path, reason=reason(error)) from None
    if wrong:
        cells = [Phrase("row_cells", row=row.number, cells=row.actual_columns) for row in wrong]
        raise RefusedError("csv_row_cells", where, path=path, wanted=len(names), rows=cells)
    return table.rename_columns(names)


def _refuse_other_decimals(
    table: pa.Table, texts: frozenset[str], path: Path, file: CsvFile, where: str
) -> None:
    """Refuse 7.5 where the decimal mark is a comma, and 7,5 where it is a point."""
    import pyarrow.compute as pc

    other = "." if file.decimal == "," else ","
    pattern = rf"^-?\d+\{other}\d+$"
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name in texts:
            continue
        row = first_row(column, lambda words: pc.match_substring_regex(words, pattern))
        if row:
            raise RefusedError(
                "csv_decimal",
                where,
                path=path,
                variable=name,
                row=row,
                value=column[row - 1].as_py(),
                decimal=file.decimal,
            )


def _check_rows(table: pa.Table, texts: frozenset[str], path: Path, where: str) -> None:
    """Refuse rows that are no answers: parts of a broken quote, a second header, a note."""
    import pyarrow.compute as pc

    for name, column in zip(table.column_names, table.columns, strict=True):
        row = first_row(column, lambda words: pc.match_substring_regex(words, r"[\r\n]"))
        if row and name not in texts:
            raise RefusedError("csv_lines_in_cell", where, path=path, variable=name, row=row)
    first = table.column_names[0]
    row = first_row(table.column(0), lambda words: pc.equal(words, first))
    if row and table.slice(row - 1, 1).to_pylist()[0] == {
        name: name for name in table.column_names
    }:
        raise RefusedError("csv_header_repeated", where, path=path, row=row)
    check_notes(table, path, where)
