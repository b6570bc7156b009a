"""Tests of differences keep their promises for any figures, and are done again by other means."""

from __future__ import annotations

from typing import Any

import duckdb
import jinja2
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.conftest import PROJECT

FILES = ("columns", "estimate", "release", "compare")
KEY = ["family_number", "concept", "group_dimension", "test_number"]
# What a mart does with the macros, for rows of two figures side by side.
MART = """
with pairs as (
    select
        test_number, family_number, cast(family_number as varchar) as concept, category,
        'total' as group_dimension, later.statistic,
        later.estimate - earlier.estimate as difference,
        {{ test_of('later', 'earlier', 'pairs.correlation') }}
    from pairs
),
compared as (select *, {{ untested() }} as untested from pairs),
{{ tested_by_holm('compared', 'trend', ['family_number'], key) }}
select
    test_number, family_number, category, difference, untested,
    tested_difference, test_error, z_level, p, p_adjusted, {{ margin('difference') }},
    {{ verdict({'up': 'up', 'down': 'down', 'unclear': 'unclear'}) }} as verdict
from tested
"""


@pytest.fixture(scope="module")
def macros() -> jinja2.Environment:
    """The macros of the project, with seeds as tables of the same name."""
    folder = PROJECT / "dbt_project" / "macros"
    text = "\n".join((folder / f"{name}.sql").read_text("utf-8") for name in FILES)
    environment = jinja2.Environment(autoescape=False)
    environment.globals["ref"] = lambda name: name
    environment.globals["macros"] = text
    return environment


def rendered(macros: jinja2.Environment, sql: str, **values: Any) -> str:
    return macros.from_string(str(macros.globals["macros"]) + sql).render(**values)


def test_the_normal_quantile_is_that_of_scipy(macros: jinja2.Environment) -> None:
    p = np.concatenate([np.geomspace(1e-300, 0.4, 2000), np.linspace(0.001, 0.999, 999)])
    grid = pd.DataFrame({"p": p})  # noqa: F841 (DuckDB reads it by name)
    sql = rendered(macros, "select {{ normal_quantile('p') }} as z from grid")
    ours = duckdb.sql(sql).df()["z"]
    assert np.allclose(ours, stats.norm.ppf(p), rtol=1e-12, atol=1e-14)


def figures(families: int, seed: int) -> pd.DataFrame:
    """Draw pairs of figures as a release shows them, 1 to 25 of a family."""
    chance = np.random.default_rng(seed)
    family = np.repeat(np.arange(families), chance.integers(1, 26, families))
    size = len(family)
    rows: dict[str, Any] = {
        "test_number": np.arange(size),
        "family_number": family,
        "category": np.arange(size).astype(str),
        "correlation": chance.integers(-2, 10, size) / 10,
    }
    drift = np.where(chance.random(size) < 0.5, 0, chance.normal(0, 15, size))
    start = chance.uniform(2, 98, size)
    for side, share in (("earlier", start), ("later", np.clip(start + drift, 2, 98))):
        n = np.exp(chance.uniform(np.log(30), np.log(40_000), size)).round()
        unit = np.select([n < 100, n < 1000], [5, 1], 0.1)
        estimate = (np.round(share / unit) * unit).round(1)
        # As est_disclosed does: three respondents on either side, a design effect up to 2.
        estimate = np.clip(estimate, np.ceil(300 / n), 100 - np.ceil(300 / n))
        rows[side] = [
            {
                "statistic": "share",
                "estimate": e,
                "effective_n": effective,
                "n": int(m),
                "rounding_unit": u,
                "standard_error": None,
                "bound": None,
                "approximate": False,
                "reliability": "reliable",
                "coefficient_of_variation": None,
            }
            for e, effective, m, u in zip(
                estimate, np.floor(n / chance.uniform(0.8, 2, size)), n, unit, strict=True
            )
        ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def judged(macros: jinja2.Environment) -> pd.DataFrame:
    """Thousands of tests by the macros, with what they are about."""
    drawn = figures(families=500, seed=1)
    with duckdb.connect() as connection:
        connection.execute(
            "create table release_rules as select 'smallest_tested_base' as rule, 30 as value;"
            "create table categories as select '' as concept, '' as category, "
            "'' as complement_of limit 0;"
            "create table test_families as select 'trend' as mart, 'question' as family, "
            "1 as sort_order, null::varchar as concept, null::boolean as grouped, "
            "true as by_concept, false as by_group_dimension, '' as label_nl, '' as label_en"
        )
        for side in ("earlier", "later"):
            frame = pd.DataFrame(drawn[side].tolist())
            drawn[[f"{side}_{name}" for name in frame]] = frame
        columns = ", ".join(
            f"{{{', '.join(f'{name}: {side}_{name}' for name in frame)}}} as {side}"
            for side in ("earlier", "later")
        )
        drawn = drawn.drop(columns=["earlier", "later"])
        connection.register("drawn", drawn)
        connection.execute(f"create table pairs as select *, {columns} from drawn")
        found = connection.sql(rendered(macros, MART, key=KEY)).df()
    return found.merge(drawn.drop(columns=["family_number", "category"]), on="test_number")


def test_every_pair_is_tested(judged: pd.DataFrame) -> None:
    assert judged["untested"].isna().all() and len(judged) > 5_000


def test_verdict_p_value_and_interval_say_the_same(judged: pd.DataFrame) -> None:
    clear = judged["verdict"] != "unclear"
    above = judged["difference_low"] > 0
    below = judged["difference_high"] < 0
    assert (clear == (above | below)).all()
    assert (clear == (judged["p_value_adjusted"] < 0.05)).all()
    assert ((judged["verdict"] == "up") == above).all()
    assert 0.1 < clear.mean() < 0.9


def test_what_is_larger_than_can_be_seen_is_seen(judged: pd.DataFrame) -> None:
    limit = judged["smallest_detectable_difference"]
    half = (judged["difference_high"] - judged["difference_low"]) / 2
    clear = judged["verdict"] != "unclear"
    centre = (judged["difference_high"] + judged["difference_low"]) / 2
    assert (limit > half).all()
    for size in (centre.abs(), judged["difference"].abs()):
        assert clear[size > limit].all()
    assert (np.sign(judged["difference"]) == np.sign(centre))[clear].all()


def test_a_reader_gets_the_same_from_what_is_shown(judged: pd.DataFrame) -> None:
    centres, variances = {}, {}
    for side in ("earlier", "later"):
        p, n = judged[f"{side}_estimate"] / 100, judged[f"{side}_effective_n"]
        s = (p * n + 1) / (n + 2)
        centres[side] = s
        variances[side] = s * (1 - s) / (n + 2) + (judged[f"{side}_rounding_unit"] / 100) ** 2 / 12
    one, other = variances["later"], variances["earlier"]
    error = np.sqrt(one + other - 2 * judged["correlation_y"] * np.sqrt(one * other))
    z = (centres["later"] - centres["earlier"]) / error
    p_value = 2 * stats.norm.sf(z.abs())
    assert np.allclose(judged["p"], p_value, rtol=1e-9, atol=1e-13)
    for _, family in judged.assign(again=p_value).groupby("family_number"):
        adjusted = holm(family["again"].to_numpy())
        assert np.allclose(family["p_adjusted"], adjusted, rtol=1e-9, atol=1e-12)


def holm(p: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return p-values adjusted by Holm, as in his article."""
    order = p.argsort()
    steps = p[order] * (len(p) - np.arange(len(p)))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted
