"""Runs the build job in this process and tells what happens in the product's own words."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.errors import BarometerError, Phrase, SeveralError, Spoken
from orchestration.inspector import Call, inspector
from orchestration.release import Manifest, Releases
from orchestration.settings import PROJECT, Settings

if TYPE_CHECKING:
    import dagster as dg

# What a release is made from; a change of any of it makes the release out of date.
INGREDIENTS = ("ingest", "dbt_project", "expectations", "orchestration")
# One event database instead of one a run: half the writes, and every write waits for the disk.
# Runs start at once: a queue needs a daemon, which `barometer up` does not run.
DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
run_coordinator:
  module: dagster.core.run_coordinator
  class: DefaultRunCoordinator
event_log_storage:
  module: dagster._core.storage.event_log
  class: ConsolidatedSqliteEventLogStorage
  config:
    base_dir: {home}
"""


@dataclass
class Progress:
    """What a progress display shows; `changed` is called after every step of it."""

    changed: Callable[[Progress], None] = lambda _: None
    total: int = 0
    done: int = 0
    now: str = "reading the project"

    def step(self, now: str) -> None:
        """Count one asset or check as done."""
        self.done += 1
        self.now = now
        self.changed(self)


def fingerprint(settings: Settings) -> str:
    """Digest of all files that a release is made from, confidential ones by size and time."""
    digest = hashlib.sha256()
    for folder in INGREDIENTS:
        for path in sorted((PROJECT / folder).rglob("*")):
            inside = path.relative_to(PROJECT)
            if path.is_file() and not {"target", "logs", "__pycache__"} & set(inside.parts):
                digest.update(str(inside).encode() + path.read_bytes())
    for path in sorted(settings.data.rglob("*")):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()


def is_up_to_date(settings: Settings) -> bool:
    """Whether the current release was made from what stands there now."""
    stamp = settings.home / "built.sha256"
    return (
        settings.current.exists() and stamp.exists() and stamp.read_text() == fingerprint(settings)
    )


def build(settings: Settings, progress: Progress, *, accept_removed: bool = False) -> Manifest:
    """Make a release: raw, marts, checks, gate, switch.

    Args:
        settings: where things stand.
        progress: told of every asset and check that is done.
        accept_removed: let the release lack indicators that the last one had.

    Returns:
        The manifest of the new release, which is the current one.

    Raises:
        BarometerError: bad input, a failed check, or another build under way; the current release
            is unchanged.
    """
    with _alone(settings):
        made_from = fingerprint(settings)
        with inspector() as call:
            _run(settings, progress, accept_removed, call)
        (settings.home / "built.sha256").write_text(made_from)
        return Releases(settings).show()


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BarometerError(
                f"Another build is under way in {settings.home}. How to fix: wait until it is done."
            ) from None
        yield


def instance_of(settings: Settings) -> dg.DagsterInstance:
    """Open the run history, the same that `dagster dev` shows."""
    import dagster as dg

    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text(DAGSTER_YAML.format(home=home / "events"))
    return dg.DagsterInstance.from_config(str(home))


@contextmanager
def _history_held_open(settings: Settings) -> Iterator[None]:
    """Keep a connection to every database of the run history.

    Dagster opens and closes one for each of some thousand statements, and SQLite tidies its log
    whenever the last one closes: a fifth of a build, unless one stays.
    """
    with ExitStack() as held:
        for path in settings.dagster_home.rglob("*.db"):
            connection = held.enter_context(closing(sqlite3.connect(path)))
            connection.execute("select count(*) from sqlite_master").fetchall()
        yield


def _run(settings: Settings, progress: Progress, accept_removed: bool, call: Call) -> None:
    import dagster as dg

    from orchestration.definitions import BUILD_JOB, load

    definitions = load(settings, accept_removed=accept_removed, call=call)
    graph = definitions.resolve_asset_graph()
    progress.total = len(graph.get_all_asset_keys()) + len(graph.asset_check_keys)

    @dg.logger({}, description="Tells a progress display what happens.")
    def teller(_: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("barometer", logging.DEBUG)
        logger.addHandler(_Teller(progress))
        return logger

    raised: dict[str, BaseException | None] = {}

    @dg.failure_hook
    def remember(context: dg.HookContext) -> None:
        raised[context.step_key] = context.op_exception  # an event has its words in English only

    job = definitions.resolve_job_def(BUILD_JOB).with_hooks({remember})
    # dagster-dbt repeats dbt's log on standard output; it is kept where one can look it up.
    log = settings.dbt_target / "build.log"
    with (
        instance_of(settings) as instance,
        _history_held_open(settings),
        log.open("w") as words,
        redirect_stdout(words),
    ):
        result = job.with_logger_defs({"teller": teller}).execute_in_process(
            instance=instance,
            run_config={"loggers": {"teller": {}}},
            raise_on_error=False,
        )
    if not result.success:
        raise SeveralError(
            [*_why(result.all_events, raised, settings), Phrase("orchestration.nothing_published")]
        )


class _Teller(logging.Handler):
    """Hears every event of a run and counts assets and checks."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        event: Any = getattr(record, "dagster_event", None)
        if event is None:
            return
        if event.is_step_materialization:
            self.progress.step("/".join(event.asset_key.path))
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            self.progress.step(event.asset_check_evaluation_data.check_name)


def _why(
    events: Sequence[Any], raised: Mapping[str, BaseException | None], settings: Settings
) -> Sequence[str | Spoken]:
    """Say why a run failed: refusals, or else failed checks, or else what went wrong."""
    from orchestration.quality import findings_of

    refused: list[str | Spoken] = []
    failed: list[str | Spoken] = []
    unknown: list[str | Spoken] = []
    for event in events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed and evaluation.severity.value == "ERROR":
                findings = [item for item in findings_of(evaluation) if not item.passed]
                failed += findings or [_failed_test(evaluation, settings)]
        elif event.is_step_failure:
            error = raised.get(event.step_key)
            if isinstance(error, BarometerError):
                refused.append(error)
            else:
                told = event.step_failure_data.error
                while told.cause is not None:
                    told = told.cause
                unknown.append(f"{event.step_key}: {told.message.strip()}")
    return refused or failed or _failed_models(settings) or unknown


def _failed_models(settings: Settings) -> list[str | Spoken]:
    return [
        f"dbt {row['unique_id']}: {row['message']} How to fix: correct what dbt names here."
        for row in _dbt_results(settings)
        if row["status"] in ("error", "fail")
    ]


def _failed_test(evaluation: Any, settings: Settings) -> str:
    """Put a dbt test that fails into words, with the first row that fails it."""
    import duckdb

    name, table = evaluation.check_name, "/".join(evaluation.asset_key.path)
    manifest = json.loads((settings.dbt_target / "manifest.json").read_text("utf-8"))
    for row in _dbt_results(settings):
        node = manifest["nodes"].get(row["unique_id"], {})
        if node.get("name") == name and row["status"] == "fail":
            with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:
                against = warehouse.sql(row["compiled_code"])
                first = zip(against.columns, against.fetchone() or (), strict=False)
            told = ", ".join(f"{column} = {value}" for column, value in first if value is not None)
            return (
                f"{table}, check {name}: {node['description'] or 'it does not hold.'} "
                f"Found: {row['failures']} rows against it, the first: {told or 'empty'}. "
                f"How to fix: correct what this row was made from; the check stands in "
                f"dbt_project/{node['original_file_path']}."
            )
    return (
        f"{table}: check {name} could not be run. How to fix: see {settings.dbt_target}/build.log."
    )


def _dbt_results(settings: Settings) -> list[dict[str, Any]]:
    path = settings.dbt_target / "run_results.json"
    results: list[dict[str, Any]] = (
        json.loads(path.read_text("utf-8"))["results"] if path.exists() else []
    )
    return results
