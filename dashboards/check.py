"""Checks the dashboards without a server: dashboard -> chart -> dataset -> column of a mart.

The columns come from a release, or from the contracts in the dbt project. Empty tables with these
columns are made in memory, so that DuckDB itself judges every expression and every query.
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb
import yaml

from dashboards.bundle import ASSETS, Asset, Bundle, compile_assets
from dashboards.errors import DashboardError
from ingest.models import Model

Tables = Mapping[str, Mapping[str, str]]

_COLUMN_LISTS: Final = ("groupby", "all_columns", "columns")


class CheckReport(Model):
    """What was checked, and each problem as one line that names file, column and remedy."""

    dashboards: int
    charts: int
    datasets: int
    columns: int
    problems: tuple[str, ...]


def check(
    *, release: Path | None = None, dbt_models: Path | None = None, assets_dir: Path = ASSETS
) -> CheckReport:
    """Follow every dashboard down to the columns of `release`, or else of `dbt_models`.

    With a release the defaults of the filters are looked up too: a label that was reworded would
    leave a dashboard empty. Raises DashboardError when YAML is broken or no columns can be read.
    """
    if release is not None:
        tables = tables_of_release(release)
    elif dbt_models is not None:
        tables = tables_of_dbt(dbt_models)
    else:
        raise DashboardError("Nothing to check against: give a release or the dbt models.")
    bundle = compile_assets(release or Path("release.duckdb"), assets_dir)
    with duckdb.connect() as connection:
        _create_tables(connection, tables)
        checker = _Checker(connection, tables, bundle)
        problems = list(checker.problems())
    if release is not None and not problems:
        problems = list(_missing_defaults(bundle, release))
    return CheckReport(
        dashboards=len(bundle.of("dashboards")),
        charts=len(bundle.of("charts")),
        datasets=len(bundle.of("datasets")),
        columns=checker.columns_checked,
        problems=tuple(dict.fromkeys(problems)),
    )


def tables_of_release(release: Path) -> dict[str, dict[str, str]]:
    """Tables of a release, each with its columns and their DuckDB types."""
    if not release.exists():
        raise DashboardError(f"{release} does not exist. Run `barometer build` first.")
    with duckdb.connect(str(release), read_only=True) as connection:
        rows = connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where schema_name = 'main' and not internal order by table_name, column_index"
        ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables


def tables_of_dbt(models: Path) -> dict[str, dict[str, str]]:
    """Models with an enforced contract, each with its columns and their types."""
    tables: dict[str, dict[str, str]] = {}
    for path in sorted(models.rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for model in content.get("models", []):
            columns = {
                column["name"]: column["data_type"]
                for column in model.get("columns", [])
                if "data_type" in column
            }
            if columns:
                tables[model["name"]] = columns
    if not tables:
        raise DashboardError(f"{models} declares no model with columns and data types.")
    return tables


class _Checker:
    def __init__(
        self, connection: duckdb.DuckDBPyConnection, tables: Tables, bundle: Bundle
    ) -> None:
        self.connection = connection
        self.tables = tables
        self.bundle = bundle
        self.columns_checked = 0
        self.datasets = {asset.uuid: asset for asset in bundle.of("datasets")}
        self.known = {
            asset.uuid: {column["column_name"] for column in asset.content.get("columns", [])}
            for asset in bundle.of("datasets")
        }

    def problems(self) -> Iterator[str]:
        for dataset in self.bundle.of("datasets"):
            yield from self._dataset(dataset)
        for chart in self.bundle.of("charts"):
            yield from self._chart(chart)
        for dashboard in self.bundle.of("dashboards"):
            yield from self._dashboard(dashboard)

    def _dataset(self, asset: Asset) -> Iterator[str]:
        """Columns exist, and calculated ones compute; makes a view that charts are checked on."""
        content = asset.content
        if content.get("sql"):
            source = f"({content['sql']})"
        elif content["table_name"] in self.tables:
            source = f'"{content["table_name"]}"'
        else:
            yield (
                f"{asset.source}: there is no table {content['table_name']!r}."
                f"{_nearest(content['table_name'], self.tables)}"
            )
            return
        try:
            found = {row[0] for row in self._describe(f"from {source} as source")}
        except duckdb.Error as error:
            yield f"{asset.source}: sql: {_first_line(error)}"
            return
        calculated = {}
        for column in content.get("columns", []):
            name = column["column_name"]
            self.columns_checked += 1
            if column.get("expression"):
                calculated[name] = column["expression"]
            elif name not in found:
                yield (
                    f"{asset.source}: column {name!r} is not in {content['table_name']}."
                    f"{_nearest(name, found)}"
                )
        working = ""
        for name, expression in calculated.items():
            wrong = list(self._binds(asset, name, expression, f"{source} as source"))
            yield from wrong
            working += "" if wrong else f', {expression} as "{name}"'
        self.connection.execute(
            f'create view "{asset.uuid}" as select *{working} from {source} as source'  # noqa: S608
        )
        for metric in content.get("metrics", []):
            name, expression = metric["metric_name"], metric["expression"]
            yield from self._binds(asset, name, expression, f'"{asset.uuid}"')

    def _chart(self, asset: Asset) -> Iterator[str]:
        params = asset.content["params"]
        dataset = self.datasets[asset.content["dataset_uuid"]]
        known = self.known[dataset.uuid]
        labels = {metric["label"] for metric in _adhoc_metrics(params)}
        for where, name in _columns_of_chart(params):
            self.columns_checked += 1
            if name in known or (where == "column_config" and name in labels):
                continue
            yield (
                f"{asset.source} ({asset.language}): {where}: column {name!r} is not in dataset "
                f"{dataset.slug}.{_nearest(name, known)}"
            )
        for metric in _adhoc_metrics(params):
            yield from self._binds(
                asset, metric["label"], metric["sqlExpression"], f'"{dataset.uuid}"'
            )
        for one in params.get("adhoc_filters", []):
            if one["expressionType"] == "SQL":
                yield from self._binds(
                    asset, "adhoc_filters", one["sqlExpression"], f'"{dataset.uuid}"'
                )

    def _dashboard(self, asset: Asset) -> Iterator[str]:
        for one in asset.content["metadata"]["native_filter_configuration"]:
            for target in one["targets"]:
                dataset = self.datasets[target["datasetUuid"]]
                name = target["column"]["name"]
                self.columns_checked += 1
                if name not in self.known[dataset.uuid]:
                    yield (
                        f"{asset.source} ({asset.language}): filter {one['name']!r}: column "
                        f"{name!r} is not in dataset {dataset.slug}."
                        f"{_nearest(name, self.known[dataset.uuid])}"
                    )

    def _binds(self, asset: Asset, name: str, expression: str, source: str) -> Iterator[str]:
        try:
            self._describe(f"select {expression} from {source}")  # noqa: S608
        except duckdb.Error as error:
            language = f" ({asset.language})" if asset.language else ""
            yield f"{asset.source}{language}: {name}: {_first_line(error)}"

    def _describe(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(f"describe {query}").fetchall()


def _create_tables(connection: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    for table, columns in tables.items():
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f'create table "{table}" ({listed})')


def _columns_of_chart(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each column a chart names, with the key that names it."""
    for key in _COLUMN_LISTS:
        for name in params.get(key) or []:
            if isinstance(name, str):
                yield key, name
    if params.get("x_axis"):
        yield "x_axis", params["x_axis"]
    for ordering in params.get("order_by_cols") or []:
        yield "order_by_cols", json.loads(ordering)[0]
    for rule in params.get("conditional_formatting") or []:
        yield "conditional_formatting", rule["column"]
    for name in params.get("column_config") or {}:
        yield "column_config", name


def _adhoc_metrics(params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    metrics = [*(params.get("metrics") or []), params.get("timeseries_limit_metric")]
    return [metric for metric in metrics if isinstance(metric, dict)]


def _missing_defaults(bundle: Bundle, release: Path) -> Iterator[str]:
    """Defaults of filters that the release holds nowhere."""
    datasets = {asset.uuid: asset.content for asset in bundle.of("datasets")}
    with duckdb.connect(str(release), read_only=True) as connection:
        for asset in bundle.of("dashboards"):
            for one in asset.content["metadata"]["native_filter_configuration"]:
                target = one["targets"][0]
                content = datasets[target["datasetUuid"]]
                column = target["column"]["name"]
                source = f"({content['sql']})" if content.get("sql") else content["table_name"]
                rows = connection.execute(
                    f'select distinct "{column}" from {source} as source'  # noqa: S608
                ).fetchall()
                found = {row[0] for row in rows}
                for value in one["defaultDataMask"]["filterState"].get("value", []):
                    if value not in found:
                        yield (
                            f"{asset.source} ({asset.language}): filter {one['name']!r}: default "
                            f"{value!r} is not in {column}.{_nearest(value, found)}"
                        )


def _nearest(name: str, known: Any) -> str:
    matches = difflib.get_close_matches(name, [item for item in known if item], n=1, cutoff=0.5)
    return f" Did you mean {matches[0]!r}?" if matches else ""


def _first_line(error: duckdb.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(line for line in lines[:2] if not line.startswith("LINE"))
