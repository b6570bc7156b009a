"""Compiles the files under `assets/` to what Superset imports, in two languages.

The files are in Superset's own export format, without all that can be derived: uuids come from the
slug (the file's name); a chart names its dataset, and a dashboard its charts, by slug; a dataset is
a mart, and its columns are those of the mart's contract. A file under `datasets/` is needed only
for what a dataset adds to its mart. `column_config` is a list.

Any text may be `{nl: ..., en: ...}`, the name of a column too, `{document: method}` for a page of
the dbt docs, or `{template: answers}` for a template of a text chart. A dashboard that is `like` a
file under `templates/` is that file, with its own texts where the file says `{own: key}`, and with
the parts that it adds or replaces under `position`. A text
may link to a question of another page, see `links`.
Databases and datasets exist once; charts and dashboards once per language.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import RootModel

from dashboards import contracts
from dashboards.bundle import KINDS, VERSION, Asset, Bundle, Content, Kind, asset_uuid, database_uri
from dashboards.contracts import Mart
from dashboards.layout import complete
from dashboards.links import with_addresses
from dashboards.models import Chart, Dashboard, Database, Dataset
from dashboards.translation import in_language
from ingest.descriptions import parse, read_yaml
from ingest.errors import RefusedError, did_you_mean
from ingest.messages import LANGUAGES, Language, Phrase

ASSETS: Final = Path(__file__).parent / "assets"
_DATABASE: Final = "barometer"
# Written out, because an import keeps what it does not name: a change made by hand in Superset, or
# the expression of a column that was calculated before.
_PLAIN_COLUMN: Final[Content] = {
    "advanced_data_type": None,
    "description": None,
    "expression": None,
    "extra": None,
    "filterable": True,
    "groupby": True,
    "is_active": True,
    "is_dttm": False,
    "python_date_format": None,
    "type": None,
    "verbose_name": None,
}
_PLAIN_METRIC: Final[Content] = {
    "currency": None,
    "d3format": None,
    "description": None,
    "extra": None,
    "metric_type": None,
    "verbose_name": None,
    "warning_text": None,
}
_PLAIN: Final[Mapping[Kind, Content]] = {
    "datasets": {
        "always_filter_main_dttm": False,
        "cache_timeout": None,
        "default_endpoint": None,
        "description": None,
        "extra": None,
        "fetch_values_predicate": None,
        "filter_select_enabled": True,
        "main_dttm_col": None,
        "normalize_columns": False,
        "offset": 0,
        "params": None,
        "sql": None,
        "template_params": None,
    },
    "charts": {
        "cache_timeout": None,
        "certification_details": None,
        "certified_by": None,
        "description": None,
        "query_context": None,
    },
    "dashboards": {"certification_details": None, "certified_by": None},
}
M = TypeVar("M", Chart, Dashboard)


def compile_assets(
    release: Path, assets_dir: Path = ASSETS, marts: Mapping[str, Mart] | None = None
) -> Bundle:
    """Compile all files under `assets_dir`; the database will point at `release`.

    Args:
        release: path of the DuckDB file; it is not opened.
        assets_dir: the folder with the definitions.
        marts: the marts to take columns from; without it those of the dbt project.

    Raises:
        RefusedError: a file that cannot be read or does not fit its shape, a text that is there in
            one language only, or a reference to something that does not exist.
    """
    compiler = _Compiler(assets_dir, contracts.of_dbt() if marts is None else marts)
    return Bundle(assets=tuple(compiler.assets(release)))


class _Definition(RootModel[dict[str, Any]]):
    """A file before its texts are put into one language."""


class _Compiler:
    def __init__(self, assets_dir: Path, marts: Mapping[str, Mart]) -> None:
        self.marts = marts
        self.templates = assets_dir / "templates"
        self.files = {kind: _files(assets_dir, kind) for kind in KINDS}
        self.datasets = dict(self.files["datasets"])  # the others are added when they are named

    def assets(self, release: Path) -> Iterable[Asset]:
        charts = [
            self._chart(slug, path, language)
            for slug, path in self.files["charts"].items()
            for language in LANGUAGES
        ]
        dashboards = [
            self._dashboard(slug, path, language)
            for slug, path in self.files["dashboards"].items()
            for language in LANGUAGES
        ]
        _check_addresses(dashboards)
        dashboards = [_linked(one, dashboards) for one in dashboards]
        yield from (
            self._database(slug, path, release) for slug, path in self.files["databases"].items()
        )
        yield from (self._dataset(slug, path) for slug, path in sorted(self.datasets.items()))
        yield from charts
        yield from dashboards

    def _database(self, slug: str, path: Path, release: Path) -> Asset:
        database = read_yaml(Database, path)
        content = {**database.model_dump(mode="json"), "sqlalchemy_uri": database_uri(release)}
        return _asset("databases", slug, path, content)

    def _dataset(self, slug: str, path: Path) -> Asset:
        mart = self._mart(slug, path)
        own = read_yaml(Dataset, path) if path != mart.source else Dataset()
        columns = [
            {**_PLAIN_COLUMN, "column_name": name, "type": kind}
            for name, kind in mart.columns.items()
        ]
        columns += [{**_PLAIN_COLUMN, **one.model_dump()} for one in own.columns]
        content = {
            "metrics": [{**_PLAIN_METRIC, **one.model_dump()} for one in own.metrics],
            "table_name": mart.name,
            "schema": "main",
            "database_uuid": asset_uuid("databases", _DATABASE),
            "columns": columns,
        }
        return _asset("datasets", slug, path, content)

    def _chart(self, slug: str, path: Path, language: Language) -> Asset:
        chart = self._read(Chart, path, language)
        content = chart.model_dump(exclude={"dataset", "params"})
        content["dataset_uuid"] = self._uuid(path, language, "datasets", chart.dataset, "dataset")
        content["params"] = _params(chart)
        return _asset("charts", slug, path, content, language)

    def _dashboard(self, slug: str, path: Path, language: Language) -> Asset:
        dashboard = self._read(Dashboard, path, language)
        content = complete(
            dashboard,
            path,
            lambda kind, other, key: self._uuid(path, language, kind, other, key),
        )
        return _asset("dashboards", slug, path, content, language)

    def _read(self, model: type[M], path: Path, language: Language) -> M:
        definition = read_yaml(_Definition, path).root
        if "like" in definition:
            shape = self.templates / f"{definition['like']}.yaml"
            if not shape.is_file():
                where = Phrase("dashboards.key", path=path, key="like")
                names = sorted(one.stem for one in self.templates.glob("*.yaml"))
                raise RefusedError("dashboards.no_document", where, document=shape, names=names)
            own = definition
            definition = _filled(read_yaml(_Definition, shape).root, own, path)
            definition["position"] |= own.get("position", {})
        found = in_language(definition, language, path, self.templates)
        if isinstance(found.get("position"), dict):  # a part may be there in one language only
            found["position"] = {key: part for key, part in found["position"].items() if part}
        return parse(model, found, str(path))

    def _uuid(self, path: Path, language: Language, kind: Kind, slug: str, key: str) -> str:
        """Return the uuid of the dataset or chart that a file names under a key."""
        where = Phrase("dashboards.key", path=path, key=key)
        if kind == "datasets":
            self.datasets.setdefault(slug, self._mart(slug, where).source)
            return asset_uuid(kind, slug)
        if slug not in self.files[kind]:
            raise RefusedError(
                "dashboards.no_chart",
                where,
                slug=slug,
                near=did_you_mean(slug, self.files[kind]),
                charts=sorted(self.files[kind]),
            )
        return asset_uuid(kind, slug, language)

    def _mart(self, name: str, where: Path | Phrase) -> Mart:
        if name not in self.marts:
            raise RefusedError(
                "dashboards.no_mart",
                where if isinstance(where, Phrase) else str(where),
                mart=name,
                near=did_you_mean(name, self.marts),
                marts=sorted(self.marts),
            )
        return self.marts[name]


def _filled(shape: Any, own: Mapping[str, Any], path: Path) -> Any:
    """Replace each `{own: key}` of a shape by what a file has under that key."""
    if isinstance(shape, dict):
        if set(shape) == {"own"}:
            if shape["own"] not in own:
                raise RefusedError("dashboards.own_missing", str(path), key=shape["own"])
            return own[shape["own"]]
        return {key: _filled(item, own, path) for key, item in shape.items()}
    if isinstance(shape, list):
        return [_filled(item, own, path) for item in shape]
    return shape


def _linked(page: Asset, pages: Iterable[Asset]) -> Asset:
    """Give the links of a page to questions of other pages their addresses."""
    addresses = {one.slug: one.content["slug"] for one in pages if one.language == page.language}

    def address_of(name: str) -> str:
        if name not in addresses:
            raise RefusedError(
                "dashboards.no_page",
                Phrase(
                    "dashboards.key_of", path=page.source, language=page.language, key="position"
                ),
                page=name,
                near=did_you_mean(name, addresses),
                pages=sorted(addresses),
            )
        return str(addresses[name])

    return page.model_copy(update={"content": with_addresses(page.content, address_of)})


def _check_addresses(dashboards: Iterable[Asset]) -> None:
    seen: dict[str, Asset] = {}
    for one in dashboards:
        address = one.content["slug"]
        if address in seen:
            where = Phrase("dashboards.key_of", path=one.source, language=one.language, key="slug")
            raise RefusedError(
                "dashboards.address_twice", where, address=address, other=seen[address].source
            )
        seen[address] = one


def _asset(
    kind: Kind, slug: str, source: Path, content: Content, language: Language | None = None
) -> Asset:
    uuid = asset_uuid(kind, slug, language)
    return Asset(
        kind=kind,
        slug=slug,
        language=language,
        uuid=uuid,
        source=source,
        content={**_PLAIN.get(kind, {}), **content, "uuid": uuid, "version": VERSION},
    )


def _params(chart: Chart) -> Content:
    """Return the settings of a chart, with those of its columns in the shape of Superset."""
    params = chart.params.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if "order_by_cols" in params:
        params["order_by_cols"] = [json.dumps(order) for order in params["order_by_cols"]]
    if "column_config" in params:
        params["column_config"] = {one.pop("column"): one for one in params["column_config"]}
    return {**params, "viz_type": chart.viz_type}


def _files(assets_dir: Path, kind: Kind) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for path in sorted((assets_dir / kind).rglob("*.yaml")):
        if path.stem in files:
            raise RefusedError("dashboards.name_twice", str(path), other=files[path.stem])
        files[path.stem] = path
    return files
