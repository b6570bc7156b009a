"""What a standard error and an interval cost: int_estimates against a plain weighted GROUP BY.

Both read the same generated answers in the same engine and give the same shares, which is checked
before a time is shown.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import duckdb

from orchestration.dbt import run
from orchestration.settings import DBT_PROJECT, Settings

SIZES = ((366, 100, 9), (35_000, 60, 3))  # respondents, items, runs
MODEL = "compiled/innovation_barometer/models/intermediate/int_estimates.sql"
# 9 strata, 5 groups besides the total; a fifth of the answers is missing, a third says yes.
ANSWERS = """
create schema core; create schema intermediate; create schema seeds;
create table seeds.t_quantiles as from read_csv('{seeds}/t_quantiles.csv');
create table seeds.group_dimensions as from read_csv('{seeds}/group_dimensions.csv');
create table respondent as
select 's' as survey, '1' as wave, cast(i as varchar) as respondent_id, i % 9 as h, i % 5 as g
from range({respondents}) as numbers(i);
create table core.dim_respondent as
select
    * exclude (h, g), 'none' as weighting, 'all' as stratum, {respondents} as n_stratum,
    cast(null as bigint) as frame_count, cast(1 as double) as weight
from respondent
union all by name
select
    * exclude (h, g), 'poststratified' as weighting, cast(h as varchar) as stratum,
    count(*) over (partition by h) as n_stratum, (h + 2) * n_stratum as frame_count,
    cast(h + 2 as double) as weight
from respondent;
create table core.bridge_respondent_group as
select * exclude (h, g), 'total' as group_dimension, 'total' as group_value from respondent
union all
select * exclude (h, g), 'size_class', cast(g as varchar) from respondent;
create table said as
select
    survey, wave, respondent_id, 'result' as concept, 'all' as base, 'item ' || i as item,
    'item ' || i as category, cast(1 as double) as value, hash(respondent_id, i) as dice
from respondent cross join range({items}) as items(i);
create table core.fct_base_member as
select * exclude (category, value, dice) from said where dice % 5 > 0;
create table core.fct_answer as
select * exclude (dice) from said where dice % 5 > 0 and dice % 3 = 0;
create table intermediate.int_asked_categories as
select distinct survey, wave, concept, base, category, item from said;
"""
PLAIN = """
select
    survey, wave, concept, base, group_dimension, group_value, weighting, item as category,
    100 * sum(weight * coalesce(value, 0)) / sum(weight) as estimate
from core.fct_base_member
inner join core.dim_respondent using (survey, wave, respondent_id)
inner join core.bridge_respondent_group using (survey, wave, respondent_id)
left join core.fct_answer using (survey, wave, respondent_id, concept, base, item)
group by all
"""
DIFFERENT = """
select count(*) from plain full join estimator using (
    survey, wave, concept, base, group_dimension, group_value, weighting, category
) where coalesce(abs(plain.estimate - estimator.estimate) > 1e-9, true)
"""


def compiled(folder: Path) -> str:
    """Return the SQL of int_estimates as dbt makes it."""
    settings = Settings(home=folder, data=folder)
    settings.dbt_target.mkdir(parents=True)
    run(["compile", "--select", "int_estimates", "--no-introspect"], settings)
    return (settings.dbt_target / MODEL).read_text("utf-8")


def seconds(connection: duckdb.DuckDBPyConnection, table: str, sql: str) -> float:
    """Make a table of a query and return the wall time."""
    started = time.perf_counter()
    connection.execute(f"create or replace table {table} as {sql}")
    return time.perf_counter() - started


def main() -> None:
    """Print the times of both, in milliseconds, and their ratio, for each size."""
    with tempfile.TemporaryDirectory() as folder:
        estimator = compiled(Path(folder, "home"))
    for respondents, items, runs in SIZES:
        with duckdb.connect() as connection:
            connection.execute("attach ':memory:' as warehouse; use warehouse")
            seeds = DBT_PROJECT / "seeds"
            connection.execute(ANSWERS.format(respondents=respondents, items=items, seeds=seeds))
            queries = {"plain": PLAIN, "estimator": estimator}
            times: dict[str, list[float]] = {name: [] for name in queries}
            for _ in range(runs):
                for name, sql in queries.items():
                    times[name].append(seconds(connection, name, sql))
            ((different,),) = connection.sql(DIFFERENT).fetchall()
            if different:
                sys.exit(f"{different} shares differ between both ways; no time is shown.")
        size = f"{respondents} respondents x {items} items"
        for name, walls in times.items():
            print(f"{name}, {size}: {1000 * median(walls):.0f} ms (median of {runs})")
        ratio = median(times["estimator"]) / median(times["plain"])
        print(f"ratio estimator to plain group by, {size}: {ratio:.2f}")


if __name__ == "__main__":
    main()
