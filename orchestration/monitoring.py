"""What a build did, kept for whoever watches from outside: a report, metrics, an alert."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from ingest import registry
from ingest.errors import BarometerError
from ingest.messages import LANGUAGES, Language
from ingest.models import Model
from ingest.wave_files import wave_path
from orchestration.releases import Manifest
from orchestration.settings import Settings

if TYPE_CHECKING:
    import dagster as dg
    from prometheus_client import CollectorRegistry

ALERT_SECONDS = 60


class BuildReport(Model):
    """How the last build ended.

    Attributes:
        started_at: when, in UTC.
        seconds: how long it took.
        memory: the most bytes that its processes took together.
        outcome: a release was made, something was refused, or somebody or an error ended it.
        message: what was refused, by language; empty for a release.
        release_id: the release that was made.
        steps: step of Dagster or node of dbt -> seconds.
        rows: table of the release -> rows.
        checks: number of checks that passed.
    """

    started_at: datetime
    seconds: float
    memory: int
    outcome: Literal["released", "refused", "ended"]
    message: Mapping[Language, str]
    release_id: str | None
    steps: Mapping[str, float]
    rows: Mapping[str, int]
    checks: int


@dataclass
class Record:
    """What a build tells while it goes on."""

    memory: int = 0
    steps: dict[str, float] = field(default_factory=dict)
    manifest: Manifest | None = None


@contextmanager
def recorded(settings: Settings) -> Iterator[Record]:
    """Keep how a build ends, write its metrics, and give alarm when it is refused.

    The report is `build.json` in the home; the metrics are `metrics.prom`, for the textfile
    collector of Prometheus' node exporter. The alarm is the command in `BAROMETER_ALERT`, which
    reads the report on its standard input. What goes wrong with these ends no build.
    """
    started, record = datetime.now(UTC), Record()
    begun = time.monotonic()
    outcome: Literal["released", "refused", "ended"] = "ended"
    message: dict[Language, str] = {}
    try:
        yield record
        outcome = "released"
    except BarometerError as refusal:
        outcome, message = "refused", {one: refusal.text(one) for one in LANGUAGES}
        raise
    except BaseException as error:
        message = dict.fromkeys(LANGUAGES, f"{type(error).__name__}: {error}")
        raise
    finally:
        made = record.manifest
        report = BuildReport(
            started_at=started,
            seconds=time.monotonic() - begun,
            memory=record.memory,
            outcome=outcome,
            message=message,
            release_id=made and made.release_id,
            steps=record.steps,
            rows=made.tables if made else {},
            checks=made.passed if made else 0,
        )
        with suppress(OSError):  # a full disk has its own message
            _write(settings, report)
        if outcome != "released" and settings.alert:
            _alert(settings.alert, report)


def last_build(settings: Settings) -> BuildReport | None:
    """Return how the last build ended; None before the first, or where that is not known."""
    with suppress(OSError, ValidationError):
        return BuildReport.model_validate_json((settings.home / "build.json").read_bytes())
    return None


def step_seconds(result: dg.ExecuteInProcessResult, settings: Settings) -> dict[str, float]:
    """Return how long each step of a run took, and each node of its dbt."""
    seconds = {
        str(event.step_key): event.step_success_data.duration_ms / 1000
        for event in result.all_events
        if event.is_step_success
    }
    with suppress(OSError, ValueError, KeyError):
        nodes = json.loads((settings.dbt_target / "run_results.json").read_text("utf-8"))
        for node in nodes["results"]:
            if node["unique_id"].startswith(("model.", "seed.")):
                seconds[node["unique_id"]] = node["execution_time"]
    return seconds


def file_times(settings: Settings) -> dict[str, float]:
    """Return when each file of answers that was delivered changed last: wave -> Unix time."""
    times = {}
    for wave in registry.load().waves:
        if wave.wave.answers and (path := wave_path(wave, settings.data)).is_file():
            times[wave.id] = path.stat().st_mtime
    return times


def _write(settings: Settings, report: BuildReport) -> None:
    from prometheus_client import write_to_textfile

    aside = settings.home / ".build.json.part"
    aside.write_text(report.model_dump_json(indent=1), "utf-8")
    aside.replace(settings.home / "build.json")
    write_to_textfile(str(settings.home / "metrics.prom"), _metrics(settings, report))


def _metrics(settings: Settings, report: BuildReport) -> CollectorRegistry:
    from prometheus_client import CollectorRegistry, Gauge

    metrics = CollectorRegistry()

    def gauge(name: str, help_: str, value: float) -> None:
        Gauge(f"barometer_{name}", help_, registry=metrics).set(value)

    def gauges(name: str, help_: str, label: str, values: Mapping[str, float]) -> None:
        made = Gauge(f"barometer_{name}", help_, [label], registry=metrics)
        for key, value in values.items():
            made.labels(key).set(value)

    ended = report.started_at.timestamp() + report.seconds
    gauge("build_released", "1 if the last build made a release", report.outcome == "released")
    gauge("build_end_time_seconds", "When the last build ended", ended)
    gauge("build_duration_seconds", "How long the last build took", report.seconds)
    gauge("build_memory_bytes", "The most memory of the last build", report.memory)
    gauge("build_checks_passed", "Checks that passed in the last build", report.checks)
    gauge("disk_free_bytes", "Free where the home is", shutil.disk_usage(settings.home).free)
    gauges("step_duration_seconds", "Steps and dbt nodes of the last build", "step", report.steps)
    gauges("release_rows", "Rows of the tables of the last release", "table", report.rows)
    gauges(
        "source_modified_time_seconds", "Delivered files of answers", "wave", file_times(settings)
    )
    return metrics


def _alert(command: str, report: BuildReport) -> None:
    with suppress(OSError, subprocess.TimeoutExpired, ValueError):  # the refusal itself is shown
        subprocess.run(
            shlex.split(command),
            input=report.model_dump_json(indent=1),
            text=True,
            capture_output=True,
            timeout=ALERT_SECONDS,
            check=False,
        )
