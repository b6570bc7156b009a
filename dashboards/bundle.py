"""Compiles the dashboards' YAML to what Superset imports: two languages from one definition.

The files under `assets/` are in Superset's own export format, less all that can be derived: uuids
come from the slug (the file's name), and a chart names its dataset, a dashboard its charts, by
slug; `column_config` is a list. Any string may be a mapping `{nl: ..., en: ...}`, a column's name
too, or `{document: method}` for a page of the dbt docs. Databases and datasets hold both languages
at once and exist once; charts and dashboards are compiled once a language.
"""

import io
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from dashboards.errors import DashboardError
from ingest.models import Model

Kind = Literal["databases", "datasets", "charts", "dashboards"]
Language = Literal["nl", "en"]
Content = dict[str, Any]

ASSETS: Final = Path(__file__).parent / "assets"
DOCUMENTS: Final = Path(__file__).parent.parent / "dbt_project" / "docs"
KINDS: Final[tuple[Kind, ...]] = ("databases", "datasets", "charts", "dashboards")
LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")
_NAMESPACE: Final = uuid.UUID("5f5c2f3e-0b4c-5d39-9a53-6f1d8a7c2b10")
_VERSION: Final = "1.0.0"
# The earliest time a zip file can hold: the same assets give the same bytes, whenever.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
# Read-only is not enough: without the other two, `select * from read_csv('/etc/passwd')` works.
# In the URI, because an import keeps the URI and drops connection arguments.
_LOCKS: Final = "access_mode=read_only&enable_external_access=false&lock_configuration=true"

_FILTER_DEFAULTS: Final[Content] = {
    "type": "NATIVE_FILTER",
    "filterType": "filter_select",
    "description": "",
    "cascadeParentIds": [],
    "adhoc_filters": [],
    "time_range": "No filter",
    "requiredFirst": False,
}
_CONTROL_DEFAULTS: Final[Content] = {
    "enableEmptyFilter": False,
    "defaultToFirstItem": False,
    "multiSelect": True,
    "searchAllOptions": False,
    "inverseSelection": False,
}


class Asset(Model):
    """One compiled asset: what Superset gets, and the file it comes from."""

    kind: Kind
    slug: str
    language: Language | None
    uuid: str
    source: Path
    content: Content

    @property
    def name(self) -> str:
        """`charts/trend_line.nl`, for messages and for the name in the zip file."""
        return f"{self.kind}/{self.slug}" + (f".{self.language}" if self.language else "")


class Bundle(Model):
    """All assets, compiled, in the order in which Superset needs them."""

    assets: tuple[Asset, ...]

    def of(self, kind: Kind) -> tuple[Asset, ...]:
        """The assets of one kind."""
        return tuple(asset for asset in self.assets if asset.kind == kind)

    def zip_bytes(self) -> bytes:
        """The zip file for POST /api/v1/assets/import/; same assets, same bytes."""
        files = {"barometer/metadata.yaml": {"version": _VERSION, "type": "assets"}}
        files |= {f"barometer/{asset.name}.yaml": asset.content for asset in self.assets}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                text = yaml.safe_dump(content, sort_keys=True, allow_unicode=True, width=100)
                archive.writestr(zipfile.ZipInfo(name, _NO_TIME), text.encode())
        return buffer.getvalue()


def database_uri(release: Path) -> str:
    """SQLAlchemy address of a release, opened read-only and without access to other files."""
    return f"duckdb:///{release.absolute()}?{_LOCKS}"


def asset_uuid(kind: Kind, slug: str, language: Language | None = None) -> str:
    """The uuid of an asset: the same on every machine, for ever."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(filter(None, (kind, slug, language)))))


def compile_assets(release: Path, assets_dir: Path = ASSETS) -> Bundle:
    """Compile all YAML under `assets_dir`; the database will point at `release`.

    Raises DashboardError, naming the file, when YAML is broken, a reference has no file, a string
    misses a language or two dashboards have one address.
    """
    sources = {kind: _sources(assets_dir, kind) for kind in KINDS}
    compiled: list[Asset] = []
    for kind in KINDS:
        languages = LANGUAGES if kind in ("charts", "dashboards") else (None,)
        for slug, path in sources[kind].items():
            raw = _read(path)
            for language in languages:
                with_language = raw if language is None else _localise(raw, language, path)
                content = _Compiler(path, language, sources).content(kind, with_language)
                content |= {"uuid": asset_uuid(kind, slug, language), "version": _VERSION}
                if kind == "databases":
                    content["sqlalchemy_uri"] = database_uri(release)
                compiled.append(
                    Asset(
                        kind=kind,
                        slug=slug,
                        language=language,
                        uuid=content["uuid"],
                        source=path,
                        content=content,
                    )
                )
    return Bundle(assets=tuple(compiled))


class _Compiler:
    """Puts back what the files leave out, for one file in one language."""

    def __init__(
        self, path: Path, language: Language | None, sources: Mapping[Kind, Mapping[str, Path]]
    ) -> None:
        self.path = path
        self.language = language
        self.sources = sources

    def content(self, kind: Kind, raw: Content) -> Content:
        content = dict(raw)
        if kind == "datasets":
            content["database_uuid"] = self._uuid("databases", content.pop("database", "barometer"))
            content.setdefault("schema", "main")
        elif kind == "charts":
            content["dataset_uuid"] = self._uuid("datasets", content.pop("dataset", ""))
            content["params"] = self._params(content)
        elif kind == "dashboards":
            content["position"] = self._position(content.get("position", {}))
            content["metadata"] = self._metadata(
                content.get("metadata", {}), chart_numbers(content["position"])
            )
        return content

    def _params(self, chart: Content) -> Content:
        """The settings of a chart; those of columns are a list here, as no key is bilingual."""
        params = {**chart.get("params", {}), "viz_type": chart.get("viz_type")}
        if "column_config" in params:
            params["column_config"] = {
                column["column"]: {key: value for key, value in column.items() if key != "column"}
                for column in params["column_config"]
            }
        return params

    def _uuid(self, kind: Kind, slug: str) -> str:
        if slug not in self.sources[kind]:
            known = ", ".join(self.sources[kind])
            raise DashboardError(f"{self.path}: {kind} has no {slug!r}. There are: {known}.")
        language = self.language if kind in ("charts", "dashboards") else None
        return asset_uuid(kind, slug, language)

    def _position(self, raw: Mapping[str, Any]) -> Content:
        """Give every node its id and parents, every chart its uuid and a number."""
        position: Content = {"DASHBOARD_VERSION_KEY": "v2"}
        number = 0

        def place(node_id: str, parents: list[str]) -> None:
            nonlocal number
            if node_id not in raw:
                raise DashboardError(
                    f"{self.path}: position has no node {node_id}, a child of {parents[-1]}."
                )
            node = dict(raw[node_id])
            meta = dict(node.get("meta", {}))
            if node["type"] == "CHART":
                number += 1
                meta["uuid"] = self._uuid("charts", meta.pop("chart", ""))
                meta["chartId"] = number
            children = list(node.get("children", []))
            position[node_id] = {
                "id": node_id,
                "type": node["type"],
                "children": children,
                "meta": meta,
                "parents": parents,
            }
            for child in children:
                place(child, [*parents, node_id])

        if raw:
            place("ROOT_ID", [])
            if "HEADER_ID" in raw:
                position["HEADER_ID"] = {"id": "HEADER_ID", **raw["HEADER_ID"]}
        unused = set(raw) - set(position)
        if unused:
            raise DashboardError(
                f"{self.path}: position holds {', '.join(sorted(unused))}, which is nobody's child."
            )
        return position

    def _metadata(self, raw: Mapping[str, Any], numbers: Mapping[str, int]) -> Content:
        filters = []
        for one in raw.get("native_filter_configuration", []):
            filled = {**_FILTER_DEFAULTS, **one}
            filled["controlValues"] = {**_CONTROL_DEFAULTS, **one.get("controlValues", {})}
            filled["targets"] = [
                {
                    "column": {"name": target["column"]},
                    "datasetUuid": self._uuid("datasets", target["dataset"]),
                }
                for target in one["targets"]
            ]
            excluded = [
                numbers[self._uuid("charts", chart)]
                for chart in one.get("scope", {}).get("excluded", [])
            ]
            filled["scope"] = {"rootPath": ["ROOT_ID"], "excluded": excluded}
            filled["defaultDataMask"] = _data_mask(filled, one.get("default"))
            filled.pop("default", None)
            filters.append(filled)
        return {**raw, "native_filter_configuration": filters}


def chart_numbers(position: Mapping[str, Any]) -> dict[str, int]:
    """The number of each chart of a dashboard, by uuid."""
    return {
        node["meta"]["uuid"]: node["meta"]["chartId"]
        for node in position.values()
        if isinstance(node, dict) and node["type"] == "CHART"
    }


def _data_mask(filled: Mapping[str, Any], default: list[str] | None) -> Content:
    """What a filter does before anyone touches it, in the two forms that Superset keeps."""
    if not default:
        return {"extraFormData": {}, "filterState": {}, "ownState": {}}
    column = filled["targets"][0]["column"]["name"]
    return {
        "extraFormData": {"filters": [{"col": column, "op": "IN", "val": default}]},
        "filterState": {"label": ", ".join(default), "value": default, "validateStatus": False},
        "ownState": {},
    }


def _sources(assets_dir: Path, kind: Kind) -> dict[str, Path]:
    sources: dict[str, Path] = {}
    for path in sorted((assets_dir / kind).rglob("*.yaml")):
        if path.stem in sources:
            raise DashboardError(f"{path} and {sources[path.stem]} have one name. Rename one.")
        sources[path.stem] = path
    return sources


def _read(path: Path) -> Content:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise DashboardError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise DashboardError(f"{path} holds no mapping.")
    return content


def _localise(value: Any, language: Language, path: Path) -> Any:
    """Replace each `{nl: ..., en: ...}` and each document by the text in one language."""
    if isinstance(value, dict):
        if set(value) == {"document"}:
            return _document(value["document"], language, path)
        if value and set(value) <= set(LANGUAGES):
            if missing := set(LANGUAGES) - set(value):
                raise DashboardError(f"{path}: {value} misses the language {missing.pop()}.")
            return value[language]
        return {key: _localise(item, language, path) for key, item in value.items()}
    if isinstance(value, list):
        return [_localise(item, language, path) for item in value]
    return value


def _document(name: str, language: Language, path: Path) -> str:
    """Text of a page of the dbt docs, without the marks around its block."""
    document = DOCUMENTS / f"{name}.{language}.md"
    if not document.is_file():
        raise DashboardError(f"{path}: there is no document {document}.")
    _, *lines, _ = document.read_text("utf-8").splitlines()
    return "\n".join(lines)
