"""The gate, and the release behind it."""

from collections.abc import Callable

import dagster as dg

from ingest import registry
from ingest.errors import BarometerError
from orchestration.quality import last_results
from orchestration.release import Releases, code_version
from orchestration.settings import PROJECT, Settings


def definitions(
    settings: Settings, *, check_keys: Callable[[], list[dg.AssetCheckKey]], **_: object
) -> dg.Definitions:
    """One asset, downstream of every mart."""
    from orchestration.defs.transform import released_keys

    @dg.asset(
        key="release",
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
                f"{' '.join(refused)} To mend: correct it and run `barometer build`."
            )
        inputs = _inputs(context)
        manifest = Releases(settings).write(rows, inputs, code_version(PROJECT))
        return dg.MaterializeResult(
            metadata={
                "release_id": manifest.release_id,
                "indicators": manifest.indicators,
                "checks": len(rows),
            }
        )

    return dg.Definitions(assets=[release])


def _inputs(context: dg.AssetExecutionContext) -> dict[str, str]:
    """Return file -> sha256 of every wave of answers, as the loader told them."""
    from orchestration.defs.ingest import wave_key

    inputs: dict[str, str] = {}
    for wave in registry.load().waves:
        if wave.wave.answers:
            event = context.instance.get_latest_materialization_event(wave_key(wave))
            if event and event.asset_materialization:
                metadata = event.asset_materialization.metadata
                name = f"{wave.id}/{wave.wave.answers.file.name}"
                inputs[name] = str(metadata["sha256"].value)
    return inputs
