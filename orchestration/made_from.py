"""Digests of what an asset reads, so that a change of it shows before anything is built.

An asset tells the digest it was made from in the metadata of its materialization; a release tells
those of all assets that it was made from. Comments and layout of a description do not count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from ingest.models import Model
from ingest.registry import Registry, SurveyWave
from ingest.samples import sample_path
from ingest.wave_files import find_file
from orchestration.settings import DBT_PROJECT, Settings

MADE_FROM = "made_from"
SEEDS = DBT_PROJECT / "seeds"


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def of_wave(
    wave: SurveyWave, settings: Settings, file_digest: Callable[[Path], str] = sha256_of
) -> str:
    """Digest of a wave of answers: its manifest and its file, or what its sample comes from.

    Args:
        wave: a wave with answers.
        settings: where files stand.
        file_digest: how a real file is digested.

    Raises:
        BarometerError: the file stands under another name.
    """
    path, answers = find_file(wave, settings.data), wave.wave.answers
    assert answers is not None
    if path.exists() or not answers.sample:
        file = file_digest(path) if path.exists() else "no file"
    else:
        file = str(sample_path(answers.sample, answers.file, Path()))
    return _digest((wave.survey, wave.wave), file)


def of_registry(known: Registry) -> str:
    """Digest of all that is described: surveys, waves, published figures and sources."""
    waves = (wave.wave for wave in known.waves)
    figures = (figure for _, figure in known.figures)
    return _digest((*known.surveys, *waves, *figures, *known.sources))


def of_seeds() -> dict[str, str]:
    """Digest of every seed, by its name."""
    return {path.stem: sha256_of(path) for path in sorted(SEEDS.glob("*.csv"))}


def _digest(models: Iterable[Model], *words: str) -> str:
    digest = hashlib.sha256()
    for model in models:
        digest.update(model.model_dump_json().encode() + b"\n")
    for word in words:
        digest.update(word.encode() + b"\n")
    return digest.hexdigest()
