"""Checks the dashboards without a server: dashboard -> chart -> dataset -> column of a mart.

The columns come from a release, or from the contracts in the dbt project. Empty tables with these
columns are made in memory, so that DuckDB itself judges every expression.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from dashboards import access, contracts
from dashboards.access import Access
from dashboards.bundle import Asset, Bundle
from dashboards.columns import adhoc_metrics, named_columns, named_metrics
from dashboards.compiler import ASSETS, compile_assets
from dashboards.contracts import Mart
from dashboards.links import choices
from dashboards.starts import offered, offered_on, starting_in
from ingest.errors import RefusedError, did_you_mean
from ingest.messages import Phrase

_TEXT_CHART: Final = "handlebars"


@dataclass(frozen=True)
class CheckReport:
    """What was checked, and a refusal for each problem."""

    dashboards: int
    charts: int
    datasets: int
    columns: int
    problems: tuple[RefusedError, ...]


def check(
    *,
    release: Path | None = None,
    assets_dir: Path = ASSETS,
    marts: Mapping[str, Mart] | None = None,
) -> CheckReport:
    """Follow every dashboard down to the columns of a release, or else of the contracts.

    With a release the values that filters start on are looked up too: where a label changed, a
    dashboard would open empty.

    Args:
        release: the DuckDB file; without it only the contracts are looked at.
        assets_dir: the folder with the definitions.
        marts: the contracts; without them those of the dbt project.

    Raises:
        RefusedError: a definition cannot be compiled, or there is no such release.
    """
    marts = contracts.of_dbt() if marts is None else marts
    tables = marts if release is None else contracts.of_release(release)
    bundle = compile_assets(release or Path("release.duckdb"), assets_dir, marts)
    with duckdb.connect() as connection:
        checker = _Checker(connection, tables, bundle)
        problems = [*checker.problems(), *checker.rows(access.load(assets_dir), assets_dir)]
    if release is not None and not problems:
        problems = list(_unknown_defaults(bundle, release))
    return CheckReport(
        dashboards=len(bundle.of("dashboards")),
        charts=len(bundle.of("charts")),
        datasets=len(bundle.of("datasets")),
        columns=checker.columns_checked,
        problems=tuple({str(problem): problem for problem in problems}.values()),
    )


class _Checker:
    def __init__(
        self, connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Mart], bundle: Bundle
    ) -> None:
        self.connection = connection
        self.tables = tables
        self.bundle = bundle
        self.columns_checked = 0
        self.datasets = {asset.uuid: asset for asset in bundle.of("datasets")}

    def problems(self) -> Iterator[RefusedError]:
        for dataset in self.bundle.of("datasets"):
            yield from self._dataset(dataset)
        for chart in self.bundle.of("charts"):
            yield from self._chart(chart)
        for dashboard in self.bundle.of("dashboards"):
            yield from self._dashboard(dashboard)

    def rows(self, roles: Access, assets_dir: Path) -> Iterator[RefusedError]:
        """Yield a problem for each rule of rows that does not fit its marts."""
        datasets = {asset.slug: asset for asset in self.bundle.of("datasets")}
        for rule in roles.rows:
            where = Phrase("dashboards.key", path=access.path_of(assets_dir), key=rule.name)
            for mart in rule.marts:
                if mart in datasets:
                    yield from self._computes(where, rule.condition, datasets[mart])
                else:
                    yield RefusedError(
                        "dashboards.no_mart",
                        where,
                        mart=mart,
                        near=did_you_mean(mart, datasets),
                        marts=sorted(datasets),
                    )

    def _dataset(self, asset: Asset) -> Iterator[RefusedError]:
        """Check that the release has the columns, and that metrics can be computed."""
        columns = _columns(asset)
        self.columns_checked += len(columns)
        self.connection.execute(f'create table "{asset.slug}" ({_declared(asset)})')
        if asset.slug not in self.tables:
            yield RefusedError("dashboards.no_table", str(asset.source), mart=asset.slug)
            return
        for one in asset.content["columns"]:
            if one["expression"]:
                where = Phrase("dashboards.key", path=asset.source, key=one["column_name"])
                yield from self._computes(where, one["expression"], asset)
                columns.remove(one["column_name"])
        if missing := [name for name in columns if name not in self.tables[asset.slug].columns]:
            yield RefusedError(
                "dashboards.columns_not_in_release",
                str(asset.source),
                columns=missing,
                mart=asset.slug,
            )
        for metric in asset.content.get("metrics", []):
            where = Phrase("dashboards.key", path=asset.source, key=metric["metric_name"])
            yield from self._computes(where, metric["expression"], asset)

    def _chart(self, asset: Asset) -> Iterator[RefusedError]:
        params = asset.content["params"]
        dataset = self.datasets[asset.content["dataset_uuid"]]
        columns, metrics = _columns(dataset), _metrics(dataset)
        labels = {metric["label"] for metric in adhoc_metrics(params)}
        for key, name in named_columns(params):
            if key not in ("column_config", "conditional_formatting") or name not in labels:
                where = _place(asset, key)
                yield from self._column(where, name, columns, dataset.slug)
        yield from _download(asset)
        for key, name in named_metrics(params):
            yield from self._metric(_place(asset, key), name, metrics, dataset.slug)
        for metric in adhoc_metrics(params):
            yield from self._computes(
                _place(asset, metric["label"]), metric["sqlExpression"], dataset
            )
        for one in params.get("adhoc_filters", []):
            yield from self._computes(_place(asset, "adhoc_filters"), one["sqlExpression"], dataset)

    def _dashboard(self, asset: Asset) -> Iterator[RefusedError]:
        for one in asset.content["metadata"]["native_filter_configuration"]:
            where = _filter(asset, one)
            for target in one["targets"]:
                dataset = self.datasets[target["datasetUuid"]]
                for condition in one["adhoc_filters"]:
                    yield from self._computes(where, condition["sqlExpression"], dataset)
                name = target["column"]["name"]
                yield from self._column(where, name, _columns(dataset), dataset.slug)
                if "sortMetric" in one:
                    yield from self._metric(
                        where, one["sortMetric"], _metrics(dataset), dataset.slug
                    )

    def _column(
        self, where: Phrase, name: str, columns: list[str], dataset: str
    ) -> Iterator[RefusedError]:
        self.columns_checked += 1
        if name not in columns:
            near = did_you_mean(name, columns)
            yield RefusedError(
                "dashboards.no_column", where, column=name, dataset=dataset, near=near
            )

    def _metric(
        self, where: Phrase, name: str, metrics: list[str], dataset: str
    ) -> Iterator[RefusedError]:
        if name not in metrics:
            near = did_you_mean(name, metrics)
            yield RefusedError(
                "dashboards.no_metric", where, metric=name, dataset=dataset, near=near
            )

    def _computes(self, where: Phrase, expression: str, dataset: Asset) -> Iterator[RefusedError]:
        query = f'describe select {expression} from "{dataset.slug}"'  # noqa: S608
        try:
            self.connection.execute(query)
        except duckdb.Error as error:
            yield RefusedError(
                "dashboards.no_expression", where, expression=expression, problem=_first_line(error)
            )


def _download(asset: Asset) -> Iterator[RefusedError]:
    """Yield what is wrong with the file that a reader downloads of a text chart."""
    params, where = asset.content["params"], _place(asset, "download")
    taken = params.get("download", [])
    if asset.content["viz_type"] == _TEXT_CHART and not taken:
        yield RefusedError("dashboards.no_download", where)
    names = [one["column"] for one in taken]
    if unasked := [name for name in names if name not in params.get("all_columns", [])]:
        yield RefusedError("dashboards.download_not_asked", where, columns=unasked)
    headers = [one["header"] for one in taken]
    if twice := sorted({header for header in headers if headers.count(header) > 1}):
        yield RefusedError("dashboards.download_twice", where, headers=twice)


def _place(asset: Asset, key: str) -> Phrase:
    return Phrase("dashboards.key_of", path=asset.source, language=asset.language, key=key)


def _filter(asset: Asset, one: Mapping[str, str]) -> Phrase:
    return Phrase(
        "dashboards.filter_of", path=asset.source, language=asset.language, filter=one["name"]
    )


def _columns(dataset: Asset) -> list[str]:
    return [column["column_name"] for column in dataset.content["columns"]]


def _metrics(dataset: Asset) -> list[str]:
    return [metric["metric_name"] for metric in dataset.content.get("metrics", [])]


def _declared(dataset: Asset) -> str:
    return ", ".join(
        f'"{one["column_name"]}" {one["type"]}'
        for one in dataset.content["columns"]
        if not one["expression"]
    )


def _unknown_defaults(bundle: Bundle, release: Path) -> Iterator[RefusedError]:
    """Yield the values that filters start on, or links lead to, and the release does not have."""
    datasets = {asset.uuid: asset.slug for asset in bundle.of("datasets")}
    with duckdb.connect(str(release), read_only=True) as connection:
        for asset in starting_in(bundle, release).of("dashboards"):
            for one in asset.content["metadata"]["native_filter_configuration"]:
                found = offered(one, datasets, connection)
                for value in one["defaultDataMask"]["filterState"].get("value", []):
                    if value not in found:
                        yield RefusedError(
                            "dashboards.no_default",
                            _filter(asset, one),
                            value=value,
                            column=one["targets"][0]["column"]["name"],
                            table=datasets[one["targets"][0]["datasetUuid"]],
                            near=did_you_mean(value, found),
                        )
            for page, value in choices(asset.content):
                found = offered_on(bundle, page, connection)
                if value not in found:
                    yield RefusedError(
                        "dashboards.no_choice",
                        _place(asset, "position"),
                        value=value,
                        page=page,
                        near=did_you_mean(value, found),
                    )


def _first_line(error: duckdb.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(line for line in lines[:2] if not line.startswith("LINE"))
