"""Logistic regressions of one outcome: backward selection, and a declared set of terms.

Backward selection starts with all candidates. Each step leaves out the term without which Akaike's
criterion (AIC, Akaike 1974) is lowest, as `step(direction = "backward")` of R does, until leaving
out any term would raise it. The declared model has the terms that were chosen beforehand.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]

MODELS = ("selected", "declared")
ITERATIONS = 40
ALPHA = 0.05  # of all terms of a model together
# A linear predictor of 15 is a chance of 0.9999997: only separated answers lead so far.
LARGEST_PREDICTOR = 15.0

_EMPTY = pd.DataFrame(
    {
        name: pd.Series(dtype=kind)
        for kind, names in {
            "str": ("survey", "wave", "outcome", "model", "term", "reason", "model_reason"),
            "float64": (
                *("coefficient", "coefficient_low", "coefficient_high"),
                *("confidence_level", "p_value", "p_value_adjusted"),
                *("mcfadden", "nagelkerke", "aic"),
            ),
            "int64": ("n", "events", "incomplete", "terms"),
            "bool": ("in_final_model",),
        }.items()
        for name in names
    }
)


@dataclass(frozen=True)
class Limits:
    """What a regression needs.

    Attributes:
        fewest_in_cell: least number of respondents with and without the outcome, among those with
            and those without the term.
        fewest_events_per_term: least number of the rarer outcome for each term.
        largest_missing: largest percentage, of those who answered the outcome, without an answer to
            a term.
    """

    fewest_in_cell: float
    fewest_events_per_term: float
    largest_missing: float


@dataclass(frozen=True)
class Fit:
    """A logistic regression that was fitted by maximum likelihood.

    Attributes:
        result: what statsmodels found; the first coefficient is the intercept. None where nothing
            can be solved.
        problem: why it is no estimate (`separation`, `not_converged`), or None.
    """

    result: Any
    problem: str | None


def fit(design: Numbers, outcome: Numbers) -> Fit:
    """Fit a logistic regression by Newton's method (`Logit` of statsmodels).

    Args:
        design: respondents by coefficients, of full rank; the first column is 1.
        outcome: 0 or 1 for each respondent.
    """
    from statsmodels.discrete.discrete_model import Logit

    try:
        with warnings.catch_warnings():
            # What they warn of is a problem below.
            warnings.simplefilter("ignore")
            result = Logit(outcome, design).fit(maxiter=ITERATIONS, disp=False)
    except np.linalg.LinAlgError:
        # Chances of 0 and 1 have no weight, so that nothing is left to solve.
        return Fit(None, "separation")
    # Of separated answers the coefficients grow with each iteration.
    if not np.abs(design @ result.params).max() <= LARGEST_PREDICTOR:
        return Fit(result, "separation")
    return Fit(result, None if result.mle_retvals["converged"] else "not_converged")


def select_backward(design: Numbers, outcome: Numbers) -> tuple[list[int], Fit]:
    """Leave out terms one by one while that lowers Akaike's criterion.

    Only terms whose Wald statistic is near the lowest are fitted anew: a statistic twice as large
    is never that of the smallest likelihood ratio.

    Args:
        design: respondents by coefficients, of full rank; the first column is 1.
        outcome: 0 or 1 for each respondent.

    Returns:
        The columns that stay, with the intercept, and their fit.
    """
    columns = list(range(design.shape[1]))
    best = fit(design, outcome)
    while best.problem is None and len(columns) > 1:
        wald = best.result.tvalues[1:] ** 2
        trials = []
        for place in 1 + np.flatnonzero(wald <= 2 * wald.min() + 0.1):
            rest = columns[:place] + columns[place + 1 :]
            trial = fit(design[:, rest], outcome)
            # A part of a model that has an answer has one too.
            if trial.problem:
                return rest, trial
            trials.append((trial, rest))
        trial, rest = min(trials, key=lambda found: found[0].result.aic)
        if trial.result.aic >= best.result.aic:
            break
        best, columns = trial, rest
    return columns, best


def holm(p_values: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """Correct p-values for their number (Holm 1979, Scandinavian Journal of Statistics 6).

    `multipletests` of statsmodels collects garbage on each call, which is slow inside dbt.

    Args:
        p_values: those of the terms that are left.
        count: how many terms there were to begin with; those that went count as 1.

    Returns:
        The corrected p-values, and the level that each term is tested at: ALPHA divided by how many
        tests are left at its turn. From the first that is not rejected on they have its level, so
        that a corrected p-value is below ALPHA where an interval at 1 - level leaves out 0.
    """
    order = np.argsort(p_values)
    left = np.arange(count, count - len(p_values), -1)
    raised = p_values[order] * left
    corrected, levels = np.empty_like(p_values), np.empty_like(p_values)
    corrected[order] = np.minimum(np.maximum.accumulate(raised), 1)
    kept = np.nonzero(raised >= ALPHA)[0]
    levels[order] = ALPHA / np.maximum(left, left[kept[0]] if len(kept) else 0)
    return corrected, levels


def regressions(values: pd.DataFrame, terms: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """Explain each outcome in each wave that asked it.

    Args:
        values: `survey`, `wave`, `respondent_id`, `term` and `value`: what respondents answered.
        terms: `outcome`, `term` and `is_declared`: what each model begins with.
        limits: what a model needs.

    Returns:
        `survey`, `wave`, `outcome` and the columns of `regress`.
    """
    found = [_EMPTY]
    for (survey, wave), answers in values.groupby(["survey", "wave"]):
        cases = answers.pivot(index="respondent_id", columns="term", values="value")
        for outcome, chosen in terms.groupby("outcome"):
            if outcome in cases:
                declared = chosen.loc[chosen["is_declared"].astype(bool), "term"]
                rows = regress(cases, str(outcome), list(chosen["term"]), list(declared), limits)
                found.append(
                    rows.assign(survey=str(survey), wave=str(wave), outcome=str(outcome))[
                        _EMPTY.columns
                    ]
                )
    return pd.concat(found, ignore_index=True) if found[1:] else _EMPTY


def regress(
    cases: pd.DataFrame,
    outcome: str,
    candidates: Sequence[str],
    declared: Sequence[str],
    limits: Limits,
) -> pd.DataFrame:
    """Explain one outcome of one wave by a selected and by a declared set of terms.

    Respondents with a missing answer to any term that a model could use are left out of it. A term
    that was not asked, or with a cell that is too small, is left out before.

    Args:
        cases: a row for each respondent, a column for each term that was asked: 1 or 0, or the
            value of a scale; empty where there is no valid answer.
        outcome: the column to explain, 1 or 0.
        candidates: terms that selection starts with.
        declared: terms of the other model.
        limits: what a model needs.

    Returns:
        A row for each model and term: `coefficient` (log odds ratio), `coefficient_low`,
        `coefficient_high`, `confidence_level` (of that interval, in per cent), `p_value`,
        `p_value_adjusted` (Holm, over all terms that the model starts with), `in_final_model`,
        `reason` (`estimated`, or why there is no number); and of the model `model_reason`, `n`,
        `events`, `incomplete`, `terms` (that it starts with), `mcfadden` (McFadden 1974),
        `nagelkerke` (Nagelkerke 1991) and `aic`.
    """
    asked = cases[cases[outcome].notna()]
    models = zip(MODELS, (candidates, declared), strict=True)
    return pd.concat(
        [_model(asked, outcome, terms, limits, name) for name, terms in models], ignore_index=True
    )


def _model(
    asked: pd.DataFrame, outcome: str, terms: Sequence[str], limits: Limits, name: str
) -> pd.DataFrame:
    """Fit one of the models; a row for each of its terms."""
    rows = _EMPTY.drop(columns="term").reindex(pd.Index(terms, name="term"))
    rows["in_final_model"] = False
    present = [term for term in terms if term in asked]
    rows.loc[rows.index.difference(present), "reason"] = "not_asked"
    # A question that only some were asked would leave out all others.
    partial = asked[present].isna().mean() > limits.largest_missing / 100
    rows.loc[list(partial.index[partial]), "reason"] = "asked_of_some"
    present = list(partial.index[~partial])
    complete = asked[[outcome, *present]].dropna()
    small = [
        term for term in present if _smallest_cell(complete, outcome, term) < limits.fewest_in_cell
    ]
    rows.loc[small, "reason"] = "too_few_in_cell"
    used = [term for term in present if term not in small]
    complete = asked[[outcome, *used]].dropna()
    y = complete[outcome].to_numpy(float)
    events = float(y.sum())
    rarer = min(events, len(y) - events)
    rows["model"], rows["n"], rows["events"] = name, len(y), int(events)
    rows["incomplete"], rows["terms"] = len(asked) - len(y), len(used)
    design = np.column_stack([np.ones(len(y)), complete[used].to_numpy(float)])
    if not used:
        problem: str | None = "no_terms"
    elif rarer < max(limits.fewest_in_cell, limits.fewest_events_per_term * len(used)):
        problem = "too_few_events"
    elif np.linalg.matrix_rank(design / np.abs(design).max(axis=0)) < design.shape[1]:
        problem = "singular"
    else:
        columns = list(range(design.shape[1]))
        if name == "selected":
            columns, found = select_backward(design, y)
        else:
            found = fit(design, y)
        problem = found.problem
    rows["model_reason"] = problem or "estimated"
    if problem:
        rows.loc[used, "reason"] = problem
        return rows.reset_index()
    result = found.result
    rows["mcfadden"], rows["aic"] = result.prsquared, result.aic
    rows["nagelkerke"] = math.expm1(2 * (result.llnull - result.llf) / len(y)) / math.expm1(
        2 * result.llnull / len(y)
    )
    final = [used[column - 1] for column in columns[1:]]
    rows.loc[used, "reason"] = "not_selected"
    rows.loc[final, "reason"] = "estimated"
    rows.loc[final, "in_final_model"] = True
    rows.loc[final, "coefficient"] = result.params[1:]
    rows.loc[final, "p_value"] = result.pvalues[1:]
    # Selection looked at the terms that it left out too.
    adjusted, levels = holm(result.pvalues[1:], len(used))
    rows.loc[final, "p_value_adjusted"] = adjusted
    rows.loc[final, "confidence_level"] = 100 * (1 - levels)
    margin = [NormalDist().inv_cdf(1 - level / 2) for level in levels] * result.bse[1:]
    rows.loc[final, "coefficient_low"] = result.params[1:] - margin
    rows.loc[final, "coefficient_high"] = result.params[1:] + margin
    return rows.reset_index()


def _smallest_cell(complete: pd.DataFrame, outcome: str, term: str) -> float:
    """The smallest of four cells, term by outcome; of a scale, the rarer outcome.

    A term or an outcome with one value only has empty cells.
    """
    y, x = complete[outcome] == 1, complete[term]
    values = x.unique()
    if len(values) < 2:
        return 0.0
    sides = [x == value for value in values] if len(values) == 2 else [x.notna()]
    return float(min((side & of).sum() for side in sides for of in (y, ~y)))
