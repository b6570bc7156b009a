"""Turns what Superset has back into the form of the files under `assets/`, in one language.

The opposite of `compiler` and `layout`: what these derive is left out, and uuids become names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dashboards import server_state
from dashboards.bundle import Bundle, Content, Kind
from dashboards.layout import FILTER_DEFAULTS
from ingest.errors import RefusedError

NameOf = Callable[[str], str]  # of a uuid
_NONE: Final = object()


def names(bundle: Bundle, found: Mapping[str, Content], source: Path) -> NameOf:
    """Return what gives the name of the file of a chart or dataset.

    Raises:
        RefusedError: (when called) it was made in Superset, so that it has no file.
    """
    ours = {asset.uuid: asset.slug for asset in bundle.assets}

    def name(uuid: str) -> str:
        if uuid not in ours:
            title = server_state.title_of(found[uuid]) if uuid in found else uuid
            raise RefusedError("dashboards.pull_no_file", str(source), title=title)
        return ours[uuid]

    return name


def definition(kind: Kind, content: Content, ours: Content, name: NameOf) -> Content:
    """Return an asset as a file has it.

    Args:
        kind: its kind.
        content: what a server has, or what the project compiles to.
        ours: what the project compiles to; its order is kept where Superset has none.
        name: gives the name of a chart or dataset.
    """
    known = server_state.comparable(kind, content)
    for key in ("uuid", "version"):
        known.pop(key, None)
    if kind == "charts":
        return _chart(known, server_state.comparable(kind, ours), name)
    if kind == "dashboards":
        return _dashboard(known, name)
    if kind == "datasets":
        return _dataset(known, ours)
    known.pop("sqlalchemy_uri", None)
    return known


def _chart(content: Content, ours: Content, name: NameOf) -> Content:
    params = {key: value for key, value in content["params"].items() if key != "viz_type"}
    if "order_by_cols" in params:
        params["order_by_cols"] = [json.loads(order) for order in params["order_by_cols"]]
    if "column_config" in params:
        first = ours["params"].get("column_config") or {}
        params["column_config"] = [
            {"column": column, **settings}
            for column, settings in _ordered(params["column_config"], list(first)).items()
        ]
    known = {key: value for key, value in content.items() if key != "dataset_uuid"}
    return {**known, "dataset": name(content["dataset_uuid"]), "params": params}


def _dataset(content: Content, ours: Content) -> Content:
    """Return what a dataset adds to its mart; the rest is the contract of the mart."""
    columns = _ordered(content["columns"], [one["column_name"] for one in ours["columns"]])
    metrics = _ordered(content.get("metrics", {}), [one["metric_name"] for one in ours["metrics"]])
    return {
        "metrics": list(metrics.values()),
        "columns": [
            {"column_name": name, "expression": one["expression"]}
            for name, one in columns.items()
            if "expression" in one
        ],
    }


def _dashboard(content: Content, name: NameOf) -> Content:
    metadata = dict(content["metadata"])
    filters = metadata.pop("native_filter_configuration", [])
    if filters:
        metadata["native_filter_configuration"] = [_filter(one, name) for one in filters]
    nodes = {
        place: _node(node, name)
        for place, node in content["position"].items()
        if isinstance(node, dict)
    }
    return {**content, "position": nodes, "metadata": metadata}


def _node(node: Content, name: NameOf) -> Content:
    found = {key: value for key, value in node.items() if key not in ("id", "parents")}
    if "uuid" in node.get("meta", {}):
        meta = {key: value for key, value in node["meta"].items() if key != "uuid"}
        found["meta"] = {"chart": name(node["meta"]["uuid"]), **meta}
    return found


def _filter(one: Content, name: NameOf) -> Content:
    found = {
        key: value
        for key, value in one.items()
        if key not in ("defaultDataMask", "scope") and FILTER_DEFAULTS.get(key, _NONE) != value
    }
    found["targets"] = [
        {"column": target["column"]["name"], "dataset": name(target["datasetUuid"])}
        for target in one["targets"]
    ]
    if excluded := one.get("scope", {}).get("excluded"):
        found["scope"] = {"excluded": [name(uuid) for uuid in excluded]}
    if value := one.get("defaultDataMask", {}).get("filterState", {}).get("value"):
        found["default"] = value
    return found


def _ordered(found: Mapping[str, Any], first: Sequence[str]) -> dict[str, Any]:
    """Return a mapping with the keys that the project has in its order, and then the others."""
    return {key: found[key] for key in [*first, *found] if key in found}
