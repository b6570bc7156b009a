"""Nothing in a release points at an organisation: recomputed here from the release alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import duckdb
import pytest

from tests.conftest import PROJECT, Barometer

FEWEST = 10
NEVER_ALONE = ("high_councils_of_state", "provinces")
KEY = "survey, wave, concept, category, statistic, base, weighting"


@pytest.fixture(scope="module")
def release(built: Barometer) -> Iterator[duckdb.DuckDBPyConnection]:
    """The release, with the computed part of the cube as `computed`."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.current.resolve()}' as release (read_only)")
        connection.execute("use release.main")
        connection.execute(
            "create view memory.main.computed as select * from release.main.mart_indicator "
            "where data_status <> 'published'"
        )
        connection.execute("set search_path = 'release.main,memory.main'")
        yield connection


def partitions() -> list[str]:
    """Ways of splitting in which every organisation falls in one group at most."""
    seeds = PROJECT / "dbt_project" / "seeds"
    with (seeds / "concepts.csv").open(encoding="utf-8", newline="") as lines:
        kinds = {row["concept"]: row["kind"] for row in csv.DictReader(lines)}
    with (seeds / "group_dimensions.csv").open(encoding="utf-8", newline="") as lines:
        return [
            row["group_dimension"]
            for row in csv.DictReader(lines)
            if kinds.get(row["concept"]) == "single"
        ]


def test_nothing_computed_stands_on_a_small_base(release: duckdb.DuckDBPyConnection) -> None:
    shown = "estimate is not null or estimate_low is not null or standard_error is not null"
    assert len(release.sql("select * from computed where n is not null")) > 1000
    assert release.sql(f"select * from computed where n < {FEWEST}").fetchall() == []
    assert release.sql(f"select * from computed where n is null and ({shown})").fetchall() == []


def test_a_suppressed_figure_shows_nothing_at_all(release: duckdb.DuckDBPyConnection) -> None:
    hidden = release.sql("select * from computed where conf_status <> 'F'")
    assert len(hidden) > 0
    for column in ("estimate", "estimate_low", "estimate_high", "standard_error", "n"):
        assert hidden.filter(f"{column} is not null").fetchall() == [], column


def test_the_two_small_sectors_are_never_shown(release: duckdb.DuckDBPyConnection) -> None:
    for sector in NEVER_ALONE:
        rows = release.sql(f"select * from computed where group_value = '{sector}'")
        assert len(rows) > 0, "they are there, as suppressed rows"
        assert rows.filter("estimate is not null or n is not null").fetchall() == []


def test_no_other_table_shows_what_the_cube_hides(release: duckdb.DuckDBPyConnection) -> None:
    """Every table with a group: no number beside a hidden sector that was not published."""
    tables = release.sql(
        "select table_name from duckdb_columns() where database_name = 'release' "
        "and column_name in ('group_value', 'data_status') group by all having count(*) = 2"
    ).fetchall()
    assert len(tables) > 5
    computed = ("estimate", "computed", "n", "answered", "rate", "value", "to_estimate", "change")
    for (table,) in tables:
        rows = release.sql(
            f"select * from {table} "
            f"where data_status <> 'published' and group_value in {NEVER_ALONE}"
        )
        for column in set(rows.columns) & set(computed):
            assert rows.filter(f"{column} is not null").fetchall() == [], f"{table}.{column}"


@pytest.mark.parametrize("dimension", partitions())
def test_no_hidden_group_can_be_subtracted_from_its_total(
    release: duckdb.DuckDBPyConnection, dimension: str
) -> None:
    """Whoever subtracts all shown groups from the total is left with two groups, 10 answers."""
    derived = release.sql(
        f"""
        with totals as (
            select {KEY}, n from computed where group_dimension = 'total' and n is not null
        ),
        groups as (
            select
                {KEY},
                count(*) filter (where conf_status <> 'F') as hidden,
                coalesce(sum(n) filter (where conf_status = 'F'), 0) as shown,
                count(*) filter (where conf_status = 'F') as groups_shown
            from computed where group_dimension = '{dimension}' group by {KEY}
        )
        select *, totals.n - shown as left_over
        from groups inner join totals using ({KEY})
        where hidden > 0 and groups_shown > 0 and (hidden = 1 or totals.n - shown < {FEWEST})
        """
    ).fetchall()
    assert derived == []


def test_the_check_above_has_something_to_look_at(release: duckdb.DuckDBPyConnection) -> None:
    split = release.sql(
        "select group_dimension, count(*) filter (where conf_status = 'D') "
        "from computed group by all"
    ).fetchall()
    second = dict(split)
    assert {"sector", "cluster", "size_class", "climate_group"} <= set(partitions()) & set(second)
    assert second["sector"] > 0


def test_no_figure_is_a_minimum_or_maximum_of_answers(release: duckdb.DuckDBPyConnection) -> None:
    statistics = {
        row[0] for row in release.sql("select distinct statistic from computed").fetchall()
    }
    assert not statistics & {"minimum", "maximum", "quantile_0", "quantile_100"}
