"""Regressions and their selection equal those of R, and say why where there is none."""

from __future__ import annotations

import math
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analyses import regression
from analyses.regression import Limits, fit, holm, regress, select_backward

LIMITS = Limits(fewest_in_cell=10, fewest_events_per_term=5, largest_missing=20)
TERMS = [f"x{number}" for number in range(9)]
JUDGE = """
options(digits = 17)
cases <- read.csv("cases.csv")
terms <- grep("^x", names(cases), value = TRUE)
whole <- glm(reformulate(terms, "y"), binomial, cases, control = list(epsilon = 1e-14))
part <- step(whole, direction = "backward", trace = 0)
for (model in c("whole", "part")) {
  found <- get(model)
  rows <- as.data.frame(coef(summary(found)))
  names(rows) <- c("coefficient", "error", "z", "p")
  rows$adjusted <- c(NA, p.adjust(rows$p[-1], "holm", n = length(terms)))
  rows$deviance <- deviance(found); rows$aic <- AIC(found); rows$null <- found$null.deviance
  rows$part_explained <- 1 - exp((rows$deviance - rows$null) / nrow(cases))
  rows$nagelkerke <- rows$part_explained / (1 - exp(-rows$null / nrow(cases)))
  write.csv(rows, paste0(model, ".csv"))
}
"""


def answers(seed: int, n: int = 400) -> pd.DataFrame:
    """Nine terms of which some matter: eight ticks that hang together, and a scale."""
    draw = np.random.default_rng(seed)
    common = draw.normal(size=n)
    ticks = {
        f"x{number}": (common * 0.5 + draw.normal(size=n) > 0.3).astype(float)
        for number in range(8)
    }
    cases = pd.DataFrame({**ticks, "x8": (3.7 + 0.6 * draw.normal(size=n)).round(2)})
    predictor = -4 + 0.9 * cases.x0 - 0.7 * cases.x1 + 0.35 * cases.x2 + 0.9 * cases.x8
    cases["y"] = (draw.uniform(size=n) < 1 / (1 + np.exp(-predictor))).astype(float)
    return cases


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_models_and_selection_are_those_of_r(seed: int, rscript: str, tmp_path: Path) -> None:
    cases = answers(seed)
    cases.to_csv(tmp_path / "cases.csv", index=False)
    command = [rscript, "--vanilla", "-e", JUDGE]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    found = regress(cases, "y", TERMS, TERMS, LIMITS)
    for model, judged in (("declared", "whole"), ("selected", "part")):
        theirs = pd.read_csv(tmp_path / f"{judged}.csv", index_col=0).iloc[1:]
        ours = found[(found.model == model) & found.in_final_model].set_index("term")
        assert list(ours.index) == list(theirs.index)
        wide = stats.norm.isf((100 - ours.confidence_level) / 200)
        error = (ours.coefficient_high - ours.coefficient_low) / 2 / wide
        for mine, his in (
            (ours.coefficient, theirs.coefficient),
            (error, theirs.error),
            (ours.p_value, theirs.p),
            (ours.p_value_adjusted, theirs.adjusted),
            (ours.aic, theirs.aic),
            (ours.mcfadden, 1 - theirs.deviance / theirs.null),
            (ours.nagelkerke, theirs.nagelkerke),
        ):
            np.testing.assert_allclose(mine, his, rtol=1e-5)
    assert 0 < found[(found.model == "selected")].in_final_model.sum() < len(TERMS)


@pytest.mark.parametrize("seed", range(40))
def test_no_other_step_of_the_selection_would_have_lowered_the_criterion_more(seed: int) -> None:
    cases = answers(100 + seed, n=150 + 10 * seed)
    design = np.column_stack([np.ones(len(cases)), cases[TERMS]])
    outcome = cases.y.to_numpy()
    columns = list(range(len(TERMS) + 1))
    current = fit(design, outcome).result.aic
    while len(columns) > 1:
        trials = {
            column: fit(design[:, [one for one in columns if one != column]], outcome).result.aic
            for column in columns[1:]
        }
        best = min(trials, key=trials.__getitem__)
        if trials[best] >= current:
            break
        columns.remove(best)
        current = trials[best]
    assert select_backward(design, outcome)[0] == columns


def test_chance_alone_seldom_gives_an_association_that_holds() -> None:
    false = 0
    for seed in range(200):
        cases = answers(1000 + seed, n=250)
        cases["y"] = np.random.default_rng(seed).integers(0, 2, len(cases)).astype(float)
        found = regress(cases, "y", [], TERMS, LIMITS)
        false += bool((found.p_value_adjusted < 0.05).any())
    assert false / 200 < 0.09


def test_a_term_that_was_not_asked_or_is_rare_is_left_out_and_costs_no_respondents() -> None:
    cases = answers(1)
    cases["rare"] = 0.0
    cases.loc[cases.index[:18], "rare"] = 1.0
    cases.loc[cases.index[50:90], "rare"] = math.nan
    cases.loc[cases.index[:7], "x0"] = math.nan
    found = regress(cases, "y", ["x0", "rare", "unasked"], ["x0"], LIMITS)
    reasons = found.query("model == 'selected'").set_index("term").reason
    assert reasons["rare"] == "too_few_in_cell" and reasons["unasked"] == "not_asked"
    assert set(found.n) == {len(cases) - 7} and set(found.incomplete) == {7}


def test_a_term_that_only_some_were_asked_does_not_leave_out_the_others() -> None:
    cases = answers(1)
    cases.loc[cases.index[:100], "x0"] = math.nan
    cases.loc[cases.index[:80], "x1"] = math.nan
    found = regress(cases, "y", ["x0", "x1", "x2"], ["x0"], LIMITS)
    reasons = found.query("model == 'selected'").set_index("term").reason
    assert reasons["x0"] == "asked_of_some" and reasons["x1"] in ("estimated", "not_selected")
    assert set(found.query("model == 'selected'").n) == {len(cases) - 80}
    assert set(found.query("model == 'declared'").model_reason) == {"no_terms"}


def separated(cases: pd.DataFrame) -> pd.DataFrame:
    # A high score means the outcome, and nothing else does: no odds are finite.
    return cases.assign(y=(cases.x8 > 3.7).astype(float))


def nearly_separated(cases: pd.DataFrame) -> pd.DataFrame:
    # Only at one score do some have the outcome and others not.
    score = cases.x8.round(1)
    return cases.assign(x8=score, y=((score > 3.7) | ((score == 3.7) & (cases.x0 == 1))) * 1.0)


def doubled(cases: pd.DataFrame) -> pd.DataFrame:
    return cases.assign(x1=1 - cases.x0)


def seldom(cases: pd.DataFrame) -> pd.DataFrame:
    return cases.assign(y=(cases.index % 10 == 0).astype(float))


def lonely(cases: pd.DataFrame) -> pd.DataFrame:
    return cases.assign(**dict.fromkeys(TERMS, 1.0))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (separated, "separation"),
        (nearly_separated, "separation"),
        (doubled, "singular"),
        (seldom, "too_few_events"),
        (lonely, "no_terms"),
    ],
)
def test_a_model_without_an_answer_says_why_and_has_no_numbers(fault, reason: str) -> None:
    found = regress(fault(answers(1)), "y", TERMS, TERMS, LIMITS)
    assert set(found.model_reason) == {reason}
    assert not found.in_final_model.any()
    numbers = ["coefficient", "coefficient_low", "p_value", "mcfadden", "nagelkerke", "aic"]
    assert found[numbers].isna().all(axis=None)


def test_a_fit_that_was_stopped_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regression, "ITERATIONS", 2)
    found = regress(answers(1), "y", TERMS, TERMS, LIMITS)
    assert set(found.model_reason) == {"not_converged"}
    assert found.coefficient.isna().all()


def test_a_corrected_p_value_is_never_lower_nor_out_of_order() -> None:
    corrected, _ = holm(np.array([0.01, 0.04, 0.03, 0.5]), 4)
    assert corrected == pytest.approx([0.04, 0.09, 0.09, 0.5])


def test_terms_that_selection_left_out_count_too() -> None:
    assert holm(np.array([0.01, 0.03]), 10)[0] == pytest.approx([0.1, 0.27])


def test_a_term_is_tested_at_the_level_of_its_turn_until_one_is_not_rejected() -> None:
    _, levels = holm(np.array([0.2, 0.001, 0.04, 0.011]), 4)
    assert levels == pytest.approx([0.025, 0.0125, 0.025, 0.05 / 3])
    assert holm(np.array([0.001, 0.002]), 2)[1] == pytest.approx([0.025, 0.05])


@pytest.mark.parametrize("seed", range(30))
def test_an_interval_leaves_out_no_association_exactly_where_the_corrected_p_value_is_low(
    seed: int,
) -> None:
    found = regress(answers(seed, n=300), "y", TERMS, TERMS, LIMITS)
    found = found[found.in_final_model]
    leaves_out = (found.coefficient_low > 0) | (found.coefficient_high < 0)
    assert (leaves_out == (found.p_value_adjusted < 0.05)).all()


def test_selection_finds_no_direction_in_chance() -> None:
    false = 0
    for seed in range(100):
        cases = answers(3000 + seed, n=250)
        cases["y"] = np.random.default_rng(seed).integers(0, 2, len(cases)).astype(float)
        found = regress(cases, "y", TERMS, [], LIMITS)
        false += bool((found.p_value_adjusted < 0.05).any())
    assert false / 100 < 0.09
