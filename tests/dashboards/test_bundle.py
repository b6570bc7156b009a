import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dashboards.bundle import LANGUAGES, asset_uuid, compile_assets, database_uri
from dashboards.errors import DashboardError

RELEASE = Path("/srv/barometer/releases/current.duckdb")
AssetsWith = Callable[[str, str, str], Path]


def test_the_same_assets_give_the_same_bytes() -> None:
    assert compile_assets(RELEASE).zip_bytes() == compile_assets(RELEASE).zip_bytes()


def test_every_asset_has_a_uuid_of_its_own() -> None:
    uuids = [asset.uuid for asset in compile_assets(RELEASE).assets]
    assert len(uuids) == len(set(uuids))


def test_a_uuid_never_changes() -> None:
    assert asset_uuid("dashboards", "trends", "nl") == "33233b8b-328e-56c5-9077-c0a27b182957"


def test_every_chart_and_dashboard_exists_in_both_languages() -> None:
    bundle = compile_assets(RELEASE)
    for kind in ("charts", "dashboards"):
        of_kind = bundle.of(kind)  # type: ignore[arg-type]
        for slug in {asset.slug for asset in of_kind}:
            assert {asset.language for asset in of_kind if asset.slug == slug} == set(LANGUAGES)


def test_a_dashboard_shows_only_charts_of_its_own_language() -> None:
    bundle = compile_assets(RELEASE)
    language_of = {chart.uuid: chart.language for chart in bundle.of("charts")}
    for dashboard in bundle.of("dashboards"):
        shown = [
            node["meta"]["uuid"]
            for node in dashboard.content["position"].values()
            if isinstance(node, dict) and node["type"] == "CHART"
        ]
        assert shown  # without data a viewer may not see it
        assert {language_of[chart] for chart in shown} == {dashboard.language}


def test_all_that_the_two_languages_share_are_names_and_numbers() -> None:
    dutch, english = (
        [asset.content for asset in compile_assets(RELEASE).assets if asset.language == language]
        for language in LANGUAGES
    )
    assert not _mappings_left(dutch + english)
    assert {chart["slice_name"] for chart in dutch if "slice_name" in chart}.isdisjoint(
        chart["slice_name"] for chart in english if "slice_name" in chart
    )
    assert not any("_label_nl" in str(content) for content in english)
    assert not any("_label_en" in str(content) for content in dutch)


def test_a_text_that_misses_a_language_is_named_with_its_file(assets_with: AssetsWith) -> None:
    assets = assets_with(
        "dashboards/trends.yaml", "{nl: Ontwikkeling, en: Trends}", "{nl: Ontwikkeling}"
    )
    with pytest.raises(DashboardError, match=r"trends\.yaml.*Ontwikkeling.*language en"):
        compile_assets(RELEASE, assets)


def test_a_chart_that_does_not_exist_is_named_with_its_file(assets_with: AssetsWith) -> None:
    assets = assets_with("dashboards/trends.yaml", "chart: trend_line,", "chart: trend_lines,")
    with pytest.raises(DashboardError, match=r"trends\.yaml: charts has no 'trend_lines'"):
        compile_assets(RELEASE, assets)


def test_the_database_is_opened_read_only_and_locked() -> None:
    uri = database_uri(RELEASE)
    assert uri.startswith("duckdb:////srv/barometer/releases/current.duckdb?")
    assert {"access_mode=read_only", "enable_external_access=false"} < set(
        uri.partition("?")[2].split("&")
    )
    with zipfile.ZipFile(io.BytesIO(compile_assets(RELEASE).zip_bytes())) as archive:
        database = yaml.safe_load(archive.read("barometer/databases/barometer.yaml"))
    assert database["sqlalchemy_uri"] == uri
    assert database["allow_dml"] is False


def _mappings_left(value: object) -> bool:
    if isinstance(value, dict):
        return (bool(value) and set(value) <= set(LANGUAGES)) or any(
            _mappings_left(item) for item in value.values()
        )
    return isinstance(value, list) and any(_mappings_left(item) for item in value)


def test_the_method_is_the_page_of_the_dbt_docs_in_its_language() -> None:
    pages = {
        a.language: a.content["position"]
        for a in compile_assets(RELEASE).of("dashboards")
        if a.slug == "method"
    }
    words = {"nl": "# Hoe zeker is een cijfer?", "en": "# How certain is a figure?"}
    for language, position in pages.items():
        text = position["MARKDOWN-method"]["meta"]["code"]
        assert text.startswith(words[language]) and "enddocs" not in text


def test_a_document_that_is_not_there_is_refused(assets_with: AssetsWith) -> None:
    path = "dashboards/method.yaml"
    with pytest.raises(DashboardError, match=r"there is no document .*methods\.nl\.md"):
        compile_assets(RELEASE, assets_with(path, "{document: method}", "{document: methods}"))
