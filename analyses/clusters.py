"""Groups of a scale: how many, how far apart, how stable.

Respondents are put in order by one value, so a cluster is a stretch of the scale. The best
stretches are found exactly, by dynamic programming (Fisher 1958, JASA 53; Wang and Song 2011, The R
Journal 3/2): they have the lowest sum of squares within, which `KMeans` of scikit-learn only comes
near to, and a hundred times as slowly for the 1,800 splits that stability and gap need.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LARGEST_K = 6
# Values that are nearer to each other than this part of the range count as one.
STEPS = 1000
SAMPLES = 100
REFERENCES = 50
SEED = 20210
COLUMNS = {
    **dict.fromkeys(("k", "cluster", "n", "respondents"), "int64"),
    **dict.fromkeys(("centre", "lower", "upper", "jaccard"), "float64"),
    **dict.fromkeys(("silhouette", "gap", "gap_error", "adjusted_rand"), "float64"),
    "is_suggested": "bool",
}


@dataclass(frozen=True)
class Partition:
    """Values in order, split into clusters that are stretches.

    Attributes:
        labels: cluster of each distinct value, from 0.
        within: sum of squares within clusters.
    """

    labels: Integers
    within: float


def partitions(values: Numbers, counts: Numbers, largest: int = LARGEST_K) -> list[Partition]:
    """Split values into 1, 2, ... clusters with the lowest sum of squares within.

    Args:
        values: distinct values in rising order.
        counts: how many respondents have each value.
        largest: most clusters; no more than there are values.
    """
    size = len(values)
    zero = np.zeros(1)
    number, total, squares = (
        np.concatenate([zero, np.cumsum(counts * power)]) for power in (1, values, values**2)
    )
    first, last = np.arange(size)[:, None], np.arange(1, size + 1)[None, :]
    inside = number[last] - number[first]
    with np.errstate(divide="ignore", invalid="ignore"):
        costs = squares[last] - squares[first] - (total[last] - total[first]) ** 2 / inside
    # A stretch that ends before it begins is none.
    costs = np.where(first < last, np.maximum(costs, 0), np.inf)
    best, starts = costs[0], [np.zeros(size, dtype=int)]
    found = [Partition(np.zeros(size, dtype=int), float(best[-1]))]
    for k in range(1, min(largest, size)):
        # A last cluster from `first` on, and the best split of what is before.
        trials = np.concatenate([[np.inf], best[:-1]])[:, None] + costs
        starts.append(trials.argmin(axis=0))
        best = trials.min(axis=0)
        labels, end = np.empty(size, dtype=int), size
        for cluster in range(k, -1, -1):
            begin = starts[cluster][end - 1]
            labels[begin:end] = cluster
            end = begin
        found.append(Partition(labels, float(best[-1])))
    return found


def stability(
    values: Numbers, counts: Numbers, found: list[Partition], draw: np.random.Generator
) -> list[Numbers]:
    """Mean Jaccard similarity of each cluster with its like in resamples (Hennig 2007).

    Each of `SAMPLES` resamples has as many respondents, drawn with replacement. Of those drawn, a
    cluster is compared with the cluster of the resample that is most like it.

    Returns:
        For each partition the similarity of its clusters, from 0 to 1.
    """
    place = np.repeat(np.arange(len(values)), counts.astype(int))
    sums = [np.zeros(part.labels.max() + 1) for part in found]
    for _ in range(SAMPLES):
        drawn = draw.integers(len(place), size=len(place))
        times = np.bincount(place[drawn], minlength=len(values))
        once = np.bincount(place[np.unique(drawn)], minlength=len(values))
        seen = times > 0
        again = partitions(values[seen], times[seen].astype(float), len(found))
        for part, other, total in zip(found, again, sums, strict=False):
            table = np.zeros((part.labels.max() + 1, other.labels.max() + 1))
            np.add.at(table, (part.labels[seen], other.labels), once[seen])
            union = table.sum(axis=1)[:, None] + table.sum(axis=0)[None, :] - table
            total += (table / np.maximum(union, 1)).max(axis=1)
    return [total / SAMPLES for total in sums]


def gaps(
    values: Numbers, counts: Numbers, found: list[Partition], draw: np.random.Generator
) -> tuple[Numbers, Numbers]:
    """How much tighter clusters are than those of evenly spread values (Tibshirani et al. 2001).

    Returns:
        The gap of each partition, and its standard error over `REFERENCES` references.
    """
    steps = 200
    grid = np.linspace(values[0], values[-1], 2 * steps + 1)[1::2]
    respondents = int(counts.sum())
    logs = np.empty((REFERENCES, len(found)))
    for number in range(REFERENCES):
        times = draw.multinomial(respondents, np.full(steps, 1 / steps))
        seen = times > 0
        parts = partitions(grid[seen], times[seen].astype(float), len(found))
        logs[number] = [math.log(part.within) for part in parts]
    tiny = np.finfo(float).tiny
    own = np.array([math.log(max(part.within, tiny)) for part in found])
    return logs.mean(axis=0) - own, logs.std(axis=0) * math.sqrt(1 + 1 / REFERENCES)


def cluster(scale: pd.DataFrame) -> pd.DataFrame:
    """Split the respondents of one wave into 1 to `LARGEST_K` groups of a scale.

    Args:
        scale: a row for each respondent: `value` on the scale, and `category`, the group that the
            survey itself puts the respondent in.

    Returns:
        A row for each k and cluster: `cluster` (from 1, low to high), `n`, `centre` (mean), `lower`
        and `upper` (halfway between neighbouring clusters; empty at the ends), `jaccard`; and of k
        `respondents`, `silhouette` (Rousseeuw 1987; empty for k = 1), `gap`, `gap_error`,
        `adjusted_rand` (with the groups of the survey; Hubert and Arabie 1985) and `is_suggested`:
        the smallest k whose gap is not surpassed by that of k + 1 by more than its error. Nothing
        where all have the same value.
    """
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    value = scale["value"].to_numpy(float)
    step = (value.max() - value.min()) / STEPS
    if not step > 0:
        return pd.DataFrame()
    rounded = value.min() + np.round((value - value.min()) / step) * step
    values, place, times = np.unique(rounded, return_inverse=True, return_counts=True)
    counts = times.astype(float)
    draw = np.random.default_rng(SEED)
    found = partitions(values, counts)
    jaccards = stability(values, counts, found, draw)
    gap, error = gaps(values, counts, found, draw)
    enough = [k for k in range(len(found) - 1) if gap[k] >= gap[k + 1] - error[k + 1]]
    suggested = min(enough, default=len(found) - 1)
    rows = []
    for k, part in enumerate(found):
        of_each = part.labels[place]
        agreement = adjusted_rand_score(scale["category"], of_each)
        width = silhouette_score(rounded[:, None], of_each) if k else math.nan
        edges = np.flatnonzero(np.diff(part.labels))
        borders = (values[edges] + values[edges + 1]) / 2
        for number in range(k + 1):
            own = value[of_each == number]
            rows.append(
                {
                    "k": k + 1,
                    "cluster": number + 1,
                    "n": len(own),
                    "centre": own.mean(),
                    "lower": borders[number - 1] if number else math.nan,
                    "upper": borders[number] if number < k else math.nan,
                    "jaccard": jaccards[k][number],
                    "respondents": len(value),
                    "silhouette": width,
                    "gap": gap[k],
                    "gap_error": error[k],
                    "adjusted_rand": agreement,
                    "is_suggested": k == suggested,
                }
            )
    return pd.DataFrame(rows)


def clusters(values: pd.DataFrame) -> pd.DataFrame:
    """Split the scale of each concept in each wave.

    Args:
        values: `survey`, `wave`, `concept` and `base` of the groups, and per respondent `value` and
            `category` as for `cluster`.

    Returns:
        `survey`, `wave`, `concept`, `base` and the columns of `cluster`.
    """
    key = ["survey", "wave", "concept", "base"]
    found = [
        cluster(part).assign(**dict(zip(key, map(str, names), strict=True)))
        for names, part in values.groupby(key)
    ]
    columns = {name: pd.Series(dtype="str") for name in key} | {
        name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()
    }
    return pd.concat([pd.DataFrame(columns), *(rows for rows in found if len(rows))])
