"""Finds the file of answers of a wave, and reads it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import RefusedError
from ingest.formats import AnswerTable
from ingest.models import Answers, Columns
from ingest.readers import SYNTHETIC_MARK, glance, read
from ingest.registry import SurveyWave
from ingest.weights import weights

if TYPE_CHECKING:
    import pyarrow as pa

SYNTHETIC, MICRODATA = "synthetic", "microdata"


@dataclass(frozen=True)
class WaveFile:
    """A wave's file of answers, after it was read."""

    wave: SurveyWave
    answers: Answers
    path: Path
    sha256: str
    data_status: str
    table: AnswerTable

    @cached_property
    def weights(self) -> pa.Array:
        """The weight of every respondent; computed once.

        Raises:
            RefusedError: the weights cannot be used, see `ingest.weights`.
        """
        return weights(self.table.data, self.answers, self.wave.id)


def wave_path(wave: SurveyWave, data: Path) -> Path:
    """Return where the real file of a wave with answers is put."""
    return data / wave.survey.survey / wave.wave.wave / _answers(wave).file.name


def open_wave(wave: SurveyWave, data: Path, samples: Path) -> WaveFile:
    """Find and read the answers of a wave.

    A file under `data/<survey>/<wave>/` is real (`microdata`). Without one, the synthetic sample
    that the manifest names is generated under `samples/`. A file that is marked as synthetic stays
    synthetic in any folder.

    Raises:
        RefusedError: no file and no sample, a file under another name, or an unreadable file.
    """
    path = find_file(wave, data)
    answers = _answers(wave)
    real = path.exists() or not answers.sample
    if answers.sample and not real:
        from ingest.samples import sample_file

        path = sample_file(answers.sample, answers.file, samples)
    # A sample has the variables of the manifest, under their own names.
    columns = answers if real else Columns()
    table = read(path, answers.file, answers.texts, wave.id, answers.numbers, columns)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    described = answers.file.sha256
    if real and described and described != digest:
        raise RefusedError(
            "file_of_other_digest", wave.id, path=path, found=digest, described=described
        )
    status = _status(table.title) if real else SYNTHETIC
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
    """Return what a build would find; only the header of a file is read where that is enough.

    Returns:
        Data status, the file that was put in place and its number of respondents; no file and no
        number where the sample is used.

    Raises:
        RefusedError: a file under another name, or an unreadable file.
    """
    path, answers = find_file(wave, data), _answers(wave)
    if not path.exists():
        return SYNTHETIC, None, None
    title, respondents = glance(path, answers.file, answers.texts, wave.id, answers)
    return _status(title), path, respondents


def _answers(wave: SurveyWave) -> Answers:
    if wave.wave.answers is None:
        raise RefusedError("no_answers_described", wave.id)
    return wave.wave.answers


def _status(title: str) -> str:
    return SYNTHETIC if title.startswith(SYNTHETIC_MARK) else MICRODATA
