"""The draft of a new wave in this project: made, accepted or discarded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BarometerError, Language, SeveralError
from orchestration.settings import DBT_PROJECT, Settings

if TYPE_CHECKING:
    from ingest.drafting import Draft, FileReport
    from ingest.formats import AnswerTable
    from ingest.registry import SurveyWave


def draft(
    settings: Settings,
    file: Path,
    survey: str,
    wave: str,
    options: Mapping[str, str | int | None],
    texts: Sequence[str],
    language: Language,
    *,
    codebook: Path | None = None,
    output: Path | None,
    country: str | None = None,
    title: str | None = None,
    concepts: bool = False,
) -> tuple[Draft, list[Path]]:
    """Draft a wave and write the draft.

    Args:
        settings: where earlier waves' answers are; a sample replaces missing ones.
        file: the file of answers.
        survey: the survey that it belongs to.
        wave: name of the wave.
        options: what the format needs told.
        texts: variables with open answers.
        language: of comments in the manifest.
        codebook: a table with wordings and labels for a file without these.
        output: a folder to write in instead of the project.
        country: of a survey that is not described yet.
        title: of a survey that is not described yet.
        concepts: draft concepts for what resembles nothing.

    Returns:
        The draft, and the files that were written.

    Raises:
        BarometerError: whatever `draft_wave` or `write` refuse; then nothing is written.
    """
    from ingest import harmonisation, registry
    from ingest.drafting import Described, NewSurvey, draft_wave, refuse_overwriting, write
    from ingest.wave_files import open_wave

    def earlier(wave: SurveyWave) -> AnswerTable | None:
        try:
            return open_wave(wave, settings.data, settings.samples).table
        except BarometerError:  # there is less evidence then
            return None

    seeds, described = DBT_PROJECT / "seeds", registry.load()
    refuse_overwriting(survey, wave, registry.SURVEYS, output)
    made = draft_wave(
        file,
        survey,
        wave,
        Described(described, harmonisation.load(seeds, described), earlier),
        options=options,
        texts=texts,
        codebook=codebook,
        language=language,
        new_survey=NewSurvey(country, title),
        concepts=concepts,
    )
    written = write(made, registry.SURVEYS, seeds, output)
    return made, written


def accept(settings: Settings, wave_id: str) -> list[Path]:
    """Move a draft into the project, if all of it is decided and its file is right.

    Args:
        settings: where the file of answers is.
        wave_id: `survey/wave`.

    Returns:
        The files that were written.

    Raises:
        BarometerError: there is no such draft, something must still be decided, or whatever a
            check of the wave refuses; then nothing changes.
    """
    from expectations.checks import check_wave
    from ingest import drafting, registry

    folder = drafting.find(wave_id, registry.SURVEYS)
    drafting.refuse_undecided(wave_id, folder)
    seeds = DBT_PROJECT / "seeds"
    findings, _ = check_wave(wave_id, settings.data, settings.samples, seeds)
    if refused := [finding for finding in findings if finding.refuses]:
        raise SeveralError(refused)
    return drafting.accept(wave_id, registry.SURVEYS, seeds)


def inspect(
    file: Path,
    options: Mapping[str, str | int | None],
    texts: Sequence[str],
    codebook: Path | None,
) -> FileReport:
    """Report what a file of answers says of itself; nothing is written.

    Args:
        file: the file of answers.
        options: what the format needs told.
        texts: variables with open answers.
        codebook: a table with wordings and labels for a file without these.

    Raises:
        BarometerError: the file cannot be read, or only with more options.
    """
    from ingest import registry
    from ingest.drafting import inspect_file

    return inspect_file(file, registry.load(), options=options, texts=texts, codebook=codebook)
