"""SPSS files: system files, also compressed (.zsav), and portable files."""

from __future__ import annotations

import re
import struct
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ingest.errors import Phrase, RefusedError
from ingest.formats.base import AnswerFile, AnswerTable
from ingest.formats.labelled import Calendar, labelled_table, read_with

if TYPE_CHECKING:
    from typing import BinaryIO

CALENDAR = Calendar(
    datetime(1582, 10, 14),
    (
        (re.compile(r"(A|E|S|J)?DATE\d|MOYR|QYR|WKYR"), "date", "seconds"),
        (re.compile(r"DATETIME|YMDHMS"), "moment", "seconds"),
        (re.compile(r"(D|M)?TIME"), "time", "seconds"),
    ),
)
HEADER = 176  # bytes
LAYOUT = slice(64, 68)  # of the header: a number that shows in which order its bytes are
WEIGHT = 76  # where the header says which variable weighs; 0 for none
# What opens the records of the dictionary, and its end.
VARIABLE, LABELS, LABELLED, DOCUMENTS, EXTENSION, END = 2, 3, 4, 6, 7, 999
ENCODING = 20  # the kind of extension that names the encoding


class SavFile(AnswerFile):
    """An SPSS system file (.sav, .zsav). Codes that it declares missing are kept.

    Attributes:
        format: SPSS.
    """

    format: Literal["sav"]

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read the file."""
        weight = _weight(path, where)
        read = partial(read_with, "sav/zsav", path, where, "sav_unreadable")
        table = labelled_table(read, CALENDAR, partial(_damaged, "sav_unreadable", path, where))
        numbers = [name for name, one in table.declared.items() if one.kind != "text"]
        return replace(table, weight=numbers[weight - 1] if 0 < weight <= len(numbers) else "")

    def summary(self, path: Path, texts: frozenset[str], where: str) -> tuple[str, int]:
        """Return what the header says."""
        _weight(path, where)
        _, meta = read_with("sav/zsav", path, where, "sav_unreadable", metadataonly=True)
        return meta.file_label or "", meta.number_rows


class PorFile(AnswerFile):
    """An SPSS portable file. Codes that it declares missing are kept.

    Attributes:
        format: SPSS portable.
    """

    format: Literal["por"]

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read the file."""
        read = partial(read_with, "por", path, where, "por_unreadable")
        return labelled_table(read, CALENDAR, partial(_damaged, "por_unreadable", path, where))


def _damaged(rule: str, path: Path, where: str, told: str) -> RefusedError:
    return RefusedError(rule, where, path=path, reason=told)


def _weight(path: Path, where: str) -> int:
    """Return which of the numbers weighs, counted from 1; 0 where weighting is switched off.

    The header counts units of eight bytes, of which a text has several. A weight is a number, and
    numbers have one unit each. `pyreadstat` does not tell it, and the library under it can crash
    on a damaged dictionary, so that is looked at first.

    Raises:
        RefusedError: the dictionary is damaged.
    """
    with path.open("rb") as stream:
        header = stream.read(HEADER)
        order = "<" if header[LAYOUT] in (b"\2\0\0\0", b"\3\0\0\0") else ">"
        try:
            widths = _widths(stream, f"{order}i", path.stat().st_size)
            (place,) = struct.unpack_from(f"{order}i", header, WEIGHT)
        except (struct.error, ValueError):
            told = Phrase("sav_dictionary", place=stream.tell())
            raise RefusedError("sav_unreadable", where, path=path, reason=told) from None
    if not 0 < place <= len(widths) or widths[place - 1] != 0:
        return 0
    return sum(width == 0 for width in widths[:place])


def _widths(stream: BinaryIO, form: str, size: int) -> list[int]:
    """Return the widths of the units; 0 is a number, -1 goes on with a text.

    Raises:
        ValueError, struct.error: a record of the dictionary cannot be right.
    """

    def number(low: int, high: int) -> int:
        (found,) = struct.unpack(form, stream.read(4))
        if not low <= found <= high:
            raise ValueError
        return int(found)

    def skip(count: int) -> None:
        if stream.seek(count, 1) > size:
            raise ValueError

    widths: list[int] = []
    codes: list[bytes] = []  # of the last list of labels
    texts: list[bytes] = []  # codes that are texts
    encoding, parts = "", 0  # parts of a text that still have to come
    while (kind := number(0, END)) != END:
        if kind == VARIABLE:
            width = number(-1, 255)
            if (width < 0) != (parts > 0):
                raise ValueError
            parts = parts - 1 if parts else max(width - 1, 0) // 8
            widths.append(width)
            labelled, missing = number(0, 1), number(-3, 3)
            skip(16)  # formats and name
            if labelled:
                skip((number(0, size) + 3) // 4 * 4)
            skip(8 * abs(missing))
        elif kind == LABELS:
            codes = []
            for _ in range(number(0, size)):
                codes.append(stream.read(8))
                skip(stream.read(1)[0] // 8 * 8 + 7 if size > stream.tell() else size)
        elif kind == LABELLED:
            for _ in range(number(1, len(widths))):
                texts += codes if widths[number(1, len(widths)) - 1] > 0 else []
        elif kind == DOCUMENTS:
            skip(80 * number(0, size))
        elif kind == EXTENSION:
            about = number(0, size)
            count = number(0, size) * number(0, size)
            if about == ENCODING:
                encoding = stream.read(count).strip(b"\0 ").decode("ascii")
            else:
                skip(count)
        else:
            raise ValueError
    with suppress(LookupError):  # a name that Python does not know says nothing of the file
        for text in texts if encoding else ():
            text.decode(encoding)
    return widths
