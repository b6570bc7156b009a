"""Compares what a Superset has with what it should have."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from dashboards.bundle import Asset, Bundle, Content, Kind
from dashboards.client import Client, SupersetError
from dashboards.layout import chart_numbers
from ingest.errors import RefusedError

State = Literal["created", "changed", "unchanged", "removed", "kept"]

# An export has these keys and a definition does not: numbers of that server, and what Superset
# derives from the rest. Everything else must be equal.
_SERVER_ONLY: Final = frozenset(
    {
        *("chartId", "chartsInScope", "configuration_method", "dashboards", "datasource"),
        *("query_context", "sliceName", "slice_id", "tabsInScope", "theme_uuid"),
    }
)
# Superset fills these in the metadata of a dashboard while it is used.
_FILLED_IN_USE: Final = frozenset(
    {
        *("chart_configuration", "color_scheme_domain", "default_filters", "expanded_slices"),
        *("global_chart_configuration", "map_label_colors", "positions", "shared_label_colors"),
        *("show_native_filters", "timed_refresh_immune_slices"),
    }
)
_EMPTY: Final[tuple[object, ...]] = (None, "", [], {})
_KIND_BY_KEY: Final[Mapping[str, Kind]] = {
    "dashboard_title": "dashboards",
    "slice_name": "charts",
    "table_name": "datasets",
    "database_name": "databases",
}
# The key by which Superset finds the parts of a list.
_NAMES: Final = {"columns": "column_name", "metrics": "metric_name"}


def exported(client: Client) -> dict[str, Content]:
    """Return what the server has, by uuid."""
    try:
        raw = client.get_bytes("/api/v1/assets/export/")
    except SupersetError as error:
        if error.status == 404:  # a new server, with nothing to export
            return {}
        raise
    assets = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in archive.namelist():
            content = yaml.safe_load(archive.read(name))
            if "uuid" in content and _KIND_BY_KEY.keys() & content.keys():
                assets[content["uuid"]] = content
    return assets


def states(bundle: Bundle, found: Mapping[str, Content]) -> dict[str, State]:
    """Return what a push does to each asset, by name, on a server that has `found`."""
    ours: dict[str, State] = {
        asset.name: _state(asset, found.get(asset.uuid)) for asset in bundle.assets
    }
    left = left_over(bundle, found)
    used = used_by_others(bundle, found)
    return ours | {
        f"{kind_of(content)}/{title_of(content)}": "kept" if number in used else "removed"
        for number, content in left.items()
    }


def left_over(bundle: Bundle, found: Mapping[str, Content]) -> dict[str, Content]:
    """Return what an earlier push sent and the project no longer has, by uuid.

    Superset gives what is made in it a random uuid (version 4). Ours follow from a name (version
    5), and stay what they are on every machine.
    """
    ours = {asset.uuid for asset in bundle.assets}
    return {
        number: content
        for number, content in found.items()
        if uuid.UUID(number).version == 5 and number not in ours and kind_of(content) != "databases"
    }


def used_by_others(bundle: Bundle, found: Mapping[str, Content]) -> set[str]:
    """Return what is left over, but is shown or read by what people made in Superset."""
    left = left_over(bundle, found)
    ours = {asset.uuid for asset in bundle.assets}
    used: set[str] = set()
    # Dashboards first: what they show is itself in use, and so is its dataset.
    for kind in ("dashboards", "charts"):
        for number, content in found.items():
            is_theirs = number not in ours and number not in left
            if kind_of(content) == kind and (is_theirs or number in used):
                used |= set(_mentioned(content)) & set(left)
    return used


def _mentioned(content: Content) -> Iterator[str]:
    """Yield the uuids of the datasets and charts that an asset names."""
    if "dataset_uuid" in content:
        yield content["dataset_uuid"]
    yield from chart_numbers(content.get("position") or {})
    for one in (content.get("metadata") or {}).get("native_filter_configuration") or []:
        yield from (target["datasetUuid"] for target in one["targets"] if "datasetUuid" in target)


def kind_of(content: Mapping[str, Any]) -> Kind:
    """Return the kind of an exported asset."""
    return next(kind for key, kind in _KIND_BY_KEY.items() if key in content)


def title_of(content: Mapping[str, Any]) -> str:
    """Return the title of an exported asset."""
    return str(next(content[key] for key in _KIND_BY_KEY if key in content))


def _state(asset: Asset, found: Content | None) -> State:
    if found is None:
        return "created"
    return "unchanged" if not difference(asset, found) else "changed"


def difference(asset: Asset, found: Content) -> list[str]:
    """Return the keys with another value on the server."""
    ours, theirs = comparable(asset.kind, asset.content), comparable(asset.kind, found)
    return sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))


def verify(bundle: Bundle, found: Mapping[str, Content]) -> None:
    """Check that the server took over everything: Superset drops what it does not know.

    Raises:
        RefusedError: something is missing; without this, each push would send it again.
    """
    lost = []
    for asset in bundle.assets:
        theirs = found.get(asset.uuid)
        if theirs is None:
            lost.append(asset.name)
        elif keys := difference(asset, theirs):
            lost.append(f"{asset.name} ({', '.join(keys)})")
    if lost:
        raise RefusedError("dashboards.import_incomplete", "Superset", assets=lost)


def comparable(kind: Kind, content: Mapping[str, Any]) -> Content:
    """Return an asset in one order, without what only a server knows.

    Empty values are left out, as an export adds them; `false` and 0 are not empty.
    """
    cleaned: Content = _without_server_only(content)
    if kind == "datasets":
        for key, name in _NAMES.items():
            cleaned[key] = {item[name]: item for item in cleaned.get(key) or []}
    if kind == "charts":
        cleaned["params"] = _chosen(cleaned["params"])
    if kind == "dashboards":
        metadata = _with_charts_by_uuid(cleaned.get("metadata") or {}, content["position"])
        cleaned["metadata"] = {
            key: value for key, value in metadata.items() if key not in _FILLED_IN_USE
        }
        cleaned["position"].pop("HEADER_ID", None)  # Superset writes the title there
    whole: Content = _without_empty(cleaned)
    return whole


@cache
def _defaults() -> Mapping[str, Content]:
    text = (Path(__file__).parent / "explore_defaults.yml").read_text("utf-8")
    defaults: Mapping[str, Content] = yaml.safe_load(text)
    return defaults


def _chosen(params: Content) -> Content:
    """Return the settings of a chart, with those that Superset's editor would write anyway."""
    is_grid = params.get("matrixify_enable")
    return _defaults().get(params["viz_type"], {}) | {
        key: value for key, value in params.items() if is_grid or not key.startswith("matrixify_")
    }


def _with_charts_by_uuid(metadata: Content, position: Mapping[str, Any]) -> Content:
    """Name the charts that filters exclude by uuid instead of by a number of the server."""
    uuids = {number: chart for chart, number in chart_numbers(position).items()}
    filters = [
        {
            **one,
            "defaultDataMask": _start(one.get("defaultDataMask") or {}),
            "scope": {
                **one["scope"],
                "excluded": sorted(uuids.get(n, "") for n in one["scope"]["excluded"]),
            },
        }
        for one in metadata.get("native_filter_configuration") or []
    ]
    return {**metadata, "native_filter_configuration": filters}


def _start(mask: Mapping[str, Any]) -> Content:
    """Return the values that a filter starts on, without what Superset derives from them."""
    return {
        "extraFormData": mask.get("extraFormData"),
        "filterState": {"value": (mask.get("filterState") or {}).get("value")},
    }


def _without_empty(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in _EMPTY}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value


def _without_server_only(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _without_server_only(item)
            for key, item in value.items()
            if key not in _SERVER_ONLY
        }
    if isinstance(value, list):
        return [_without_server_only(item) for item in value]
    return value
