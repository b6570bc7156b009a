from collections.abc import Callable
from pathlib import Path

from dashboards.check import check

AssetsWith = Callable[[str, str, str], Path]


def test_every_dashboard_leads_to_columns_of_the_marts(dbt_models: Path) -> None:
    report = check(dbt_models=dbt_models)
    assert report.problems == ()
    assert report.dashboards >= 4
    assert report.columns > 100


def test_every_dashboard_works_on_a_release(release_path: Path) -> None:
    assert check(release=release_path).problems == ()


def test_a_column_that_the_mart_lacks_is_named(dbt_models: Path, assets_with: AssetsWith) -> None:
    assets = assets_with(
        "datasets/mart_indicator.yaml",
        "{column_name: estimate, type",
        "{column_name: estimat, type",
    )
    problems = check(dbt_models=dbt_models, assets_dir=assets).problems
    assert any(
        "mart_indicator.yaml" in line and "'estimat'" in line and "'estimate'?" in line
        for line in problems
    )


def test_a_column_that_the_dataset_lacks_is_named_with_the_chart(
    dbt_models: Path, assets_with: AssetsWith
) -> None:
    assets = assets_with("charts/trends/trend_line.yaml", "x_axis: drawn_on", "x_axis: drawn_at")
    problems = check(dbt_models=dbt_models, assets_dir=assets).problems
    assert any("trend_line.yaml (nl): x_axis: column 'drawn_at'" in line for line in problems)


def test_an_expression_that_does_not_compute_is_named(
    dbt_models: Path, assets_with: AssetsWith
) -> None:
    assets = assets_with("charts/trends/trend_line.yaml", "MAX(value)", "MAX(valeu)")
    problems = check(dbt_models=dbt_models, assets_dir=assets).problems
    assert any("trend_line.yaml (en)" in line and "valeu" in line for line in problems)


def test_a_query_on_a_table_that_is_gone_is_named(
    dbt_models: Path, assets_with: AssetsWith
) -> None:
    assets = assets_with("datasets/figures_in_view.yaml", "from mart_indicator", "from mart_gone")
    problems = check(dbt_models=dbt_models, assets_dir=assets).problems
    assert any("figures_in_view.yaml" in line and "mart_gone" in line for line in problems)


def test_a_filter_that_starts_on_a_reworded_label_is_named(
    release_path: Path, assets_with: AssetsWith
) -> None:
    assets = assets_with("dashboards/trends.yaml", "nl: [Nederland]", "nl: [Holland]")
    problems = check(release=release_path, assets_dir=assets).problems
    assert any("trends.yaml (nl): filter 'Land'" in line and "Holland" in line for line in problems)
