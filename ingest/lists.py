"""Cells that hold several answers: the chosen codes with a separator between them.

A code may hold the separator itself ("Yes, because of costs"). A cell is therefore split into codes
that are described, and refused where that can be done in two ways.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import RefusedError

if TYPE_CHECKING:
    import pyarrow as pa

MARK = "\x1f"  # between the codes of a list in raw data: a sign that no answer has


class AmbiguousListError(ValueError):
    """A cell can be split into codes in two ways."""


def split_list(cell: str, separator: str, codes: Collection[str]) -> list[str]:
    """Split a cell into codes; what is no code stays a part of its own, as it is.

    Args:
        cell: the cell.
        separator: what is between codes; after the last one it may stand too.
        codes: the codes that are described.

    Raises:
        AmbiguousListError: the cell can be split into codes in two ways.
    """
    between = separator.strip(" ") or separator
    known = {_tidy(code, between): code for code in codes}
    parts = cell.split(between)
    ends: list[list[list[str]]] = [[[]], *([] for _ in parts)]  # up to two ways for each end
    for start in range(len(parts)):
        if ends[start] and not parts[start].strip():
            ends[start + 1] += ends[start]
        for end in range(start + 1, len(parts) + 1):
            code = known.get(_tidy(between.join(parts[start:end]), between))
            if ends[start] and code is not None:
                ends[end] = [*ends[end], *([*way, code] for way in ends[start])][:2]
    if len(ends[-1]) == 2:
        raise AmbiguousListError(cell)
    return ends[-1][0] if ends[-1] else _longest_first(parts, between, known)


def _tidy(text: str, between: str) -> str:
    """Leave out spaces around the text and after separators."""
    return between.join(part.strip(" ") for part in text.split(between))


def _longest_first(parts: list[str], between: str, known: dict[str, str]) -> list[str]:
    """Split a cell that holds a part that is no code."""
    found, start = list[str](), 0
    while start < len(parts):
        for end in range(len(parts), start, -1):
            text = between.join(parts[start:end])
            code = known.get(_tidy(text, between))
            if code is not None or end == start + 1:
                found += [code if code is not None else text.strip()] if text.strip() else []
                start = end
                break
    return found


def marked(cell: str, separator: str, codes: Collection[str]) -> str:
    """Return a cell as raw data has it; as it is where it can be split in two ways."""
    try:
        return MARK.join(split_list(cell, separator, codes))
    except AmbiguousListError:
        return cell


def split_lists(
    column: pa.ChunkedArray,
    variable: str,
    separator: str,
    codes: Collection[str],
    path: Path,
    where: str,
) -> dict[str, list[str]]:
    """Split every different cell of a variable.

    Returns:
        The cell -> its codes.

    Raises:
        RefusedError: a cell can be split in two ways.
    """
    split: dict[str, list[str]] = {}
    for cell in column.unique().drop_null().to_pylist():
        try:
            split[cell] = split_list(cell, separator, codes)
        except AmbiguousListError:
            raise RefusedError(
                "list_ambiguous",
                where,
                path=path,
                variable=variable,
                cell=cell,
                separator=separator,
            ) from None
    return split
