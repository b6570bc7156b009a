"""Finds the columns and metrics that the settings of a chart name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

_COLUMN_LISTS: Final = ("groupby", "all_columns", "columns")


def named_columns(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each column that a chart names, with the key that names it."""
    for key in _COLUMN_LISTS:
        yield from ((key, name) for name in params.get(key) or [])
    if params.get("x_axis"):
        yield "x_axis", params["x_axis"]
    for order in params.get("order_by_cols") or []:
        yield "order_by_cols", json.loads(order)[0]
    for rule in params.get("conditional_formatting") or []:
        yield "conditional_formatting", rule["column"]
    yield from (("download", one["column"]) for one in params.get("download") or [])
    yield from (("column_config", name) for name in params.get("column_config") or {})


def adhoc_metrics(params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the metrics that a chart computes itself."""
    return [metric for _, metric in _metrics(params) if not isinstance(metric, str)]


def named_metrics(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each metric of the dataset that a chart names, with the key that names it."""
    return ((key, metric) for key, metric in _metrics(params) if isinstance(metric, str))


def _metrics(params: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from (("metrics", metric) for metric in params.get("metrics") or [])
    if params.get("timeseries_limit_metric"):
        yield "timeseries_limit_metric", params["timeseries_limit_metric"]
