"""Compares what a Superset has with what it should have."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any, Final, Literal

import yaml

from dashboards.bundle import Asset, Bundle, Content, Kind
from dashboards.client import Client, SupersetError
from dashboards.layout import chart_numbers
from ingest.errors import RefusedError

State = Literal["created", "changed", "unchanged"]

# An export has these keys and a definition does not: numbers of that server, or what Superset adds
# to every chart. Everything else must be equal.
_SERVER_ONLY: Final = frozenset({"datasource", "slice_id", "dashboards", "chartId"})


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
            if "uuid" in content:
                assets[content["uuid"]] = content
    return assets


def states(bundle: Bundle, found: Mapping[str, Content]) -> dict[str, State]:
    """Return what a push does to each asset, by name, on a server that has `found`."""
    return {asset.name: _state(asset, found.get(asset.uuid)) for asset in bundle.assets}


def _state(asset: Asset, found: Content | None) -> State:
    if found is None:
        return "created"
    return "unchanged" if not _difference(asset, found) else "changed"


def _difference(asset: Asset, found: Content) -> list[str]:
    """Return the keys with another value on the server."""
    ours, theirs = _comparable(asset.kind, asset.content), _comparable(asset.kind, found)
    return [key for key in ours if ours[key] != theirs.get(key)]


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
        elif keys := _difference(asset, theirs):
            lost.append(f"{asset.name} ({', '.join(keys)})")
    if lost:
        raise RefusedError("dashboards.import_incomplete", "Superset", assets=lost)


def _comparable(kind: Kind, content: Mapping[str, Any]) -> Content:
    """Return an asset in one order, without what only a server knows."""
    cleaned: Content = _without_server_only(content)
    if kind == "datasets":
        for key in ("columns", "metrics"):
            name = key.removesuffix("s") + "_name"
            cleaned[key] = {item[name]: _without_defaults(item) for item in cleaned.get(key) or []}
    if kind == "charts" and "params" in cleaned:
        cleaned["params"] = _without_defaults(cleaned["params"])
    if kind == "dashboards":
        metadata = _with_charts_by_uuid(cleaned.get("metadata") or {}, content["position"])
        # Superset fills the rest of the metadata while it is used (colours of labels and such).
        cleaned["metadata"] = metadata.get("native_filter_configuration")
        for key in ("color_scheme", "label_colors", "cross_filters_enabled"):
            cleaned[f"metadata.{key}"] = metadata.get(key) or None
    return cleaned


def _with_charts_by_uuid(metadata: Content, position: Mapping[str, Any]) -> Content:
    """Name the charts that filters exclude by uuid instead of by a number of the server."""
    uuids = {number: chart for chart, number in chart_numbers(position).items()}
    filters = [
        {
            **one,
            "scope": {
                **one["scope"],
                "excluded": sorted(uuids.get(n, "") for n in one["scope"]["excluded"]),
            },
        }
        for one in metadata.get("native_filter_configuration") or []
    ]
    return {**metadata, "native_filter_configuration": filters}


def _without_defaults(item: Mapping[str, Any]) -> Content:
    """Leave out the empty values and defaults that an export adds."""
    defaults = {"is_active": True, "filterable": True, "groupby": True}
    return {
        key: value
        for key, value in item.items()
        if value not in (None, False, [], {}, "") and defaults.get(key) != value
    }


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
