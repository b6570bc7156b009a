"""What filters start on and links lead to, in a release.

The label of a choice ends with the status of its data. A definition names a choice without that:
once real answers take the place of generated ones, the label is another, and a page that starts on
the old one would open empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Final

import duckdb

from dashboards.bundle import Asset, Bundle, Content
from dashboards.compiler import ASSETS, compile_assets
from dashboards.links import leading_to

BETWEEN: Final = " · "


def compile_in(release: Path, assets_dir: Path = ASSETS) -> Bundle:
    """Compile all files under `assets_dir`, with filters that start on what a release has."""
    return starting_in(compile_assets(release, assets_dir), release)


def starting_in(bundle: Bundle, release: Path) -> Bundle:
    """Let filters start on what a release has, and links lead to it.

    A value that is not there becomes the one that differs from it only by a part at its end; where
    there are several, that of published data, then of answers, then of generated ones.

    Args:
        bundle: compiled dashboards.
        release: the DuckDB file.

    Returns:
        The same bundle with other values; a value that the release has in no form stays.
    """
    datasets = {asset.uuid: asset.slug for asset in bundle.of("datasets")}
    with duckdb.connect(str(release), read_only=True) as connection:

        def choice_of(page: str, value: str) -> str:
            there = offered_on(bundle, page, connection)
            return next(_alike(value, there), value)

        def fitted(asset: Asset) -> Asset:
            if asset.kind != "dashboards":
                return asset
            asset = _starting(asset, datasets, connection)
            return asset.model_copy(update={"content": leading_to(asset.content, choice_of)})

        return Bundle(assets=tuple(map(fitted, bundle.assets)))


def offered_on(bundle: Bundle, page: str, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the values that the first filter of a page offers; none of a page without filters."""
    datasets = {asset.uuid: asset.slug for asset in bundle.of("datasets")}
    for asset in bundle.of("dashboards"):
        if asset.content["slug"] == page:
            for one in asset.content["metadata"]["native_filter_configuration"]:
                return offered(one, datasets, connection)
    return []


def offered(
    one: Content, datasets: dict[str, str], connection: duckdb.DuckDBPyConnection
) -> list[str]:
    """Return the values that a filter offers in a release, the best data first."""
    target = one["targets"][0]
    table, column = datasets[target["datasetUuid"]], target["column"]["name"]
    conditions = [condition["sqlExpression"] for condition in one["adhoc_filters"]]
    where = " and ".join(f"({condition})" for condition in [*conditions, "true"])
    columns = {row[0] for row in connection.execute(f'describe "{table}"').fetchall()}
    status = (
        "array_position(['published', 'microdata', 'synthetic'], data_status)"
        if "data_status" in columns
        else "null"
    )
    found = connection.execute(
        f'select "{column}" from "{table}" where {where} group by all '  # noqa: S608
        f'order by min({status}), "{column}"'
    )
    return [str(value) for (value,) in found.fetchall()]


def _starting(
    asset: Asset, datasets: dict[str, str], connection: duckdb.DuckDBPyConnection
) -> Asset:
    content = deepcopy(asset.content)
    for one in content["metadata"]["native_filter_configuration"]:
        state = one["defaultDataMask"]["filterState"]
        if values := state.get("value"):
            there = offered(one, datasets, connection)
            values = [next(_alike(value, there), value) for value in values]
            state |= {"label": ", ".join(values), "value": values}
            one["defaultDataMask"]["extraFormData"]["filters"][0]["val"] = values
    return asset.model_copy(update={"content": content})


def _alike(value: str, there: list[str]) -> Iterator[str]:
    if value in there:
        yield value
    yield from (other for other in there if other.startswith(value + BETWEEN))
