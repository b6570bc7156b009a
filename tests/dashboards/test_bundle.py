import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dashboards import contracts
from dashboards.bundle import asset_uuid, database_uri
from dashboards.compiler import ASSETS, compile_assets
from ingest.errors import RefusedError
from ingest.messages import LANGUAGES

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


def test_a_dataset_has_the_columns_of_the_contract_of_its_mart() -> None:
    marts = contracts.of_dbt()
    for dataset in compile_assets(RELEASE).of("datasets"):
        columns = {one["column_name"]: one["type"] for one in dataset.content["columns"]}
        assert columns == marts[dataset.slug].columns


def test_a_mart_that_a_chart_names_needs_no_file(assets_with: AssetsWith) -> None:
    chart = "charts/trends/trend_line.yaml"
    assert not (ASSETS / "datasets" / "mart_contrast.yaml").exists()
    bundle = compile_assets(RELEASE, assets_with(chart, "mart_trend_line", "mart_contrast"))
    assert "mart_contrast" in {dataset.slug for dataset in bundle.of("datasets")}


# File, text, what it becomes; what the refusal names in English and in Dutch.
FAULTS = {
    "a text without a language": (
        "dashboards/trends.yaml",
        "{nl: Ontwikkeling, en: Trends}",
        "{nl: Ontwikkeling}",
        r"trends\.yaml, dashboard_title.*'Ontwikkeling'.*language en",
        r"geen tekst in de taal en",
    ),
    "a chart that does not exist": (
        "dashboards/trends.yaml",
        "chart: trend_line,",
        "chart: trend_lines,",
        r"trends\.yaml, position\.CHART-line.*no chart 'trend_lines'.*'trend_line'",
        r"geen grafiek 'trend_lines'.*bedoelt u 'trend_line'",
    ),
    "a mart that does not exist": (
        "charts/trends/trend_figures.yaml",
        "dataset: mart_indicator",
        "dataset: mart_indicators",
        r"trend_figures\.yaml, dataset.*no mart 'mart_indicators'.*'mart_indicator'",
        r"geen mart 'mart_indicators'.*bedoelt u 'mart_indicator'",
    ),
    "a filter on a mart that does not exist": (
        "dashboards/international.yaml",
        "dataset: mart_international_bar",
        "dataset: mart_gone",
        r"international\.yaml, .*NATIVE_FILTER-country.*no mart 'mart_gone'",
        r"geen mart 'mart_gone'",
    ),
    "a document that does not exist": (
        "dashboards/method.yaml",
        "{document: method}",
        "{document: methods}",
        r"document .*methods\.nl\.md does not exist.*Allowed: .*method",
        r"document .*methods\.nl\.md bestaat niet",
    ),
    "a key of a dashboard that is unknown": (
        "dashboards/trends.yaml",
        "published: true",
        "publisht: true",
        r"trends\.yaml.*publisht.*'published'",
        r"publisht.*'published'",
    ),
    "a key of a chart that is unknown": (
        "charts/trends/trend_line.yaml",
        "viz_type:",
        "vis_type:",
        r"trend_line\.yaml.*vis_type.*'viz_type'",
        r"vis_type.*'viz_type'",
    ),
    "a key of a dataset that is unknown": (
        "datasets/mart_trend_line.yaml",
        "main_dttm_col:",
        "main_date:",
        r"mart_trend_line\.yaml.*main_date",
        r"main_date",
    ),
    "a part of a dashboard that is not there": (
        "dashboards/trends.yaml",
        "children: [CHART-line, MARKDOWN-reading]",
        "children: [CHART-line, MARKDOWN-readings]",
        r"ROW-line\.children.*no part 'MARKDOWN-readings'",
        r"geen onderdeel 'MARKDOWN-readings'",
    ),
    "a part of a dashboard that holds itself": (
        "dashboards/trends.yaml",
        "children: [CHART-line, MARKDOWN-reading]",
        "children: [CHART-line, MARKDOWN-reading, ROW-line]",
        r"ROW-line\.children.*'ROW-line' is already a child",
        r"'ROW-line' staat al",
    ),
    "a dashboard without a start": (
        "dashboards/method.yaml",
        "ROOT_ID:",
        "ROOT:",
        r"method\.yaml, position, .*no part 'ROOT_ID'",
        r"geen onderdeel 'ROOT_ID'",
    ),
    "a filter that depends on a filter that is not there": (
        "dashboards/international.yaml",
        "cascadeParentIds: [NATIVE_FILTER-concept]",
        "cascadeParentIds: [NATIVE_FILTER-concepts]",
        r"NATIVE_FILTER-category\.cascadeParentIds.*no filter 'NATIVE_FILTER-concepts'",
        r"geen filter 'NATIVE_FILTER-concepts'; bedoelt u 'NATIVE_FILTER-concept'",
    ),
    "a filter without a column": (
        "dashboards/international.yaml",
        "targets:\n        - {column: nl_wave, dataset: mart_international}",
        "targets: []",
        r"international\.yaml.*targets",
        r"international\.yaml.*targets",
    ),
    "a filter that excludes a chart of another dashboard": (
        "dashboards/trends.yaml",
        "excluded: [trend_changes]",
        "excluded: [international_bars]",
        r"NATIVE_FILTER-wave\.scope\.excluded.*does not show the chart 'international_bars'",
        r"toont de grafiek 'international_bars' niet",
    ),
    "two dashboards with one address": (
        "dashboards/method.yaml",
        "slug: {nl: methode, en: method}",
        "slug: {nl: ontwikkeling, en: method}",
        r"trends\.yaml \(nl\), slug.*method\.yaml has the same address 'ontwikkeling'",
        r"method\.yaml heeft hetzelfde adres 'ontwikkeling'",
    ),
    "a part of a dashboard that nothing shows": (
        "dashboards/trends.yaml",
        "children: [CHART-line, MARKDOWN-reading]",
        "children: [CHART-line]",
        r"trends\.yaml, position.*children: MARKDOWN-reading",
        r"noemt deze onderdelen .*MARKDOWN-reading",
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_definition_that_does_not_fit_is_refused_in_both_languages(
    assets_with: AssetsWith, fault: tuple[str, str, str, str, str]
) -> None:
    file, old, new, english, dutch = fault
    with pytest.raises(RefusedError) as refused:
        compile_assets(RELEASE, assets_with(file, old, new))
    assert re.search(english, refused.value.text("en"))
    assert re.search(dutch, refused.value.text("nl"))


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
