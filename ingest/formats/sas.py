"""SAS files: data sets and transport files."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

from ingest.errors import Phrase, RefusedError
from ingest.formats.base import AnswerFile, AnswerTable
from ingest.formats.labelled import Calendar, labelled_table, read_with

CALENDAR = Calendar(
    datetime(1960, 1, 1),
    (
        (
            re.compile(r"DATETIME|DATEAMPM|MDYAMPM|NLDATM|(E8601|B8601|IS8601)D[TZ]"),
            "moment",
            "seconds",
        ),
        (re.compile(r"TIME|HHMM|MMSS|TOD|NLTIME|(E8601|B8601|IS8601)TM"), "time", "seconds"),
        (
            re.compile(
                r"DATE|(DD|YY)MM|MMDD|MMYY|YYMON|YYQ|MONYY|WEEKDAT|WORDDAT|JULIAN|NLDATE"
                r"|(E8601|B8601|IS8601)DA"
            ),
            "date",
            "days",
        ),
    ),
)
RECORD = 80  # bytes; of the last one no reader misses a part
MEMBER = b"HEADER RECORD*******MEMB"  # opens a data set


class SasFile(AnswerFile):
    """A SAS data set. Special missing codes are kept as `.a` to `.z` and `._`; `.` is no answer.

    Labels of codes are not in it: SAS keeps them in a catalogue of its own.

    Attributes:
        format: SAS.
    """

    format: Literal["sas7bdat"]

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read the file."""
        return _table("sas7bdat", path, where)


class XptFile(AnswerFile):
    """A SAS transport file (XPORT). Special missing codes and labels are as in a data set.

    Attributes:
        format: SAS transport.
    """

    format: Literal["xpt"]

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read the file; it must hold one data set, to the end of a record."""
        content = path.read_bytes()
        if len(content) % RECORD:
            raise RefusedError("sas_unreadable", where, path=path, reason=Phrase("xpt_cut"))
        if (sets := content.count(MEMBER)) > 1:
            raise RefusedError("sas_several", where, path=path, n=sets)
        return _table("xport", path, where)


def _table(program: str, path: Path, where: str) -> AnswerTable:
    def damaged(told: str) -> RefusedError:
        return RefusedError("sas_unreadable", where, path=path, reason=told)

    read = partial(read_with, program, path, where, "sas_unreadable")
    return labelled_table(read, CALENDAR, damaged)
