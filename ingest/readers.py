"""Reads a wave's file of answers as it is: codes, labels, nothing recoded.

What the codes mean belongs in the crosswalk, whether they are right in `expectations`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import IngestError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AnswerTable:
    """A file of answers.

    Attributes:
        frame: one row per respondent, numbered from 1, one column per variable; every cell a
            string (codes without decimals, dates as ISO) or missing where there is no answer.
        labels: variable -> label of the variable.
        codes: variable -> {code: label}.
        title: what the file says of itself.
    """

    frame: pd.DataFrame
    labels: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
    title: str


def _text(value: object) -> str | None:
    if value is None or value != value:  # NaN is the only value unequal to itself
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) or None


def read_sav(path: Path, where: str) -> AnswerTable:
    """Read an SPSS system file, user-missing codes included.

    Raises:
        IngestError: the file is no complete SPSS file.
    """
    frame, meta = _sav(path, where)
    frame = frame.astype(object).map(_text).astype(object)
    frame.index += 1
    codes = {
        name: {str(_text(code)): label for code, label in labels.items()}
        for name, labels in meta.variable_value_labels.items()
    }
    labels = {name: label or "" for name, label in meta.column_names_to_labels.items()}
    return AnswerTable(frame, labels, codes, meta.file_label or "")


def glance_sav(path: Path, where: str) -> tuple[str, int]:
    """Read no more of an SPSS system file than what it says of itself.

    Returns:
        Its title and its number of rows.

    Raises:
        IngestError: the file is no SPSS file.
    """
    _, meta = _sav(path, where, metadataonly=True)
    return meta.file_label or "", meta.number_rows


def _sav(path: Path, where: str, **options: bool) -> tuple[pd.DataFrame, Any]:
    import pyreadstat

    try:
        frame, meta = pyreadstat.read_sav(path, user_missing=True, **options)
    except (pyreadstat.ReadstatError, UnicodeDecodeError, ValueError) as error:
        raise IngestError(
            where,
            f"{path} cannot be read as an SPSS file ({error})",
            "export the file again from the survey tool as .sav and copy it whole; "
            "it may be cut off or of another format",
        ) from None
    return frame, meta


READERS: Mapping[str, Callable[[Path, str], AnswerTable]] = {"sav": read_sav}
GLANCES: Mapping[str, Callable[[Path, str], tuple[str, int]]] = {"sav": glance_sav}


def glance(path: Path, file_format: str, where: str) -> tuple[str, int]:
    """Return title and number of respondents of a file, as `read` would, without its answers.

    Raises:
        IngestError: no file, an empty file, or not a file of that format.
    """
    _require(path, where)
    return GLANCES[file_format](path, where)


def read(path: Path, file_format: str, where: str) -> AnswerTable:
    """Read a file of answers in the format that its manifest names.

    Args:
        path: the file.
        file_format: a key of `READERS`.
        where: survey and wave, for messages.

    Raises:
        IngestError: no file, an empty file, or not a file of that format.
    """
    _require(path, where)
    return READERS[file_format](path, where)


def _require(path: Path, where: str) -> None:
    if not path.is_file():
        raise IngestError(
            where,
            f"there is no file {path}",
            "put the wave's file there, or name the right file in the manifest",
        )
    if path.stat().st_size == 0:
        raise IngestError(
            where, f"{path} is empty", "copy the file again from where it was exported"
        )
