"""Completes a dashboard: ids, parents and numbers of its parts, and what its filters start with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dashboards.bundle import Content, Kind
from dashboards.models import Dashboard, Filter, Node
from ingest.errors import RefusedError, did_you_mean
from ingest.messages import Phrase

UuidOf = Callable[[Kind, str, str], str]  # kind, slug, the key that names it

FILTER_DEFAULTS: Final[Content] = {
    "type": "NATIVE_FILTER",
    "filterType": "filter_select",
    "description": "",
    "cascadeParentIds": [],
    "adhoc_filters": [],
    "time_range": "No filter",
    "requiredFirst": False,
}


def complete(dashboard: Dashboard, source: Path, uuid_of: UuidOf) -> Content:
    """Return a dashboard as Superset wants it.

    Args:
        dashboard: the definition, in one language.
        source: the file that it comes from.
        uuid_of: returns the uuid of a chart or dataset.

    Raises:
        RefusedError: a part that is not there, that no other part shows or that two parts show; a
            filter that names a filter or chart that the dashboard does not have.
    """
    position = _position(dashboard.position, source, uuid_of)
    filters = dashboard.metadata.native_filter_configuration
    _check_parents(filters, source)
    metadata = dashboard.metadata.model_dump(mode="json", exclude_unset=True)
    metadata["native_filter_configuration"] = [
        _filter(one, chart_numbers(position), source, uuid_of) for one in filters
    ]
    content = dashboard.model_dump(mode="json", exclude={"position", "metadata"})
    return {**content, "position": position, "metadata": metadata}


def chart_numbers(position: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of each chart of a dashboard, by uuid."""
    return {
        node["meta"]["uuid"]: node["meta"]["chartId"]
        for node in position.values()
        if isinstance(node, dict) and node["type"] == "CHART"
    }


def _position(nodes: Mapping[str, Node], source: Path, uuid_of: UuidOf) -> Content:
    """Give every part its id and parents, and every chart its uuid and a number."""
    position: Content = {"DASHBOARD_VERSION_KEY": "v2"}
    number = 0

    def place(node_id: str, parents: list[str]) -> None:
        nonlocal number
        key = ".".join(["position", *parents[-1:], *(["children"] if parents else [])])
        where = _place(source, key)
        if node_id not in nodes:
            raise RefusedError("dashboards.no_node", where, node=node_id, nodes=sorted(nodes))
        if node_id in position:
            raise RefusedError("dashboards.node_twice", where, node=node_id)
        node = nodes[node_id]
        meta = node.meta.model_dump(exclude_unset=True)
        if node.type == "CHART":
            number += 1
            chart = uuid_of("charts", meta.pop("chart", ""), f"position.{node_id}.meta.chart")
            meta |= {"uuid": chart, "chartId": number}
        position[node_id] = {
            "id": node_id,
            "type": node.type,
            "children": list(node.children),
            "meta": meta,
            "parents": parents,
        }
        for child in node.children:
            place(child, [*parents, node_id])

    place("ROOT_ID", [])
    if header := nodes.get("HEADER_ID"):
        position["HEADER_ID"] = {
            "id": "HEADER_ID",
            "type": header.type,
            "meta": header.meta.model_dump(exclude_unset=True),
        }
    if unused := sorted(set(nodes) - set(position)):
        raise RefusedError("dashboards.unused_nodes", _place(source, "position"), nodes=unused)
    return position


def _check_parents(filters: Sequence[Filter], source: Path) -> None:
    names = [one.id for one in filters]
    for one in filters:
        for parent in one.cascade_parent_ids:
            if parent not in names:
                where = _place(source, f"{_key(one)}.cascadeParentIds")
                near = did_you_mean(parent, names)
                raise RefusedError(
                    "dashboards.no_filter", where, filter=parent, near=near, filters=names
                )


def _filter(one: Filter, numbers: Mapping[str, int], source: Path, uuid_of: UuidOf) -> Content:
    key = _key(one)
    targets = [
        {
            "column": {"name": target.column},
            "datasetUuid": uuid_of("datasets", target.dataset, f"{key}.targets"),
        }
        for target in one.targets
    ]
    excluded = []
    for chart in one.scope.excluded:
        uuid = uuid_of("charts", chart, f"{key}.scope.excluded")
        if uuid not in numbers:
            where = _place(source, f"{key}.scope.excluded")
            raise RefusedError("dashboards.chart_not_shown", where, chart=chart)
        excluded.append(numbers[uuid])
    own = one.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"default"})
    return {
        **FILTER_DEFAULTS,
        **own,
        "controlValues": one.control_values.model_dump(by_alias=True, exclude_none=True),
        "targets": targets,
        "scope": {"rootPath": ["ROOT_ID"], "excluded": excluded},
        "defaultDataMask": _start(one),
    }


def _start(one: Filter) -> Content:
    """Return what a filter does before anyone touches it, in the two forms that Superset keeps."""
    if not one.default:
        return {"extraFormData": {}, "filterState": {}, "ownState": {}}
    values = list(one.default)
    column = one.targets[0].column
    return {
        "extraFormData": {"filters": [{"col": column, "op": "IN", "val": values}]},
        "filterState": {"label": ", ".join(values), "value": values, "validateStatus": False},
        "ownState": {},
    }


def _key(one: Filter) -> str:
    return f"metadata.native_filter_configuration.{one.id}"


def _place(source: Path, key: str) -> Phrase:
    return Phrase("dashboards.key", path=source, key=key)
