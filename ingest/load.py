"""Writes raw Parquet: a faithful, engine-neutral copy of what was described and answered.

Layout under `raw/`, read by the dbt sources of the same names:

    registry/{surveys,waves,strata,items,item_codes,routing,corrections,sources,
              published_figures}.parquet
    answers/<survey>/<wave>.parquet      one row per respondent x variable, code as text
    respondents/<survey>/<wave>.parquet  one row per respondent
    variables/<survey>/<wave>.parquet    one row per variable, as the file labels it
    loads/<survey>/<wave>.parquet        one row: which file, its sha256, real or synthetic
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import Names, RefusedError
from ingest.models import Answers
from ingest.readers import SYNTHETIC_MARK, AnswerTable, glance, read
from ingest.registry import Registry, SurveyWave
from ingest.weights import weights

if TYPE_CHECKING:
    import pyarrow as pa

SYNTHETIC, MICRODATA = "synthetic", "microdata"
ANSWERS_AT_ONCE = 1_000_000
WAVE_TABLES = ("answers", "respondents", "variables", "loads")
# Readers must find the columns of tables that a project may have no rows of.
MAY_BE_EMPTY = {
    "routing": ("survey", "wave", "base", "variable", "code"),
    "corrections": (
        *("survey", "wave", "respondent_id", "variable", "code", "becomes"),
        *("reason_nl", "reason_en", "source"),
    ),
}


@dataclass(frozen=True)
class WaveFile:
    """A wave's file of answers, read and ready to be checked and loaded."""

    wave: SurveyWave
    answers: Answers
    path: Path
    sha256: str
    data_status: str
    table: AnswerTable


def wave_path(wave: SurveyWave, data: Path) -> Path:
    """Return where the real file of a wave with answers is put."""
    if wave.wave.answers is None:
        raise RefusedError("no_answers_described", wave.id)
    return data / wave.survey.survey / wave.wave.wave / wave.wave.answers.file.name


def open_wave(wave: SurveyWave, data: Path, samples: Path) -> WaveFile:
    """Find and read the answers of a wave.

    A file under `data/<survey>/<wave>/` is real (`microdata`). Without one, the synthetic sample
    that the manifest names is generated under `samples/`. A file that calls itself synthetic
    stays synthetic wherever it lies.

    Raises:
        RefusedError: no file and no sample, a file under another name, or an unreadable file.
    """
    where, path = wave.id, find_file(wave, data)
    folder = path.parent
    answers = wave.wave.answers
    assert answers is not None
    if not path.exists() and answers.sample:
        from ingest.samples import sample_file

        path = sample_file(answers.sample, answers.file, samples)
    table = read(path, answers, where)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if answers.file.sha256 and folder in path.parents and answers.file.sha256 != digest:
        raise RefusedError(
            "file_of_other_digest", where, path=path, found=digest, described=answers.file.sha256
        )
    status = SYNTHETIC if folder not in path.parents else _status(table.title)
    return WaveFile(wave, answers, path, digest, status, table)


def find_file(wave: SurveyWave, data: Path) -> Path:
    """Return where the real file of a wave is, or would be.

    Raises:
        RefusedError: the wave has no answers, or only files under another name are there.
    """
    path = wave_path(wave, data)
    folder = path.parent
    others = [item.name for item in folder.glob("*")] if folder.is_dir() else []
    if others and not path.exists():
        raise RefusedError("file_misnamed", wave.id, folder=folder, others=others, name=path.name)
    return path


def glance_at_wave(wave: SurveyWave, data: Path) -> tuple[str, Path | None, int | None]:
    """Tell what a build would find, without reading any answers.

    Returns:
        Data status, the file that was put in place and its number of respondents; no file and no
        number while the sample stands in.

    Raises:
        RefusedError: a file under another name, or an unreadable file.
    """
    path, answers = find_file(wave, data), wave.wave.answers
    assert answers is not None
    if not path.exists():
        return SYNTHETIC, None, None
    title, respondents = glance(path, answers, wave.id)
    return _status(title), path, respondents


def _status(title: str) -> str:
    return SYNTHETIC if title.startswith(SYNTHETIC_MARK) else MICRODATA


def write_wave(file: WaveFile, raw: Path) -> dict[str, int]:
    """Write the raw tables of one wave; a file that was there is replaced.

    Returns:
        Number of respondents and of answers (respondent x variable) written.

    Raises:
        RefusedError: the file has no column that identifies the respondent.
    """
    import pyarrow as pa

    data, answers = file.table.data, file.answers
    if answers.respondent not in data.column_names:
        raise RefusedError(
            "respondent_missing",
            file.wave.id,
            path=file.path,
            respondent=answers.respondent,
            known=Names(data.column_names, 40),
        )
    size = data.num_rows
    key = {"survey": file.wave.survey.survey, "wave": file.wave.wave.wave}
    variables = [item.variable for item in answers.items if item.variable in data.column_names]

    def column(name: str | None) -> pa.ChunkedArray | pa.Array:
        known = name and name in data.column_names
        return data.column(name).cast(pa.string()) if known else pa.nulls(size, pa.string())

    respondents = pa.table(
        {
            "respondent_id": column(answers.respondent),
            "organisation_id": column(answers.organisation),
            "completed_on": column(answers.completed_on),
            "weight": weights(data, answers, file.wave.id),
        }
    )
    described = _rows(
        {"variable": name, "position": place, "label": file.table.labels.get(name, "")}
        for place, name in enumerate(data.column_names)
    )
    load = _rows(
        [
            {
                "file": file.path.name,
                "sha256": file.sha256,
                "data_status": file.data_status,
                "respondents": size,
            }
        ]
    )
    tables = {
        "answers": _long(data, answers.respondent, variables),
        "respondents": [respondents],
        "variables": [described],
        "loads": [load],
    }
    for name, parts in tables.items():
        _write(parts, raw / name / key["survey"] / f"{key['wave']}.parquet", key)
    return {"respondents": size, "answers": size * len(variables)}


def _long(data: pa.Table, respondent: str, variables: list[str]) -> Iterator[pa.Table]:
    """Yield respondent x variable, some variables at a time, so that memory stays within bounds."""
    import numpy as np
    import pyarrow as pa

    size = data.num_rows
    step = max(ANSWERS_AT_ONCE // max(size, 1), 1)
    respondents = data.column(respondent).cast(pa.string()).chunks
    encoded = pa.dictionary(pa.int32(), pa.string())
    for start in range(0, max(len(variables), 1), step):
        names = variables[start : start + step]
        index = pa.array(np.repeat(np.arange(len(names), dtype="int32"), size))
        columns = [data.column(name) for name in names]
        codes = [chunk for column in columns for chunk in _encoded(column).chunks]
        yield pa.table(
            {
                "respondent_id": pa.chunked_array(respondents * len(names), pa.string()),
                "variable": pa.DictionaryArray.from_arrays(index, pa.array(names, pa.string())),
                "code": pa.chunked_array(codes, encoded).unify_dictionaries(),
            }
        )


def _encoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def write_registry(registry: Registry, raw: Path) -> dict[str, int]:
    """Write what is described, and remove raw waves that are described no longer.

    Returns:
        Rows per table.
    """
    described = {
        (wave.survey.survey, wave.wave.wave) for wave in registry.waves if wave.wave.answers
    }
    for name in WAVE_TABLES:
        for path in (raw / name).glob("*/*.parquet"):
            if (path.parent.name, path.stem) not in described:
                path.unlink()
    tables = {
        "surveys": [_survey(survey) for survey in registry.surveys],
        "waves": [_wave(wave) for wave in registry.waves],
        "strata": [row for wave in registry.waves for row in _strata(wave)],
        "items": [row for wave in registry.waves for row in _items(wave)],
        "item_codes": [row for wave in registry.waves for row in _item_codes(wave)],
        "routing": [row for wave in registry.waves for row in _routing(wave)],
        "corrections": [row for wave in registry.waves for row in _corrections(wave)],
        "sources": [source.model_dump() for source in registry.sources],
        "published_figures": [
            {"survey": survey, **figure.model_dump()} for survey, figure in registry.figures
        ],
    }
    for name, rows in tables.items():
        table = _rows(rows) if rows else _empty(MAY_BE_EMPTY.get(name, ()))
        _write([table], raw / "registry" / f"{name}.parquet", {})
    return {name: len(rows) for name, rows in tables.items()}


def _survey(survey: Any) -> dict[str, Any]:
    return {
        "survey": survey.survey,
        "country": survey.country,
        "title_nl": survey.title.nl,
        "title_en": survey.title.en,
        "title_original": survey.title.original or survey.title.nl,
        "publisher": survey.publisher,
        "unit": survey.unit.code,
        "unit_nl": survey.unit.nl,
        "unit_en": survey.unit.en,
        "reference_wave": survey.reference_wave,
    }


def _wave(item: SurveyWave) -> dict[str, Any]:
    wave = item.wave
    row: dict[str, Any] = {"survey": item.survey.survey, "wave": wave.wave, "mode": wave.mode}
    for name in ("reference_period", "field_period"):
        period = getattr(wave, name)
        row[f"{name}_start"] = period.start if period else None
        row[f"{name}_end"] = period.end if period else None
    for name in ("respondent", "population", "sampling", "weighting", "notes"):
        text = getattr(wave, name)
        row[f"{name}_nl"] = text.nl if text else None
        row[f"{name}_en"] = text.en if text else None
    row |= {f"response_{name}": value for name, value in wave.response.model_dump().items()}
    design = wave.answers.design if wave.answers else None
    row["stratum_concept"] = design.stratum if design else None
    row["weighting_method"] = design.weighting if design else None
    return row


def _strata(item: SurveyWave) -> list[dict[str, Any]]:
    design = item.wave.answers.design if item.wave.answers else None
    return [
        {
            "survey": item.survey.survey,
            "wave": item.wave.wave,
            "stratum": stratum,
            "frame_count": count,
        }
        for stratum, count in (design.frame.items() if design else ())
    ]


def _items(item: SurveyWave) -> list[dict[str, Any]]:
    answers = item.wave.answers
    return [
        {
            "survey": item.survey.survey,
            "wave": item.wave.wave,
            "variable": asked.variable,
            "codelist": asked.codelist,
            "base": asked.base,
            "battery": asked.battery,
            "separator": asked.separator,
            "wording_original": asked.wording.original,
            "wording_nl": asked.wording.nl,
            "wording_en": asked.wording.en,
        }
        for asked in (answers.items if answers else ())
    ]


def _item_codes(item: SurveyWave) -> list[dict[str, Any]]:
    answers = item.wave.answers
    return [
        {
            "survey": item.survey.survey,
            "wave": item.wave.wave,
            "codelist": codelist,
            "code": str(code),
            "label": label,
        }
        for codelist, codes in (answers.codelists.items() if answers else ())
        for code, label in codes.items()
    ]


def _routing(item: SurveyWave) -> list[dict[str, Any]]:
    answers = item.wave.answers
    return [
        {
            "survey": item.survey.survey,
            "wave": item.wave.wave,
            "base": base,
            "variable": variable,
            "code": str(code),
        }
        for base, given in (answers.routing.items() if answers else ())
        for variable, codes in given.items()
        for code in codes
    ]


def _corrections(item: SurveyWave) -> list[dict[str, Any]]:
    answers = item.wave.answers
    return [
        {
            "survey": item.survey.survey,
            "wave": item.wave.wave,
            "respondent_id": row.respondent,
            "variable": row.variable,
            "code": str(row.code),
            "becomes": None if row.becomes is None else str(row.becomes),
            "reason_nl": row.reason.nl,
            "reason_en": row.reason.en,
            "source": row.source,
        }
        for row in (answers.corrections if answers else ())
    ]


def _rows(rows: Any) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows))


def _empty(columns: Iterable[str]) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: pa.array([], pa.string()) for name in columns})


def _write(tables: Iterable[pa.Table], path: Path, constants: Mapping[str, str]) -> None:
    """Write tables under each other, with constant columns in front; the file appears whole.

    Only names that select rows get statistics, and identifiers, which never repeat within a
    variable, no dictionary: that halves the time.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    writer = None
    try:
        for table in tables:
            for place, name in enumerate(constants):
                value = pa.array([constants[name]], pa.string())
                index = pa.nulls(table.num_rows, pa.int32()).fill_null(0)
                column = pa.DictionaryArray.from_arrays(index, value)
                table = table.add_column(place, name, column)
            writer = writer or pq.ParquetWriter(
                aside,
                table.schema,
                compression="zstd",
                use_dictionary=[name for name in table.column_names if name != "respondent_id"],
                write_statistics=[
                    name for name in table.column_names if name in ("survey", "wave", "variable")
                ],
            )
            writer.write_table(table)
    finally:
        if writer:
            writer.close()
    aside.replace(path)
