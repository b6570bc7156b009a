"""Exact draws: quotas assigned by rank, and rows adjusted without changing the quotas."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def lasting(organisations: Sequence[str], name: str) -> Floats:
    """Return standard-normal deviates that an organisation keeps in every wave."""
    keys = (hashlib.sha256(f"{organisation}|{name}".encode()) for organisation in organisations)
    seeds = (int.from_bytes(key.digest()[:8], "big") for key in keys)
    return np.array([np.random.default_rng(seed).standard_normal() for seed in seeds])


def counts(shares: Mapping[int, float], size: int) -> dict[int, int]:
    """Split `size` by percentages, rounded to whole numbers by the largest remainder."""
    exact = {code: share / 100 * size for code, share in shares.items()}
    whole = {code: int(value + 1e-9) for code, value in exact.items()}
    by_remainder = sorted(exact, key=lambda code: whole[code] - exact[code])
    for code in by_remainder[: size - sum(whole.values())]:
        whole[code] += 1
    return whole


def by_rank(utility: Floats, shares: Mapping[int, float], weights: Floats | None = None) -> Floats:
    """Give the first code to those with the highest utility, up to its share, and so on.

    Without `weights` the counts are exact to one organisation; with them the sums of weights are
    exact to the weight of one organisation.
    """
    if weights is not None:
        order = np.argsort(-utility, kind="stable")
        reached = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
        bounds = np.cumsum(list(shares.values()))[:-1] / 100
        drawn = np.empty(len(utility))
        drawn[order] = np.array(list(shares), float)[np.searchsorted(bounds, reached)]
        return drawn
    number = counts(shares, len(utility))
    codes = np.repeat(list(number), list(number.values())).astype(float)
    drawn = np.empty(len(utility))
    drawn[np.argsort(-utility, kind="stable")] = codes
    return drawn


def gap_counts(total: int, sizes: Sequence[int], points: float) -> tuple[int, int]:
    """Return how many of the upper and of the lower group share in `total`.

    The difference in percentage points is as close to `points` as whole numbers allow (0.25 is
    close enough). Of the numbers that qualify, those are taken that put the middle group closest to
    halfway. `sizes` are the sizes of the upper, lower and middle group.
    """
    upper, lower, middle = sizes
    up, low = np.meshgrid(np.arange(upper + 1), np.arange(lower + 1), indexing="ij")
    between = total - up - low
    high, bottom = 100 * up / max(upper, 1), 100 * low / max(lower, 1)
    miss = np.maximum(np.abs(high - bottom - points) - 0.25, 0) * 1000
    uneven = np.abs(100 * between / max(middle, 1) - (high + bottom) / 2)
    cost = np.where((between >= 0) & (between <= middle), miss + uneven, np.inf)
    best = np.unravel_index(int(np.argmin(cost)), cost.shape)
    return int(best[0]), int(best[1])


CANDIDATES = 400  # rows to consider for a swap; more take longer and give no better result


def fit_rows(
    cells: Floats,
    least: Floats,
    most: Floats,
    apart: Sequence[tuple[int, int]],
    rng: np.random.Generator,
) -> bool:
    """Swap cells within columns until every row adds up to between `least` and `most`.

    The margins of the columns do not change. Each step improves one row by the swap that leaves the
    fewest errors (min-conflicts search, ties at random). In a long table the other row is one of
    `CANDIDATES` rows drawn at random, or one that is still wrong.

    Args:
        cells: respondents x variables, changed in place; NaN (no answer) does not move.
        least: lowest sum per row.
        most: highest sum per row.
        apart: pairs of columns of which only one may be above zero in a row.
        rng: breaks ties.

    Returns:
        Whether all rows fit.
    """

    def cost(rows: Floats, low: Floats, high: Floats) -> Floats:
        total = np.nansum(rows, axis=-1)
        clashes = sum(rows[..., i] * rows[..., j] for i, j in apart)
        wrong: Floats = np.maximum(low - total, 0) + np.maximum(total - high, 0) + clashes
        return wrong

    columns = np.arange(cells.shape[1])
    wrong = cost(cells, least, most)
    for _ in range(20 * cells.size):
        if not wrong.any():
            return True
        row = rng.choice(np.flatnonzero(wrong))
        others = np.arange(len(cells))
        if len(others) > CANDIDATES:
            drawn = rng.choice(others, CANDIDATES, replace=False)
            others = np.union1d(drawn, np.flatnonzero(wrong))
        held, low, high = cells[others], least[others, None], most[others, None]
        mine = np.broadcast_to(cells[row], (*held.shape, len(columns))).copy()
        theirs = np.repeat(held[:, None, :], len(columns), axis=1)
        mine[:, columns, columns] = held
        theirs[:, columns, columns] = cells[row]
        after = cost(mine, least[row], most[row]) + cost(theirs, low, high)
        gain = after - wrong[row] - wrong[others, None]
        same = np.isnan(held) | np.isnan(cells[row]) | (held == cells[row])
        gain = np.where(same, np.inf, gain) + rng.random(gain.shape) / 2
        place, column = np.unravel_index(int(np.argmin(gain)), gain.shape)
        other = others[place]
        cells[[row, other], column] = cells[[other, row], column]
        wrong[[row, other]] = cost(cells[[row, other]], least[[row, other]], most[[row, other]])
    return False
