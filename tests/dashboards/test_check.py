from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dashboards import contracts
from dashboards.check import CheckReport, check
from ingest.errors import RefusedError

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
    "a metric of a dataset that does not compute": (
        "datasets/mart_question.yaml",
        "MIN(choice_order)",
        "MIN(choise_order)",
        ("mart_question.yaml, question_order", "cannot compute", "niet berekenen"),
    ),
    "a column of a dataset that does not compute": (
        "datasets/mart_answer.yaml",
        "expression: estimate_low}",
        "expression: estimate_lo}",
        ("mart_answer.yaml, Ondergrens (95%)", "cannot compute", "estimate_lo"),
    ),
    "a column of a chart that the mart lacks": (
        "charts/questions/question_answers.yaml",
        "- member_class",
        "- member_clas",
        ("question_answers.yaml (nl), all_columns", "column 'member_clas'", "'member_class'"),
    ),
    "a column to order by that the mart lacks": (
        "charts/questions/question_answers.yaml",
        "[answer_order, true]",
        "[answers_order, true]",
        ("question_answers.yaml (en), order_by_cols", "column 'answers_order'", "kolom"),
    ),
    "an expression that does not compute": (
        "charts/method/figure_kinds.yaml",
        "MIN(notice_order)",
        "MIN(notice_ordre)",
        ("figure_kinds.yaml (en), order", "cannot compute", "notice_ordre", "niet berekenen"),
    ),
    "a column of a download that the chart does not ask for": (
        "charts/reference/response.yaml",
        "- rate\n",
        "- rate_text_nl\n",
        ("response.yaml (nl), download", "does not ask for: rate", "niet om vraagt: rate"),
    ),
    "two columns of a download under one header": (
        "charts/reference/response.yaml",
        "nl: Antwoordden",
        "nl: Gevraagd",
        ("response.yaml (nl), download", "same header: Gevraagd", "dezelfde kop: Gevraagd"),
    ),
    "a text chart that is downloaded with names of columns": (
        "charts/questions/release_foot.yaml",
        "download:",
        "taken_away:",
        ("release_foot.yaml (en), download", "names of columns", "namen van kolommen"),
    ),
    "a condition that does not compute": (
        "charts/questions/start_sentences.yaml",
        "compared = 'waves'",
        "compare = 'waves'",
        ("start_sentences.yaml (nl), adhoc_filters", "cannot compute", "compare"),
    ),
    "a column of a filter that the mart lacks": (
        "templates/question_page.yaml",
        "column: {nl: choice_nl,",
        "column: {nl: choices_nl,",
        ("trends.yaml (nl), filter 'Vraag'", "column 'choices_nl'"),
    ),
    "a metric of a filter that the dataset lacks": (
        "templates/question_page.yaml",
        "sortMetric: question_order",
        "sortMetric: questions_order",
        ("trends.yaml (en), filter 'Question'", "no metric 'questions_order'", "geen metric"),
    ),
    "a condition of a filter that does not compute": (
        "dashboards/trends.yaml",
        "compared = 'waves'",
        "compares = 'waves'",
        ("trends.yaml (nl), filter 'Vraag'", "cannot compute", "compares"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_what_does_not_fit_the_marts_is_named_in_both_languages(
    assets_with: AssetsWith, fault: tuple[str, str, str, tuple[str, ...]]
) -> None:
    file, old, new, words = fault
    problems = messages(check(assets_dir=assets_with(file, old, new)))
    assert any(all(word in problem for word in words) for problem in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "choice:international/Aanleiding",
            "choice:international/Aanleidingen",
            ("start.yaml (nl)", "leads to 'Aanleidingen", "leidt naar 'Aanleidingen"),
        ),
        (
            "choice:international/Aanleiding",
            "choice:method/Aanleiding",
            ("start.yaml (nl)", "methode does not offer", "methode niet biedt"),
        ),
    ],
    ids=["a question that is not there", "a page without questions"],
)
def test_a_link_to_a_question_that_a_page_does_not_offer_is_named(
    release_path: Path, assets_with: AssetsWith, old: str, new: str, words: tuple[str, ...]
) -> None:
    assets = assets_with("dashboards/start.yaml", old, new)
    problems = messages(check(release=release_path, assets_dir=assets))
    assert any(all(word in line for word in words) for line in problems), problems


def test_a_link_to_a_page_that_does_not_exist_is_refused(assets_with: AssetsWith) -> None:
    assets = assets_with("dashboards/start.yaml", "choice:results/", "choice:result/")
    with pytest.raises(RefusedError, match=r"'result', which does not exist.*'results'"):
        check(assets_dir=assets)


def test_a_release_that_is_older_than_the_contracts_is_named(tmp_path: Path) -> None:
    release = tmp_path / "old.duckdb"
    with duckdb.connect(str(release)) as connection:
        for mart in contracts.of_dbt().values():
            columns = (
                f'"{name}" {kind}' for name, kind in mart.columns.items() if name != "difference"
            )
            if mart.name != "mart_question":
                connection.execute(f'create table "{mart.name}" ({", ".join(columns)})')
    problems = messages(check(release=release))
    assert len(problems) == 2
    assert "no table 'mart_question'" in problems[1]
    assert "mart_answer of the release lacks columns of the contract: difference" in problems[0]
    assert all("voer `barometer build` uit" in problem for problem in problems)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nl: ['Innoveerde in de", "nl: ['Vernieuwde in de"),
        ("compared = 'waves'", "compared = 'countries'"),
    ],
    ids=["a reworded label", "a question that the page does not offer"],
)
def test_a_filter_that_starts_on_what_it_does_not_offer_is_named(
    release_path: Path, assets_with: AssetsWith, old: str, new: str
) -> None:
    assets = assets_with("dashboards/trends.yaml", old, new)
    problems = messages(check(release=release_path, assets_dir=assets))
    assert any(
        "trends.yaml (nl), filter 'Vraag'" in line and "laatste" in line for line in problems
    )
