"""Sees manifests, files of waves and seeds that changed, and asks for a run of what needs them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from ingest import harmonisation, registry
from ingest.errors import BarometerError, listing
from orchestration.defs.ingest import REGISTRY_KEY, wave_key
from orchestration.defs.release import RELEASE_KEY, told
from orchestration.defs.transform import seed_key
from orchestration.made_from import MADE_FROM, SEEDS, of_registry, of_seeds, of_wave, sha256_of
from orchestration.settings import Settings

SECONDS = 30
# A build that was killed stays under way in the history for ever.
LONGEST_RUN = timedelta(hours=1)
UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def definitions(settings: Settings, *, job: str, **_: object) -> dg.Definitions:
    """One sensor. It is off until a person turns it on; a preview of it asks for nothing."""

    @dg.sensor(
        name="discovery",
        job_name=job,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
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
    known = registry.load()
    harmonisation.load(SEEDS, known)
    assert context.repository_def is not None
    graph = context.repository_def.asset_graph
    now = {
        REGISTRY_KEY: of_registry(known),
        **{
            wave_key(wave): of_wave(wave, settings, files.sha256)
            for wave in known.waves
            if wave.wave.answers
        },
        **{seed_key(name): digest for name, digest in of_seeds().items()},
    }
    described = {*now, *(wave_key(wave) for wave in known.waves)}
    if unknown := sorted(described - graph.get_all_asset_keys()):
        return dg.SkipReason(
            f"New: {listing(key.to_user_string() for key in unknown)}. How to fix: reload the code "
            "location (Deployment, Code locations, Reload); only then there is an asset to run."
        )
    released = told(context.instance, RELEASE_KEY, MADE_FROM)
    made_from: Mapping[str, str] = released if isinstance(released, dict) else {}
    changed = {
        key: digest for key, digest in now.items() if made_from.get(key.to_user_string()) != digest
    }
    if not changed:
        return dg.SkipReason("The release was made from what stands there now.")
    if run := _under_way(context.instance):
        return dg.SkipReason(f"Run {run} is under way; after it there is another look.")
    return _request(graph, changed, str(told(context.instance, RELEASE_KEY, "release_id")))


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


def _under_way(instance: dg.DagsterInstance) -> str | None:
    since = datetime.now(UTC) - LONGEST_RUN
    runs = instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY, created_after=since), limit=1)
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
        digest = str(held[2]) if held and held[:2] == state else sha256_of(path)
        self._seen[str(path)] = [*state, digest]
        return digest
