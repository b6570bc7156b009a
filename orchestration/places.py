"""Says of a place that it cannot be used, or is full."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from ingest.messages import Phrase, Spoken
from orchestration.settings import Settings

# What the system says of a disk or a file that takes no more, and libraries repeat; and SQLite,
# which says the last where it cannot even open the file beside its database.
FULL = (
    *(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)),
    "database or disk is full",
    "disk I/O error",
)


def without_room(told: object, settings: Settings) -> Spoken | None:
    """Return what to say where an error says that the disk is full; else nothing."""
    why = next((why for why in FULL if why in str(told)), None)
    return unusable(settings.home, why) if why else None


def unusable(path: Path | str, why: object) -> Spoken:
    """Say of a place that it cannot be read or written."""
    return Phrase("orchestration.place_unusable", path=path, reason=why)
