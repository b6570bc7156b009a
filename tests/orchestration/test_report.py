"""The release carries all of the 2021 report, and the command lists it."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import PROJECT, Barometer
from tests.support import WAVE, missing_words

SEEDS = PROJECT / "dbt_project" / "seeds"


@pytest.fixture(scope="module")
def release(built: Barometer) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.current), read_only=True) as connection:
        yield connection


def shown(release: duckdb.DuckDBPyConnection, figure: str, what: str, **where: str) -> set[object]:
    """Values of a column in the rows of a figure."""
    conditions = " and ".join(f"{name} = ${name}" for name in ("figure_number", *where))
    found = release.execute(
        f"select distinct {what} from mart_report_figure where {conditions}",
        {"figure_number": figure, **where},
    )
    return {row[0] if len(row) == 1 else row for row in found.fetchall()}


def test_every_figure_table_box_and_picture_is_there(release: duckdb.DuckDBPyConnection) -> None:
    with (SEEDS / "report_figures.csv").open(encoding="utf-8", newline="") as lines:
        told = {row["figure_number"] for row in csv.DictReader(lines)}
    rows = release.sql("select distinct figure_number from mart_report_figure").fetchall()
    assert {number for (number,) in rows} == told
    assert len(told) == 27 + 2 + 2 + 2


def test_the_nordic_comparison_is_in_figure_1(release: duckdb.DuckDBPyConnection) -> None:
    found = shown(release, "F01", "country, estimate", survey="nordic_comparison")
    assert {("NO", 77.0), ("SE", 81.0)} <= found


def test_a_printed_number_keeps_its_decimals_and_its_unit(
    release: duckdb.DuckDBPyConnection,
) -> None:
    assert {("2,25", "2.25"), ("bijna 5", "almost 5")} <= shown(
        release, "F16", "text_nl, text_en", content="published_figure"
    )
    assert shown(release, "F20", "text_nl", content="published_figure") == {"43 procentpunt"}
    assert "0,275" in shown(release, "B02", "text_nl", content="published_figure")


def test_the_words_of_open_answers_are_in_image_2_of_every_wave_that_has_them(
    release: duckdb.DuckDBPyConnection,
) -> None:
    what = "wave, item, category_label_en, estimate, n, data_status"
    words = release.sql(
        "select wave, term_id, term_label_en, estimate, n, data_status from mart_term "
        "where survey = 'nl_barometer' and estimate is not null"
    ).fetchall()
    assert {wave for wave, *_ in words} == {"2021", "2025"}
    assert shown(release, "W02", what, content="word") == set(words)
    assert {("Digital and data", 1), ("Working from home and meetings", 2)} <= shown(
        release, "W02", "category_label_en, category_order", content="word", wave="2021"
    )
    # The picture of the report prints no numbers, and nothing was printed for 2025.
    assert shown(release, "W02", "wave, reason", content="not_available") == {
        ("2021", "not_published"),
        ("2025", "not_published"),
    }


def test_figure_26_is_danish_and_figure_13_is_not(release: duckdb.DuckDBPyConnection) -> None:
    danish = shown(release, "F26", "country", content="indicator")
    others = shown(release, "F13", "country", content="indicator")
    assert danish == {"DK"} and "NL" in others and "DK" not in others


@pytest.mark.parametrize(
    ("figure", "printed"),
    [
        ("F16", {("minimum", 2.25, None), ("maximum", 5.0, "upper"), ("mean", 3.7, None)}),
        ("F20", {("difference", 43.0, None)}),
        ("F21", {("difference", 20.0, None)}),
        ("F19", {("share", 50.0, "lower")}),
        ("B02", {("adjusted_r2", value, None) for value in (0.275, 0.323, 0.213)}),
        ("T01", {("count", 1374.0, None), ("count", 366.0, None), ("share", 26.6, None)}),
        ("T02", {("count", 366.0, None)}),
    ],
)
def test_a_figure_has_the_numbers_that_are_printed_with_it(
    release: duckdb.DuckDBPyConnection, figure: str, printed: set[tuple[str, float, str | None]]
) -> None:
    what = "statistic, estimate, bound"
    found = shown(
        release, figure, what, survey="nl_barometer", wave="2021", data_status="published"
    )
    assert printed <= found


def test_what_a_wave_did_not_ask_says_so_and_has_no_number(
    release: duckdb.DuckDBPyConnection,
) -> None:
    found = shown(release, "F23", "reason, estimate", survey="nl_barometer", wave="2025")
    assert found == {("not_asked", None)}


def test_a_sample_without_a_question_is_no_proof_that_it_was_not_asked(
    release: duckdb.DuckDBPyConnection,
) -> None:
    found = shown(release, "F04", "reason, estimate", survey="nl_barometer", wave="2025")
    assert found == {("not_known", None)}


def test_the_box_on_regressions_has_the_directions_of_18_terms(
    release: duckdb.DuckDBPyConnection,
) -> None:
    rows = release.sql(
        "select outcome, direction, count(*), count(concept_label_nl), count(outcome_label_en) "
        "from mart_report_finding where kind = 'sign' group by all"
    ).fetchall()
    assert set(rows) == {
        ("quality", "positive", 4, 4, 4),
        ("quality", "negative", 2, 2, 2),
        ("efficiency", "positive", 4, 4, 4),
        ("efficiency", "negative", 2, 2, 2),
        ("employee_satisfaction", "positive", 4, 4, 4),
        ("employee_satisfaction", "negative", 2, 2, 2),
    }


@pytest.mark.parametrize("concept", ["strategy", "innovation_type", "work_climate_typology"])
def test_categories_that_need_it_have_the_definition_of_the_report(
    release: duckdb.DuckDBPyConnection, concept: str
) -> None:
    rows = release.execute(
        "select count(definition_nl), count(definition_en) from dim_category where concept = ?",
        [concept],
    ).fetchall()
    assert rows == [(4, 4)]


def test_a_table_that_a_figure_points_at_is_in_the_release(
    release: duckdb.DuckDBPyConnection,
) -> None:
    named = {
        mart
        for (mart,) in release.sql(
            "select distinct see_also from mart_report_figure where see_also is not null"
        ).fetchall()
    }
    assert named
    assert named <= {
        name for (name,) in release.sql("select table_name from duckdb_tables()").fetchall()
    }


def test_a_derived_number_of_answers_gives_a_marked_margin(
    release: duckdb.DuckDBPyConnection,
) -> None:
    rows = release.sql(
        "select n, n_derived, effective_n, interval_method, standard_error, estimate_low < 39, "
        "estimate_high > 39, n_derived_reason_nl <> '', interval_text_en "
        "from mart_indicator where survey = 'nl_barometer' and wave = '2021' "
        "and data_status = 'published' and concept = 'innovation_type' and category = 'product' "
        "and group_dimension = 'total'"
    ).fetchall()
    text = "33.8 to 44.5 (derived number: 313)"
    assert rows == [(None, 313, 156, "wilson_derived_n", None, True, True, True, text)]
    assert release.sql(
        "select distinct interval_text_en from mart_answer where compared = 'waves' "
        "and data_status = 'published' and survey = 'nl_barometer' and wave = '2021' "
        "and concept = 'innovation_type' and category = 'product' and group_dimension = 'total'"
    ).fetchall() == [(f"margin {text}",)]


def test_the_number_of_innovators_that_follows_from_a_share_gives_nordic_figures_a_margin(
    release: duckdb.DuckDBPyConnection,
) -> None:
    rows = release.sql(
        "select survey, n_derived, bool_and(estimate_low < estimate and estimate < estimate_high), "
        "count(*) from mart_indicator where wave = '2018' and n_derived is not null "
        "and base = 'innovators' group by all order by all"
    ).fetchall()
    # 78 per cent of 272 and 74 per cent of 1,786, as few as round to these shares.
    assert [row[:3] for row in rows] == [("is_barometer", 211, True), ("no_municipal", 1313, True)]
    assert math.ceil(0.775 * 272) == 211 and math.ceil(0.735 * 1786) == 1313


def test_half_of_a_derived_number_counts_in_a_test(release: duckdb.DuckDBPyConnection) -> None:
    """62 and 37 per cent, of 313 and 262 innovators that no source prints with these figures."""
    ((low, high, error, p_value, verdict, reason),) = release.sql(
        "select change_low, change_high, standard_error, p_value, verdict, reason_en "
        "from mart_trend where survey = 'nl_barometer' and data_status = 'published' "
        "and concept = 'innovation_type' and category = 'interaction' "
        "and group_dimension = 'total'"
    ).fetchall()
    shares = [(share * n + 1) / (n + 2) for share, n in ((0.62, 313 // 2), (0.37, 262 // 2))]
    spread = sum(share * (1 - share) / (n + 2) for share, n in zip(shares, (156, 131), strict=True))
    expected = 100 * math.sqrt(spread + 2 * 0.01**2 / 12)
    assert error == pytest.approx(expected, abs=0.1) and error >= expected
    assert low < -25 < high < 0 and p_value < 0.001 and verdict == "fall_limited"
    assert "derived, not printed. To be safe the test counts half of it." in reason


def test_countries_differ_clearly_where_half_of_the_answers_is_enough(
    release: duckdb.DuckDBPyConnection,
) -> None:
    verdicts = dict(
        release.sql(
            "select concat(concept, '/', category), verdict from mart_international "
            "where nl_wave = '2021' and survey = 'dk_barometer' and test_reason = 'derived_n'"
        ).fetchall()
    )
    assert verdicts["financing_source/own_budget"] == "higher_limited"  # 85 and 54
    assert verdicts["initiative_source/legislation"] == "lower_limited"  # 8 and 18
    assert verdicts["result/quality"] == "no_clear_difference"  # 60 and 68


def test_a_difference_beside_another_country_is_that_of_the_country(
    release: duckdb.DuckDBPyConnection,
) -> None:
    """The Netherlands pays 85 per cent from the own budget, Denmark 54: Denmark is lower."""
    told = release.sql(
        "select estimate, difference, difference_low, difference_high, verdict, reference_en "
        "from mart_answer where compared = 'countries' and concept = 'financing_source' "
        "and category = 'own_budget' and chosen_wave = '2021' and country = 'DK'"
    ).fetchall()
    assert told == [(54, -31, -37.1, -24.1, "lower_limited", "Netherlands 2021")]
    apart = release.sql(
        "select one.answer_en from mart_answer as one inner join mart_answer as home "
        "on one.choice_id = home.choice_id and one.category = home.category "
        "where one.compared = 'countries' and home.member_order = 0 and one.member_order > 0 "
        "and abs(one.estimate - home.estimate - one.difference) > 0.1"
    ).fetchall()
    assert apart == []
    ((sentence, detail),) = release.sql(
        "select sentence_en, detail_en from mart_question where compared = 'countries' "
        "and concept = 'financing_source' and chosen_wave = '2021'"
    ).fetchall()
    assert sentence == (
        "Own budget: 54% (Denmark · Danish Innovation Barometer 2020). "
        "Lower, comparable with care: -31.0 percentage points (margin -37.1 to -24.1) "
        "compared with Netherlands 2021."
    )
    assert detail == ""


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("F01 Organisations with an innovation", "not asked", "Synthetic", "W02 ")),
        ("nl", ("F01 Organisaties met een innovatie", "niet gevraagd", "Synthetisch", "W02 ")),
    ],
)
def test_the_command_lists_the_figures(
    built: Barometer, language: str, words: tuple[str, ...]
) -> None:
    done = built.run("report", "figures", "--lang", language)
    assert done.returncode == 0, done.stderr
    assert not missing_words(done.stdout, words)


def test_the_command_counts_what_the_release_has(
    built: Barometer, release: duckdb.DuckDBPyConnection
) -> None:
    done = built.run("report", "figures", "--wave", WAVE, "--figure", "F07", "--json")
    (row,) = json.loads(done.stdout)
    ((published, synthetic),) = release.sql(
        "select count(*) filter (data_status = 'published'), "
        "count(*) filter (data_status = 'synthetic') from mart_report_figure "
        "where figure_number = 'F07' and content = 'indicator' and survey = 'nl_barometer' "
        "and wave = '2021'"
    ).fetchall()
    assert (row["published"], row["synthetic"]) == (published, synthetic)
    assert row["missing"] == ["partly_not_published"]


def test_the_command_counts_what_rests_on_an_assumed_question(
    built: Barometer, release: duckdb.DuckDBPyConnection
) -> None:
    done = built.run("report", "figures", "--figure", "f15", "--json")
    counted = {(row["survey"], row["wave"]): row["assumed"] for row in json.loads(done.stdout)}
    marked = release.sql(
        "select survey, wave, count(*) from mart_report_figure "
        "where figure_number = 'F15' and assumed and estimate is not null group by all"
    ).fetchall()
    assert marked
    assert {(survey, wave): number for survey, wave, number in marked} == {
        wave: number for wave, number in counted.items() if number
    }


def test_every_figure_is_listed_of_a_wave_also_one_that_has_nothing_of_it(built: Barometer) -> None:
    done = built.run("report", "figures", "--wave", WAVE, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert len({row["figure_number"] for row in rows}) == len(rows) == 27 + 2 + 2 + 2
    (nothing,) = [row for row in rows if row["missing"] == ["not_of_wave"]]
    assert nothing["figure_number"] == "F22"
    assert (nothing["survey"], nothing["wave"], nothing["published"]) == ("nl_barometer", "2021", 0)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "nothing of this wave"), ("nl", "niets van deze meting")]
)
def test_a_figure_without_anything_of_a_wave_says_so(
    built: Barometer, language: str, words: str
) -> None:
    done = built.run("report", "figures", "--figure", "F22", "--wave", WAVE, "--lang", language)
    assert done.returncode == 0
    assert not missing_words(done.stdout, ("F22 ", WAVE, words))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--figure", "F1"), ("figure_not_in_report", "no figure 'F1'", "did you mean", "F27")),
        (("--wave", "nl_barometer/2012"), ("wave_not_in_report", "nl_barometer/2012", "nordic_")),
    ],
)
def test_what_is_not_in_the_report_is_refused(
    built: Barometer, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = built.run("report", "figures", *arguments)
    assert done.returncode == 1
    assert not missing_words(done.stderr, (*words, "How to fix: "))


def test_a_release_from_before_has_nothing_to_list(tmp_path: Path) -> None:
    old = Barometer(tmp_path / "home", tmp_path / "data")
    old.current.parent.mkdir(parents=True)
    with duckdb.connect(str(old.current)) as release:
        release.execute("create table mart_report_figure (figure_number varchar)")
    done = old.run("report", "figures")
    assert done.returncode == 1
    assert not missing_words(done.stderr, ("release_too_old", "run `barometer build`"))


def test_without_a_release_there_is_nothing_to_list(tmp_path: Path) -> None:
    done = Barometer(tmp_path / "home", tmp_path / "data").run("report", "figures")
    assert done.returncode == 1 and "no_release" in done.stderr
