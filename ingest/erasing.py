"""Takes a respondent out of the file of answers of a wave."""

from __future__ import annotations

import os
from pathlib import Path

from ingest.errors import RefusedError
from ingest.readers import read
from ingest.registry import SurveyWave
from ingest.wave_files import find_file


def take_out(wave: SurveyWave, data: Path, respondent: str, *, write: bool) -> bool:
    """Take a respondent out of the real file of a wave; the rest of the file stays as it is.

    Args:
        wave: a wave with answers.
        data: where real files are put.
        respondent: the pseudonym, as the file has it.
        write: replace the file; without it, only see whether that can be done.

    Returns:
        Whether the file has the respondent.

    Raises:
        RefusedError: the file cannot be read, or it is of a format that is not written.
    """
    path, answers = find_file(wave, data), wave.wave.answers
    if answers is None or not path.exists():
        return False

    def rows(file: Path) -> list[dict[str, str | None]]:
        table = read(file, answers.file, answers.texts, wave.id, answers.numbers, answers)
        found: list[dict[str, str | None]] = table.data.to_pylist()
        return found

    before = rows(path)
    kept = [row.get(answers.respondent) != respondent for row in before]
    if all(kept):
        return False
    content = answers.file.with_rows(path, kept)
    kept_back = RefusedError(
        "respondent_kept", wave.id, path=path, respondent=respondent, format=answers.file.format
    )
    if content is None:
        raise kept_back
    if not write:
        return True
    aside = path.with_name(f".{path.name}.part")
    try:
        with aside.open("wb") as file:
            file.write(content)
            os.fsync(file.fileno())
        # Read again, so that a file is replaced only by one that lacks these rows and no other.
        if rows(aside) != [row for row, stays in zip(before, kept, strict=True) if stays]:
            raise kept_back
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return True
