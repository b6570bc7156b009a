"""Writes a draft: the manifest, and rows appended to the crosswalk and the recodes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from ingest.drafting.draft import Draft
from ingest.errors import RefusedError
from ingest.models import Model


def refuse_overwriting(survey: str, wave: str, surveys: Path, output: Path | None = None) -> Path:
    """Return the path of the manifest, and refuse to overwrite one.

    Raises:
        RefusedError: with the manifest.
    """
    name = f"{wave}.yml"
    manifest = output / name if output else surveys / survey / "waves" / name
    if manifest.exists():
        raise RefusedError("manifest_is_there", f"{survey}/{wave}", path=manifest)
    return manifest


def write(draft: Draft, surveys: Path, seeds: Path, output: Path | None = None) -> list[Path]:
    """Write a draft in the project, or in another folder.

    Args:
        draft: what to write.
        surveys: folder of the surveys.
        seeds: folder of the seeds, to which rows are appended.
        output: a folder for the manifest and the new rows only, instead of both.

    Returns:
        The files that were written.

    Raises:
        RefusedError: the manifest is there already; nothing is written then.
    """
    manifest = refuse_overwriting(draft.survey, draft.wave, surveys, output)
    written = [manifest]
    for name, rows in (("crosswalk.csv", draft.crosswalk), ("recodes.csv", draft.recodes)):
        if rows:
            path = (output or seeds) / name
            _append(rows, path, (seeds / name).read_text("utf-8").splitlines()[0])
            written.append(path)
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(draft.manifest, "utf-8")
    return written


def _append(rows: Sequence[Model], path: Path, header: str) -> None:
    """Append rows to a CSV file, which is made if needed. The file is replaced as a whole."""
    before = path.read_text("utf-8") if path.exists() else f"{header}\n"
    text = io.StringIO()
    writer = csv.DictWriter(text, header.split(","), lineterminator="\n")
    for row in rows:
        cells = row.model_dump()
        score = cells.get("score")
        writer.writerow(cells | ({"score": f"{score:g}"} if score is not None else {}))
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    aside.write_text(before + ("" if before.endswith("\n") else "\n") + text.getvalue(), "utf-8")
    aside.replace(path)
