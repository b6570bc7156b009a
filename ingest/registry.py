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
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ingest.errors import Names, Phrase, RefusedError, did_you_mean, reason
from ingest.messages import has_phrase
from ingest.models import PublishedFigure, Source, Survey, Wave

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SURVEYS = Path(__file__).parent / "surveys"
LONGEST_VALUE = 80  # characters of a value that a message repeats
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
            RefusedError: there is no such wave; the message lists the nearest and all names.
        """
        by_id = {wave.id: wave for wave in self.waves}
        if wave_id not in by_id:
            raise RefusedError(
                "no_such_wave",
                wave_id,
                near=did_you_mean(wave_id, by_id),
                known=Names(by_id, 30),
            )
        return by_id[wave_id]


def _explain(error: ValidationError, fields: Iterable[str]) -> Names:
    """Put pydantic's errors into words: the field, what was found, what is wrong with it."""
    return Names([_problem(item, fields) for item in error.errors(include_url=False)], 8, "; ")


def _problem(item: ErrorDetails, fields: Iterable[str]) -> Phrase:
    kind, context = item["type"], item.get("ctx", {})
    place: object = ".".join(str(step) for step in item["loc"])
    if kind == "misfit":
        return Phrase("at", place=place, misfit=context["phrase"]) if place else context["phrase"]
    # Kinds of which only the first word matters: int_type, int_parsing, int_from_float.
    names = (kind, f"not_{kind.split('_')[0]}")
    return Phrase(
        next(filter(has_phrase, names), "any_other"),
        **{name: str(value).replace(" or ", ", ") for name, value in context.items()},
        place=place or Phrase("whole_file"),
        value=repr(item["input"])[:LONGEST_VALUE],
        told=item["msg"].removeprefix("Value error, "),
        near=did_you_mean(str(item["loc"][-1]), fields) if kind == "extra_forbidden" else "",
    )


def _keys(model: type[BaseModel]) -> set[str]:
    """All keys that a description may have, at any depth."""
    schema = model.model_json_schema()
    parts = (schema, *schema.get("$defs", {}).values())
    return {key for part in parts for key in part.get("properties", {})}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise RefusedError("description_missing", str(path)) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        where = Phrase("line", path=path, line=line)
        raise RefusedError("description_encoding", where) from None


def parse(model: type[M], data: Any, where: str | Phrase) -> M:
    """Put what was read into `model`.

    Raises:
        RefusedError: an unknown or missing key, or a value of the wrong kind.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise RefusedError(
            "description_unfit",
            where,
            problems=_explain(error, _keys(model)),
            module=f"{model.__module__.replace('.', '/')}.py",
            model=model.__name__,
        ) from None


def read_yaml(model: type[M], path: Path) -> M:
    """Read a YAML file into `model`.

    Raises:
        RefusedError: no file, not UTF-8, not YAML, an unknown or missing key, a value of the wrong
            kind.
    """
    try:
        # The C loader is the safe one too, and ten times as fast.
        data = yaml.load(_text(path), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise RefusedError(
            "description_yaml",
            Phrase("line", path=path, line=mark.line + 1) if mark else str(path),
            problem=getattr(error, "problem", None) or reason(error),
        ) from None
    return parse(model, data, str(path))


def read_csv(model: type[M], path: Path) -> Iterator[tuple[int, M]]:
    """Yield (line number, row) of a UTF-8 CSV file with a header.

    Raises:
        RefusedError: no file, not UTF-8, a column too many or too few, or a value of the wrong
            kind, with its row.
    """
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    columns, fields = set(reader.fieldnames or ()), set(model.model_fields)
    if columns != fields:
        raise RefusedError(
            "description_columns",
            Phrase("header", path=path),
            missing=sorted(fields - columns) or Phrase("none"),
            unknown=sorted(columns - fields) or Phrase("none"),
        )
    for row in reader:
        where = Phrase("row", path=path, row=reader.line_num, key=next(iter(row.values())))
        if None in row or None in row.values():
            raise RefusedError("description_cells", where)
        yield reader.line_num, parse(model, row, where)


def load(root: Path = SURVEYS) -> Registry:
    """Read and check everything under `root`.

    Raises:
        RefusedError: any file that does not fit its model, or a reference that leads nowhere.
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
            raise RefusedError(
                "survey_misnamed",
                str(folder / "survey.yml"),
                found=survey.survey,
                allowed=folder.name,
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
        raise RefusedError("row_id_twice", str(root), row_ids=twice)
    return Registry(tuple(surveys), tuple(waves), tuple(figures), sources)


def _wave(survey: Survey, path: Path) -> SurveyWave:
    wave = read_yaml(Wave, path)
    if wave.wave != path.stem:
        raise RefusedError("wave_misnamed", str(path), found=wave.wave, allowed=path.stem)
    return SurveyWave(survey, wave)


def _figures(path: Path, waves: set[str], sources: set[str]) -> Iterator[PublishedFigure]:
    if not path.exists():
        return
    current: dict[tuple[str, ...], int] = {}
    for line, figure in read_csv(PublishedFigure, path):
        where = Phrase("row", path=path, row=line, key=figure.row_id)
        if not figure.source_id:
            raise RefusedError("figure_without_source", where)
        if figure.source_id not in sources:
            raise RefusedError(
                "figure_of_unknown_source",
                where,
                source_id=figure.source_id,
                near=did_you_mean(figure.source_id, sources),
            )
        if figure.wave not in waves:
            raise RefusedError(
                "figure_of_unknown_wave", where, wave=figure.wave, waves=sorted(waves)
            )
        if figure.status == "current":
            if figure.key in current:
                raise RefusedError("figure_twice", where, other=current[figure.key])
            current[figure.key] = line
        yield figure
