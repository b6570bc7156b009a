"""Files of surveys to raw Parquet: an asset per survey wave, made from the manifests."""

from collections import Counter
from collections.abc import Iterator

import dagster as dg

from ingest import harmonisation, registry
from ingest.registry import Registry, SurveyWave
from orchestration import data_version
from orchestration.check_results import check_result
from orchestration.check_worker import Call
from orchestration.settings import Settings
from orchestration.waves import load_with_version

GROUP = "raw"
FILE_CHECKS = "file_checks"
FILE_WARNINGS = "file_warnings"


def wave_key(wave: SurveyWave) -> dg.AssetKey:
    """Return the asset key of a wave."""
    return dg.AssetKey(["raw", wave.survey.survey, wave.wave.wave])


REGISTRY_KEY = dg.AssetKey.from_user_string(data_version.REGISTRY)


def definitions(settings: Settings, *, call: Call, **_: object) -> dg.Definitions:
    """One asset per wave with answers; the described waves and figures are written together."""
    known = registry.load()
    answered = [wave for wave in known.waves if wave.wave.answers]
    return dg.Definitions(
        assets=[_described(known, settings), *(_answers(wave, settings, call) for wave in answered)]
    )


def _described(known: Registry, settings: Settings) -> dg.AssetsDefinition:
    published = [wave for wave in known.waves if not wave.wave.answers]
    specs = [
        dg.AssetSpec(
            REGISTRY_KEY,
            group_name=GROUP,
            description="Surveys, waves, strata, items, sources and published figures.",
        ),
        *(
            dg.AssetSpec(
                wave_key(wave),
                group_name=GROUP,
                description=f"{wave.survey.title.en} {wave.wave.wave}: published figures only.",
            )
            for wave in published
        ),
    ]

    @dg.multi_asset(name="described", specs=specs)
    def described() -> Iterator[dg.MaterializeResult[None]]:
        from ingest.raw.descriptions import write_registry

        # Read again: a long-running Dagster sees a corrected figure without a restart.
        current = registry.load()
        harmonisation.load(data_version.SEEDS, current)
        rows = write_registry(current, settings.raw)
        figures = Counter((survey, figure.wave) for survey, figure in current.figures)
        yield dg.MaterializeResult(
            asset_key=REGISTRY_KEY,
            metadata=rows,
            data_version=dg.DataVersion(data_version.of_registry(current)),
        )
        for wave in published:
            count = figures[(wave.survey.survey, wave.wave.wave)]
            yield dg.MaterializeResult(
                asset_key=wave_key(wave), metadata={"published_figures": count}
            )

    return described


def _answers(wave: SurveyWave, settings: Settings, call: Call) -> dg.AssetsDefinition:
    key = wave_key(wave)

    @dg.asset(
        key=key,
        group_name=GROUP,
        description=f"{wave.survey.title.en} {wave.wave.wave}: answers as they are in the file.",
        check_specs=[
            dg.AssetCheckSpec(FILE_CHECKS, asset=key, blocking=True),
            dg.AssetCheckSpec(
                FILE_WARNINGS, asset=key, description="For a person to look at; blocks nothing."
            ),
        ],
    )
    def answers() -> Iterator[dg.MaterializeResult[None]]:
        version, loaded = call(load_with_version, wave.id, settings)
        errors = [finding for finding in loaded.findings if finding.severity == "error"]
        warnings = [finding for finding in loaded.findings if finding.severity == "warning"]
        yield dg.MaterializeResult(
            metadata={
                **loaded.rows,
                "file": dg.MetadataValue.path(str(loaded.path)),
                "sha256": loaded.sha256,
                "data_status": loaded.data_status,
            },
            data_version=dg.DataVersion(version),
            check_results=[
                check_result(FILE_CHECKS, key, errors),
                check_result(FILE_WARNINGS, key, warnings, dg.AssetCheckSeverity.WARN),
            ],
        )

    return answers
