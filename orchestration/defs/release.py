"""The gate and the release."""

from collections.abc import Callable

import dagster as dg
from dagster import DataVersion

from ingest import registry
from ingest.errors import RefusedError
from ingest.messages import Names
from orchestration import data_version
from orchestration.check_results import last_results
from orchestration.code_version import code_version
from orchestration.defs.ingest import wave_key
from orchestration.defs.transform import released_keys
from orchestration.publishing import publish
from orchestration.settings import PROJECT, Settings

RELEASE_KEY = dg.AssetKey("release")
DATA_VERSION_TAG = "dagster/data_version"


def definitions(
    settings: Settings, *, check_keys: Callable[[], list[dg.AssetCheckKey]], **_: object
) -> dg.Definitions:
    """One asset, downstream of every mart."""
    # Read now, with the code: a change after this is not in the release.
    code = data_version.of_code()
    descriptions = data_version.of_descriptions(registry.load())

    @dg.asset(
        key=RELEASE_KEY,
        group_name="release",
        deps=released_keys(settings),
        description="The current release: all marts, after the gate, with its manifest.",
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        # The graph stops a release after a failed check only within one run; a later run of this
        # asset alone would pass. So the gate looks at the last result of every check itself.
        rows, refused = last_results(context.instance, check_keys())
        if refused:
            raise RefusedError(
                "orchestration.gate_refuses", "release", refused=Names(refused, len(refused), " ")
            )
        versions = {**_source_versions(context.instance, settings), data_version.CODE: code}
        inputs = _inputs(context.instance)
        manifest = publish(settings, rows, inputs, versions, descriptions, code_version(PROJECT))
        return dg.MaterializeResult(
            metadata={
                "release_id": manifest.release_id,
                "indicators": manifest.indicators,
                "checks": len(rows),
            },
            data_version=DataVersion(data_version.digest(sorted(versions.values()))),
        )

    return dg.Definitions(assets=[release])


def _inputs(instance: dg.DagsterInstance) -> dict[str, str]:
    """Return file -> sha256 of every wave of answers, as its asset recorded them."""
    inputs: dict[str, str] = {}
    for wave in registry.load().waves:
        made = _last(instance, wave_key(wave))
        if wave.wave.answers and made and "sha256" in made.metadata:
            inputs[f"{wave.id}/{wave.wave.answers.file.name}"] = str(made.metadata["sha256"].value)
    return inputs


def _source_versions(instance: dg.DagsterInstance, settings: Settings) -> dict[str, str]:
    """Return the data versions of all assets that read files, as they were made last."""
    versions: dict[str, str] = {}
    for name in data_version.of_sources(registry.load(), settings):
        made = _last(instance, dg.AssetKey.from_user_string(name))
        if made and made.tags and DATA_VERSION_TAG in made.tags:
            versions[name] = made.tags[DATA_VERSION_TAG]
    return versions


def _last(instance: dg.DagsterInstance, key: dg.AssetKey) -> dg.AssetMaterialization | None:
    event = instance.get_latest_materialization_event(key)
    return event.asset_materialization if event else None
