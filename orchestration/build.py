"""Runs the build job in this process."""

from __future__ import annotations

import shutil
from concurrent.futures import BrokenExecutor
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import harmonisation, registry
from ingest.errors import SeveralError
from ingest.messages import Phrase
from orchestration import data_version
from orchestration.check_worker import CheckWorker, check_worker
from orchestration.dbt import code_stamp
from orchestration.failures import failure_messages, process_ended
from orchestration.memory import MemoryGuard, memory_guard
from orchestration.monitoring import recorded, step_seconds
from orchestration.progress import Progress
from orchestration.releases import Manifest, Releases
from orchestration.settings import Settings
from orchestration.waves import kept_loads, load_with_version

if TYPE_CHECKING:
    from orchestration.run_executor import Raised


def build(
    settings: Settings,
    progress: Progress,
    *,
    accept_removed: bool = False,
    full: bool = False,
    master: str | None = None,
) -> Manifest:
    """Make a release: raw, marts, checks, gate, switch.

    Args:
        settings: the folders of the installation.
        progress: counts every asset and check that is done.
        accept_removed: let the release lack indicators that the last one had.
        full: make everything anew, also of waves of which nothing changed.
        master: the master of Spark; without it DuckDB runs the models.

    Returns:
        The manifest of the new release, which is the current one.

    Raises:
        BarometerError: bad input, a failed check, or another build is running; the current release
            is unchanged.
    """
    from orchestration.build_lock import build_lock

    if master:
        from orchestration import spark

        spark.check(master)
    with (
        build_lock(settings),
        recorded(settings) as record,
        memory_guard(settings.memory) as guard,
        check_worker() as worker,
    ):
        _remove_damaged(settings.warehouse)
        if full:
            shutil.rmtree(kept_loads(settings), ignore_errors=True)
            code_stamp(settings).unlink(missing_ok=True)
        shutil.rmtree(settings.spill, ignore_errors=True)  # a killed build leaves it behind
        described = registry.load()
        harmonisation.load(data_version.SEEDS, described)
        try:
            for wave in described.waves:
                if wave.wave.answers:
                    worker.ahead(load_with_version, wave.id, settings)
            record.steps = _run(settings, progress, accept_removed, worker, guard, master)
            record.manifest = Releases(settings).show()
        except BrokenExecutor:  # the process of the checks is gone, while no step waits for it
            ended = process_ended("checks", guard.exceeded, settings)
            raise SeveralError([ended, Phrase("orchestration.nothing_published")]) from None
        finally:
            record.memory = guard.most
        return record.manifest


def _remove_damaged(warehouse: Path) -> None:
    """Remove what is no DuckDB file: all of it is made anew, and DuckDB would refuse it."""
    with suppress(FileNotFoundError), warehouse.open("rb") as file:
        if file.read(12)[8:] != b"DUCK":
            warehouse.unlink()


def _run(
    settings: Settings,
    progress: Progress,
    accept_removed: bool,
    worker: CheckWorker,
    guard: MemoryGuard,
    master: str | None,
) -> dict[str, float]:
    from orchestration.definitions import BUILD_JOB, load
    from orchestration.progress import progress_logger
    from orchestration.pruning import forget_runs
    from orchestration.run_history import close_interrupted, open_history

    raised: Raised = {}
    definitions = load(
        settings, accept_removed=accept_removed, call=worker, master=master, raised=raised
    )
    graph = definitions.resolve_asset_graph()
    progress.total = len(graph.get_all_asset_keys()) + len(graph.asset_check_keys)
    job = definitions.resolve_job_def(BUILD_JOB)
    # dagster-dbt repeats dbt's log on standard output; it is kept in a file.
    log = settings.dbt_target / "build.log"
    before = Releases(settings).current()
    with open_history(settings) as instance, log.open("w") as lines, redirect_stdout(lines):
        close_interrupted(instance)
        result = job.with_logger_defs({"progress": progress_logger(progress)}).execute_in_process(
            instance=instance,
            run_config={"loggers": {"progress": {}}},
            raise_on_error=False,
        )
        forget_runs(instance)
    if not result.success:
        messages = failure_messages(result.all_events, raised, settings, guard.exceeded)
        raise SeveralError([*messages, Phrase(f"orchestration.{_published(settings, before)}")])
    return step_seconds(result, settings)


def _published(settings: Settings, before: str | None) -> str:
    """Return what to say of the release of a run that failed: only the copy of it may have."""
    return "nothing_published" if Releases(settings).current() == before else "only_published"
