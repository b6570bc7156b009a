"""Finds what is described under `surveys/`: the only list of surveys, waves and published figures.

A new wave is a new manifest; it is found without being named anywhere else. A draft is a folder
`<survey>/drafts/<wave>/`, which is read only by those who name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingest.descriptions import check_reference, read_csv, read_yaml
from ingest.errors import Names, Phrase, RefusedError, did_you_mean
from ingest.models import PublishedFigure, Source, Survey, Wave

SURVEYS = Path(__file__).parent / "surveys"
WAVE_ID = re.compile(r"[a-z0-9][a-z0-9_]*/[0-9]{4}")


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


def draft_folder(wave_id: str, root: Path = SURVEYS) -> Path:
    """Return where the draft of a wave is, or would be.

    Raises:
        RefusedError: this is not the name of a wave.
    """
    if not WAVE_ID.fullmatch(wave_id):
        raise RefusedError("no_such_draft", wave_id, near="", known=Names(drafts(root), 30))
    survey, _, wave = wave_id.partition("/")
    return root / survey / "drafts" / wave


def drafts(root: Path = SURVEYS) -> dict[str, Path]:
    """Return all drafts: `survey/wave` -> folder."""
    folders = sorted(path for path in root.glob("*/drafts/*") if path.is_dir())
    return {f"{path.parents[1].name}/{path.name}": path for path in folders}


def load(root: Path = SURVEYS, draft: Path | None = None) -> Registry:
    """Read and check everything under `root`, without drafts.

    Args:
        root: the folder of the surveys.
        draft: the folder of one draft under `root`, to read its wave too.

    Raises:
        RefusedError: a file that does not fit its model, or a reference to what does not exist.
    """
    sources = tuple(source for _, source in read_csv(Source, root / "sources.csv"))
    surveys: list[Survey] = []
    waves: list[SurveyWave] = []
    figures: list[tuple[str, PublishedFigure]] = []
    places: dict[str, Phrase] = {}
    source_ids = {source.source_id for source in sources}
    for folder, described, manifests in _folders(root, draft):
        own = [_wave(path) for path in manifests]
        names = {wave.wave for wave, _ in own}
        survey = _survey(described, folder.name, names)
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


def _folders(root: Path, draft: Path | None) -> Iterator[tuple[Path, Path, list[Path]]]:
    """Yield the folder of each survey, its description and its manifests."""
    folders = {path.parent for path in root.glob("*/survey.yml")}
    of_draft = draft.parents[1] if draft else None
    for folder in sorted(folders | ({of_draft} if of_draft else set())):
        described, manifests = folder / "survey.yml", sorted((folder / "waves").glob("*.yml"))
        if draft and folder == of_draft:
            drafted = draft / "survey.yml"
            if described.exists() and drafted.exists():
                raise RefusedError("draft_of_described_survey", str(drafted), path=described)
            described = described if described.exists() else drafted
            manifest = draft / f"{draft.name}.yml"
            if (there := folder / "waves" / manifest.name) in manifests:
                raise RefusedError("draft_of_described_wave", str(manifest), path=there)
            manifests = sorted([*manifests, manifest], key=lambda path: path.stem)
        yield folder, described, manifests


def _survey(path: Path, name: str, waves: set[str]) -> Survey:
    survey = read_yaml(Survey, path)
    if survey.survey != name:
        raise RefusedError("survey_misnamed", str(path), found=survey.survey, allowed=name)
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
