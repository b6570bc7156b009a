"""Keeps what is made, and the files of answers, from other users of the machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import RefusedError
from orchestration.settings import Settings

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_private(settings: Settings) -> None:
    """Let this process, and those that it starts, make private files only; mend what is there.

    Everything under the home is made private. Of the folder of answers, which is the user's own,
    the top is: nobody else can pass it.

    Args:
        settings: the folders of the installation; one that does not exist yet is left out.

    Raises:
        RefusedError: other users can reach a path that belongs to somebody else.
    """
    os.umask(_OTHERS)
    for path in (*_home(settings.home), settings.data):
        try:
            mode = path.lstat().st_mode
            if mode & _OTHERS and not stat.S_ISLNK(mode):
                path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
        except FileNotFoundError:  # not made yet, or a build beside this one has removed it
            continue
        except PermissionError:
            raise RefusedError("orchestration.not_private", str(path)) from None


def _home(home: Path) -> Iterator[Path]:
    yield home
    # From the top: once the home is private, nobody can be quicker further down.
    for folder, folders, files in os.walk(home):
        yield from (Path(folder, name) for name in (*folders, *files))
