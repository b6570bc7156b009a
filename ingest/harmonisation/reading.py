"""Reads all seeds, and checks them before anything is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.descriptions import Rows
from ingest.harmonisation import crosswalk, disclosure, references
from ingest.harmonisation.seeds import SEEDS, Harmonisation
from ingest.registry import Registry


def load(seeds: Path, registry: Registry) -> Harmonisation:
    """Read and check the seeds, and what the descriptions of surveys take from them.

    Args:
        seeds: the folder of the seeds.
        registry: the surveys, waves and variables that rows may name.

    Raises:
        RefusedError: a row that does not fit its model, or a reference to what does not exist.
    """
    read: dict[str, Any] = {
        name: Rows.read(model, seeds / f"{name}.csv") for name, model in SEEDS.items()
    }
    found = Harmonisation(**read)
    references.check(found, registry)
    disclosure.check(found)
    crosswalk.check(found, registry)
    return found
