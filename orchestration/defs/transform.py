"""dbt: raw Parquet to marts; every dbt model is an asset, every dbt test a check."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets
from packaging.version import Version

from ingest import registry
from ingest.raw.answers import TABLES as WAVE_TABLES
from orchestration import data_version, spark
from orchestration.dbt import EXECUTABLE, environment, manifest, prepare_warehouse
from orchestration.defs.ingest import REGISTRY_KEY, wave_key
from orchestration.publishing import MARTS
from orchestration.settings import DBT_PROJECT, Settings

# A full refresh because dbt guesses the types of a seed once, when it is still empty. Unit tests
# judge the code, not the data; the test suite runs them.
BUILD = ("build", "--full-refresh", "--exclude-resource-type", "unit_test")


class Dbt(DbtCliResource):
    """dbt without two detours of dagster-dbt that cost three seconds a build.

    It starts `dbt --version` to learn what the lock file fixes, and opens an adapter of its own
    for row counts that we do not ask for.
    """

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:  # noqa: ARG002
        return None


class Translator(DagsterDbtTranslator):
    """Names assets after their layer and leads dbt's sources back to the assets of the waves."""

    def __init__(self) -> None:
        super().__init__()
        known = registry.load().waves
        self._answered = [wave_key(wave) for wave in known if wave.wave.answers]
        self._described = [
            REGISTRY_KEY,
            *(wave_key(wave) for wave in known if not wave.wave.answers),
        ]

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the layer: staging, harmonised, estimates, marts or seeds."""
        return str(dbt_resource_props["schema"])

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """Replace a dependency on a dbt source by one on the assets that write it."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        sources = {
            dg.AssetKey([node["source_name"], node["name"]]): node["name"]
            for node in manifest["sources"].values()
        }
        keys: list[dg.AssetKey] = []
        for dep in spec.deps:
            table = sources.get(dep.asset_key)
            if table is None:
                keys.append(dep.asset_key)
            else:
                keys += self._answered if table in WAVE_TABLES else self._described
        return spec.replace_attributes(deps=keys)


def seed_key(name: str) -> dg.AssetKey:
    """Return the asset key of a seed."""
    return dg.AssetKey(["seeds", name])


def released_keys(settings: Settings) -> list[dg.AssetKey]:
    """Return the keys of the models that a release holds."""
    nodes = json.loads(manifest(settings).read_text("utf-8"))["nodes"].values()
    return [
        dg.AssetKey([node["schema"], node["name"]])
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] == MARTS
    ]


def definitions(settings: Settings, *, master: str | None, **_: object) -> dg.Definitions:
    """All dbt resources as one `dbt build`, so that no failure is lost between two runs.

    With Spark there are two: it makes the tables, and their tests are on what a release is copied
    from.
    """
    target = settings.dbt_target
    project = DbtProject(project_dir=DBT_PROJECT, target_path=target)

    @dbt_assets(
        name="dbt",
        manifest=manifest(settings),
        project=project,
        dagster_dbt_translator=Translator(),
    )
    def dbt(context: dg.AssetExecutionContext, dbt_cli: Dbt) -> Iterator[Any]:
        # dbt finds the folders in its environment, which it takes over from this process.
        os.environ |= environment(settings)
        prepare_warehouse(settings)
        seeds = {
            seed_key(name).to_python_identifier(): (seed_key(name), dg.DataVersion(digest))
            for name, digest in data_version.of_seeds().items()
        }
        if master:
            events = _on_spark(settings, master, context, dbt_cli)
        else:
            events = dbt_cli.cli(BUILD, context=context, target_path=target).stream()
        for event in events:
            if isinstance(event, dg.Output) and event.output_name in seeds:
                key, version = seeds[event.output_name]
                yield dg.MaterializeResult(
                    asset_key=key, metadata=event.metadata, data_version=version
                )
            else:
                yield event

    return dg.Definitions(
        assets=[dbt],
        resources={
            "dbt_cli": Dbt(
                project_dir=str(DBT_PROJECT),
                profiles_dir=str(DBT_PROJECT),
                dbt_executable=EXECUTABLE,
            )
        },
    )


def _on_spark(
    settings: Settings, master: str, context: dg.AssetExecutionContext, dbt_cli: Dbt
) -> Iterator[Any]:
    """Make the tables with Spark, copy them to the warehouse, and test them there."""
    session = dbt_cli.model_copy(update={"dbt_executable": str(spark.PYTHON), "target": "spark"})
    with spark.tables(settings, master):
        made = session.cli(
            (str(spark.SESSION), "build", "--exclude-resource-type", "test", "unit_test"),
            context=context,
            target_path=settings.spark_target,
            raise_on_error=False,
        )
        yield from made.stream()
        if made.process.returncode:
            raise spark.refusal(made.process.returncode, settings, master)
        spark.fill_warehouse(settings)
    tests = ("build", "--resource-type", "test")
    yield from dbt_cli.cli(tests, context=context, target_path=settings.dbt_target).stream()
