"""The one rule for names of variables, which files, manifests and drafts share."""

from __future__ import annotations

import unicodedata

# Control characters, ends of lines and halves of characters: nobody sees or can type these.
UNSEEN = frozenset({"Cc", "Zl", "Zp", "Cs"})


def is_name(name: str) -> bool:
    """Return whether a text can be the name of a variable.

    Any text can, in any script and with spaces and signs, that is not empty and has no control
    characters. It is kept as the file has it.
    """
    return bool(name.strip()) and UNSEEN.isdisjoint(map(unicodedata.category, name))


def short(name: str, widest: int) -> str:
    """Return a name for a table on the terminal: a long one loses its middle."""
    if len(name) <= widest:
        return name
    head = widest // 2
    return f"{name[:head]}…{name[len(name) - (widest - head - 1) :]}"
