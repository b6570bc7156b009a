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
PAGE = "templates/question_page.yaml"
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


def test_a_page_that_is_like_a_shape_may_add_parts_of_its_own() -> None:
    rows = {
        asset.slug: asset.content["position"]["GRID_ID"]["children"]
        for asset in compile_assets(RELEASE).of("dashboards")
        if asset.language == "nl"
    }
    assert "ROW-debate" not in rows["trends"]
    assert [row for row in rows["factors"] if row != "ROW-debate"] == rows["trends"]
    assert "ROW-debate" in rows["factors"]


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
        columns = {
            one["column_name"]: one["type"]
            for one in dataset.content["columns"]
            if not one["expression"]
        }
        assert columns == marts[dataset.slug].columns


def test_a_mart_that_a_chart_names_needs_no_file(assets_with: AssetsWith) -> None:
    chart = "charts/method/figure_kinds.yaml"
    assert not (ASSETS / "datasets" / "mart_contrast.yaml").exists()
    bundle = compile_assets(RELEASE, assets_with(chart, "mart_indicator", "mart_contrast"))
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
    "a page that is like no other": (
        "dashboards/trends.yaml",
        "like: question_page",
        "like: question_pages",
        r"trends\.yaml, like.*question_pages\.yaml does not exist.*Allowed: question_page",
        r"question_pages\.yaml bestaat niet",
    ),
    "a page without what pages like it have": (
        "dashboards/trends.yaml",
        "questions:",
        "question:",
        r"trends\.yaml.*no 'questions'",
        r"geen 'questions'",
    ),
    "a template that does not exist": (
        "charts/questions/question_answers.yaml",
        "{template: answers}",
        "{template: answer}",
        r"question_answers\.yaml, params\.handlebarsTemplate.*answer\.hbs does not exist.*answers",
        r"answer\.hbs bestaat niet",
    ),
    "a chart that does not exist": (
        PAGE,
        "chart: question_answers,",
        "chart: question_answer,",
        r"position\.CHART-answers.*no chart 'question_answer'.*'question_answers'",
        r"geen grafiek 'question_answer'.*bedoelt u 'question_answers'",
    ),
    "a mart that does not exist": (
        "charts/questions/question_answers.yaml",
        "dataset: mart_answer",
        "dataset: mart_answers",
        r"question_answers\.yaml, dataset.*no mart 'mart_answers'.*'mart_answer'",
        r"geen mart 'mart_answers'.*bedoelt u 'mart_answer'",
    ),
    "a filter on a mart that does not exist": (
        PAGE,
        "dataset: mart_question",
        "dataset: mart_gone",
        r"NATIVE_FILTER-choice.*no mart 'mart_gone'",
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
        "dashboards/start.yaml",
        "published: true",
        "publisht: true",
        r"start\.yaml.*publisht.*'published'",
        r"publisht.*'published'",
    ),
    "a key of a chart that is unknown": (
        "charts/questions/question_answers.yaml",
        "viz_type:",
        "vis_type:",
        r"question_answers\.yaml.*vis_type.*'viz_type'",
        r"vis_type.*'viz_type'",
    ),
    "a key of a dataset that is unknown": (
        "datasets/mart_question.yaml",
        "metrics:",
        "main_date:",
        r"mart_question\.yaml.*main_date",
        r"main_date",
    ),
    "a part of a dashboard that is not there": (
        PAGE,
        "children: [MARKDOWN-reading, MARKDOWN-caution]",
        "children: [MARKDOWN-reading, MARKDOWN-cautions]",
        r"ROW-reading\.children.*no part 'MARKDOWN-cautions'",
        r"geen onderdeel 'MARKDOWN-cautions'",
    ),
    "a part of a dashboard that holds itself": (
        PAGE,
        "children: [MARKDOWN-reading, MARKDOWN-caution]",
        "children: [MARKDOWN-reading, MARKDOWN-caution, ROW-reading]",
        r"ROW-reading\.children.*'ROW-reading' is already a child",
        r"'ROW-reading' staat al",
    ),
    "a part of a dashboard that nothing shows": (
        PAGE,
        "children: [MARKDOWN-reading, MARKDOWN-caution]",
        "children: [MARKDOWN-reading]",
        r"position.*children: MARKDOWN-caution",
        r"noemt deze onderdelen .*MARKDOWN-caution",
    ),
    "a dashboard without a start": (
        "dashboards/method.yaml",
        "ROOT_ID:",
        "ROOT:",
        r"method\.yaml, position, .*no part 'ROOT_ID'",
        r"geen onderdeel 'ROOT_ID'",
    ),
    "a filter that depends on a filter that is not there": (
        PAGE,
        "      sortMetric:",
        "      cascadeParentIds: [NATIVE_FILTER-choices]\n      sortMetric:",
        r"NATIVE_FILTER-choice\.cascadeParentIds.*no filter 'NATIVE_FILTER-choices'",
        r"geen filter 'NATIVE_FILTER-choices'; bedoelt u 'NATIVE_FILTER-choice'",
    ),
    "a filter without a column": (
        PAGE,
        "        - column: {nl: choice_nl, en: choice_en}\n          dataset: mart_question",
        "        []",
        r"targets",
        r"targets",
    ),
    "a filter that excludes a chart of another dashboard": (
        PAGE,
        "      sortMetric:",
        "      scope: {excluded: [start_sentences]}\n      sortMetric:",
        r"NATIVE_FILTER-choice\.scope\.excluded.*does not show the chart 'start_sentences'",
        r"toont de grafiek 'start_sentences' niet",
    ),
    "two dashboards with one address": (
        "dashboards/method.yaml",
        "slug: {nl: methode, en: method}",
        "slug: {nl: ontwikkeling, en: method}",
        r"trends\.yaml \(nl\), slug.*method\.yaml has the same address 'ontwikkeling'",
        r"method\.yaml heeft hetzelfde adres 'ontwikkeling'",
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


def test_every_page_names_the_release_at_its_foot() -> None:
    bundle = compile_assets(RELEASE)
    for dashboard in bundle.of("dashboards"):
        foot = asset_uuid("charts", "release_foot", dashboard.language)
        shown = list(dashboard.content["position"].values())
        (last,) = [
            node
            for node in shown
            if isinstance(node, dict) and node.get("meta", {}).get("uuid") == foot
        ]
        grid = dashboard.content["position"]["GRID_ID"]
        assert grid["children"][-1] == last["parents"][-1], dashboard.slug
