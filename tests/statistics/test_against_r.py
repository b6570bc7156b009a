"""R is the judge: package survey for estimates, base R for the functions that engines lack.

With `--statistics=part` R judges a part of the shipped waves and 25 random samples; else every cell
and 500 samples.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from ingest.weights import rake
from tests.conftest import PROJECT, Barometer
from tests.statistics.designs import (
    PATTERN_MODELS,
    SURVEY,
    Row,
    drawn,
    fill,
    make_models,
    respondents,
    tables,
)

MACROS = PROJECT / "dbt_project" / "macros" / "estimate.sql"
COMPILED = "dbt/compiled/innovation_barometer/models"
CELL = "survey, wave, concept, base, group_dimension, group_value, weighting"
LARGE = 5_000  # respondents
VIEWS = ("hrm_sample_design", "hrm_respondent_groups")
# Shares and means are of the order of 1 here: a difference below this is rounding around 0.
ZERO = 1e-13


@pytest.fixture(scope="module")
def macros() -> Any:
    """The macros of the estimator, rendered as they stand in the project."""
    return jinja2.Environment(autoescape=False).from_string(MACROS.read_text("utf-8")).module


@pytest.fixture(scope="module")
def judged(
    built: Barometer,
    macros: Any,
    rscript: str,
    fully: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with our numbers in schema `ours` and those of R in schema `r`; R starts once."""
    folder = tmp_path_factory.mktemp("judge")
    # Staging reads raw files relative to the home folder.
    with duckdb.connect(config={"file_search_path": str(built.home)}) as connection:
        connection.execute("create schema ours; create schema r; create schema asked")
        _open_warehouse(connection, built)
        for table, rows in tables(drawn(respondents(), 500 if fully else 25)).items():
            fill(connection, f"warehouse.{table}", rows)
        _ask_estimates(connection, built, part="g" if fully else "08")
        _ask_trends(connection, built, families=300 if fully else 30)
        _ask_functions(connection, macros)
        _ask_raking(connection)
        _let_r_judge(connection, rscript, folder)
        yield connection


def _open_warehouse(connection: duckdb.DuckDBPyConnection, built: Barometer) -> None:
    """Attach the built warehouse as `shipped`, and an empty one of the same shape."""
    # A view reads the database by its name, so only where that is the name of the warehouse.
    with duckdb.connect(str(built.home / "warehouse.duckdb"), read_only=True) as alone:
        views = {name: alone.sql(f"from harmonised.{name}").to_arrow_table() for name in VIEWS}
    connection.execute(f"attach '{built.home}/warehouse.duckdb' as shipped (read_only)")
    connection.execute("attach ':memory:' as warehouse")
    for schema, table in connection.sql(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'shipped' and table_type = 'BASE TABLE'"
    ).fetchall():
        limit = "" if schema == "seeds" else "limit 0"
        connection.execute(f"create schema if not exists warehouse.{schema}")
        connection.execute(
            f"create table warehouse.{schema}.{table} as from shipped.{schema}.{table} {limit}"
        )
    for name, rows in views.items():
        connection.register(f"shipped_{name}", rows)
        connection.execute(
            f"create table warehouse.harmonised.{name} as from shipped_{name} limit 0"
        )


def _compiled(built: Barometer, model: str) -> str:
    return (built.home / COMPILED / f"{model}.sql").read_text("utf-8")


def _ask_estimates(connection: duckdb.DuckDBPyConnection, built: Barometer, part: str) -> None:
    """Ask R for all cells that there should be: of random samples, and of a part of the wave.

    Args:
        connection: with both warehouses.
        built: where the compiled models stand.
        part: cells of the shipped wave whose hash is below this, in hexadecimal digits.
    """
    models = (*PATTERN_MODELS, "est_quantiles", "est_computed", "est_group_covariances")
    make_models(connection, built.home / COMPILED, models)
    for name in VIEWS:
        connection.execute(
            f"create view {name} as from shipped_{name} "
            f"union all by name from warehouse.harmonised.{name}"
        )
    for schema, name in [
        ("harmonised", "hrm_pattern_members"),
        ("harmonised", "hrm_pattern_answers"),
        ("harmonised", "hrm_asked_categories"),
        ("estimates", "est_group_covariances"),
        ("estimates", "est_quantiles"),
        ("estimates", "est_computed"),
    ]:
        connection.execute(
            f"create view {name} as from shipped.{schema}.{name} "
            f"union all by name from warehouse.{schema}.{name}"
        )
    # The views of the shipped warehouse would read the one that is called as it was.
    patterns = _compiled(built, "harmonised/hrm_respondent_patterns")
    shipped = patterns.replace('"warehouse"', '"shipped"')
    connection.execute(
        f"create view hrm_respondent_patterns as from ({shipped}) "
        "union all by name from warehouse.harmonised.hrm_read_patterns"
    )
    connection.execute(
        f"""
        create view hrm_base_members as
        select * exclude (block, pattern)
        from hrm_respondent_patterns inner join hrm_pattern_members using (survey, wave, pattern);
        create view hrm_answers as
        select * exclude (block, pattern)
        from hrm_respondent_patterns inner join hrm_pattern_answers using (survey, wave, pattern);

        create view estimates as
        select
            *,
            concat_ws('|', {CELL}, category) as cell,
            case when statistic = 'share' then 100 else 1 end as scale
        from est_computed;

        create view raked_margin as
        select cell from estimates
        inner join shipped.staging.stg_waves as waves using (survey, wave)
        where interval_method = 'known_margin' and waves.weighting_method = 'raked';

        create table member as
        select
            {CELL}, item, members.respondent_id as respondent,
            concat_ws('|', survey, wave, weighting) as design,
            concat_ws('|', concept, base, item) as question,
            md5(concat_ws('|', {CELL}, item)) as domain,
            -- All groups of a split are judged or none, so that they can be compared.
            md5(replace(concat_ws('|', {CELL}, item), group_value, '')) as part
        from hrm_base_members as members
        inner join hrm_respondent_groups using (survey, wave, respondent_id)
        inner join hrm_sample_design using (survey, wave, respondent_id)
        anti join (select group_dimension, concept from shipped.seeds.group_dimensions) as itself
            using (group_dimension, concept)
        -- R takes minutes for what it asks of tens of thousands of employees: a part will do.
        where survey = '{SURVEY}' or part < case
            when (survey, wave) in (
                select (survey, wave) from hrm_sample_design
                group by survey, wave having count(distinct respondent_id) > {LARGE}
            ) then least('{part}', '02') else '{part}' end;

        create table asked.sample as
        select
            concat_ws('|', survey, wave, weighting) as design, respondent_id as respondent,
            stratum, frame_count, weight
        from hrm_sample_design;

        create table asked.domain as select design, domain, respondent from member;

        create table asked.answer as
        select
            concat_ws('|', survey, wave, weighting) as design,
            concat_ws('|', concept, base, item) as question,
            category, statistic, respondent_id as respondent, value
        from hrm_answers
        inner join hrm_sample_design using (survey, wave, respondent_id)
        where (design, question) in (select (design, question) from member);

        create table asked.cell as
        select distinct
            design, domain, question, category, concat_ws('|', {CELL}, category) as cell,
            cast(statistic = 'share' as integer) as is_share,
            cast(weighting <> 'none' as integer) as is_weighted,
            -- A few intervals are those of a generalised linear model too.
            cast(md5(cell) < '05' as integer) as by_model
        from member
        inner join hrm_asked_categories using (survey, wave, concept, base, item)
        -- These need a raked design: test_a_share_of_a_raking_variable_is_known.
        where cell not in (select cell from raked_margin);

        create table asked.quantile as
        select design, domain, question, category, cell from asked.cell where is_share = 0;

        create view pair as
        select
            strong.cell, weak.cell as reference, strong.statistic,
            concat_ws('|', strong.cell, weak.group_value) as contrast,
            sqrt(greatest(
                (strong.standard_error / strong.scale) ** 2
                + (weak.standard_error / weak.scale) ** 2
                - 2 * coalesce(shared.covariance, 0), 0
            )) as standard_error
        from shipped.seeds.group_contrasts as contrasts
        inner join estimates as strong using (group_dimension, group_value)
        inner join estimates as weak
            on {_equal("strong", "weak")}
            and contrasts.reference_value = weak.group_value
        left join est_group_covariances as shared
            on {_equal("strong", "shared")}
            and strong.group_value = shared.group_value
            and weak.group_value = shared.reference_value
        where strong.statistic in ('share', 'mean') and weak.statistic = strong.statistic;

        create table asked.contrast as
        select
            first.design, first.domain, second.domain as reference, first.question,
            first.category, pair.contrast
        from pair
        inner join asked.cell as first using (cell)
        inner join asked.cell as second on pair.reference = second.cell;

        create table ours.cell as
        select
            cell, n, df, estimate / scale as estimate, standard_error / scale as standard_error,
            estimate_low / scale as low, estimate_high / scale as high
        from estimates
        where
            statistic in ('share', 'mean')
            and (survey = '{SURVEY}' or cell in (select cell from asked.cell));

        create table ours.contrast as
        select contrast, standard_error from pair
        where contrast in (select contrast from asked.contrast);

        create table ours.quantile as
        select
            concat_ws('|', {CELL}, category) as cell,
            cast(right(statistic, 2) as integer) as percent, estimate as value,
            estimate_low as low, estimate_high as high, df
        from est_quantiles
        where concat_ws('|', {CELL}, category) in (select cell from asked.quantile)
        """
    )


def _equal(left: str, right: str) -> str:
    """What both estimates of a contrast have in common, as a condition of a join."""
    columns = [*CELL.split(", "), "category"]
    return " and ".join(f"{left}.{c} = {right}.{c}" for c in columns if c != "group_value")


def _ask_trends(connection: duckdb.DuckDBPyConnection, built: Barometer, families: int) -> None:
    """Ask R for the p-values of random families of tests of means, ties among them."""
    test = st.tuples(*(st.integers(0, 100) for _ in range(2)), *(st.floats(0.1, 9) for _ in "ab"))
    rows: list[Row] = []
    for number, family in enumerate(drawn(st.lists(test, min_size=1, max_size=25), families)):
        rows += [
            {
                "survey": SURVEY,
                "concept": f"family {number}",
                "category": f"{index:02}",
                "base": "all_organisations",
                "group_dimension": "total",
                "group_value": "total",
                "statistic": "mean",
                "weighting": "none",
                "data_status": "published",
                "n": 100,
                "rounding_unit": 1,
                "approximate": False,
                "comparability": "identical",
                "wave": wave,
                "estimate": float(estimate),
                "standard_error": error,
            }
            for index, test in enumerate(family)
            for wave, estimate, error in zip(("1", "2"), test[:2], test[2:], strict=True)
        ]
    fill(connection, "warehouse.marts.mart_indicator", rows)
    connection.execute(
        f"""
        create table ours.holm as
        select concat_ws('|', concept, category) as test, p_value, p_value_adjusted
        from ({_compiled(built, "marts/mart_trend")});

        create table asked.holm as
        select
            concat_ws('|', concept, category) as test, concept as family,
            later.estimate - earlier.estimate as change,
            -- Two rounded figures: each has the variance of a unit, 1 / 12.
            sqrt(earlier.standard_error ** 2 + later.standard_error ** 2 + 1 / 6) as standard_error
        from warehouse.marts.mart_indicator as later
        inner join warehouse.marts.mart_indicator as earlier using (concept, category)
        where earlier.wave = '1' and later.wave = '2'
        """
    )


def _ask_functions(connection: duckdb.DuckDBPyConnection, macros: Any) -> None:
    """Ask R for the functions on a grid, computed here by the macros themselves."""
    connection.execute(
        f"""
        create table asked.student as
        select unnest(range(1, 201) || [201, 202, 250, 500, 1000, 35000, 100000]) as df;
        create table ours.student as
        select df, {macros.t975("df", "tabulated.t975")} as t975
        from asked.student
        left join warehouse.seeds.t_quantiles as tabulated using (df);

        create table asked.normal as
        select unnest(range(-1200, 1201)) / 100 as z
        union all
        select unnest([-40, -37.5, -37, -7.0710678118654, 7.0710678118655, 37.5]);
        create table ours.normal as select z, {macros.normal_cdf("z")} as p from asked.normal;

        create table asked.wilson as
        select p, n, concat_ws('|', p, n) as proportion
        from (select unnest(range(0, 101)) / 100 as p) as proportions
        cross join (select unnest([1, 1.5, 2, 9, 10, 28.25, 30, 366, 35000]) as n) as numbers;
        create table ours.wilson as
        select
            proportion,
            {macros.wilson_bound("p", "n", -1)} as low, {macros.wilson_bound("p", "n", 1)} as high
        from asked.wilson
        """
    )


def _ask_raking(connection: duckdb.DuckDBPyConnection) -> None:
    """Ask R to rake 200 respondents to two margins of a population of 1,000."""
    chance = np.random.default_rng(2027)
    groups = [chance.integers(0, size, 200) for size in (3, 5)]
    start = chance.uniform(0.5, 3, 200)
    targets = [np.array([500.0, 300, 200]), np.array([100.0, 150, 200, 250, 300])]
    weights = rake(start, groups, targets)
    people = {"respondent": np.arange(200), "sector": groups[0], "age": groups[1]}
    asked = pd.DataFrame({**people, "weight": start})
    ours = pd.DataFrame({"respondent": people["respondent"], "weight": weights})
    margins = pd.DataFrame(
        [
            {"variable": name, "code": code, "units": units}
            for name, target in zip(("sector", "age"), targets, strict=True)
            for code, units in enumerate(target)
        ]
    )
    known = margins.assign(
        estimate=margins["units"] / 1000, standard_error=0.0, code=margins["code"].astype(int)
    ).drop(columns="units")
    tables = {
        "asked.raked": asked,
        "asked.margin": margins,
        "ours.raked": ours,
        "ours.known": known,
    }
    for table, frame in tables.items():
        connection.register("frame_to_fill", frame)
        connection.execute(f"create table {table} as from frame_to_fill")
        connection.unregister("frame_to_fill")


def _let_r_judge(connection: duckdb.DuckDBPyConnection, rscript: str, folder: Path) -> None:
    names = connection.sql("select table_name from duckdb_tables() where schema_name = 'asked'")
    asked = [name for (name,) in names.fetchall()]
    for name in asked:
        connection.execute(f"copy asked.{name} to '{folder}/{name}.csv' (header)")
    done = subprocess.run(
        [rscript, "--vanilla", str(Path(__file__).with_name("judge.R")), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for path in folder.glob("*_judged.csv"):
        name = path.name.removesuffix("_judged.csv")
        connection.execute(
            f"create table r.{name} as from read_csv('{path}', header = true, sample_size = -1)"
        )


def _differences(
    judged: duckdb.DuckDBPyConnection,
    table: str,
    tolerances: dict[str, float],
    where: str = "true",
    zero: float = ZERO,
) -> list[Row]:
    """Return rows that only one of both has, or with a number that differs too much.

    Args:
        judged: our numbers and those of R.
        table: which of them.
        tolerances: column -> largest relative difference.
        where: a part of the table.
        zero: numbers that differ less than this are the same whatever the relative difference.
    """
    columns = [column for (column, *_) in judged.sql(f"describe ours.{table}").fetchall()]
    key = ", ".join(column for column in columns if column not in tolerances)
    unequal = " or ".join(
        f"(ours.{column} is null) <> (r.{column} is null) "
        f"or coalesce(abs(ours.{column} - r.{column}) "
        f"> greatest({tolerance} * abs(r.{column}), {zero}), false)"
        for column, tolerance in tolerances.items()
    )
    values = ", ".join(f"ours.{column}, r.{column} as {column}_in_r" for column in tolerances)
    rows = judged.sql(
        f"select {key}, {values}, ours.rowid is null or r.rowid is null or {unequal} as differs "
        f"from ours.{table} as ours full join r.{table} as r using ({key}) where {where}"
    ).df()
    assert len(rows), "nothing to compare"
    differing = rows[rows["differs"]].head(20).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in differing]


@pytest.mark.parametrize("sample", ["the shipped wave", "random samples"])
@pytest.mark.parametrize("weighting", ["none", "weighted"])
def test_shares_and_means_agree_with_survey(
    judged: duckdb.DuckDBPyConnection, sample: str, weighting: str
) -> None:
    assert not _differences(
        judged,
        "cell",
        {"estimate": 1e-9, "standard_error": 1e-9, "low": 1e-6, "high": 1e-6, "n": 0, "df": 0},
        where=f"(cell like '{SURVEY}|%') = {sample == 'random samples'} "
        f"and cell like '%|{weighting}|%'",
    )


def test_no_interval_of_a_share_leaves_0_to_100_or_its_estimate(
    judged: duckdb.DuckDBPyConnection,
) -> None:
    outside = judged.sql(
        "from estimates where statistic = 'share' and not "
        "(0 <= estimate_low and estimate_low <= estimate "
        "and estimate <= estimate_high and estimate_high <= 100)"
    ).fetchall()
    assert not outside


def test_weights_add_up_to_the_frame(judged: duckdb.DuckDBPyConnection) -> None:
    strata = judged.sql(
        "select stratum, sum(weight), any_value(strata.frame_count) "
        "from shipped_hrm_sample_design "
        "inner join shipped.harmonised.hrm_strata as strata "
        "using (survey, wave, stratum) where weighting = 'weighted' "
        "group by survey, wave, stratum"
    ).fetchall()
    framed = judged.sql("from shipped.harmonised.hrm_strata")
    assert len(strata) == len(framed) > 0
    for _, weights, frame in strata:
        assert weights == pytest.approx(frame, rel=1e-12)


def test_quantiles_of_a_scale_and_their_intervals_agree_with_survey(
    judged: duckdb.DuckDBPyConnection,
) -> None:
    assert not _differences(judged, "quantile", {"value": 1e-9, "low": 1e-9, "high": 1e-9, "df": 0})


def test_a_share_of_a_raking_variable_is_known(judged: duckdb.DuckDBPyConnection) -> None:
    assert not _differences(judged, "known", {"estimate": 1e-8, "standard_error": 0}, zero=1e-9)
    shares = judged.sql(
        "select standard_error, estimate_low = estimate and estimate_high = estimate "
        "from estimates where cell in (select cell from raked_margin)"
    ).fetchall()
    assert set(shares) == {(0.0, True)}


@pytest.mark.parametrize("sample", ["the shipped wave", "random samples"])
def test_differences_between_groups_have_the_standard_error_of_survey(
    judged: duckdb.DuckDBPyConnection, sample: str
) -> None:
    # A difference of variances loses digits: 1e-9 of the variance, not of its root.
    assert not _differences(
        judged,
        "contrast",
        {"standard_error": 1e-8},
        where=f"(contrast like '{SURVEY}|%') = {sample == 'random samples'}",
        zero=1e-8,
    )


def test_p_values_are_those_of_r_and_adjusted_as_by_p_adjust(
    judged: duckdb.DuckDBPyConnection,
) -> None:
    # Shown with four digits, rounded down.
    digits = 1e-4 + 1e-9
    assert not _differences(judged, "holm", {"p_value": 0, "p_value_adjusted": 0}, zero=digits)


def test_students_t_is_qt(judged: duckdb.DuckDBPyConnection) -> None:
    assert not _differences(judged, "student", {"t975": 1e-9}, zero=0)


def test_the_normal_distribution_is_pnorm(judged: duckdb.DuckDBPyConnection) -> None:
    assert not _differences(judged, "normal", {"p": 1e-9}, zero=1e-15)


def test_wilson_is_prop_test_without_correction(judged: duckdb.DuckDBPyConnection) -> None:
    assert not _differences(judged, "wilson", {"low": 1e-9, "high": 1e-9})


def test_raked_weights_are_those_of_rake(judged: duckdb.DuckDBPyConnection) -> None:
    assert not _differences(judged, "raked", {"weight": 1e-8})
