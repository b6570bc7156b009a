"""Finds what is described under `surveys/`: the only list of surveys, waves and published figures.

A new wave is a new manifest; it is found without being named anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingest.descriptions import check_reference, read_csv, read_yaml
from ingest.errors import Names, Phrase, RefusedError, did_you_mean
from ingest.models import PublishedFigure, Source, Survey, Wave

SURVEYS = Path(__file__).parent / "surveys"


@dataclass(frozen=True)
class SurveyWave:
    """A wave together with the survey that it belongs to.

    Attributes:
        path: its manifest.
    """

    survey: Survey
    wave: Wave
    path: Path | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """`survey/wave`, as it is written on the command line."""
        return f"{self.survey.survey}/{self.wave.wave}"


@dataclass(frozen=True)
class Registry:
    """All that is described: surveys, waves, published figures and their sources.

    Attributes:
        figures: survey and figure.
        places: `row_id` of a figure -> its file and row, for messages.
    """

    surveys: tuple[Survey, ...]
    waves: tuple[SurveyWave, ...]
    figures: tuple[tuple[str, PublishedFigure], ...]
    sources: tuple[Source, ...]
    places: Mapping[str, Phrase] = field(default_factory=dict, compare=False)

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


def load(root: Path = SURVEYS) -> Registry:
    """Read and check everything under `root`.

    Raises:
        RefusedError: a file that does not fit its model, or a reference to what does not exist.
    """
    sources = tuple(source for _, source in read_csv(Source, root / "sources.csv"))
    surveys: list[Survey] = []
    waves: list[SurveyWave] = []
    figures: list[tuple[str, PublishedFigure]] = []
    places: dict[str, Phrase] = {}
    source_ids = {source.source_id for source in sources}
    for folder in sorted(path.parent for path in root.glob("*/survey.yml")):
        own = [_wave(path) for path in sorted((folder / "waves").glob("*.yml"))]
        names = {wave.wave for wave, _ in own}
        survey = _survey(folder / "survey.yml", names)
        surveys.append(survey)
        waves += [SurveyWave(survey, wave, path) for wave, path in own]
        for wave, path in own:
            told = wave.response.source
            check_reference(str(path), "response.source", told, source_ids, "sources.csv")
        for where, figure in _figures(folder / "published.csv", names, source_ids):
            if figure.row_id in places:
                other = places[figure.row_id]
                raise RefusedError("row_id_twice", where, row_id=figure.row_id, other=other)
            places[figure.row_id] = where
            figures.append((survey.survey, figure))
    return Registry(tuple(surveys), tuple(waves), tuple(figures), sources, places)


def _survey(path: Path, waves: set[str]) -> Survey:
    survey = read_yaml(Survey, path)
    if survey.survey != path.parent.name:
        raise RefusedError(
            "survey_misnamed", str(path), found=survey.survey, allowed=path.parent.name
        )
    if waves and survey.reference_wave not in waves:
        raise RefusedError(
            "reference_wave_unknown", str(path), wave=survey.reference_wave, waves=sorted(waves)
        )
    return survey


def _wave(path: Path) -> tuple[Wave, Path]:
    wave = read_yaml(Wave, path)
    if wave.wave != path.stem:
        raise RefusedError("wave_misnamed", str(path), found=wave.wave, allowed=path.stem)
    return wave, path


def _figures(
    path: Path, waves: set[str], sources: set[str]
) -> Iterator[tuple[Phrase, PublishedFigure]]:
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
            if figure.measure in current:
                raise RefusedError("figure_twice", where, other=current[figure.measure])
            current[figure.measure] = line
        yield where, figure
