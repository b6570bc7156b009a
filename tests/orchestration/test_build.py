"""A build makes a release that answers the questions the product is for."""

from __future__ import annotations

import duckdb
import pytest

from tests.conftest import Barometer


@pytest.fixture(scope="module")
def release(built: Barometer) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(built.current), read_only=True)


def test_the_share_that_innovated_is_86_and_76_percent_with_its_sources(
    release: duckdb.DuckDBPyConnection,
) -> None:
    rows = release.sql(
        "select wave, estimate, source_title from mart_indicator "
        "where concept = 'innovated_past_two_years' and category = 'yes' and country = 'NL' "
        "and group_dimension = 'total' and data_status = 'published' order by wave"
    ).fetchall()
    assert [(wave, share) for wave, share, _ in rows] == [("2021", 86.0), ("2025", 76.0)]
    assert all(title for _, _, title in rows)


@pytest.mark.parametrize("country", ["DK", "NO", "SE", "IS", "FI"])
def test_every_nordic_country_can_be_followed(
    release: duckdb.DuckDBPyConnection, country: str
) -> None:
    (count,) = release.execute(
        "select count(distinct wave) from mart_indicator where country = ? "
        "and concept = 'innovated_past_two_years' and category = 'yes'",
        [country],
    ).fetchall()[0]
    assert count >= 1


def test_computed_figures_agree_with_every_published_one(
    release: duckdb.DuckDBPyConnection,
) -> None:
    verdicts = dict(
        release.sql("select verdict, count(*) from mart_reconciliation group by all").fetchall()
    )
    assert "differs" not in verdicts
    assert verdicts["agrees"] >= 106


def test_what_generated_answers_agree_with_is_no_proof(release: duckdb.DuckDBPyConnection) -> None:
    evidence = release.sql(
        "select distinct verdict, evidence, evidence_label_nl from mart_reconciliation order by all"
    ).fetchall()
    assert evidence == [
        (
            "agrees",
            "by_construction",
            "Geen bewijs: de antwoorden zijn zo gemaakt dat ze bij dit cijfer passen.",
        ),
        ("not_computable", None, None),
    ]


@pytest.mark.parametrize(
    ("wave", "not_computed"),
    [
        # A difference between editions, and a secondary source that repeats a figure.
        ("nl_barometer/2025", {"nl_151", "nl_162"}),
        # Three figures repeat others. The rest are on questions that the synthetic file does not
        # have, and the size of sample and population.
        (
            "dk_barometer/2023",
            {"nordic_087", "nordic_088", "nordic_089"}
            | {f"nordic_{number}" for number in range(191, 204) if number != 197},
        ),
    ],
)
def test_every_figure_of_a_generated_wave_comes_out_but_those_nobody_can_compute(
    release: duckdb.DuckDBPyConnection, wave: str, not_computed: set[str]
) -> None:
    rows = release.execute(
        "select row_id from mart_reconciliation "
        "where survey || '/' || wave = ? and verdict <> 'agrees'",
        [wave],
    ).fetchall()
    assert {row_id for (row_id,) in rows} == not_computed


def test_dutch_waves_are_set_side_by_side_where_that_is_allowed(
    release: duckdb.DuckDBPyConnection,
) -> None:
    verdicts = dict(
        release.sql(
            "select concept || ' ' || category, verdict from mart_trend "
            "where survey = 'nl_barometer' and data_status = 'synthetic' "
            "and group_dimension = 'total' and weighting = 'weighted'"
        ).fetchall()
    )
    assert verdicts["innovated_past_two_years yes"] == "fall_limited"
    assert verdicts["innovation_type interaction"] == "fall_limited"
    assert verdicts["innovation_type process"] == "no_clear_change"
    assert verdicts["result quality"] == "not_comparable"
    assert verdicts["climate_scale value"] == "cannot_tell"
