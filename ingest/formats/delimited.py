"""Delimited text, read as its manifest describes it; nothing about the file is guessed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import model_validator

from ingest.columns import as_text, first_row
from ingest.errors import Names, Phrase, RefusedError, invalid, reason
from ingest.formats.base import AnswerTable, Options
from ingest.formats.layout import (
    SEEN,
    Heads,
    TableFile,
    check_answers,
    proposed,
    read_heads,
    recognise,
)
from ingest.numbers import NumberForm, number_forms

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical_bar"}  # phrases
Encoding = Literal[
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "windows-1253",
    "iso-8859-1",
    "iso-8859-15",
    "cp850",
    "mac-roman",
]
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1")  # of the rest, any reads any file
UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
SEP_LINE = re.compile(rb'"?sep=(.)"?(?:\r\n|\n|\r)', re.IGNORECASE)
IMPORT_ID = '{"ImportId":'  # opens every cell of the third header row that Qualtrics writes
ONE_COLUMN = ("csv_delimiter", "csv_one_column")  # rules
BLOCK = 16 * 2**20  # bytes; the longest row must fit


class CsvFile(TableFile):
    """Delimited text.

    Attributes:
        format: delimited text.
        delimiter: character between cells.
        encoding: encoding of the text.
        decimal: decimal mark of numbers, see `thousands`; needed where they have decimals.
        thousands: mark between groups of three digits of numbers: of variables with `number: true`
            and of weights. A code never changes. A space stands for one that does not break, too.
        trim: spaces at either end of a cell are no part of it.
    """

    format: Literal["csv"]
    delimiter: Literal[",", ";", "\t", "|"]
    encoding: Encoding
    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None
    trim: bool = False

    @model_validator(mode="after")
    def _marks_differ(self) -> CsvFile:
        if self.decimal is not None and self.decimal == self.thousands:
            raise invalid("decimal_is_thousands", mark=self.decimal)
        return self

    @property
    def number_form(self) -> NumberForm:
        """The marks of numbers."""
        return NumberForm(self.decimal, self.thousands)

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read the file. A cell of an open answer may have several lines."""
        import pyarrow as pa

        content = _text(path, self, where)
        _check_quotes(content, path, self, where)
        heads, first, size = _header(content, path, self, where)
        names = [*heads.names, *map(str, range(len(heads.names), len(first)))]
        table = _rows(pa.py_buffer(content).slice(size), names, path, self, where)
        columns = [as_text(_trimmed(column) if self.trim else column) for column in table.columns]
        _check_nameless(columns[len(heads.names) :], len(heads.names), path, where)
        table = pa.table(columns[: len(heads.names)], names=heads.names)
        _check_rows(table, first[: len(heads.names)], texts, path, where)
        return AnswerTable(table, heads.labels, {}, "")

    def with_rows(self, path: Path, kept: Sequence[bool]) -> bytes | None:
        """Leave out the lines of the other rows; all other lines stay as they are."""
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for line in io.StringIO(path.read_bytes().decode(self.encoding), newline=""):
                taken.append(line)
                yield line

        rows: list[tuple[list[str], str]] = []
        for cells in csv.reader(lines(), delimiter=self.delimiter, strict=True):
            rows.append((cells, "".join(taken)))
            taken.clear()
        # The answers are the last rows; an empty line is none.
        places = [place for place, (cells, _) in enumerate(rows) if cells][-len(kept) :]
        gone = {place for place, stays in zip(places, kept, strict=True) if not stays}
        left = (text for place, (_, text) in enumerate(rows) if place not in gone)
        return "".join(left).encode(self.encoding)

    def looks_like(self, path: Path, where: str) -> Phrase | None:
        """Return what the first rows look like."""
        found = recognise(_first_rows(_text(path, self, where), self))
        return found.reason if found else None

    @classmethod
    def choices(
        cls, path: Path, given: Options, texts: frozenset[str], where: str
    ) -> list[Options]:
        """Return every way in which the file can be read, with the layout that it seems to have."""
        found: dict[tuple[tuple[str, str | int], ...], list[Options]] = {}
        refused: list[RefusedError] = []
        for encoding, delimiter in product(
            _chosen(given, "encoding", _encodings(path)), _chosen(given, "delimiter", DELIMITERS)
        ):
            way: dict[str, str | int] = {"delimiter": delimiter, "encoding": encoding}
            content = {**given, **way, "name": path.name, "format": "csv"}
            file = cls.model_validate(content)
            try:
                layout = proposed(_first_rows(_text(path, file, where), file), given)
                if given.keys() >= {"delimiter", "encoding", "decimal"}:
                    return [layout] if layout else []
                form = (("delimiter", delimiter), *layout.items())
                if form in found:  # in another encoding too
                    continue
                table = cls.model_validate({**content, **layout}).content(path, texts, where)
            except RefusedError as error:
                refused.append(error)
            else:
                forms = number_forms(table.data, texts, {str(delimiter)}, given)
                found[form] = [{**way, **layout, **marks} for marks in forms or [{}]]
        if not found:
            # With a wrong delimiter every file is one column; other reasons say more.
            raise next((e for e in refused if e.rule not in ONE_COLUMN), refused[0])
        ways = [way for several in found.values() for way in several]
        return [] if len(ways) == 1 and ways[0].items() <= given.items() else ways


def _encodings(path: Path) -> tuple[str, ...]:
    with path.open("rb") as stream:
        return ("utf-16",) if stream.read(2) in UTF16_MARKS else ENCODINGS


def _chosen(given: Options, name: str, values: Iterable[str | int]) -> tuple[str | int, ...]:
    return (given[name],) if name in given else tuple(values)


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    return pc.utf8_trim_whitespace(column)


def _text(path: Path, file: CsvFile, where: str) -> bytes:
    """Return the content as UTF-8, without what only says how it is written."""
    return _without_sep(_utf8(path, file, where), path, file, where)


def _utf8(path: Path, file: CsvFile, where: str) -> bytes:
    """Return the content as UTF-8, without a byte order mark."""
    content = path.read_bytes()
    marked = content.startswith(UTF16_MARKS)
    if marked != (file.encoding == "utf-16"):
        rule = "csv_utf16" if marked else "csv_no_utf16"
        raise RefusedError(rule, where, path=path, encoding=file.encoding)
    if marked:
        return _from_utf16(content, path, where)
    if (zero := content.find(b"\0")) >= 0:
        raise RefusedError("csv_nul_byte", where, path=path, line=_line(content, zero))
    content = content.removeprefix(UTF8_MARK)
    if content.isascii():  # the same in every encoding
        return content
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
    if unicode:
        return content
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        _refuse_mixed(content, path, file, where)
        return text.encode("utf-8")
    raise RefusedError("csv_is_utf8", where, path=path, encoding=file.encoding)


def _from_utf16(content: bytes, path: Path, where: str) -> bytes:
    try:
        text = content.decode("utf-16")
    except UnicodeDecodeError as error:
        raise RefusedError("csv_unreadable", where, path=path, reason=reason(error)) from None
    if (zero := text.find("\0")) >= 0:
        raise RefusedError("csv_nul_byte", where, path=path, line=text.count("\n", 0, zero) + 1)
    return text.encode("utf-8")


def _without_sep(content: bytes, path: Path, file: CsvFile, where: str) -> bytes:
    """Remove a first line `sep=;`, in which Excel is told the delimiter."""
    found = SEP_LINE.match(content)
    if found and found[1] != file.delimiter.encode("ascii"):
        raise RefusedError(
            "csv_sep_line",
            where,
            path=path,
            found=found[1].decode("ascii", "replace"),
            delimiter=file.delimiter,
        )
    return content[found.end() :] if found else content


def _check_quotes(content: bytes, path: Path, file: CsvFile, where: str) -> None:
    """Refuse a quoted cell that is not closed, or that goes on after its closing quote.

    A quote within a cell that does not begin with one is a character like any other (`5"`).
    """
    if b'"' not in content:
        return
    other = rb"[^%b\r\n]" % re.escape(file.delimiter.encode("ascii"))
    cell = rb'(?<!%b)"(?:[^"]++|"")*+"(?!%b)' % (other, other)
    fitting = re.compile(rb'(?:[^"]++|%b|(?<=%b)")*+' % (cell, other)).match(content)
    if fitting and fitting.end() < len(content):
        line = _line(content, fitting.end())
        raise RefusedError("csv_quote_open", where, path=path, line=line)


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
    before = content[:place].replace(b"\r\n", b"\n")
    return before.count(b"\n") + before.count(b"\r") + 1


def _first_rows(content: bytes, file: CsvFile) -> list[list[str]]:
    """Return the first rows of a file as far as they can be read."""
    lines = io.TextIOWrapper(io.BytesIO(content), "utf-8", newline="")
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(islice(csv.reader(lines, delimiter=file.delimiter, strict=True), SEEN))
    return rows


def _header(content: bytes, path: Path, file: CsvFile, where: str) -> tuple[Heads, list[str], int]:
    """Return what the header says, its first row, and the size of all rows above the answers."""
    size = 0

    def lines() -> Iterator[str]:
        nonlocal size
        for line in io.TextIOWrapper(io.BytesIO(content), "utf-8", newline=""):
            size += len(line.encode("utf-8"))
            yield line

    csv.field_size_limit(BLOCK)
    rows = csv.reader(lines(), delimiter=file.delimiter, strict=True)
    try:
        header = list(islice(rows, file.rows_above, file.rows_above + file.header_rows))
        taken = size
        below = [*islice(rows, 2)]
    except csv.Error as error:
        if "field larger" in str(error):
            raise _too_long(path, where) from None
        raise RefusedError("csv_unreadable", where, path=path, reason=reason(error)) from None
    if file.trim:
        header = [[name.strip() for name in row] for row in header]
    _check_header(header, [cell for row in below for cell in row], path, file, where)
    width = len(below[0]) if below else 0
    named = max(place for row in header for place, name in enumerate(row, 1) if name or place < 3)
    rows_named = [row[:named] for row in header]
    heads = read_heads(rows_named, file, width, Phrase("header_of", path=path), where)
    return heads, header[0], taken


def _too_long(path: Path, where: str) -> RefusedError:
    return RefusedError("csv_row_too_long", where, path=path, most=BLOCK // 2**20)


def _check_header(
    header: list[list[str]], below: list[str], path: Path, file: CsvFile, where: str
) -> None:
    names = header[0] if header else []
    if len(names) < 2:
        found = {name: n for mark, name in DELIMITERS.items() if (n := "".join(names).count(mark))}
        if names and not found:
            raise RefusedError("csv_one_column", where, path=path, name=names[0])
        raise RefusedError(
            "csv_delimiter",
            where,
            path=path,
            delimiter=Phrase(DELIMITERS[file.delimiter]),
            seen=[Phrase("times", name=Phrase(name), n=n) for name, n in found.items()]
            or Phrase("none_of_the_others"),
            known=[Phrase(name) for name in DELIMITERS.values()],
        )
    ids = all(cell.startswith(IMPORT_ID) for cell in header[-1]) if len(header) > 1 else False
    if file.header_rows == 3 and not (len(header) == 3 and ids):
        raise RefusedError("csv_import_ids_missing", where, path=path, mark=IMPORT_ID)
    if any(cell.startswith(IMPORT_ID) for cell in below):
        raise RefusedError("csv_import_ids_below", where, path=path)
    if any(len(row) != len(names) for row in header):
        raise RefusedError("csv_header_cells", where, path=path, cells=[len(row) for row in header])


def _check_nameless(columns: list[pa.Array], named: int, path: Path, where: str) -> None:
    """Refuse answers in the last columns, which have no name: a delimiter that ends each row."""
    held = [named + n for n, column in enumerate(columns, 1) if column.null_count < len(column)]
    if held:
        raise RefusedError(
            "column_nameless", where, what=Phrase("header_of", path=path), places=held
        )


def _rows(body: Any, names: list[str], path: Path, file: CsvFile, where: str) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow

    if not re.search(rb"[^\r\n]", body):
        return pa.table({name: pa.array([], pa.string()) for name in names})
    if bytes(memoryview(body)[: len(UTF8_MARK)]) == UTF8_MARK:  # Arrow would take one off
        body = pa.py_buffer(UTF8_MARK + body.to_pybytes())
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
                column_types=dict.fromkeys(places, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
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


def _check_rows(
    table: pa.Table, header: list[str], texts: frozenset[str], path: Path, where: str
) -> None:
    """Refuse rows that are no answers: parts of a broken quote, a second header, a note."""
    import pyarrow.compute as pc

    several = [
        Phrase("variable_in_row", variable=name, row=row)
        for name, column in zip(table.column_names, table.columns, strict=True)
        if name not in texts
        and (row := first_row(column, lambda words: pc.match_substring_regex(words, r"[\r\n]")))
    ]
    if several:
        cells = Names(several, len(several))
        raise RefusedError("csv_lines_in_cell", where, path=path, cells=cells)
    row = first_row(table.column(0), lambda words: pc.equal(words, header[0]))
    if row and list(table.slice(row - 1, 1).to_pylist()[0].values()) == header:
        raise RefusedError("csv_header_repeated", where, path=path, row=row)
    check_answers(table, path, where)
