"""What the analysis of a scale costs: one factor for 38,000 respondents in each of two waves.

Ours sums in SQL and fits from the sums; scikit-learn fits the same factor to a table of answers. No
time is shown before the loadings are found equal.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import pandas as pd
from sklearn.decomposition import FactorAnalysis

from analyses.scales import Needs, invariance, scale_items, scales
from orchestration.dbt import run
from orchestration.settings import Settings

RESPONDENTS, ITEMS, RUNS = 38_000, 13, 5
NEEDS = Needs(respondents=100, respondents_per_item=5, items=3)
MODEL = "compiled/innovation_barometer/models/estimates/est_scale_moments.sql"
ANSWERS = f"""
create schema harmonised; create schema seeds; create schema estimates;
create table harmonised.hrm_scale_items as
select
    's' as survey, cast(wave as varchar) as wave, 'scale' as concept, 'all' as base,
    'v' || i as variable, 'v' || i as item, true as in_scale, cast(null as varchar) as recode
from range(1, 3) as waves (wave) cross join range({ITEMS}) as items (i);
create table harmonised.hrm_pattern_cells (
    survey varchar, wave varchar, variable varchar, pattern varchar, code varchar
);
create table seeds.recodes (recode varchar, code varchar, score double);
create table harmonised.hrm_item_answers as
select
    's' as survey, cast(wave as varchar) as wave, 'scale' as concept, 'all' as base,
    'v' || i as variable, cast(respondent_id as varchar) as pattern,
    cast(least(5, greatest(1, round(
        3 + sqrt(-2 * ln(hash(respondent_id, wave) / 2.0 ** 64)) * cos(respondent_id) * 0.6
        + sqrt(-2 * ln(hash(respondent_id, wave, i) / 2.0 ** 64))
        * cos(hash(i, respondent_id) % 6283 / 1000.0)
    ))) as double) as score
from range(1, 3) as waves (wave)
cross join range({ITEMS}) as items (i)
cross join range({RESPONDENTS}) as respondents (respondent_id);
create table harmonised.hrm_patterns as
select distinct survey, wave, pattern, 1 as n from harmonised.hrm_item_answers;
"""


def cpu(action: Callable[[], object]) -> float:
    """Return the median CPU time of a call in seconds."""
    times = []
    for _ in range(RUNS):
        started = time.process_time()
        action()
        times.append(time.process_time() - started)
    return median(times)


def main() -> None:
    """Print the CPU seconds of ours and of scikit-learn, and their ratio."""
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(home=Path(name), data=Path(name))
        settings.dbt_target.mkdir(parents=True)
        run(["compile", "--select", "est_scale_moments", "--no-introspect"], settings)
        sql = (settings.dbt_target / MODEL).read_text("utf-8")
        connection = duckdb.connect(str(Path(name, "warehouse.duckdb")))
        connection.execute(ANSWERS)

        def ours() -> pd.DataFrame:
            moments = connection.sql(sql).df()
            scales(moments, NEEDS)
            invariance(moments, NEEDS)
            return scale_items(moments, NEEDS)

        def by_sklearn() -> list[np.ndarray]:
            found = []
            for wave in ("1", "2"):
                rows = connection.execute(
                    "select pattern, variable, score from harmonised.hrm_item_answers "
                    "where wave = ?",
                    [wave],
                ).df()
                table = rows.pivot(index="pattern", columns="variable", values="score")
                answers = table.to_numpy()
                answers = (answers - answers.mean(axis=0)) / answers.std(axis=0)
                model = FactorAnalysis(1, tol=1e-10, max_iter=10_000, svd_method="lapack")
                found.append(np.abs(model.fit(answers).components_[0]))
            return found

        loadings = ours().sort_values(["wave", "item"])["loading"].to_numpy()
        if not np.allclose(np.abs(loadings), np.concatenate(by_sklearn()), atol=1e-4):
            sys.exit("scikit-learn gives other loadings than ours; no time is shown.")
        title = f"two waves of {RESPONDENTS:,} respondents x {ITEMS} items"
        times = {"ours": cpu(ours), "scikit-learn": cpu(by_sklearn)}
    for who, seconds in times.items():
        print(f"{who}, {title}: {seconds:.2f} s of CPU")
    print(f"ratio ours to scikit-learn, {title}: {times['ours'] / times['scikit-learn']:.4f}")
    print("Ours is also alpha, omega, parallel analysis, measures of fit and three levels.")


if __name__ == "__main__":
    main()
