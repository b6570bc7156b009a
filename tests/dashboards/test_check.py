from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dashboards import contracts
from dashboards.check import CheckReport, check

AssetsWith = Callable[[str, str, str], Path]


def messages(report: CheckReport) -> list[str]:
    """Every problem in English and in Dutch."""
    return [problem.text("en") + " | " + problem.text("nl") for problem in report.problems]


def test_every_dashboard_uses_columns_of_the_marts() -> None:
    report = check()
    assert messages(report) == []
    assert report.dashboards >= 4
    assert report.columns > 100


def test_every_dashboard_works_on_a_release(release_path: Path) -> None:
    assert messages(check(release=release_path)) == []


# File, text, what it becomes; what a problem names in English and in Dutch.
FAULTS = {
    "a main date column that the mart lacks": (
        "datasets/mart_trend_line.yaml",
        "drawn_on",
        "drawn_at",
        ("mart_trend_line.yaml, main_dttm_col", "column 'drawn_at'", "bedoelt u 'drawn_on'"),
    ),
    "a metric of a dataset that does not compute": (
        "datasets/mart_international.yaml",
        "MIN(category_order)",
        "MIN(categorie_order)",
        ("mart_international.yaml, answer_order", "cannot compute", "niet berekenen"),
    ),
    "a column of a chart that the mart lacks": (
        "charts/trends/trend_line.yaml",
        "x_axis: drawn_on",
        "x_axis: drawn_at",
        ("trend_line.yaml (nl), x_axis", "column 'drawn_at'", "kolom 'drawn_at'"),
    ),
    "a column to order by that the mart lacks": (
        "charts/trends/trend_figures.yaml",
        "[wave, true]",
        "[waves, true]",
        ("trend_figures.yaml (en), order_by_cols", "column 'waves'", "kolom 'waves'"),
    ),
    "an expression that does not compute": (
        "charts/trends/trend_line.yaml",
        "MAX(value)",
        "MAX(valeu)",
        ("trend_line.yaml (en), Share (%)", "cannot compute", "valeu", "niet berekenen"),
    ),
    "a condition that does not compute": (
        "charts/trends/trend_changes.yaml",
        "pair = 'consecutive'",
        "pairs = 'consecutive'",
        ("trend_changes.yaml (nl), adhoc_filters", "cannot compute", "pairs"),
    ),
    "a column of a filter that the mart lacks": (
        "dashboards/international.yaml",
        "column: nl_wave",
        "column: nl_waves",
        ("international.yaml (nl), filter 'Nederlandse editie'", "column 'nl_waves'"),
    ),
    "a metric of a filter that the dataset lacks": (
        "dashboards/trends.yaml",
        "sortMetric: answer_order",
        "sortMetric: answers_order",
        ("trends.yaml (en), filter 'Answer'", "no metric 'answers_order'", "geen metric"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_what_does_not_fit_the_marts_is_named_in_both_languages(
    assets_with: AssetsWith, fault: tuple[str, str, str, tuple[str, ...]]
) -> None:
    file, old, new, words = fault
    problems = messages(check(assets_dir=assets_with(file, old, new)))
    assert any(all(word in problem for word in words) for problem in problems), problems


def test_a_release_that_is_older_than_the_contracts_is_named(tmp_path: Path) -> None:
    release = tmp_path / "old.duckdb"
    with duckdb.connect(str(release)) as connection:
        for mart in contracts.of_dbt().values():
            columns = (
                f'"{name}" {kind}' for name, kind in mart.columns.items() if name != "change"
            )
            if mart.name != "mart_international":
                connection.execute(f'create table "{mart.name}" ({", ".join(columns)})')
    problems = messages(check(release=release))
    assert len(problems) == 2
    assert "no table 'mart_international'" in problems[0]
    assert "mart_trend of the release lacks columns of the contract: change" in problems[1]
    assert all("voer `barometer build` uit" in problem for problem in problems)


def test_a_filter_that_starts_on_a_reworded_label_is_named(
    release_path: Path, assets_with: AssetsWith
) -> None:
    assets = assets_with("dashboards/trends.yaml", "nl: [Nederland]", "nl: [Holland]")
    problems = messages(check(release=release_path, assets_dir=assets))
    assert any("trends.yaml (nl), filter 'Land'" in line and "Holland" in line for line in problems)
