"""The gate, and the release behind it."""

from collections.abc import Callable

import dagster as dg

from ingest import registry
from ingest.errors import BarometerError
from ingest.registry import Registry
from orchestration.defs.ingest import REGISTRY_KEY, wave_key
from orchestration.defs.transform import released_keys, seed_key
from orchestration.made_from import MADE_FROM, of_seeds
from orchestration.quality import last_results
from orchestration.release import Releases, code_version
from orchestration.settings import PROJECT, Settings

RELEASE_KEY = dg.AssetKey("release")


def definitions(
    settings: Settings, *, check_keys: Callable[[], list[dg.AssetCheckKey]], **_: object
) -> dg.Definitions:
    """One asset, downstream of every mart."""

    @dg.asset(
        key=RELEASE_KEY,
        group_name="release",
        deps=released_keys(settings),
        description="The current release: marts only, gated, with its manifest.",
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        # The graph stops a release after a failed check only within one run; a later run of this
        # asset alone would pass. So the gate looks at the last result of every check itself.
        rows, refused = last_results(context.instance, check_keys())
        if refused:
            raise BarometerError(
                "The gate refuses the release, nothing was published. "
                f"{' '.join(refused)} How to fix: correct it and run `barometer build`."
            )
        inputs = _inputs(context.instance)
        manifest = Releases(settings).write(rows, inputs, code_version(PROJECT))
        return dg.MaterializeResult(
            metadata={
                "release_id": manifest.release_id,
                "indicators": manifest.indicators,
                "checks": len(rows),
                MADE_FROM: dg.MetadataValue.json(_made_from(context.instance)),
            }
        )

    return dg.Definitions(assets=[release])


def _inputs(instance: dg.DagsterInstance) -> dict[str, str]:
    """Return file -> sha256 of every wave of answers, as the loader told them."""
    inputs: dict[str, str] = {}
    for wave in registry.load().waves:
        if wave.wave.answers and (digest := told(instance, wave_key(wave), "sha256")):
            inputs[f"{wave.id}/{wave.wave.answers.file.name}"] = str(digest)
    return inputs


def _made_from(instance: dg.DagsterInstance) -> dict[str, str]:
    """Return asset -> digest of what it was made from, as the assets that read files told them."""
    return {
        key.to_user_string(): str(digest)
        for key in reading(registry.load())
        if (digest := told(instance, key, MADE_FROM))
    }


def reading(known: Registry) -> list[dg.AssetKey]:
    """Return the keys of all assets that read files of a person: waves, descriptions and seeds."""
    return [
        REGISTRY_KEY,
        *(wave_key(wave) for wave in known.waves if wave.wave.answers),
        *(seed_key(name) for name in of_seeds()),
    ]


def told(instance: dg.DagsterInstance, key: dg.AssetKey, name: str) -> object:
    """Return one piece of metadata of the last materialization of an asset, None without it."""
    event = instance.get_latest_materialization_event(key)
    made = event.asset_materialization if event else None
    return made.metadata[name].value if made and name in made.metadata else None
