"""Refuses files with personal data. Nothing of them is copied, and no message repeats a value."""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.columns import first_row
from ingest.descriptions import read_yaml
from ingest.errors import RefusedError
from ingest.models import PersonalData

if TYPE_CHECKING:
    import pyarrow as pa

LIST = Path(__file__).with_name("personal_data.yml")


@cache
def _listed() -> PersonalData:
    return read_yaml(PersonalData, LIST)


def refuse_personal_data(table: pa.Table, texts: frozenset[str], path: Path, where: str) -> None:
    """Refuse columns whose name or values are personal data.

    Args:
        table: one text column per variable.
        texts: variables with open answers, which are not searched: a respondent may name an
            address there.
        path: the file, for messages.
        where: survey and wave, for messages.

    Raises:
        RefusedError: with the column, and with the first row where a value matched.
    """
    import pyarrow.compute as pc

    listed = _listed()
    named = [
        name for name in table.column_names if re.sub("[^a-z]", "", name.lower()) in listed.columns
    ]
    if named:
        raise RefusedError("personal_columns", where, path=path, names=named)
    for name, column in zip(table.column_names, table.columns, strict=True):
        for kind in listed.patterns:
            if name in texts:
                continue
            row = first_row(column, partial(pc.match_substring_regex, pattern=kind.pattern))
            if row:
                raise RefusedError(
                    "personal_values", where, path=path, kind=kind, variable=name, row=row
                )
