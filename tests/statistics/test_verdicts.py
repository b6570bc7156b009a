"""Samples drawn over and over: does a verdict claim a change as rarely as it says?

The models run from answers to verdict, with the rounding of a release in between. Groups change:
organisations join and leave them between the waves. With `--statistics=part` fewer samples are
drawn, and the bounds are wider than those of the method page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.conftest import Barometer
from tests.statistics.designs import PATTERN_MODELS, PATTERN_OF_EACH, make_models
from tests.statistics.test_simulation import STRATA

COMPILED = "dbt/compiled/innovation_barometer/models"
MODELS = (
    *PATTERN_MODELS,
    "est_quantiles",
    "est_computed",
    "est_linked_organisations",
    "est_wave_covariances",
    "est_disclosed",
)
# Share of the organisations that a group holds: of 356 respondents about so many.
GROUPS = {"14": 0.04, "35": 0.1, "45": 0.13, "65": 0.18, "105": 0.3, "175": 0.5}
# Share in the first wave, and in the second; where it is the same, nothing changes at all.
QUESTIONS = {
    "same_05": (0.05, 0.05),
    "same_10": (0.1, 0.1),
    "same_30": (0.3, 0.3),
    "same_50": (0.5, 0.5),
    "same_90": (0.9, 0.9),
    "from_90_to_80": (0.9, 0.8),
    "from_50_to_70": (0.5, 0.7),
    "from_30_to_80": (0.3, 0.8),
}
BATCH = 100  # pairs of samples of one population

Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Population:
    """Organisations of two waves: the groups they are in and what they answer."""

    stratum: np.ndarray[Any, np.dtype[np.int64]]
    groups: tuple[Bools, Bools]
    answers: tuple[Bools, Bools]

    def changes(self) -> pd.DataFrame:
        """Return the true change of each question in each group, in points."""
        rows = []
        for column, group in enumerate(("total", *GROUPS)):
            shares = [
                answers[inside[:, column]].mean(axis=0)
                for inside, answers in zip(self.groups, self.answers, strict=True)
            ]
            for question, truth in zip(QUESTIONS, 100 * (shares[1] - shares[0]), strict=True):
                rows.append({"concept": question, "group_dimension": group, "truth": truth})
        return pd.DataFrame(rows)


def population(seed: int) -> Population:
    """Draw a population in which two in five organisations change places with another.

    Those take over its groups and answers, so that organisations change, and the shares of the
    population do not. On top of that answers are changed where a question says so.
    """
    chance = np.random.default_rng(seed)
    stratum = np.repeat(np.arange(len(STRATA)), [size for size, *_ in STRATA])
    groups = np.column_stack(
        [np.ones(len(stratum)) > 0, chance.random((len(stratum), len(GROUPS))) < [*GROUPS.values()]]
    )
    first, second = np.array([*QUESTIONS.values()]).T
    answers = chance.random((len(stratum), len(first))) < first + 0.02 * (stratum[:, None] - 1.5)
    place = np.arange(len(stratum))
    for h in range(len(STRATA)):
        moving = np.flatnonzero((stratum == h) & (chance.random(len(stratum)) < 0.4))
        place[moving] = chance.permutation(moving)
    later = answers[place]
    move = chance.random(later.shape)
    rises = ~later & (move < (second - first) / (1 - first))
    falls = later & (move < (first - second) / first)
    return Population(stratum, (groups, groups[place]), (answers, (later | rises) & ~falls))


def draw(frame: Population, seed: int) -> pd.DataFrame:
    """Draw BATCH pairs of stratified samples without replacement, a part of each in both.

    Returns:
        One row per respondent: survey (the pair), wave, organisation and design.
    """
    chance = np.random.default_rng(seed)
    rows = []
    for h, (size, first, second, shared) in enumerate(STRATA):
        members = np.flatnonzero(frame.stratum == h)
        order = chance.random((BATCH, size)).argsort(axis=1)
        for wave, start, n in ((0, 0, first), (1, first - shared, second)):
            chosen = members[order[:, start : start + n]]
            rows.append(
                pd.DataFrame(
                    {
                        "survey": np.repeat(np.arange(BATCH), n),
                        "wave": wave,
                        "organisation": chosen.ravel(),
                        "stratum": h,
                        "n_stratum": n,
                        "frame_count": size,
                        "weight": size / n,
                    }
                )
            )
    return pd.concat(rows, ignore_index=True)


def judged(built: Barometer, frame: Population, sample: pd.DataFrame) -> pd.DataFrame:
    """Run the models from answers to verdict; each pair of samples is a survey of its own."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.home}/warehouse.duckdb' as shipped (read_only)")
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        for schema in ("harmonised", "estimates", "marts", "seeds"):
            connection.execute(f"create schema {schema}")
        for (seed,) in connection.sql(
            "select table_name from duckdb_tables() "
            "where database_name = 'shipped' and schema_name = 'seeds'"
        ).fetchall():
            connection.execute(f"create table seeds.{seed} as from shipped.seeds.{seed}")
        connection.execute(
            "create table harmonised.hrm_known_margins as "
            "from shipped.harmonised.hrm_known_margins limit 0"
        )
        for wave in (0, 1):
            held = pd.DataFrame(frame.groups[wave], columns=["total", *GROUPS])
            said = pd.DataFrame(frame.answers[wave], columns=[*QUESTIONS])
            for table, wide in (("held", held), ("said", said)):
                long = wide.rename_axis("organisation").reset_index().melt("organisation")
                connection.register(
                    f"{table}_{wave}",
                    long[long["value"].astype(bool)].drop(columns="value").assign(wave=wave),
                )
        connection.register("sample", sample)
        connection.execute(
            "insert into seeds.concepts by name "
            "select unnest(?) as concept, 'multiple' as kind, true as by_group",
            [[*QUESTIONS]],
        )
        connection.execute(
            "insert into seeds.group_dimensions by name select unnest(?) as group_dimension",
            [[*GROUPS]],
        )
        connection.execute(
            """
            create view answered as
            select
                cast(survey as varchar) as survey, cast(wave as varchar) as wave,
                cast(organisation as varchar) as respondent_id, organisation,
                * exclude (survey, wave, organisation)
            from sample;
            create table harmonised.hrm_sample_design as
            select
                survey, wave, respondent_id, respondent_id as organisation_id,
                'weighted' as weighting, cast(stratum as varchar) as stratum, n_stratum,
                frame_count, weight
            from answered
            union all
            select
                survey, wave, respondent_id, respondent_id as organisation_id,
                'none' as weighting, 'all' as stratum, count(*) over (partition by survey, wave),
                null, 1
            from answered;
            create table harmonised.hrm_respondent_groups as
            select
                survey, answered.wave, respondent_id, variable as group_dimension,
                variable as group_value
            from answered
            inner join (from held_0 union all from held_1) as held
                on answered.organisation = held.organisation and answered.wave = held.wave::varchar;
            create table harmonised.hrm_base_members as
            select survey, wave, respondent_id, concept, 'all' as base, '*' as item
            from answered cross join seeds.concepts where sort_order is null;
            create table harmonised.hrm_answers as
            select
                survey, answered.wave, respondent_id, variable as concept, 'all' as base,
                '*' as item, 'yes' as category, 'share' as statistic, cast(1 as double) as value
            from answered
            inner join (from said_0 union all from said_1) as said
                on answered.organisation = said.organisation and answered.wave = said.wave::varchar;
            create table harmonised.hrm_asked_categories as
            select distinct
                survey, wave, concept, base, 'yes' as category, 'share' as statistic, item
            from harmonised.hrm_base_members
            """
            + PATTERN_OF_EACH
        )
        make_models(connection, built.home / COMPILED, MODELS)
        connection.execute(
            """
            create table marts.mart_scale as from shipped.marts.mart_scale limit 0;
            create table marts.mart_scale_invariance as
            from shipped.marts.mart_scale_invariance limit 0;
            create table marts.mart_indicator as from shipped.marts.mart_indicator limit 0;
            insert into marts.mart_indicator by name
            select
                * exclude (df), 'microdata' as data_status, 'identical' as comparability,
                false as approximate
            from estimates.est_disclosed
            where weighting = 'weighted'
            """
        )
        sql = (built.home / COMPILED / "marts" / "mart_trend.sql").read_text("utf-8")
        return connection.sql(sql).df()


@pytest.fixture(scope="module")
def verdicts(built: Barometer, fully: bool) -> pd.DataFrame:
    """Verdicts on thousands of changes, with the true change beside them."""
    found = []
    for seed in range(12 if fully else 2):
        frame = population(seed)
        rows = judged(built, frame, draw(frame, seed + 1000))
        found.append(rows.merge(frame.changes(), on=["concept", "group_dimension"]))
    rows = pd.concat(found, ignore_index=True)
    rows["is_tested"] = rows["p_value"].notna()
    rows["holds"] = rows["change_low"].le(rows["truth"]) & rows["change_high"].ge(rows["truth"])
    return rows


@pytest.fixture(scope="module")
def cells(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Per question and group: tests, how often the interval holds the truth, and verdicts."""
    tested = verdicts[verdicts["is_tested"]].assign(
        is_clear=lambda rows: rows["verdict"].isin(["rise", "fall"])
    )
    found = tested.groupby(["concept", "group_dimension"]).agg(
        tested=("holds", "size"),
        coverage=("holds", "mean"),
        clear=("is_clear", "mean"),
        n=("from_n", "mean"),
    )
    rarest = {name: min(*shares, *(1 - p for p in shares)) for name, shares in QUESTIONS.items()}
    found["rarest"] = found["n"] * found.index.get_level_values("concept").map(rarest)
    return found


def test_the_interval_of_a_change_holds_the_truth_in_groups_that_change(
    cells: pd.DataFrame, fully: bool
) -> None:
    often = cells[cells["tested"] >= (600 if fully else 120)]
    assert len(often) > 30
    low = 0.94 if fully else 0.89
    assert often["coverage"].min() >= low, often.to_string()
    # Where few have the answer, tests that are left out for that make the others too safe.
    enough = often[often["rarest"] >= 7]
    assert enough["coverage"].max() <= (0.98 if fully else 1), enough.to_string()


def test_a_change_is_seldom_claimed_where_nothing_changed(cells: pd.DataFrame, fully: bool) -> None:
    same = cells[cells.index.get_level_values("concept").str.startswith("same")]
    often = same[same["tested"] >= (600 if fully else 120)]
    assert often["clear"].max() <= (0.06 if fully else 0.11), often.to_string()


def test_a_change_of_the_smallest_detectable_size_is_found_in_four_of_five_samples(
    verdicts: pd.DataFrame, fully: bool
) -> None:
    tested = verdicts[verdicts["is_tested"]]
    size = tested["truth"].abs() / tested["smallest_detectable_change"]
    near = tested[size.between(0.95, 1.05)]
    found = near["verdict"].isin(["rise", "fall"]).mean()
    assert found == pytest.approx(0.8, abs=0.04 if fully else 0.1)


def test_too_few_answers_are_not_tested(verdicts: pd.DataFrame) -> None:
    smaller = verdicts[["from_n", "to_n"]].min(axis=1)
    reasons = verdicts["test_reason"]
    assert (reasons[smaller < 30].isin(["too_small", "bound"])).all()
    assert (reasons[smaller >= 30].isin(["linked", "bound"])).all()
    assert {"too_small", "linked"} <= set(reasons)


def test_a_reader_can_do_every_test_of_a_release_again(built: Barometer) -> None:
    with duckdb.connect(str(built.current), read_only=True) as release:
        rows = release.sql(
            """
            select
                trend.change_low, trend.change_high, trend.p_value, trend.confidence_level,
                coalesce(trend.correlation, 0) as correlation, trend.tests_in_family,
                earlier.estimate as e1, earlier.effective_n as n1, earlier.rounding_unit as u1,
                later.estimate as e2, later.effective_n as n2, later.rounding_unit as u2
            from mart_trend as trend
            inner join mart_indicator as earlier
                using (survey, concept, category, base, group_dimension, group_value, statistic,
                       weighting, data_status)
            inner join mart_indicator as later
                using (survey, concept, category, base, group_dimension, group_value, statistic,
                       weighting, data_status)
            where
                earlier.wave = from_wave and later.wave = to_wave and statistic = 'share'
                and trend.p_value is not null
            """
        ).df()
    assert len(rows) > 100
    shares, variances = [], []
    for side in ("1", "2"):
        n = rows[f"n{side}"]
        share = (rows[f"e{side}"] / 100 * n + 1) / (n + 2)
        shares.append(100 * share)
        variances.append(1e4 * share * (1 - share) / (n + 2) + rows[f"u{side}"] ** 2 / 12)
    one, other = variances
    error = np.sqrt(one + other - 2 * rows["correlation"] * np.sqrt(one * other))
    change = shares[1] - shares[0]
    assert (rows["p_value"] - 2 * stats.norm.sf((change / error).abs())).abs().max() < 1.01e-4
    # Ends are rounded away from 0 to 0.1, and the level is rounded to three decimals.
    half = stats.norm.ppf(0.5 + rows["confidence_level"] / 200) * error
    for shown, bound in (("change_low", change - half), ("change_high", change + half)):
        assert ((rows[shown] - bound).abs() <= 0.11).all()
