"""Erases the answers of a wave or of one respondent, and searches for what may be left of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest import registry
from ingest.erasing import take_out
from ingest.errors import Names, RefusedError
from ingest.raw.answers import ANSWER
from ingest.registry import SurveyWave
from ingest.wave_files import find_file
from orchestration.data_version import of_file
from orchestration.releases import Releases
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

SHORTEST: Final = 8  # a shorter pseudonym or text, such as 17, is found everywhere


@dataclass(frozen=True)
class Erasure:
    """What is to be erased.

    Attributes:
        wave_id: `survey/wave`.
        wave: the wave, where it is described.
        respondent: the pseudonym; none for the whole wave.
        paths: files and folders that are removed.
        file: the file that the respondent is taken out of.
        releases: those that hold figures from these answers, or cannot be read.
    """

    wave_id: str
    wave: SurveyWave | None
    respondent: str | None
    paths: Sequence[Path]
    file: Path | None
    releases: Sequence[str]


@dataclass(frozen=True)
class Erased:
    """What was done, and what it was checked with.

    Attributes:
        marks: number of pseudonyms and texts that were looked for.
        files: number of files that they were looked for in.
        removed: releases that were removed.
        kept: releases that still hold figures from the answers.
    """

    marks: int
    files: int
    removed: Sequence[str]
    kept: Sequence[str]


def plan(settings: Settings, wave_id: str, respondent: str | None = None) -> Erasure:
    """Find what there is of a wave or a respondent, without changing anything.

    Args:
        settings: the folders of the installation.
        wave_id: `survey/wave`; it need not be described any more.
        respondent: the pseudonym; none for the whole wave.

    Raises:
        BarometerError: there is nothing of it, the respondent must be taken out of the file by its
            owner, or a file of answers is a link to a place that is not ours.
    """
    described = registry.load()
    wave = next((one for one in described.waves if one.id == wave_id), None)
    if not registry.WAVE_ID.fullmatch(wave_id):  # it becomes part of paths
        described.wave(wave_id)
    folder = settings.data / wave_id
    raw = _raw(settings, wave_id)
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            raise RefusedError("orchestration.erase_link", wave_id, path=path)
    file: Path | None = None
    if respondent is not None:
        wave = described.wave(wave_id)
        if take_out(wave, settings.data, respondent, write=False):
            file = find_file(wave, settings.data)
    # With the whole wave its file goes too; a file that lacks the respondent stays.
    stays = respondent is not None and file is None
    releases = _made_from(settings, wave_id, wave, stays=stays)
    held = raw if respondent is None else [path for path in raw if _of(path, respondent)]
    if not (held or file or releases or (respondent is None and folder.exists())):
        if respondent is None:
            described.wave(wave_id)  # says which waves there are
            raise RefusedError("orchestration.erase_nothing", wave_id)
        raise RefusedError("orchestration.erase_nobody", wave_id, respondent=respondent)
    derived = [
        *settings.home.glob(f"{settings.warehouse.name}*"),
        *(settings.dbt_target, settings.quality, settings.disclosure, settings.home / "trace"),
        *(settings.home / name for name in ("spark", "build.json", "metrics.prom")),
        *(settings.samples, settings.dagster_home),
    ]
    # What tells which marks to look for goes last, so that a second try still knows them.
    own = [folder] if respondent is None else []
    paths = [path for path in (*own, *derived, *raw) if path.exists()]
    return Erasure(wave_id, wave, respondent, paths, file, releases)


def erase(settings: Settings, planned: Erasure, *, releases: bool) -> Erased:
    """Erase, then search everything that is left.

    Args:
        settings: the folders of the installation.
        planned: what to erase.
        releases: remove releases that hold figures from the answers too, but for the current one.

    Raises:
        RefusedError: a build is running, PostgreSQL or the store does not answer, or something of
            the answers is left.
    """
    from orchestration.build_lock import build_lock
    from orchestration.run_history import open_history
    from orchestration.service_checks import check
    from orchestration.store import forget

    with build_lock(settings):
        check(settings.services)  # before anything is gone
        marks = _marks(settings, planned)
        if planned.file and planned.wave and planned.respondent is not None:
            take_out(planned.wave, settings.data, planned.respondent, write=True)
        for path in planned.paths:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        known = Releases(settings)
        removed = [one for one in planned.releases if releases and one != known.current()]
        for release_id in removed:
            known.remove(release_id)
        if settings.services.history:
            with open_history(settings) as history:
                history.wipe()
        forget(settings, removed)
        files = list(_files(settings))
        if left := [path for path in files if _holds(path, marks)]:
            raise RefusedError("orchestration.erase_left", planned.wave_id, paths=Names(left, 20))
    kept = [one for one in planned.releases if one not in removed]
    return Erased(len(marks), len(files), removed, kept)


def _raw(settings: Settings, wave_id: str) -> list[Path]:
    return sorted(settings.raw.glob(f"*/{wave_id}.*"))


def _made_from(
    settings: Settings, wave_id: str, wave: SurveyWave | None, *, stays: bool
) -> list[str]:
    """Return the releases made from a file of the wave that may not be there any more.

    Args:
        settings: the folders of the installation.
        wave_id: `survey/wave`.
        wave: the wave, where it is described.
        stays: its file stays as it is.
    """
    releases = Releases(settings)
    fit: set[str] = set()
    if wave and (answers := wave.wave.answers):
        if answers.sample:
            from ingest.samples import sample_file

            fit.add(of_file(sample_file(answers.sample, answers.file, settings.samples)))
        if stays:
            path = find_file(wave, settings.data)
            fit |= {of_file(path)} if path.exists() else set()
    readable = {item.release_id: item for item in releases.all()}
    return [
        *(
            name
            for name, item in readable.items()
            if any(
                file.startswith(f"{wave_id}/") and digest not in fit
                for file, digest in item.inputs.items()
            )
        ),
        *(name for name in releases.faults() if name not in readable),
    ]


def _of(path: Path, respondent: str) -> pa.Table | None:
    """Return the rows of a respondent in a raw file, or nothing where it has none."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.ParquetFile(path).read()
    if "respondent_id" not in table.column_names:
        return None
    found = table.filter(pc.equal(table.column("respondent_id"), respondent))
    return found if found.num_rows else None


def _marks(settings: Settings, planned: Erasure) -> set[str]:
    """Return pseudonyms and open answers that tell these answers from all others."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    own: set[str] = {planned.respondent} if planned.respondent else set()
    others: set[str] = set()
    for table in ("respondents", "answers"):
        for path in (settings.raw / table).glob("*/*.parquet"):
            is_own = f"{path.parent.name}/{path.stem}" == planned.wave_id
            rows = pq.ParquetFile(path).read()
            if table == "respondents":
                telling = ["respondent_id", "organisation_id"]
            elif is_own:
                telling = _open_answers(settings, planned)
            else:
                telling = [name for name in rows.column_names if name.startswith(ANSWER)]
            if not is_own:
                others |= _texts(rows.select(telling))
                continue
            if planned.respondent is not None:
                asked = pc.equal(rows.column("respondent_id"), planned.respondent)
                others |= _texts(rows.filter(pc.invert(asked)).select(telling))
                rows = rows.filter(asked)
            own |= _texts(rows.select(telling))
    return {mark for mark in own - others if len(mark) >= SHORTEST}


def _open_answers(settings: Settings, planned: Erasure) -> list[str]:
    """Return the columns of raw answers that hold open answers of the wave."""
    import pyarrow.parquet as pq

    answers = planned.wave.wave.answers if planned.wave else None
    path = settings.raw / "variables" / f"{planned.wave_id}.parquet"
    if answers is None or not path.exists():
        return []
    return [
        row["answer_column"]
        for row in pq.ParquetFile(path).read().to_pylist()
        if row["variable"] in answers.texts and row["answer_column"]
    ]


def _texts(table: pa.Table) -> set[str]:
    return {text for column in table.columns for text in column.unique().to_pylist() if text}


def _files(settings: Settings) -> Iterator[Path]:
    for root in (settings.home, settings.data):
        for folder, _, names in os.walk(root):
            paths = (Path(folder, name) for name in names)
            yield from (path for path in paths if path.is_file() and not path.is_symlink())


def _holds(path: Path, marks: set[str]) -> bool:
    """Whether a file has one of the marks; what is compressed is read as its format says."""
    import duckdb

    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        table = pq.ParquetFile(path).read()
        return any(
            not marks.isdisjoint(column.cast("string").unique().to_pylist())
            for column in table.columns
        )
    if path.suffix == ".duckdb":
        try:
            with duckdb.connect(str(path), read_only=True) as database:
                return _database_holds(database, marks)
        except duckdb.Error:  # damaged; its bytes are looked at
            pass
    content = path.read_bytes()
    return any(mark.encode() in content for mark in marks)


def _database_holds(database: duckdb.DuckDBPyConnection, marks: set[str]) -> bool:
    tables = database.execute(
        "select schema_name, table_name, string_agg('\"' || column_name || '\"', ', ') "
        "from duckdb_columns() where not internal and data_type = 'VARCHAR' group by all"
    ).fetchall()
    database.execute(
        "create temp table marks as select unnest(?::varchar[]) as mark", [sorted(marks)]
    )
    return any(
        database.execute(
            f'select 1 from (select unnest([{columns}]) as held from "{schema}"."{table}") '  # noqa: S608
            "semi join marks on held = mark limit 1"
        ).fetchone()
        for schema, table, columns in tables
    )
