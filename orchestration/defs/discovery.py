"""Sees manifests, files of waves and seeds that changed, and asks for a run of what needs them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from ingest import harmonisation, registry
from ingest.errors import BarometerError
from ingest.messages import Phrase, listing
from orchestration import data_version
from orchestration.defs.ingest import wave_key
from orchestration.releases import Releases
from orchestration.settings import Settings

SECONDS = 30
# A build that was killed is shown as running until the next build or start closes it.
LONGEST_RUN = timedelta(hours=1)
RUNNING = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def definitions(settings: Settings, *, job: str, **_: object) -> dg.Definitions:
    """One sensor. It is off until a person turns it on; a preview of it asks for nothing.

    In production it is on.
    """
    on = (
        dg.DefaultSensorStatus.RUNNING
        if settings.services.history
        else dg.DefaultSensorStatus.STOPPED
    )

    @dg.sensor(
        name="discovery",
        job_name=job,
        minimum_interval_seconds=SECONDS,
        default_status=on,
        description="A new or changed manifest, file of answers or seed: asks for a run of the "
        "assets that read it, everything downstream, and a release.",
    )
    def discovery(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        files = _Files.remembered(context.cursor)
        try:
            outcome = _look(context, settings, files)
        except BarometerError as error:
            outcome = dg.SkipReason(str(error))
        if isinstance(outcome, dg.SkipReason):
            return dg.SensorResult(skip_reason=outcome, cursor=files.to_remember())
        return dg.SensorResult(run_requests=[outcome], cursor=files.to_remember())

    return dg.Definitions(sensors=[discovery])


def _look(
    context: dg.SensorEvaluationContext, settings: Settings, files: _Files
) -> dg.RunRequest | dg.SkipReason:
    described = registry.load()
    harmonisation.load(data_version.SEEDS, described)
    assert context.repository_def is not None
    graph = context.repository_def.asset_graph
    now = {
        dg.AssetKey.from_user_string(name): version
        for name, version in data_version.of_sources(described, settings, files.sha256).items()
    }
    needed = {*now, *(wave_key(wave) for wave in described.waves)}
    if unknown := sorted(needed - graph.get_all_asset_keys()):
        new = [key.to_user_string() for key in unknown]
        return dg.SkipReason(str(Phrase("orchestration.new_assets", assets=new)))
    newest = Releases(settings).newest()
    released = newest.data_versions if newest else {}
    changed = {
        key: version
        for key, version in now.items()
        if released.get(key.to_user_string()) != version
    }
    if not changed:
        return dg.SkipReason(str(Phrase("orchestration.nothing_changed")))
    if run := _running(context.instance):
        return dg.SkipReason(str(Phrase("orchestration.run_running", run=run)))
    return _request(graph, changed, newest.release_id if newest else "none")


def _request(
    graph: dg.AssetGraph, changed: Mapping[dg.AssetKey, str], last_release: str
) -> dg.RunRequest:
    """Ask for what depends on `changed`, with every check that looks at any of it.

    A run is asked for once for one state of the files, so that what was refused is not tried again
    until somebody changes it.
    """
    needed = dg.AssetSelection.assets(*changed).required_multi_asset_neighbors().downstream()
    keys = needed.resolve(graph)
    checks = {
        check
        for check in graph.asset_check_keys
        if check.asset_key in keys or graph.get(check).parent_entity_keys & keys
    }
    steps = {key.to_user_string(): digest for key, digest in sorted(changed.items())}
    state = json.dumps([steps, last_release])
    return dg.RunRequest(
        run_key=hashlib.sha256(state.encode()).hexdigest(),
        asset_selection=sorted(keys),
        asset_check_keys=sorted(checks),
        tags={"barometer/changed": listing(steps)},
    )


def _running(instance: dg.DagsterInstance) -> str | None:
    since = datetime.now(UTC) - LONGEST_RUN
    runs = instance.get_runs(dg.RunsFilter(statuses=RUNNING, created_after=since), limit=1)
    return runs[0].run_id[:8] if runs else None


class _Files:
    """Digests of large files, remembered for as long as size and time of change stay."""

    def __init__(self, known: dict[str, list[object]]) -> None:
        self._known = known
        self._seen: dict[str, list[object]] = {}

    @classmethod
    def remembered(cls, cursor: str | None) -> _Files:
        return cls(json.loads(cursor) if cursor else {})

    def to_remember(self) -> str:
        return json.dumps(self._seen, sort_keys=True)

    def sha256(self, path: Path) -> str:
        status = path.stat()
        state: list[object] = [status.st_size, status.st_mtime_ns]
        held = self._known.get(str(path))
        digest = str(held[2]) if held and held[:2] == state else data_version.of_file(path)
        self._seen[str(path)] = [*state, digest]
        return digest
