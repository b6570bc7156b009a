"""Names variables, rows and wordings in a message."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.likeness.text import split_item
from ingest.models import Text


def name_variables(variables: Iterable[str]) -> str:
    """Join variables; consecutive ones become a range: `q7_1–q7_17, q9`."""
    runs: list[tuple[str, str]] = []
    for name in variables:
        if runs and _follows(runs[-1][1], name):
            runs[-1] = (runs[-1][0], name)
        else:
            runs.append((name, name))
    return ", ".join(first if first == last else f"{first}–{last}" for first, last in runs)


def _follows(one: str, other: str) -> bool:
    ends = [re.fullmatch(r"(.*?)(\d+)", name) for name in (one, other)]
    heads = [(end[1], int(end[2])) for end in ends if end]
    return len(heads) == 2 and heads[1] == (heads[0][0], heads[0][1] + 1)


def ranges(numbers: Iterable[int]) -> str:
    """Join numbers; consecutive ones become a range: `3–5, 9`."""
    return name_variables(str(number) for number in sorted(numbers))


def quoted(text: Text, *, battery: bool = False) -> Text:
    """Return a wording in quotation marks; for a battery only its stem."""

    def quote(words: str) -> str:
        stem = split_item(words)[0] if battery else ""
        return f"“{stem}: …”" if stem else f"“{words}”"

    return Text(nl=quote(text.nl), en=quote(text.en))
