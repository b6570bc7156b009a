"""Where a table of texts has its header and its rows, and which survey tool wrote it so.

What a file is like is stated by options in the manifest. `recognise` proposes them for a new file,
with the reason.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from ingest.columns import check_names
from ingest.errors import Phrase, RefusedError, invalid
from ingest.formats.base import SYNTHETIC_MARK, AnswerFile, Options
from ingest.texts import Model, Text

if TYPE_CHECKING:
    import pyarrow as pa

LAYOUTS = Path(__file__).with_name("layouts.yml")
SEEN = 30  # rows in which a table begins
STATED = {"header", "header_rows", "first_column"}  # options with which nothing is recognised
LONGEST = 40  # characters of a name that is made
ITEM = re.compile(r"^(?P<stem>.+?)\s*\[(?P<item>[^\[\]]+)\]\s*$", re.DOTALL)
NUMBERING = re.compile(r"^\s*(?:[A-Za-z]{0,2}\d{1,3}\s*[.):]\s*)+(?=\D)")
NUMBER = re.compile(r"\s*[-+]?[\d.,]+\s*")
TAG = re.compile(r"<[^<>]*>")
# A sign that changes a question, unlike a comma or a question mark: "< 50", "-5", "100 %".
MEANT = re.compile(r"[^\w\s.,;:?!()\[\]{}\"'’‘“”«»–—/&*…¿¡_-]|(?<!\w)[-–]\d")
RESPONSES = {"response", "open-ended response", "antwoord", "open antwoord", "antwort", "svar"}
TITLE = 2  # cells at most that are filled in a row above a table
WORDS = 4  # a header cell with as many words is a question, not a name


class TableFile(AnswerFile):
    """A file whose first rows say what its columns are.

    Attributes:
        header: `names` if the header has names of variables, `questions` if it has the questions
            themselves; each then gets a short name that depends on its text only.
        header_rows: 1; 2 if question texts stand below the names, or choices below the questions;
            3 as Qualtrics writes them: names, question texts and import ids.
        rows_above: rows above the header, such as a title; they are not read.
        first_column: name of the first column, where the header has none for it.
    """

    header: Literal["names", "questions"] = "names"
    header_rows: Literal[1, 2, 3] = 1
    rows_above: Annotated[int, Field(ge=0, le=SEEN)] = 0
    first_column: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _rows_fit(self) -> TableFile:
        if self.header == "questions" and self.header_rows == 3:
            raise invalid("questions_in_three_rows")
        return self


@dataclass(frozen=True)
class Heads:
    """What the header says of the columns.

    Attributes:
        names: a name for each column.
        labels: name -> question; empty where the header has names only.
    """

    names: list[str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Recognised:
    """How a table is probably to be read.

    Attributes:
        options: the options that say so.
        reason: what it looks like, and why.
    """

    options: Options
    reason: Phrase


class Tool(Model):
    """A survey tool, and what shows that it wrote a file.

    Attributes:
        tool: its name.
        first: names of the first columns; any of these.
        cell: what every cell of the third row begins with.
        options: how its export is read.
    """

    tool: Text
    first: tuple[tuple[str, ...], ...] = ()
    cell: str = ""
    options: dict[str, str | int]


class Layouts(Model):
    """What is known of tables (`layouts.yml`).

    Attributes:
        totals: words for a row below the table that sums it up.
        tools: all survey tools that are recognised, the first that fits first.
    """

    totals: frozenset[str]
    tools: tuple[Tool, ...]


@cache
def _layouts() -> Layouts:
    import yaml  # `ingest.descriptions` needs the formats

    content = yaml.load(LAYOUTS.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return Layouts.model_validate(content)


def check_answers(table: pa.Table, path: Path, where: str) -> None:
    """Refuse rows that are no respondents: empty ones, and a note or totals below the table.

    Raises:
        RefusedError: with the numbers of the rows.
    """
    size = table.num_rows
    last = table.slice(max(size - 1, 0)).to_pylist()
    filled = [(name, cell) for row in last for name, cell in row.items() if cell is not None]
    if len(filled) == 1 < table.num_columns:
        raise RefusedError("note_below", where, path=path, row=size)
    # An answer such as "Average" is given more often.
    for name, word in filled[:1]:
        if _is_total(word) and table.column(name).to_pylist().count(word) == 1:
            raise RefusedError("total_below", where, path=path, row=size, word=word)
    if empty := _empty_rows(table):
        raise RefusedError("row_empty", where, path=path, rows=empty)


def _empty_rows(table: pa.Table) -> list[int]:
    """The numbers of the rows without any value, from 1."""
    import numpy as np

    empty = np.ones(table.num_rows, dtype=bool)
    for column in table.columns:
        if not column.null_count:
            return []
        empty &= column.is_null().to_numpy()
    return [int(row) + 1 for row in np.flatnonzero(empty)]


def _is_total(text: str) -> bool:
    """Whether a cell says that its row is a total: `Totaal`, `Total (n = 60)`, `I alt:`."""
    words = re.sub(r"[\W\d_]+", " ", text.casefold()).strip().removesuffix(" n")
    return words in _layouts().totals


def read_heads(
    rows: Sequence[Sequence[str]], file: TableFile, width: int, what: Path | Phrase, where: str
) -> Heads:
    """Return names and questions of the columns.

    Args:
        rows: the header rows, without the rows above them.
        file: how the file is described.
        width: cells in the first row of answers; 0 without one.
        what: the file or the sheet, for messages.
        where: survey and wave, for messages.

    Raises:
        RefusedError: a column without a name or with the name of another, header rows of
            different lengths, or a first column that has a name already.
    """
    first, *more = ([*row] for row in rows)
    if file.first_column:
        if width == len(first) + 1:  # R leaves out the name, and sometimes the cell
            first, *more = (["", *row] for row in (first, *more))
        if first[:1] != [""]:
            raise RefusedError("first_column_named", where, what=what, name=first[0])
        first[0] = file.first_column
    if file.header == "names":
        check_names(first, what, where)
        labels = dict(zip(first, more[0], strict=True)) if more else {}
    else:
        texts = _questions(first, more[0]) if more else first
        first = short_names(texts)
        check_names(first, what, where)
        labels = dict(zip(first, texts, strict=True))
    return Heads(first, labels)


def _questions(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Join each question with its choice; an empty cell belongs to the question left of it."""
    question, texts = "", []
    for above, below in zip(first, second, strict=True):
        if not above.strip() and not below.strip():
            texts.append("")
            continue
        question = above if above.strip() else question
        alone = not below.strip() or below.strip().casefold() in RESPONSES
        texts.append(question if alone else f"{question} [{below}]" if question else below)
    return texts


def short_names(questions: Sequence[str]) -> list[str]:
    """Return a name for each question; only the same question once more is numbered."""
    seen: Counter[str] = Counter()
    names = []
    for question in questions:
        name = short_name(question)
        seen[name] += 1
        names.append(name if seen[name] == 1 or not name else f"{name}_{seen[name]}")
    return names


def short_name(question: str) -> str:
    """Return a short name that depends on the text of a question and nothing else.

    Nothing has no name, and the column that marks a generated file keeps its own.

    The number before a question does not count, as it changes when a question is added. A digest
    of the text makes the name unique where words or signs are left out.
    """
    if question in ("", SYNTHETIC_MARK):
        return question
    text = unicodedata.normalize("NFC", " ".join(unescape(TAG.sub(" ", question)).split()))
    text = NUMBERING.sub("", text) or text
    found = ITEM.match(text)
    parts = [found["stem"], found["item"]] if found else [text]
    most = LONGEST // len(parts)
    words = [_words(part) for part in parts]
    short = "_".join(filter(None, (_cut(word, most) for word in words)))
    if not short or len(short) < len("_".join(words)) or MEANT.search(text):
        digest = hashlib.sha256(text.casefold().encode()).hexdigest()[:6]
        short = f"{short}_{digest}" if short else digest
    return short if short[0].isalpha() else f"q_{short}"


def _words(text: str) -> str:
    return "_".join(re.findall(r"[^\W_]+", text.casefold()))


def _cut(words: str, most: int) -> str:
    """Cut between words where that is possible."""
    if len(words) <= most:
        return words
    return words[: most + 1].rpartition("_")[0] or words[:most]


def recognise(rows: Sequence[Sequence[str]]) -> Recognised | None:
    """Say what the first rows of a file look like; nothing where they hold a plain table.

    Args:
        rows: the first rows, each without empty cells at its end.
    """
    above = _rows_above(rows)
    rows = rows[above:]
    if not rows or not rows[0]:
        return None
    found = _of_tool(rows) or _of_shape(rows)
    if above:
        options, reason = (found.options, found.reason) if found else ({}, Phrase("looks_plain"))
        reason = Phrase("looks_titled", rows=above, table=reason)
        return Recognised({"rows_above": above, **options}, reason)
    return found


def proposed(rows: Sequence[Sequence[str]], given: Options) -> Options:
    """Return the options of a layout that a person has not given and that differ from a plain one.

    Args:
        rows: the first rows of the file.
        given: the options that a person gave.
    """
    if STATED & given.keys():
        return {}
    found = recognise(rows[int(given.get("rows_above", 0)) :])
    options = found.options if found else {}
    plain = {name: field.default for name, field in TableFile.model_fields.items()}
    return {
        name: value for name, value in options.items() if name not in given and value != plain[name]
    }


def _rows_above(rows: Sequence[Sequence[str]]) -> int:
    """Count the rows with a title or nothing, before the first that is wider."""
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows]
    most = TITLE if (widest := max(widths, default=0)) > TITLE + 1 else 1
    if widest < 3 or _of_tool(rows):
        return 0
    return next(place for place, width in enumerate(widths) if width > most)


def _of_tool(rows: Sequence[Sequence[str]]) -> Recognised | None:
    if not rows:
        return None
    first = [_plain(cell) for cell in rows[0]]
    for tool in _layouts().tools:
        if tool.cell and len(rows) > 2 and all(cell.startswith(tool.cell) for cell in rows[2]):
            reason = Phrase("looks_like_by_cells", tool=tool.tool, cell=tool.cell)
            return Recognised(tool.options, reason)
        for names in tool.first:
            if first[: len(names)] == [_plain(name) for name in names]:
                shown = list(rows[0][: len(names)])
                reason = Phrase("looks_like_by_columns", tool=tool.tool, columns=shown)
                return Recognised(tool.options, reason)
    return None


def _of_shape(rows: Sequence[Sequence[str]]) -> Recognised | None:
    """Recognise a header by its shape, whatever tool wrote it."""
    first = rows[0]
    below = rows[1] if len(rows) > 1 else []
    nameless = not first[0].strip() and len(first) > 1
    if (nameless and all(first[1:])) or len(below) == len(first) + 1:
        return Recognised({"first_column": "row_name"}, Phrase("looks_like_r"))
    holes = sum(not cell.strip() for cell in first)
    named = all(a.strip() or b.strip() for a, b in zip_longest(first, below, fillvalue=""))
    if holes and named and not any(NUMBER.fullmatch(cell) for cell in below):
        options: Options = {"header": "questions", "header_rows": 2}
        return Recognised(options, Phrase("looks_like_two_rows", cells=holes))
    if _texts_below(rows):
        return Recognised({"header_rows": 2}, Phrase("looks_like_texts_below", example=below[0]))
    asked = [cell for cell in first if _is_question(cell)]
    if asked and 2 * len(asked) >= len(first) - 1:
        reason = Phrase("looks_like_questions", n=len(asked), all=len(first), example=asked[0])
        return Recognised({"header": "questions"}, reason)
    return None


def _texts_below(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the second row has texts in all columns, and numbers stand below one of them."""
    first, *more = rows
    if len(more) < 2 or len(more[0]) != len(first):
        return False
    named = [cell for name, cell in zip(first, more[0], strict=True) if name.strip()]
    texts = all(re.search(r"[^\W\d_]", cell) for cell in named)
    below = [filter(None, column) for column in zip_longest(*more[1:], fillvalue="")]
    numbers = (all(map(NUMBER.fullmatch, cells)) for cells in map(list, below) if cells)
    return texts and any(numbers)


def _is_question(cell: str) -> bool:
    return cell.rstrip().endswith("?") or len(cell.split()) >= WORDS


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
