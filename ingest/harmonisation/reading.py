"""Reads all seeds, and checks them before anything is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.descriptions import Rows
from ingest.errors import Phrase, RefusedError, did_you_mean
from ingest.harmonisation import catalogue, crosswalk, disclosure, references, regressions
from ingest.harmonisation.seeds import SEEDS, Harmonisation
from ingest.registry import Registry


def load(seeds: Path, registry: Registry, draft: Path | None = None) -> Harmonisation:
    """Read and check the seeds, and what the descriptions of surveys take from them.

    Args:
        seeds: the folder of the seeds.
        registry: the surveys, waves and variables that rows may name.
        draft: the folder of a draft, of which rows are added to the seeds of the same name.

    Raises:
        RefusedError: a row that does not fit its model, or a reference to what does not exist.
    """
    read: dict[str, Any] = {
        name: Rows.read(model, seeds / f"{name}.csv") for name, model in SEEDS.items()
    }
    for rows in read.values():
        _refuse_null(rows)
    for path in _files(draft) if draft else ():
        if path.suffix == ".csv":
            added = Rows.read(SEEDS[path.stem], path)
            _refuse_null(added)
            read[path.stem] = read[path.stem].followed_by(added)
    found = Harmonisation(**read)
    references.check(found, registry)
    disclosure.check(found)
    regressions.check(found)
    crosswalk.check(found, registry)
    catalogue.check(found, registry)
    return found


def _files(draft: Path) -> list[Path]:
    """The files of a draft. One that would not be read is refused, or it would be lost later."""
    known = ["survey.yml", f"{draft.name}.yml", *(f"{name}.csv" for name in SEEDS)]
    files = [path for path in sorted(draft.iterdir()) if not path.name.startswith(".")]
    for path in files:
        if path.name not in known:
            near = did_you_mean(path.name, known)
            raise RefusedError("draft_file_unknown", str(path), near=near, known=known)
    return files


def _refuse_null(rows: Rows[Any]) -> None:
    """Refuse a name or code `null`: dbt takes this word in a seed for an empty cell."""
    for line, row in rows.numbered:
        for column, value in vars(row).items():
            if isinstance(value, str) and value.strip().lower() == "null":
                where = Phrase("row", path=rows.path, row=line, key=next(iter(vars(row).values())))
                raise RefusedError("seed_null", where, column=column, value=value)
