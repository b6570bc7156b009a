"""Loads a wave of answers together with its data version; another process can do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import registry
from orchestration import data_version
from orchestration.settings import Settings

if TYPE_CHECKING:
    from expectations.checks import LoadedWave


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
    version = data_version.of_wave(registry.load().wave(wave_id), settings)
    loaded = load_wave(
        wave_id,
        settings.data,
        settings.samples,
        data_version.SEEDS,
        settings.quality,
        settings.raw,
    )
    return version, loaded
