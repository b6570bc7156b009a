"""Removes old releases, and the history of old runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ingest.errors import RefusedError
from orchestration.releases import Releases
from orchestration.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

KEPT_RUNS: Final = 10


@dataclass(frozen=True)
class Pruning:
    """What is to be removed.

    Attributes:
        removed: releases, newest first.
        freed: bytes of their files.
        faults: releases that cannot be used and stay.
    """

    removed: Sequence[str]
    freed: int
    faults: Sequence[RefusedError]


def plan(settings: Settings, keep: int, named: Collection[str], *, damaged: bool) -> Pruning:
    """Choose the releases that may go.

    The current release and the one before it are never among them.

    Args:
        settings: the folders of the installation.
        keep: how many of the newest releases stay.
        named: releases that stay as well.
        damaged: remove those that cannot be used too.

    Raises:
        RefusedError: there is no release of one of the names.
    """
    releases = Releases(settings)
    kept = {releases.known(name) for name in named} | releases.in_use()
    faults = {name: fault for name, fault in releases.faults().items() if name not in kept}
    whole = [item.release_id for item in releases.all() if item.release_id not in faults]
    removed = [name for name in whole[keep:] if name not in kept]
    if damaged:
        removed, faults = [*removed, *faults], {}
    files = [releases.file(name) for name in removed]
    freed = sum(file.stat().st_size for file in files if file.is_file())
    return Pruning(removed, freed, list(faults.values()))


def prune(settings: Settings, planned: Pruning) -> None:
    """Remove releases, while no build runs; from the store too.

    Raises:
        RefusedError: a build is running, or the store does not answer.
    """
    from orchestration.build_lock import build_lock
    from orchestration.store import forget

    releases = Releases(settings)
    with build_lock(settings):
        # It may have been switched to meanwhile.
        removed = [one for one in planned.removed if one not in releases.in_use()]
        for release_id in removed:
            releases.remove(release_id)
        forget(settings, removed)


def forget_runs(instance: dg.DagsterInstance, keep: int = KEPT_RUNS) -> None:
    """Remove all runs but the last ones from the run history, with what they logged.

    The gate refuses a part of a build that needs a result which is gone; a whole build needs none.
    """
    for run in instance.get_runs()[keep:]:
        instance.delete_run(run.run_id)
        instance.compute_log_manager.delete_logs(prefix=[run.run_id])
