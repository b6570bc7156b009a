"""One factor, reliability and invariance, against R, libraries, published figures, simulations."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analyses.one_factor import LEVELS, Floats, Moments, NoSolutionError, fit
from analyses.scales import (
    Needs,
    alpha,
    alpha_interval,
    invariance,
    item_rest,
    omega,
    parallel_factors,
    scale_items,
    scales,
)

NEEDS = Needs(respondents=100, respondents_per_item=5, items=3)
LOADINGS = np.array([0.9, 0.8, 0.7, 0.6, 0.8, 0.7])
INTERCEPTS = np.array([3.5, 3.2, 3.0, 3.8, 3.4, 3.1])
# Ability and intelligence tests of 112 people (Bartholomew, 1987), shipped with R as ability.cov.
ABILITY = np.array(
    [
        [24.641, 5.991, 33.520, 6.023, 20.755, 29.701],
        [5.991, 6.700, 18.137, 1.782, 4.936, 7.204],
        [33.520, 18.137, 149.831, 19.424, 31.430, 50.753],
        [6.023, 1.782, 19.424, 12.711, 4.757, 9.075],
        [20.755, 4.936, 31.430, 4.757, 52.604, 66.762],
        [29.701, 7.204, 50.753, 9.075, 66.762, 135.292],
    ]
)


def answers(
    n: int,
    seed: int = 1,
    *,
    loadings: Floats = LOADINGS,
    intercepts: Floats = INTERCEPTS,
    mean: float = 0.0,
    spread: float = 1.0,
    points: bool = False,
) -> Floats:
    """Draw answers of n respondents to items of one factor; `points` makes them 1 to 5."""
    rng = np.random.default_rng(seed)
    factor = mean + spread * rng.standard_normal((n, 1))
    drawn: Floats = intercepts + factor * loadings + 0.7 * rng.standard_normal((n, len(loadings)))
    return np.clip(np.rint(drawn), 1, 5) if points else drawn


def moments(drawn: Floats) -> Moments:
    return Moments(len(drawn), drawn.mean(axis=0), np.cov(drawn.T, ddof=0))


def pairs(
    drawn: Floats, wave: str = "1", added: str | None = None, names: str = "abcdefghijklmnopqrstuv"
) -> pd.DataFrame:
    """Moments of answers as the model est_scale_moments gives them; `added` is the last item."""
    known = moments(drawn)
    items = list(names[: drawn.shape[1]])
    return pd.DataFrame(
        [
            {
                "survey": "s",
                "wave": wave,
                "concept": "scale",
                "base": "all",
                "added": added,
                "item": one,
                "other_item": other,
                "n": known.n,
                "mean": known.mean[i],
                "covariance": known.covariance[i, j],
            }
            for i, one in enumerate(items)
            for j, other in enumerate(items)
            if one <= other
        ]
    )


def in_r(rscript: str, folder: Path, code: str, **tables: Floats) -> dict[str, Any]:
    """Run R code that reads tables by their names and leaves a list `found`."""
    read = ""
    for name, table in tables.items():
        np.savetxt(folder / f"{name}.csv", table, delimiter=",")
        read += f"{name} <- as.matrix(read.csv('{folder / name}.csv', header = FALSE))\n"
    write = (
        "cat('{', paste(sprintf('\"%s\": [%s]', names(found), sapply(found, function(x) "
        "paste(format(x, digits = 15), collapse = ','))), collapse = ','), '}')"
    )
    done = subprocess.run(
        [rscript, "--vanilla", "-e", f"{read}{code}\n{write}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# The likelihood of one factor in two groups, written out and minimised by optim: no line is shared
# with ours. Parameters: loadings, log uniquenesses, log variance of the second factor, means.
TWO_GROUPS = """
p <- ncol(one)
groups <- lapply(list(one, two), function(x)
  list(n = nrow(x), m = colMeans(x), s = cov(x) * (nrow(x) - 1) / nrow(x)))
parts <- function(theta, level) {
  take <- function(k) { found <- theta[1:k]; theta <<- theta[-(1:k)]; found }
  l1 <- take(p); u1 <- exp(take(p)); u2 <- exp(take(p)); t1 <- take(p)
  l2 <- if (level == "configural") take(p) else l1
  v2 <- if (level == "configural") 1 else exp(take(1))
  t2 <- if (level == "scalar") t1 else take(p)
  k2 <- if (level == "scalar") take(1) else 0
  list(list(l = l1, u = u1, v = 1, t = t1, k = 0), list(l = l2, u = u2, v = v2, t = t2, k = k2))
}
chi <- function(theta, level) tryCatch(sum(mapply(function(g, q) {
  s <- q$v * q$l %o% q$l + diag(q$u); d <- g$m - q$t - q$l * q$k
  g$n * (log(det(s)) - log(det(g$s)) + sum(diag(solve(s, g$s + d %o% d))) - p)
}, groups, parts(theta, level))), error = function(e) 1e10)
begin <- function(level) {
  l <- rep(0.7, p); u <- rep(log(0.5), p)
  c(l, u, u, groups[[1]]$m,
    if (level == "configural") l else 0, if (level == "scalar") 0 else groups[[2]]$m)
}
found <- list()
for (level in c("configural", "metric", "scalar")) {
  at <- begin(level)
  for (i in 1:6) at <- optim(at, chi, level = level, method = "BFGS",
                             control = list(maxit = 2000, reltol = 1e-15))$par
  found[[level]] <- chi(at, level)
  found[[paste0(level, "_free")]] <- length(at)
}
for (g in 1:2) {
  f <- factanal(list(one, two)[[g]], 1)
  found[[paste0("loadings", g)]] <- abs(f$loadings[, 1])
  found[[paste0("criterion", g)]] <- f$criteria[["objective"]]
}
"""


def test_levels_of_invariance_are_those_of_r(rscript: str, tmp_path: Path) -> None:
    one = answers(300, 3, points=True)
    two = answers(240, 4, points=True, mean=0.3, spread=0.8, loadings=LOADINGS[::-1].copy())
    theirs = in_r(rscript, tmp_path, TWO_GROUPS, one=one, two=two)
    groups = [moments(one), moments(two)]
    for level in LEVELS:
        ours = fit(groups, level)
        assert ours.chi_square == pytest.approx(theirs[level][0], abs=1e-4)
        assert ours.df == 2 * 6 * 9 / 2 - theirs[f"{level}_free"][0]
    # Without equalities each group is a factor analysis of its own.
    separate = fit(groups)
    for place, group in enumerate(groups):
        deviation = np.sqrt(np.diag(group.covariance))
        loadings = np.abs(separate.loadings[place]) / deviation
        assert loadings == pytest.approx(theirs[f"loadings{place + 1}"], abs=1e-4)
    criteria = sum(g.n * theirs[f"criterion{i + 1}"][0] for i, g in enumerate(groups))
    assert separate.chi_square == pytest.approx(criteria, abs=1e-3)


IN_R = """
r <- cor(one); s <- cov(one); n <- nrow(one); k <- ncol(one)
a <- function(s) ncol(s) / (ncol(s) - 1) * (1 - sum(diag(s)) / sum(s))
f <- factanal(one, 1)
l <- abs(f$loadings[, 1]) * sqrt(diag(s)); u <- f$uniquenesses * diag(s)
found <- list(
  eigenvalues = eigen(r)$values,
  loadings = abs(f$loadings[, 1]),
  explained = mean(f$loadings[, 1]^2),
  alpha = a(s),
  interval = 1 - (1 - a(s)) * qf(c(0.975, 0.025), n - 1, (n - 1) * (k - 1)),
  dropped = sapply(1:k, function(i) a(s[-i, -i])),
  rest = sapply(1:k, function(i) cor(one[, i], rowSums(one[, -i]))),
  omega = sum(l)^2 / (sum(l)^2 + sum(u)),
  p = f$PVAL, df = f$dof)
"""


def test_a_scale_and_its_items_are_those_of_r(rscript: str, tmp_path: Path) -> None:
    one = answers(260, 5, points=True)
    theirs = in_r(rscript, tmp_path, IN_R, one=one)
    (scale,) = scales(pairs(one), NEEDS).to_dict("records")
    assert scale["status"] == "computed"
    assert (scale["n"], scale["items"], scale["df"]) == (260, 6, theirs["df"][0])
    shown = [scale[f"eigenvalue_{place}"] for place in (1, 2, 3)]
    assert shown == pytest.approx(theirs["eigenvalues"][:3], abs=1e-9)
    assert scale["variance_explained"] == pytest.approx(theirs["explained"][0], abs=1e-5)
    assert scale["alpha"] == pytest.approx(theirs["alpha"][0], abs=1e-12)
    assert [scale["alpha_low"], scale["alpha_high"]] == pytest.approx(theirs["interval"], abs=1e-9)
    assert scale["omega"] == pytest.approx(theirs["omega"][0], abs=1e-5)
    items = scale_items(pairs(one), NEEDS).sort_values("item")
    assert items["loading"].tolist() == pytest.approx(theirs["loadings"], abs=1e-4)
    assert items["item_rest"].tolist() == pytest.approx(theirs["rest"], abs=1e-9)
    assert items["alpha_if_dropped"].tolist() == pytest.approx(theirs["dropped"], abs=1e-9)


def test_one_factor_is_that_of_the_libraries() -> None:
    from sklearn.decomposition import FactorAnalysis
    from statsmodels.multivariate.factor import Factor

    one = answers(500, 6)
    ours = fit([moments(one)])
    standard = (one - one.mean(axis=0)) / one.std(axis=0)
    by_sklearn = FactorAnalysis(1, tol=1e-12, max_iter=20_000, svd_method="lapack").fit(standard)
    by_statsmodels = Factor(one, n_factor=1, method="ml").fit(opt={"gtol": 1e-6})
    loadings = ours.loadings[0] / one.std(axis=0)
    assert np.abs(by_sklearn.components_[0]) == pytest.approx(loadings, abs=1e-4)
    assert np.abs(by_statsmodels.loadings[:, 0]) == pytest.approx(loadings, abs=1e-4)


def test_one_factor_of_published_tests_is_the_published_one() -> None:
    # factanal(factors = 1, covmat = ability.cov) in the documentation of R: chi-square 75.18 with
    # Bartlett's correction, 9 degrees of freedom, and these uniquenesses.
    found = fit([Moments(112, np.zeros(6), ABILITY)])
    corrected = found.chi_square / 112 * (112 - 1 - (2 * 6 + 5) / 6 - 2 / 3)
    assert corrected == pytest.approx(75.18, abs=0.005)
    assert found.df == 9
    uniquenesses = found.uniquenesses[0] / np.diag(ABILITY)
    assert uniquenesses == pytest.approx([0.535, 0.853, 0.748, 0.910, 0.232, 0.280], abs=5e-4)


def test_measures_of_fit_follow_from_the_chi_squares() -> None:
    one, two = answers(300, 7, points=True), answers(200, 8, points=True)
    found = fit([moments(one), moments(two)], "metric")
    base = -sum(len(x) * np.linalg.slogdet(np.corrcoef(x.T))[1] for x in (one, two)) - 30
    excess = max(found.chi_square - found.df, 0)
    assert found.df == 2 * 27 - (6 + 12 + 1 + 12)
    assert found.cfi == pytest.approx(1 - excess / base)
    assert found.rmsea == pytest.approx(np.sqrt(2 * excess / (found.df * 500)))


# The climate scale has 13 items and some 250 respondents with an answer to all of them.
THIRTEEN = {"loadings": np.full(13, 0.6), "intercepts": 3.5 + 0.3 * np.cos(np.arange(13))}


def two_waves(seed: int, **changed: Any) -> list[Moments]:
    """Answers of 1 to 5 in two waves of which the later is higher and more spread."""
    later = {**THIRTEEN, **changed}
    return [
        moments(answers(260, seed, points=True, **THIRTEEN)),
        moments(answers(240, 1000 + seed, points=True, mean=0.3, spread=1.1, **later)),
    ]


def test_a_scale_that_did_not_change_holds_whatever_its_mean(fully: bool) -> None:
    times = 100 if fully else 25
    assert sum(judged(two_waves(seed))["scalar"] for seed in range(times)) >= 0.95 * times


@pytest.mark.parametrize(
    ("changed", "failing", "found_at_least"),
    [
        ({"loadings": np.array([0.2, 0.2] + 11 * [0.6])}, "metric", 0.9),
        ({"intercepts": THIRTEEN["intercepts"] + np.array([0.5, -0.5] + 11 * [0])}, "scalar", 0.95),
        ({"intercepts": THIRTEEN["intercepts"] + np.array([0.5] + 12 * [0])}, "scalar", 0.75),
    ],
)
def test_a_scale_of_which_items_changed_does_not_hold(
    changed: dict[str, Floats], failing: str, found_at_least: float, fully: bool
) -> None:
    times = 100 if fully else 25
    found = [judged(two_waves(seed, **changed)) for seed in range(times)]
    assert sum(not holds[failing] for holds in found) >= found_at_least * times
    assert not any(holds["scalar"] and not holds[failing] for holds in found)


def test_a_shift_of_all_items_together_looks_like_another_mean(fully: bool) -> None:
    times = 100 if fully else 25
    higher = {"intercepts": THIRTEEN["intercepts"] + 0.3}
    assert sum(judged(two_waves(seed, **higher))["scalar"] for seed in range(times)) >= 0.9 * times


def judged(groups: list[Moments]) -> dict[str, bool]:
    """Judge levels as mart_scale_invariance does, with its thresholds."""
    holds: dict[str, bool] = {}
    before = None
    for level in LEVELS:
        found = fit(groups, level)
        if before is None:
            holds[level] = found.cfi >= 0.9 and found.rmsea <= 0.08
        else:
            small = before.cfi - found.cfi <= 0.01 and found.rmsea - before.rmsea <= 0.015
            holds[level] = small and all(holds.values())
        before = found
    return holds


def test_intervals_of_reliability_contain_the_real_one() -> None:
    # Equal loadings, for which both alpha and omega are the reliability of the sum.
    loadings = np.full(6, 0.7)
    real = (6 * 0.7) ** 2 / ((6 * 0.7) ** 2 + 6 * 0.49)
    hits = np.zeros(2)
    for seed in range(300):
        known = moments(answers(150, seed, loadings=loadings))
        low, high = alpha_interval(alpha(known.covariance), 150, 6)
        _, omega_low, omega_high = omega(fit([known]))
        hits += [low <= real <= high, omega_low <= real <= omega_high]
    assert 0.92 <= hits[0] / 300 <= 0.98
    assert 0.92 <= hits[1] / 300 <= 0.98


def test_parallel_analysis_counts_the_factors_of_the_answers() -> None:
    rng = np.random.default_rng(9)
    apart = np.hstack([answers(300, 10)[:, :3], answers(300, 11)[:, :3]])
    noise = rng.standard_normal((300, 6))
    for drawn, factors in ((answers(300, 12), 1), (apart, 2), (noise, 0)):
        eigenvalues = np.linalg.eigvalsh(np.corrcoef(drawn.T))[::-1]
        assert parallel_factors(eigenvalues, 300) == factors


def test_an_item_beside_the_scale_is_what_it_would_be_in_it() -> None:
    both = answers(200, 13)
    table = pd.concat([pairs(both[:150, :5]), pairs(both, added="f")])
    found = scale_items(table, NEEDS).set_index("item")
    assert found["in_scale"].to_dict() == {**dict.fromkeys("abcde", True), "f": False}
    # The item beside it has no part in what is said of the others.
    assert found.loc[list("abcde"), "loading"].tolist() == pytest.approx(
        fit([moments(both[:150, :5])]).loadings[0] / both[:150, :5].std(axis=0), abs=1e-2
    )
    assert found.loc["f", "item_rest"] == pytest.approx(item_rest(moments(both).covariance)[5])


HEYWOOD = np.full((4, 4), 0.6) + 0.4 * np.eye(4)
HEYWOOD[0, 1:] = HEYWOOD[1:, 0] = 0.85


def same_answer(drawn: Floats) -> Floats:
    drawn[:, 2] = 4
    return drawn


def sum_of_others(drawn: Floats) -> Floats:
    drawn[:, 5] = drawn[:, :5].sum(axis=1)
    return drawn


@pytest.mark.parametrize(
    ("drawn", "status"),
    [
        (answers(99), "too_few_answers"),
        # Fewer than five for each of 22 items.
        (answers(105, loadings=np.full(22, 0.7), intercepts=np.full(22, 3.0)), "too_few_answers"),
        (answers(200)[:, :2], "too_few_items"),
        (same_answer(answers(200)), "singular"),
        (sum_of_others(answers(200)), "singular"),
    ],
)
def test_a_scale_without_a_factor_says_why(drawn: Floats, status: str) -> None:
    table = pairs(drawn)
    (scale,) = scales(table, NEEDS).to_dict("records")
    assert scale["status"] == status
    assert np.isnan(scale["omega"])
    items = scale_items(table, NEEDS)
    assert set(items["status"]) == {status}
    assert items["loading"].isna().all()


def test_a_factor_that_determines_an_item_more_than_entirely_is_none() -> None:
    with pytest.raises(NoSolutionError, match="heywood"):
        fit([Moments(300, np.zeros(4), HEYWOOD)])


def test_waves_with_other_items_are_not_tested() -> None:
    waves = [pairs(answers(200, 1), "2021"), pairs(answers(200, 2), "2025", names="abcdeg")]
    found = invariance(pd.concat(waves), NEEDS)
    assert found["status"].tolist() == ["other_items"] * 3
    assert found["items"].tolist() == [5] * 3
    assert found["cfi"].isna().all()


def test_every_pair_of_waves_is_tested() -> None:
    waves = [pairs(answers(200, seed), wave) for seed, wave in enumerate(("2027", "2021", "2025"))]
    found = invariance(pd.concat(waves), NEEDS)
    tested = found[["from_wave", "to_wave"]].drop_duplicates().apply(tuple, axis=1).tolist()
    assert tested == [("2021", "2025"), ("2021", "2027"), ("2025", "2027")]


def test_without_scales_there_are_columns_and_no_rows() -> None:
    none = pairs(answers(200)).iloc[:0]
    for found in (scales(none, NEEDS), scale_items(none, NEEDS), invariance(none, NEEDS)):
        assert found.empty
        assert "status" in found and "survey" in found
