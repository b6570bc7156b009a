"""A release has practice cases, a debate and the words of open answers, and nothing beside."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from math import floor
from pathlib import Path

import duckdb
import pytest

from tests.conftest import PROJECT, Barometer
from tests.support import missing_words

SEEDS = PROJECT / "dbt_project" / "seeds"
# What the synthetic answers say of nobody: a name, a place, a number, addresses.
POINTING = ("voorbeeld", "verzonnendam", "nergens", "06", "00000000", "example", "@", "http")


@pytest.fixture(scope="module")
def release(built: Barometer) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.current), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def answers(built: Barometer) -> Iterator[duckdb.DuckDBPyConnection]:
    path = str(built.home / "warehouse.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        yield connection


def seed(name: str, column: str) -> set[str]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return {row[column] for row in csv.DictReader(lines)}


def column(release: duckdb.DuckDBPyConnection, query: str) -> set[object]:
    return {row[0] for row in release.sql(query).fetchall()}


def test_every_practice_case_is_there_and_says_that_it_is_no_sample(
    release: duckdb.DuckDBPyConnection,
) -> None:
    told = column(release, "select practice_case from mart_practice_case where caution_nl <> ''")
    assert told == seed("practice_cases", "practice_case")


@pytest.mark.parametrize(
    "mart", ["mart_practice_case", "mart_practice_case_topic", "mart_practice_case_choice"]
)
def test_nothing_counts_practice_cases(release: duckdb.DuckDBPyConnection, mart: str) -> None:
    types = column(release, f"select column_type from (describe {mart})")
    assert types <= {"VARCHAR", "BOOLEAN"}


@pytest.mark.parametrize(
    ("arguments", "found", "absent"),
    [
        (("--theme", "culture"), ("Museums", "Music schools", "no sample"), "Courts"),
        (("--sector", "judiciary", "--lang", "nl"), ("Rechtspraak", "geen steekproef"), "Musea"),
        (("--technology", "drones", "--type", "process"), ("Supervision from the air",), "Museums"),
        (("--theme", "culture", "--type", "product"), ("No practice case has all",), "Museums"),
    ],
)
def test_the_command_finds_cases_like_ones_own(
    built: Barometer, arguments: tuple[str, ...], found: tuple[str, ...], absent: str
) -> None:
    done = built.run("report", "cases", *arguments)
    assert done.returncode == 0, done.stderr
    assert not missing_words(done.stdout, found)
    assert absent not in done.stdout


def test_the_command_gives_all_of_a_case_as_json(built: Barometer) -> None:
    done = built.run("report", "cases", "--theme", "debt", "--json")
    (case,) = json.loads(done.stdout)
    assert case["practice_case"] == "case_utrecht"
    assert case["lessons_nl"] and case["lessons_en"] and case["types_inferred"] is True


def test_a_topic_that_no_case_has_is_refused_with_the_nearest_one(built: Barometer) -> None:
    done = built.run("report", "cases", "--sector", "municipality")
    assert done.returncode == 1
    assert not missing_words(
        done.stderr, ("no_such_topic", "did you mean 'municipalities'", "How to fix: ")
    )


def test_without_a_release_there_are_no_cases(tmp_path: Path) -> None:
    done = Barometer(tmp_path / "home", tmp_path / "data").run("report", "cases")
    assert done.returncode == 1
    assert "no_release" in done.stderr


def test_all_of_the_debate_is_there_and_no_measurement(release: duckdb.DuckDBPyConnection) -> None:
    topics = column(release, "select topic from mart_barrier where debate_note_nl like '%meting%'")
    assert topics == seed("debate_topics", "topic")
    eight = column(release, "select topic from mart_barrier where kind = 'barrier'")
    assert len(eight) == 8


def test_the_strategies_of_the_debate_are_told_apart_from_those_of_the_report(
    release: duckdb.DuckDBPyConnection,
) -> None:
    told = column(
        release,
        "select topic from mart_barrier where kind = 'strategy' and caution_nl like '%Tekstvak 1%' "
        "and caution_en like '%box 1%'",
    )
    assert told == {"radical_change", "targeted_redesign", "incentives", "own_room"}


def test_a_barrier_shows_published_and_synthetic_figures_apart_and_marked(
    release: duckdb.DuckDBPyConnection,
) -> None:
    rows = release.sql(
        "select data_status, evidence_text_en, evidence_note_en like 'SYNTHETIC%', source_title "
        "from mart_barrier where topic = 'financial' and category = 'economic_pressure' "
        "and survey = 'nl_barometer'"
    ).fetchall()
    assert set(rows) == {
        ("published", "5%", False, "Innovatie Barometer Overheid 2021"),
        ("synthetic", "5%", True, None),
    }
    (difference,) = release.sql(
        "select estimate, statistic from mart_barrier where group_value = 'strong_minus_limited'"
    ).fetchall()
    assert difference == (43, "difference")


def test_a_word_has_the_share_of_organisations_that_used_it(
    release: duckdb.DuckDBPyConnection, answers: duckdb.DuckDBPyConnection
) -> None:
    for wave in ("2021", "2025"):
        ((n, used),) = answers.sql(
            "select count(distinct organisation), count(distinct organisation) "
            "filter (regexp_matches(lower(answer_text), '\\bdata\\b')) "
            f"from harmonised.hrm_texts where survey = 'nl_barometer' and wave = '{wave}'"
        ).fetchall()
        ((shown_n, share, status),) = release.sql(
            "select n, estimate, data_status from mart_term "
            f"where survey = 'nl_barometer' and wave = '{wave}' and term = 'data'"
        ).fetchall()
        # Both in steps of five: the number rounded down, the share to the nearest.
        steps = floor(100 * used / n / 5 + 0.5)
        assert (shown_n, share, status) == (n - n % 5, 5 * steps, "synthetic")


def test_names_numbers_and_addresses_of_open_answers_are_in_no_word(
    release: duckdb.DuckDBPyConnection, answers: duckdb.DuckDBPyConnection
) -> None:
    often = column(
        answers,
        "select wave from harmonised.hrm_texts where answer_text like '%Verzonnendam%' "
        "group by wave having count(distinct organisation) >= 10",
    )
    assert often, "the answers name a place often enough to be shown"
    words = column(release, "select term from mart_term where kind = 'term'")
    assert not [word for word in words for part in POINTING if part in str(word)]
    private = column(answers, "select term from estimates.est_terms")
    assert not [word for word in private for part in POINTING if part in str(word)]


def test_each_word_says_what_it_means_in_english(release: duckdb.DuckDBPyConnection) -> None:
    words = dict(
        release.sql("select term, term_label_en from mart_term where kind = 'term'").fetchall()
    )
    assert words["loket"] == "loket (counter)" and words["team"] == "team"
    assert set(words) <= seed("term_labels", "term")
    in_dutch = release.sql("select distinct term_label_nl from mart_term where term = 'loket'")
    assert in_dutch.fetchall() == [("loket",)]


def test_both_groups_of_words_of_the_report_are_compared_between_waves(
    release: duckdb.DuckDBPyConnection,
) -> None:
    rows = release.sql(
        "select term, wave, from_wave, verdict is null, reason_nl <> '' from mart_term "
        "where kind = 'group'"
    ).fetchall()
    groups = ("digital_and_data", "homeworking_and_meetings")
    assert set(rows) == {
        *((group, "2021", None, True, None) for group in groups),
        *((group, "2025", "2021", False, True) for group in groups),
    }


def test_no_text_of_an_answer_is_in_a_release(
    release: duckdb.DuckDBPyConnection, answers: duckdb.DuckDBPyConnection
) -> None:
    texts = column(answers, "select distinct answer_text from harmonised.hrm_texts")
    columns = release.sql(
        "select table_name, column_name from duckdb_columns() "
        "where data_type = 'VARCHAR' and not internal"
    ).fetchall()
    for table, name in columns:
        values = column(release, f'select distinct "{name}" from "{table}"')
        assert not texts & values, (table, name)
