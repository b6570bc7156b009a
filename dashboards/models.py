"""Typed shapes of the files under `assets/`, after each text was put into one language.

An unknown key is refused. Keys keep the names that Superset's export gives them. Only the settings
of a chart (`params`) may have other keys, as every kind of chart has its own; those that name
columns are typed, so that `check` can follow them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from ingest.models import Model


class CamelModel(Model):
    """A shape whose keys Superset writes in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel)


class FreeModel(Model):
    """A shape of which Superset knows more keys than we do."""

    model_config = ConfigDict(extra="allow")


class Metric(Model):
    """A named aggregate of a dataset."""

    metric_name: str
    expression: str


class Column(Model):
    """A column of a mart under a name for readers, such as that of a file they download."""

    column_name: str
    expression: str


class Dataset(Model):
    """What a dataset adds to the mart of its name; its columns come from the mart's contract."""

    metrics: tuple[Metric, ...] = ()
    columns: tuple[Column, ...] = ()


class AdhocMetric(FreeModel):
    """An aggregate that a chart computes itself."""

    model_config = ConfigDict(alias_generator=to_camel)

    expression_type: Literal["SQL"]
    sql_expression: str
    label: str


class AdhocFilter(FreeModel):
    """A condition on the rows of a chart."""

    model_config = ConfigDict(alias_generator=to_camel)

    expression_type: Literal["SQL"]
    clause: Literal["WHERE", "HAVING"]
    sql_expression: str


class ColumnConfig(FreeModel):
    """How a table shows a column."""

    column: str


class Download(Model):
    """A column of a file that a reader downloads, under a name for readers."""

    column: str
    header: str


class Params(FreeModel):
    """The settings of a chart."""

    x_axis: str | None = None
    groupby: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    all_columns: tuple[str, ...] = ()
    metrics: tuple[str | AdhocMetric, ...] = ()
    timeseries_limit_metric: str | AdhocMetric | None = None
    order_by_cols: tuple[tuple[str, bool], ...] = ()  # column, ascending
    adhoc_filters: tuple[AdhocFilter, ...] = ()
    column_config: tuple[ColumnConfig, ...] = ()
    conditional_formatting: tuple[ColumnConfig, ...] = ()
    download: tuple[Download, ...] = ()


class Chart(Model):
    """A chart on one dataset."""

    slice_name: str
    viz_type: str
    dataset: str
    params: Params


class NodeSettings(Model):
    """What a part of a dashboard shows, and its size in columns of 12 and rows of 8 pixels."""

    chart: str | None = None
    code: str | None = None
    text: str | None = None
    width: int | None = None
    height: int | None = None
    background: str | None = None


class Node(Model):
    """A part of a dashboard; the parts form a tree from `ROOT_ID`."""

    type: Literal["ROOT", "GRID", "HEADER", "ROW", "COLUMN", "TABS", "TAB", "CHART", "MARKDOWN"]
    children: tuple[str, ...] = ()
    meta: NodeSettings = NodeSettings()


class Target(Model):
    """The column whose values a filter offers."""

    column: str
    dataset: str


class Scope(Model):
    """The charts that a filter leaves alone."""

    excluded: tuple[str, ...] = ()


class Controls(CamelModel):
    """How a filter behaves."""

    enable_empty_filter: bool = False
    default_to_first_item: bool = False
    multi_select: bool = True
    search_all_options: bool = False
    inverse_selection: bool = False
    sort_ascending: bool | None = None
    creatable: bool | None = None  # whether a reader may type a value that does not exist


class Filter(CamelModel):
    """A filter of a dashboard, with the values that it starts on."""

    id: str
    name: str
    targets: Annotated[tuple[Target, ...], Field(min_length=1)]
    default: tuple[str, ...] = ()
    cascade_parent_ids: tuple[str, ...] = ()
    sort_metric: str | None = None
    adhoc_filters: tuple[AdhocFilter, ...] = Field(default=(), alias="adhoc_filters")
    control_values: Controls = Controls()
    scope: Scope = Scope()


class Metadata(Model):
    """Colours and filters of a dashboard."""

    color_scheme: str
    color_scheme_domain: tuple[str, ...] = ()
    map_label_colors: dict[str, str] = Field(default_factory=dict)
    shared_label_colors: tuple[str, ...] = ()
    label_colors: dict[str, str] = Field(default_factory=dict)
    cross_filters_enabled: bool
    refresh_frequency: int
    filter_bar_orientation: Literal["VERTICAL", "HORIZONTAL"] | None = None
    native_filter_configuration: tuple[Filter, ...] = ()


class Dashboard(Model):
    """A dashboard: a tree of charts and texts, with filters over them."""

    dashboard_title: str
    slug: str
    description: str
    published: bool
    css: str = ""
    position: dict[str, Node]
    metadata: Metadata


class DatabaseExtras(Model):
    """What an administrator may do with the database in Superset."""

    allows_virtual_table_explore: bool
    disable_data_preview: bool


class Database(Model):
    """The connection to a release, less its address."""

    database_name: str
    allow_csv_upload: bool
    allow_ctas: bool
    allow_cvas: bool
    allow_dml: bool
    allow_run_async: bool
    cache_timeout: int | None
    expose_in_sqllab: bool
    extra: DatabaseExtras
    impersonate_user: bool
