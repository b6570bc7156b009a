"""The files of a draft: written in a folder of their own, accepted into the project, or discarded.

The folder `<survey>/drafts/<wave>/` holds the manifest, a CSV for each seed with rows to append
and, for a new survey, its description.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ingest.descriptions import Rows
from ingest.drafting.draft import Draft
from ingest.drafting.manifest import UNKNOWN
from ingest.errors import Names, RefusedError, did_you_mean
from ingest.harmonisation.seeds import SEEDS
from ingest.messages import LANGUAGES, Phrase
from ingest.models import Row
from ingest.registry import WAVE_ID, draft_folder, drafts


def refuse_overwriting(survey: str, wave: str, surveys: Path, output: Path | None = None) -> Path:
    """Return the folder of a draft, and refuse to overwrite one.

    Raises:
        RefusedError: with the manifest.
    """
    name, where = f"{wave}.yml", f"{survey}/{wave}"
    described = surveys / survey / "waves" / name
    if not output and described.exists():
        raise RefusedError("manifest_is_there", where, path=described)
    folder = output or surveys / survey / "drafts" / wave
    if (folder / name).exists():
        raise RefusedError("draft_is_there", where, path=folder / name)
    return folder


def write(draft: Draft, surveys: Path, seeds: Path, output: Path | None = None) -> list[Path]:
    """Write a draft in its folder, or in another one.

    Args:
        draft: what to write.
        surveys: folder of the surveys.
        seeds: folder of the seeds, for the order of their columns.
        output: another folder for the draft.

    Returns:
        The files that were written.

    Raises:
        RefusedError: the manifest is there already; nothing is written then.
    """
    folder = refuse_overwriting(draft.survey, draft.wave, surveys, output)
    texts = {"survey.yml": draft.description} if draft.description else {}
    texts[f"{draft.wave}.yml"] = draft.manifest
    for name, rows in draft.rows.items():
        if rows:
            texts[f"{name}.csv"] = _csv(_columns(seeds / f"{name}.csv"), map(_cells, rows))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in texts]


def find(wave_id: str, surveys: Path) -> Path:
    """Return the folder of a draft.

    Raises:
        RefusedError: there is no such draft.
    """
    there = drafts(surveys)
    if wave_id not in there or not WAVE_ID.fullmatch(wave_id):
        near = did_you_mean(wave_id, there)
        raise RefusedError("no_such_draft", wave_id, near=near, known=Names(there, 30))
    return draft_folder(wave_id, surveys)


def undecided(folder: Path) -> list[Phrase]:
    """Return the lines of a draft that must still be decided: such comments, and values `…`."""
    leads = "|".join(Phrase("comment_decide").text(language) for language in LANGUAGES)
    open_line = re.compile(rf"\s*#\s*(?:{leads}):\s*(.*)|\s*([^#]*:\s*{UNKNOWN}(?:\s*[,}}].*)?)$")
    found = []
    for path in sorted(folder.glob("*.yml")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if told := open_line.match(line):
                text = told[1] or told[2]
                found.append(Phrase("draft_line", file=path.name, line=number, text=text))
    return found


def refuse_undecided(wave_id: str, folder: Path) -> None:
    """Refuse a draft in which something must still be decided.

    Raises:
        RefusedError: with the lines of the comments.
    """
    if left := undecided(folder):
        raise RefusedError("draft_undecided", wave_id, n=len(left), lines=Names(left, 8, "; "))


def accept(wave_id: str, surveys: Path, seeds: Path) -> list[Path]:
    """Move a draft into the project: its manifest among the waves, its rows after the seeds.

    Every file is written aside first, so that a file that cannot be written leaves all as it was.
    The caller has checked the draft, and that nothing in it must still be decided.

    Args:
        wave_id: `survey/wave`.
        surveys: folder of the surveys.
        seeds: folder of the seeds, to which rows are appended.

    Returns:
        The files that were written.

    Raises:
        RefusedError: there is no such draft.
    """
    folder = find(wave_id, surveys)
    survey = folder.parents[1]
    texts: dict[Path, str] = {}
    for path in sorted(folder.glob("*.yml")):
        place = survey / path.name if path.name == "survey.yml" else survey / "waves" / path.name
        texts[place] = path.read_text("utf-8")
    # A crosswalk row refers to all other rows, so it comes last.
    for path in sorted(folder.glob("*.csv"), key=lambda path: path.stem == "crosswalk"):
        texts[seeds / path.name] = _appended(seeds / path.name, path)
    asides = {path: path.with_name(f"{path.name}.part") for path in texts}
    for path, aside in asides.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(texts[path], "utf-8")
    for path, aside in asides.items():
        aside.replace(path)
    _remove(folder)
    return list(texts)


def discard(wave_id: str, surveys: Path) -> list[Path]:
    """Remove a draft, and return the files that it had.

    Raises:
        RefusedError: there is no such draft.
    """
    folder = find(wave_id, surveys)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    _remove(folder)
    return files


def _remove(folder: Path) -> None:
    """Remove a draft, and the folders above it that held nothing else."""
    shutil.rmtree(folder)
    for above in folder.parents[:2]:
        if not any(above.iterdir()):
            above.rmdir()


def _appended(seed: Path, draft: Path) -> str:
    """The text of a seed with the new rows of a draft after it, in the order of its columns."""
    before = seed.read_text("utf-8")
    rows = csv.DictReader(io.StringIO(draft.read_text("utf-8-sig"), newline=""))
    model = SEEDS[draft.stem]
    there = Rows[Row].read(model, seed).rows
    drafted = Rows[Row].read(model, draft).rows
    fresh = (cells for cells, row in zip(rows, drafted, strict=True) if row not in there)
    whole = before if before.endswith("\n") else f"{before}\n"
    return whole + _csv(_columns(seed), fresh, head=False)


def _columns(seed: Path) -> list[str]:
    with seed.open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines))


def _csv(columns: Sequence[str], rows: Iterator[Mapping[str, object]], *, head: bool = True) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    if head:
        writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _cells(row: Row) -> dict[str, object]:
    """The cells of a row as the seeds have them: `true`, and 2 for 2.0."""
    return {
        name: str(value).lower()
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else value
        for name, value in row.model_dump().items()
    }
