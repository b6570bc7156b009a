"""Patterns are what respondents answered, counted straight from the raw files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import jinja2
import pandas as pd
import pytest

from tests.conftest import PROJECT, Barometer

MACROS = PROJECT / "dbt_project" / "macros"


def macros(name: str, **known: Any) -> Any:
    """The macros of a file, as the project has them, with those that they call."""
    environment = jinja2.Environment(autoescape=False, extensions=["jinja2.ext.do"])
    return environment.from_string((MACROS / name).read_text("utf-8")).make_module(known)


def test_a_known_error_is_corrected_and_nothing_else() -> None:
    """Of one respondent or of all, to another code or to none; quotes stay what they are."""
    literal = macros("dispatch/portable.sql").default__literal
    errors = [
        {"respondent_id": "ann", "code": "11", "becomes": "1"},
        {"respondent_id": None, "code": "77", "becomes": None},
        {"respondent_id": None, "code": "it's", "becomes": "its"},
    ]
    corrected = macros("patterns.sql", literal=literal).corrected
    rows = [
        ("ann", "11"),
        ("bob", "11"),
        ("cas", "1"),
        ("cas", "77"),
        ("dan", None),
        ("eva", "it's"),
    ]
    answers = pd.DataFrame(rows, columns=["respondent_id", "answer_1"])  # noqa: F841 - in the query
    found = duckdb.sql(f"select {corrected('answer_1', errors)} from answers").fetchall()
    assert found == [("1",), ("11",), ("1",), (None,), (None,), ("its",)]
    assert corrected("answer_1", []).strip() == "answer_1"


@pytest.fixture(scope="module")
def warehouse(built: Barometer) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("set file_search_path = $1", [str(built.home)])
        yield connection


@pytest.fixture(scope="module")
def raw(warehouse: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row per survey, wave, respondent and variable, corrected, in pandas."""
    key = ["survey", "wave", "variable"]
    wide = warehouse.sql("from read_parquet('raw/answers/*/*.parquet', union_by_name=true)").df()
    long = wide.melt(
        ["survey", "wave", "respondent_id"], var_name="answer_column", value_name="code"
    )
    columns = warehouse.sql("from staging.stg_variables where answer_column is not null").df()
    long = long.merge(columns, on=["survey", "wave", "answer_column"])
    for error in warehouse.sql("from staging.stg_corrections").df().itertuples():
        wrong = (long[key] == [error.survey, error.wave, error.variable]).all(axis="columns")
        wrong &= long["code"] == error.code
        if not pd.isna(error.respondent_id):
            wrong &= long["respondent_id"] == error.respondent_id
        assert wrong.any()
        long.loc[wrong, "code"] = error.becomes
    return long[[*key, "respondent_id", "code"]]


def test_everyone_has_the_cells_of_their_pattern(
    warehouse: duckdb.DuckDBPyConnection, raw: pd.DataFrame
) -> None:
    found = warehouse.sql(
        """
        select survey, wave, variable, respondent_id, code
        from harmonised.hrm_respondent_patterns
        inner join harmonised.hrm_pattern_cells using (survey, wave, pattern)
        """
    ).df()
    read = warehouse.sql("select survey, wave, variable from harmonised.hrm_blocks").df()
    expected = raw.merge(read, on=["survey", "wave", "variable"])
    key = ["survey", "wave", "variable", "respondent_id"]
    assert len(found) == len(expected) > 700_000
    both = found.merge(expected, on=key, suffixes=("", "_in_file"), validate="one_to_one")
    assert len(both) == len(found)
    same = (both["code"] == both["code_in_file"]) | both["code"].isna() & both[
        "code_in_file"
    ].isna()
    assert same.all()


def test_a_pattern_counts_all_who_have_it_and_sums_their_weights(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """What is added up from raw files equals what is added up respondent by respondent."""
    wrong = warehouse.sql(
        """
        with counted as (
            select
                survey, wave, pattern, profile, count(*) as n, sum(weight) as sum_w,
                sum(weight * weight) as sum_w2
            from harmonised.hrm_respondent_patterns
            inner join harmonised.hrm_profiles using (survey, wave, respondent_id)
            group by all
        )
        select * from counted full join estimates.est_pattern_sums as sums
            using (survey, wave, pattern, profile)
        where
            counted.n is distinct from sums.n
            or abs(coalesce(counted.sum_w, 0) - coalesce(sums.sum_w, 0)) > 1e-9 * sums.sum_w
            or abs(coalesce(counted.sum_w2, 0) - coalesce(sums.sum_w2, 0)) > 1e-9 * sums.sum_w2
        """
    ).fetchall()
    assert wrong == []
    counts = warehouse.sql(
        "select patterns.n, sum(sums.n) from harmonised.hrm_patterns as patterns "
        "inner join estimates.est_pattern_sums as sums using (survey, wave, pattern) "
        "group by survey, wave, pattern, patterns.n"
    ).fetchall()
    assert len(counts) > 5_000 and all(n == added for n, added in counts)


def test_few_blocks_are_kept_respondent_by_respondent(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Those of groups and terms, and all of who may have answered in another wave too."""
    shares = dict(
        warehouse.sql(
            """
            select survey, count(distinct kept.block) / count(distinct blocks.block)
            from harmonised.hrm_blocks as blocks
            left join harmonised.hrm_read_patterns as kept using (survey, wave, block)
            group by survey
            """
        ).fetchall()
    )
    assert shares["nl_barometer"] == 1 and 0 < shares["werkonderzoek"] < 0.7
