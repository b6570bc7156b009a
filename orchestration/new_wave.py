"""Drafts the description of a new wave in this project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BarometerError, Language
from orchestration.settings import DBT_PROJECT, Settings

if TYPE_CHECKING:
    from ingest.drafting import Draft
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
    output: Path | None,
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
        output: a folder to write in instead of the project.

    Returns:
        The draft, and the files that were written.

    Raises:
        BarometerError: whatever `draft_wave` or `write` refuse; then nothing is written.
    """
    from ingest import harmonisation, registry
    from ingest.drafting import Described, draft_wave, refuse_overwriting, write
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
        language=language,
    )
    written = write(made, registry.SURVEYS, seeds, output)
    return made, written
