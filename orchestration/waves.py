"""Loads a wave of answers together with its data version; another process can do it.

What was found is kept with a digest of all that loading read and wrote, so that a wave of which
nothing changed is not read again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import registry
from orchestration import data_version
from orchestration.settings import Settings

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from expectations.checks import LoadedWave
    from ingest.registry import Registry, SurveyWave


def load_with_version(wave_id: str, settings: Settings) -> tuple[str, LoadedWave]:
    """Read, check and write a wave to raw, and return its data version too.

    Args:
        wave_id: `survey/wave`.
        settings: the folders of the installation.

    Raises:
        BarometerError: the wave or its file is refused.
    """
    from expectations.checks import load_wave

    # The version is taken before the file is read, so that a file that changes meanwhile counts as
    # new. The manifest is read again for a process that runs for days.
    described = registry.load()
    wave = described.wave(wave_id)
    version = data_version.of_wave(wave, settings)
    kept = kept_loads(settings) / f"{wave_id.replace('/', '.')}.json"
    read = _read(described, wave, version)
    if loaded := _unchanged(kept, read, wave_id, settings):
        return version, loaded
    kept.unlink(missing_ok=True)
    loaded = load_wave(
        wave_id,
        settings.data,
        settings.samples,
        data_version.SEEDS,
        settings.quality,
        settings.raw,
        version,
    )
    if loaded.rows:
        kept.parent.mkdir(exist_ok=True)
        content = [read, _written(wave_id, settings), _adapter().dump_python(loaded, mode="json")]
        kept.write_text(json.dumps(content), "utf-8")
    return version, loaded


def kept_loads(settings: Settings) -> Path:
    """Return the folder of what loading found in each wave."""
    return settings.quality / "loaded"


def _read(described: Registry, wave: SurveyWave, version: str) -> str:
    """Return the digest of what loading reads: file, code, its survey, seeds that name no wave.

    Of the recodes only those of its survey, so that a change of one costs no other survey.
    """
    survey = wave.survey.survey
    told = data_version.of_descriptions(described)
    told[f"{data_version.SEED}recodes"] = data_version.of_recodes(survey)
    own = (f"{survey}/", data_version.SEED)
    parts = [told[about] for about in sorted(told) if about.startswith(own)]
    return data_version.digest([version, data_version.of_code(), *parts])


def _written(wave_id: str, settings: Settings) -> str:
    from ingest.raw.answers import TABLES

    paths = [settings.raw / table / f"{wave_id}.parquet" for table in TABLES]
    return data_version.digest(map(data_version.of_file, paths))


def _unchanged(kept: Path, read: str, wave_id: str, settings: Settings) -> LoadedWave | None:
    """Return what was found when the wave was loaded last, if that holds still."""
    try:
        was_read, was_written, found = json.loads(kept.read_text("utf-8"))
        if (was_read, was_written) != (read, _written(wave_id, settings)):
            return None
        loaded: LoadedWave = _adapter().validate_python(found)
    except (OSError, ValueError):  # none, or damaged: it is made again
        return None
    return loaded


def _adapter() -> TypeAdapter[LoadedWave]:
    from pydantic import TypeAdapter

    from expectations.checks import LoadedWave

    return TypeAdapter(LoadedWave)
