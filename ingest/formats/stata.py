"""Stata files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from ingest.errors import Phrase, RefusedError
from ingest.formats.base import AnswerFile, AnswerTable, Options
from ingest.formats.labelled import Calendar, labelled_table, read_with

RELEASE = re.compile(rb"<stata_dta><header><release>(\d{3})</release>")
END = b"</stata_dta>"
TAGGED = 117  # from this release of the format (Stata 13) on, a file says where it ends
UNICODE = 118  # from this release (Stata 14) on, all texts are UTF-8
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1")
EVERY_BYTE = "iso-8859-1"  # reads any text as something; shows whether it is more than ASCII
CONTROL = re.compile(r"[\x80-\x9f]")  # no letters in iso-8859-1, unlike windows-1252
CALENDAR = Calendar(
    datetime(1960, 1, 1),
    (
        (re.compile(r"%-?t?d"), "date", "days"),
        (re.compile(r"%-?tc(HH|Hh|hh|hH)(:MM)?(:SS)?(\.s+)?$"), "time", "milliseconds"),
        (re.compile(r"%-?tc"), "moment", "milliseconds"),
    ),
)
OTHER_TIMES = re.compile(r"%-?t[Cbwmqh]")  # leap seconds, business days, weeks, months, …


class DtaFile(AnswerFile):
    """A Stata file. Extended missing codes are kept as `.a` to `.z`; `.` is no answer.

    Attributes:
        format: Stata.
        encoding: encoding of the texts; needed where a file of Stata 13 or earlier has more than
            ASCII. Later files are UTF-8.
    """

    format: Literal["dta"]
    encoding: Literal["utf-8", "windows-1252", "iso-8859-1"] | None = None

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read the file."""
        release = _release(path)
        meta = self._meta(path, where)
        for name, form in meta.original_variable_types.items():
            if OTHER_TIMES.match(form or ""):
                raise RefusedError("dta_date", where, path=path, variable=name, form=form)

        def damaged(told: str) -> RefusedError:
            return RefusedError("dta_unreadable", where, path=path, reason=told)

        table = labelled_table(
            partial(_read, path, self._read_as(release), where), CALENDAR, damaged
        )
        if release < UNICODE:
            self._check_encoding(table, path, where)
        return table

    def summary(self, path: Path, texts: frozenset[str], where: str) -> tuple[str, int]:
        """Return what the header says."""
        meta = self._meta(path, where)
        return meta.file_label or "", meta.number_rows

    @classmethod
    def choices(
        cls, path: Path, given: Options, texts: frozenset[str], where: str
    ) -> list[Options]:
        """Return the first encoding in which the texts can be read, where the file tells none."""
        if "encoding" in given:
            return []
        refused: list[RefusedError] = []
        for encoding in (None, *ENCODINGS):
            file = {**given, "name": path.name, "format": "dta", "encoding": encoding}
            try:
                cls.model_validate(file).content(path, texts, where)
            except RefusedError as error:
                if encoding is None and error.rule != "dta_encoding_missing":
                    raise
                refused.append(error)
            else:
                return [{"encoding": encoding}] if encoding else []
        raise refused[-1]

    def _read_as(self, release: int) -> str | None:
        return None if release >= UNICODE else self.encoding or EVERY_BYTE

    def _meta(self, path: Path, where: str) -> Any:
        """Read what the file says of its variables, and make sure that all of it is there."""
        release = _release(path)
        if release >= UNICODE and self.encoding not in (None, "utf-8"):
            raise RefusedError("dta_is_utf8", where, path=path, encoding=self.encoding)
        _, meta = _read(path, self._read_as(release), where, metadataonly=True)
        _check_whole(path, release, meta, where)
        return meta

    def _check_encoding(self, table: AnswerTable, path: Path, where: str) -> None:
        """Refuse texts of another encoding than the manifest says, or where it says none."""
        foreign = {
            name: [word for word in words if not word.isascii()] for name, words in _texts(table)
        }
        names = [name for name, words in foreign.items() if words]
        if names and self.encoding is None:
            raise RefusedError(
                "dta_encoding_missing", where, path=path, variables=names, known=list(ENCODINGS)
            )
        wrong = [name for name in names if any(map(self._mistaken, foreign[name]))]
        if wrong:
            raise _other_encoding(path, self.encoding or "", where, wrong)

    def _mistaken(self, word: str) -> bool:
        """Whether a text is UTF-8 that was read as something else, or has no letters."""
        encoding = self.encoding or "utf-8"
        if encoding == "utf-8":  # the reader refuses all else
            return False
        try:
            word.encode(encoding).decode("utf-8")
        except UnicodeDecodeError:
            return encoding == EVERY_BYTE and CONTROL.search(word) is not None
        return True


def _release(path: Path) -> int:
    """Return the release of the format; some other number where the file is not of Stata."""
    with path.open("rb") as stream:
        start = stream.read(64)
    found = RELEASE.match(start)
    return int(found[1]) if found else min(start[0], TAGGED - 1)


def _check_whole(path: Path, release: int, meta: Any, where: str) -> None:
    """Refuse a file that is cut off in its value labels, which come last.

    The reader takes it as a file without these labels.
    """
    if release >= TAGGED:
        with path.open("rb") as stream:
            stream.seek(-len(END), os.SEEK_END)
            whole = stream.read() == END
        if not whole:
            told = Phrase("dta_without_end")
            raise RefusedError("dta_unreadable", where, path=path, reason=told)
        return
    sets = meta.variable_to_label
    if lost := [name for name, held in sets.items() if held not in meta.value_labels]:
        raise RefusedError("dta_labels_missing", where, path=path, variables=lost)


def _read(path: Path, encoding: str | None, where: str, **options: Any) -> tuple[Any, Any]:
    """Read with `pyreadstat`."""
    try:
        return read_with("dta", path, where, "dta_unreadable", encoding=encoding, **options)
    except RefusedError as error:
        if encoding and "requested encoding" in str(error.__cause__):
            raise _other_encoding(path, encoding, where) from None
        raise


def _other_encoding(
    path: Path, encoding: str, where: str, variables: Iterable[str] = ()
) -> RefusedError:
    of = Phrase("of_variables", variables=list(variables)) if variables else ""
    return RefusedError(
        "dta_encoding", where, path=path, of=of, encoding=encoding, known=list(ENCODINGS)
    )


def _texts(table: AnswerTable) -> Iterator[tuple[str, list[str]]]:
    """Yield each variable with all its texts: its name, its labels and its different cells."""
    for name, column in zip(table.data.column_names, table.data.columns, strict=True):
        cells = column.unique().drop_null().to_pylist()
        yield name, [name, table.labels[name], *table.codes.get(name, {}).values(), *cells]
