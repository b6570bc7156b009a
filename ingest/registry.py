"""Finds what is described under `surveys/`: the only list of surveys, waves and published figures.

A new wave is a new manifest; nothing else needs to be told about it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ingest.errors import IngestError, RefusedError, did_you_mean, listing
from ingest.models import PublishedFigure, Source, Survey, Wave

SURVEYS = Path(__file__).parent / "surveys"
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class SurveyWave:
    """A wave together with the survey that it belongs to."""

    survey: Survey
    wave: Wave

    @property
    def id(self) -> str:
        """`survey/wave`, as it is written on the command line."""
        return f"{self.survey.survey}/{self.wave.wave}"


@dataclass(frozen=True)
class Registry:
    """All that is described: surveys, waves, published figures and their sources."""

    surveys: tuple[Survey, ...]
    waves: tuple[SurveyWave, ...]
    figures: tuple[tuple[str, PublishedFigure], ...]
    sources: tuple[Source, ...]

    def wave(self, wave_id: str) -> SurveyWave:
        """Return the wave called `survey/wave`.

        Raises:
            IngestError: there is no such wave; the message lists the nearest and all names.
        """
        by_id = {wave.id: wave for wave in self.waves}
        if wave_id not in by_id:
            raise RefusedError(
                "no_such_wave",
                wave_id,
                near=did_you_mean(wave_id, by_id),
                known=listing(by_id, limit=30),
            )
        return by_id[wave_id]


def _explain(error: ValidationError, fields: Iterable[str]) -> str:
    """Put pydantic's errors into words: the field, what was found, what is wrong with it."""
    parts = []
    for item in error.errors(include_url=False):
        place = ".".join(str(step) for step in item["loc"])
        if item["type"] == "extra_forbidden":
            parts.append(f"unknown key {place!r}{did_you_mean(str(item['loc'][-1]), fields)}")
        elif item["type"] == "missing":
            parts.append(f"key {place!r} is missing")
        elif place:
            parts.append(f"{place} = {item['input']!r}: {item['msg']}")
        else:
            parts.append(item["msg"].removeprefix("Value error, "))
    return "; ".join(parts)


def _keys(model: type[BaseModel]) -> set[str]:
    """All keys that a description may have, at any depth."""
    schema = model.model_json_schema()
    parts = (schema, *schema.get("$defs", {}).values())
    return {key for part in parts for key in part.get("properties", {})}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise IngestError(
            str(path), "there is no such file", "put it back; version control knows it"
        ) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise IngestError(
            f"{path}, line {line}",
            "is not UTF-8",
            "save the file as UTF-8, not as Windows or Excel",
        ) from None


def _parse(model: type[M], data: Any, where: str) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise IngestError(
            where,
            _explain(error, _keys(model)),
            f"correct it; {model.__module__.replace('.', '/')}.py ({model.__name__}) tells what is "
            "allowed",
        ) from None


def read_yaml(model: type[M], path: Path) -> M:
    """Read a YAML file into `model`.

    Raises:
        IngestError: no file, not UTF-8, not YAML, an unknown or missing key, a value of the wrong
            kind.
    """
    try:
        # The C loader is the safe one too, and ten times as fast.
        data = yaml.load(_text(path), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise IngestError(
            f"{path}{line}",
            f"is not valid YAML ({getattr(error, 'problem', error)})",
            "correct the line; strings with a colon need quotes",
        ) from None
    return _parse(model, data, str(path))


def read_csv(model: type[M], path: Path) -> Iterator[tuple[int, M]]:
    """Yield (line number, row) of a UTF-8 CSV file with a header.

    Raises:
        IngestError: no file, not UTF-8, a column too many or too few, or a value of the wrong kind,
            with its row.
    """
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    columns, fields = set(reader.fieldnames or ()), set(model.model_fields)
    if columns != fields:
        raise IngestError(
            f"{path}, header",
            f"missing columns: {listing(sorted(fields - columns)) or 'none'}; "
            f"unknown columns: {listing(sorted(columns - fields)) or 'none'}",
            "give the file exactly the columns of its model in ingest/models.py",
        )
    for row in reader:
        where = f"{path}, row {reader.line_num} ({next(iter(row.values()))})"
        if None in row or None in row.values():
            raise IngestError(
                where,
                "the row has more or fewer cells than the header",
                "put texts that hold a comma between double quotes",
            )
        yield reader.line_num, _parse(model, row, where)


def load(root: Path = SURVEYS) -> Registry:
    """Read and check everything under `root`.

    Raises:
        IngestError: any file that does not fit its model, or a reference that leads nowhere.
    """
    sources_file = root / "sources.csv"
    sources = tuple(source for _, source in read_csv(Source, sources_file))
    known = {source.source_id for source in sources}
    surveys: list[Survey] = []
    waves: list[SurveyWave] = []
    figures: list[tuple[str, PublishedFigure]] = []
    for folder in sorted(path.parent for path in root.glob("*/survey.yml")):
        survey = read_yaml(Survey, folder / "survey.yml")
        if survey.survey != folder.name:
            raise IngestError(
                str(folder / "survey.yml"),
                f"names survey {survey.survey!r}",
                "let the folder and the key `survey` have the same name",
                folder.name,
            )
        surveys.append(survey)
        own = [_wave(survey, path) for path in sorted((folder / "waves").glob("*.yml"))]
        waves += own
        figures += [
            (survey.survey, figure)
            for figure in _figures(folder / "published.csv", {w.wave.wave for w in own}, known)
        ]
    twice = [row for row, n in Counter(f.row_id for _, f in figures).items() if n > 1]
    if twice:
        raise IngestError(
            str(root),
            f"row_id used more than once: {listing(twice)}",
            "give every published figure a row_id of its own",
        )
    return Registry(tuple(surveys), tuple(waves), tuple(figures), sources)


def _wave(survey: Survey, path: Path) -> SurveyWave:
    wave = read_yaml(Wave, path)
    if wave.wave != path.stem:
        raise IngestError(
            str(path),
            f"names wave {wave.wave!r}",
            "let the file and the key `wave` have the same name",
            path.stem,
        )
    return SurveyWave(survey, wave)


def _figures(path: Path, waves: set[str], sources: set[str]) -> Iterator[PublishedFigure]:
    if not path.exists():
        return
    current: dict[tuple[str, ...], int] = {}
    for line, figure in read_csv(PublishedFigure, path):
        where = f"{path}, row {line} ({figure.row_id})"
        if figure.source_id not in sources:
            known = did_you_mean(figure.source_id, sources)
            raise IngestError(
                where,
                f"source_id {figure.source_id!r} is not described{known}"
                if figure.source_id
                else "the figure has no source_id",
                "add the source to ingest/surveys/sources.csv; no figure goes without one",
            )
        if figure.wave not in waves:
            raise IngestError(
                where,
                f"wave {figure.wave!r} has no manifest",
                f"add waves/{figure.wave}.yml or correct the wave",
                listing(sorted(waves)),
            )
        if figure.status == "current":
            if figure.key in current:
                raise IngestError(
                    where,
                    f"says the same as row {current[figure.key]}",
                    "keep one row `current` and mark the other `superseded`, with the reason",
                )
            current[figure.key] = line
        yield figure
