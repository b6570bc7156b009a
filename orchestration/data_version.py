"""Data versions: digests of what a build reads, which show what is out of date.

An asset that reads files is materialized with its data version. A release keeps the data versions
of all these assets and of the code. Comments and layout of a description do not count.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ingest.registry import SURVEYS, Registry, SurveyWave
from ingest.samples import sample_path
from ingest.wave_files import find_file
from orchestration.settings import DBT_PROJECT, PROJECT, Settings

SEEDS = DBT_PROJECT / "seeds"
SEED = "seeds/"
REGISTRY = "raw/registry"
CODE = "code"
# The code that figures depend on.
PACKAGES = ("analyses", "ingest", "dbt_project", "expectations", "orchestration")
GENERATED = {"target", "logs", "dbt_packages", "__pycache__"}


def digest(parts: Iterable[str | bytes]) -> str:
    """Return the sha256 of several parts, each ended by a line break."""
    found = hashlib.sha256()
    for part in parts:
        found.update((part.encode() if isinstance(part, str) else part) + b"\n")
    return found.hexdigest()


def of_file(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def of_folders(root: Path, folders: Iterable[str], without: Iterable[Path] = ()) -> str:
    """Return the digest of all files in folders: their names and their content.

    Args:
        root: where the folders are; names are relative to it.
        folders: the folders.
        without: folders and files that do not count.
    """
    excluded = set(without)

    def parts() -> Iterator[str | bytes]:
        for folder in folders:
            for path in sorted((root / folder).rglob("*")):
                inside = path.relative_to(root)
                left_out = GENERATED & set(inside.parts) or excluded & {path, *path.parents}
                if path.is_file() and not left_out:
                    yield inside.as_posix()
                    yield path.read_bytes()

    return digest(parts())


def of_code(project: Path = PROJECT) -> str:
    """Return the data version of the code, without what has a data version of its own."""
    described = [project / path.relative_to(PROJECT) for path in (SURVEYS, *SEEDS.glob("*.csv"))]
    return of_folders(project, PACKAGES, described)


def of_wave(
    wave: SurveyWave, settings: Settings, file_version: Callable[[Path], str] = of_file
) -> str:
    """Return the data version of a wave of answers: its manifest, and its file or sample.

    Args:
        wave: a wave with answers.
        settings: the folders of the installation.
        file_version: gives the digest of a real file.

    Raises:
        BarometerError: the file has another name than the manifest says.
    """
    path, answers = find_file(wave, settings.data), wave.wave.answers
    assert answers is not None
    if path.exists() or not answers.sample:
        file = file_version(path) if path.exists() else "no file"
    else:
        file = str(sample_path(answers.sample, answers.file, Path()))
    return digest([wave.survey.model_dump_json(), wave.wave.model_dump_json(), file])


def of_registry(registry: Registry) -> str:
    """Return the data version of all descriptions: surveys, waves, figures and sources."""
    waves = (wave.wave for wave in registry.waves)
    figures = (figure for _, figure in registry.figures)
    described = (*registry.surveys, *waves, *figures, *registry.sources)
    return digest(item.model_dump_json() for item in described)


def of_descriptions(registry: Registry) -> dict[str, str]:
    """Return the digest of what is described, told apart by the wave that it is about.

    Under `survey/wave` are its manifest, its published figures and the rows of seeds that name it;
    under `seeds/name` the other rows of a seed.
    """
    parts = {
        wave.id: [wave.survey.model_dump_json(), wave.wave.model_dump_json()]
        for wave in registry.waves
    }
    for survey, figure in registry.figures:
        parts[f"{survey}/{figure.wave}"].append(figure.model_dump_json())
    for path in sorted(SEEDS.glob("*.csv")):
        for row in _rows(path.stem):
            wave = f"{row.get('survey')}/{row.get('wave')}"
            about = wave if wave in parts else f"{SEED}{path.stem}"
            parts.setdefault(about, []).append(json.dumps([path.stem, row]))
    return {about: digest(told) for about, told in parts.items()}


def of_recodes(survey: str) -> str:
    """Return the digest of the recodes that rows of the crosswalk of a survey name."""
    named = {row["recode"] for row in _rows("crosswalk") if row["survey"] == survey}
    return digest(json.dumps(row) for row in _rows("recodes") if row["recode"] in named)


def _rows(seed: str) -> Iterator[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def of_seeds() -> dict[str, str]:
    """Return the data version of every seed, by its name."""
    return {path.stem: of_file(path) for path in sorted(SEEDS.glob("*.csv"))}


def of_sources(
    registry: Registry, settings: Settings, file_version: Callable[[Path], str] = of_file
) -> dict[str, str]:
    """Return the data version of every asset that reads files: asset -> version.

    Args:
        registry: the descriptions.
        settings: the folders of the installation.
        file_version: gives the digest of a real file.

    Raises:
        BarometerError: a file of answers has another name than its manifest says.
    """
    return {
        REGISTRY: of_registry(registry),
        **{
            f"raw/{wave.id}": of_wave(wave, settings, file_version)
            for wave in registry.waves
            if wave.wave.answers
        },
        **{f"{SEED}{name}": version for name, version in of_seeds().items()},
    }
