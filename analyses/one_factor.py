"""Fits one factor to the items of a scale, in one group or in several at once.

Confirmatory factor analysis by maximum likelihood, from moments alone: the number of respondents,
the means and the covariances of the items. Kept libraries have no model of several groups.

Items x of group g follow x = intercept + loading * factor + error, so that
    mean = intercept + loading * factor_mean,
    covariance = factor_variance * loading loading' + diag(uniqueness).
The scale of the factor is set by a variance of 1 and a mean of 0 in the first group (Joreskog,
1971, Psychometrika 36, 409-426; Sorbom, 1974, British Journal of Mathematical and Statistical
Psychology 27, 229-239). Answers on a scale of five points are treated as continuous.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Level = Literal["configural", "metric", "scalar"]
LEVELS: tuple[Level, ...] = ("configural", "metric", "scalar")

SMALLEST_EIGENVALUE = 1e-8  # of a correlation matrix that has an inverse
SMALLEST_UNIQUENESS = 0.005  # part of the variance of an item; where factanal of R stops
STEPS = 200  # Fisher scoring needs about ten


class NoSolutionError(ValueError):
    """The model has no proper solution; `reason` says why, as a code."""

    def __init__(self, reason: Literal["singular", "not_converged", "heywood"]) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Moments:
    """What is known of a group.

    Attributes:
        n: number of respondents, all with an answer to every item.
        mean: mean of each of p items.
        covariance: p x p covariances with divisor n.
    """

    n: int
    mean: Floats
    covariance: Floats

    @property
    def correlation(self) -> Floats:
        """Correlations, p x p; every item must vary."""
        deviation = np.sqrt(np.diag(self.covariance))
        found: Floats = self.covariance / np.outer(deviation, deviation)
        return found


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes:
        loadings: groups x items, in the units of the items.
        uniquenesses: groups x items, variances of the errors.
        factor_variances: of each group; 1 in the first.
        intercepts: groups x items.
        factor_means: of each group; 0 in the first.
        covariance: of the estimates, in the order loadings, uniquenesses of the first group.
        chi_square: likelihood ratio against the moments as they are.
        df: its degrees of freedom.
        cfi: comparative fit index (Bentler, 1990, Psychological Bulletin 107, 238-246); NaN where
            there are no degrees of freedom.
        rmsea: root mean square error of approximation, times the root of the number of groups
            (Steiger, 1998, Structural Equation Modeling 5, 411-419); NaN as `cfi`.
        srmr: root mean square of the residual correlations of the first group.
    """

    loadings: Floats
    uniquenesses: Floats
    factor_variances: Floats
    intercepts: Floats
    factor_means: Floats
    covariance: Floats
    chi_square: float
    df: int
    cfi: float
    rmsea: float
    srmr: float


def fit(groups: Sequence[Moments], level: Level = "configural") -> Fit:
    """Fit one factor with the equalities of a level.

    `configural`: each group has its own loadings and intercepts. `metric`: loadings are equal.
    `scalar`: loadings and intercepts are equal, and means of the factor may differ.

    Args:
        groups: moments of each group, of the same p items in the same order; p of 3 or more.
        level: what must be equal.

    Raises:
        NoSolutionError: `singular` correlations, no convergence (`not_converged`), or an error
            variance that is negative or next to nothing (`heywood`).
    """
    for group in groups:
        if np.linalg.eigvalsh(group.correlation)[0] < SMALLEST_EIGENVALUE:
            raise NoSolutionError("singular")
    model = _Model(groups, level)
    free = _score(model)
    raw = model.raw(free)
    p = model.items
    uniquenesses = raw[:, p : 2 * p]
    variances = np.array([np.diag(group.covariance) for group in groups])
    if (uniquenesses < SMALLEST_UNIQUENESS * variances).any():
        raise NoSolutionError("heywood")
    count = sum(group.n for group in groups)
    chi_square = max(model.discrepancy(free), 0.0)
    df = len(groups) * p * (p + 3) // 2 - len(free)
    base = sum(-group.n * np.linalg.slogdet(group.correlation)[1] for group in groups)
    base_df = len(groups) * p * (p - 1) // 2
    excess = max(chi_square - df, 0.0)
    cfi = 1 - excess / max(base - base_df, excess) if df and excess else 1.0
    rmsea = float(np.sqrt(len(groups) * excess / df / count)) if df else np.nan
    implied = model.implied(raw[0])[0]
    deviation = np.sqrt(np.diag(groups[0].covariance))
    residual = (groups[0].covariance - implied) / np.outer(deviation, deviation)
    lower = residual[np.tril_indices(p)]
    first = model.map[0][: 2 * p]
    spread = np.linalg.inv(model.step(free)[0])
    return Fit(
        loadings=raw[:, :p],
        uniquenesses=uniquenesses,
        factor_variances=raw[:, 2 * p],
        intercepts=raw[:, 2 * p + 1 : 3 * p + 1],
        factor_means=raw[:, 3 * p + 1],
        covariance=first @ spread @ first.T,
        chi_square=chi_square,
        df=df,
        cfi=cfi if df else np.nan,
        rmsea=rmsea,
        srmr=float(np.sqrt((lower**2).mean())),
    )


class _Model:
    """Likelihood of moments under a level.

    The raw parameters of a group are p loadings, p uniquenesses, the variance of the factor, p
    intercepts and the mean of the factor; `map[g] @ free + fixed` makes them from the free ones.
    """

    def __init__(self, groups: Sequence[Moments], level: Level) -> None:
        self.groups = groups
        self.items = p = len(groups[0].mean)
        each = 3 * p + 2
        loading, unique = np.arange(p), np.arange(p, 2 * p)
        intercept = np.arange(2 * p + 1, 3 * p + 1)
        # The place of each raw parameter among the free ones; -1 for one that is fixed.
        place = np.full((len(groups), each), -1)
        used = 0

        def free(group: int, raw: npt.NDArray[np.int64]) -> None:
            nonlocal used
            place[group, raw] = np.arange(used, used + len(raw))
            used += len(raw)

        for group in range(len(groups)):
            if group == 0 or level == "configural":
                free(group, loading)
            else:
                place[group, loading] = place[0, loading]
                free(group, np.array([2 * p]))
            free(group, unique)
            if group == 0 or level != "scalar":
                free(group, intercept)
            else:
                place[group, intercept] = place[0, intercept]
                free(group, np.array([3 * p + 1]))
        self.map = (place[:, :, None] == np.arange(used)).astype(float)
        self.fixed = np.zeros(each)
        self.fixed[2 * p] = 1.0
        self.fixed = np.where(place == -1, self.fixed, 0.0)
        self.start = self._start(place, used)

    def _start(self, place: npt.NDArray[np.int64], used: int) -> Floats:
        """Begin at the first principal axis of the pooled covariance."""
        count = sum(group.n for group in self.groups)
        pooled = sum(group.n * group.covariance for group in self.groups) / count
        values, vectors = np.linalg.eigh(pooled)
        loading = vectors[:, -1] * np.sqrt(values[-1]) * np.sign(vectors[:, -1].sum() or 1.0)
        loading *= 0.9
        found = np.zeros(used)
        for index in reversed(range(len(self.groups))):
            group = self.groups[index]
            own = np.diag(group.covariance)
            unique = np.maximum(own - loading**2, 0.2 * own)
            raw = np.concatenate([loading, unique, [1.0], group.mean, [0.0]])
            is_free = place[index] >= 0
            found[place[index][is_free]] = raw[is_free]
        return found

    def raw(self, free: Floats) -> Floats:
        """Groups x raw parameters."""
        found: Floats = self.map @ free + self.fixed
        return found

    def implied(self, raw: Floats) -> tuple[Floats, Floats]:
        """Return the covariance and the mean that the raw parameters of a group imply."""
        p = self.items
        loading = raw[:p]
        covariance = raw[2 * p] * np.outer(loading, loading) + np.diag(raw[p : 2 * p])
        return covariance, raw[2 * p + 1 : 3 * p + 1] + loading * raw[3 * p + 1]

    def discrepancy(self, free: Floats) -> float:
        """Likelihood ratio chi-square; infinite where a covariance is no covariance."""
        total = 0.0
        for group, raw in zip(self.groups, self.raw(free), strict=True):
            covariance, mean = self.implied(raw)
            sign, log_determinant = np.linalg.slogdet(covariance)
            if sign <= 0 or np.linalg.eigvalsh(covariance)[0] <= 0:
                return np.inf
            away = group.mean - mean
            observed = group.covariance + np.outer(away, away)
            total += group.n * (
                log_determinant
                - np.linalg.slogdet(group.covariance)[1]
                + np.trace(np.linalg.solve(covariance, observed))
                - self.items
            )
        return float(total)

    def _derivatives(self, raw: Floats) -> tuple[Floats, Floats]:
        """Derivatives of the covariance (raw x p x p) and the mean (raw x p) to raw parameters."""
        p = self.items
        loading, variance = raw[:p], raw[2 * p]
        of_covariance = np.zeros((len(raw), p, p))
        of_mean = np.zeros((len(raw), p))
        index = np.arange(p)
        of_covariance[index, index, :] += variance * loading
        of_covariance[index, :, index] += variance * loading
        of_covariance[p + index, index, index] = 1
        of_covariance[2 * p] = np.outer(loading, loading)
        of_mean[index, index] = raw[3 * p + 1]
        of_mean[2 * p + 1 + index, index] = 1
        of_mean[3 * p + 1] = loading
        return of_covariance, of_mean

    def step(self, free: Floats) -> tuple[Floats, Floats]:
        """Return the expected information and the gradient of the log-likelihood."""
        information = np.zeros((len(free), len(free)))
        gradient = np.zeros(len(free))
        for group, raw, own in zip(self.groups, self.raw(free), self.map, strict=True):
            covariance, mean = self.implied(raw)
            inverse = np.linalg.inv(covariance)
            of_covariance, of_mean = self._derivatives(raw)
            scaled = inverse @ of_covariance
            away = group.mean - mean
            observed = group.covariance + np.outer(away, away)
            residual = inverse @ (observed - covariance) @ inverse
            information += (
                own.T
                @ (
                    group.n
                    * (
                        np.einsum("iab,jba->ij", scaled, scaled, optimize=True) / 2
                        + of_mean @ inverse @ of_mean.T
                    )
                )
                @ own
            )
            gradient += own.T @ (
                group.n
                * (np.einsum("iab,ab->i", of_covariance, residual) / 2 + of_mean @ inverse @ away)
            )
        return information, gradient


def _score(model: _Model) -> Floats:
    """Maximise the likelihood by Fisher scoring with halved steps; return the free parameters."""
    free = model.start
    value = model.discrepancy(free)
    for _ in range(STEPS):
        information, gradient = model.step(free)
        try:
            direction = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            raise NoSolutionError("not_converged") from None
        if gradient @ direction < 1e-9:
            return free
        size = 1.0
        while (tried := model.discrepancy(free + size * direction)) > value and size > 1e-6:
            size /= 2
        if size <= 1e-6:
            raise NoSolutionError("not_converged")
        free, value = free + size * direction, tried
    raise NoSolutionError("not_converged")
