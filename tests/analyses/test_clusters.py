"""Groups of a scale equal those of scikit-learn and of trying everything, and are found or not."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analyses.clusters import cluster, partitions


def scale(values: np.ndarray) -> pd.DataFrame:
    groups = np.where(values < 3.6, "limited", np.where(values > 4.0, "strong", "average"))
    return pd.DataFrame({"value": values, "category": groups})


def one_bell(seed: int, n: int = 366) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return scale((draw.normal(3.7, 0.55, n).clip(1, 5) * 13).round() / 13)


def heaps(seed: int, n: int = 366) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return scale(draw.choice([2.0, 3.7, 4.7], n) + draw.normal(0, 0.1, n))


@pytest.mark.parametrize("seed", range(20))
def test_no_other_borders_give_a_lower_sum_of_squares(seed: int) -> None:
    draw = np.random.default_rng(seed)
    values = np.unique(draw.normal(size=9).round(1))
    counts = draw.integers(1, 5, len(values)).astype(float)
    for k, part in enumerate(partitions(values, counts, 4), 1):
        tried = []
        for cuts in combinations(range(1, len(values)), k - 1):
            within = 0.0
            for x, w in zip(np.split(values, cuts), np.split(counts, cuts), strict=True):
                within += float(w @ (x - np.average(x, weights=w)) ** 2)
            tried.append(within)
        assert part.within == pytest.approx(min(tried), abs=1e-9)


def test_k_means_of_scikit_learn_finds_nothing_better() -> None:
    from sklearn.cluster import KMeans

    cases = one_bell(1)
    values, times = np.unique(cases.value, return_counts=True)
    for k, part in enumerate(partitions(values, times.astype(float)), 1):
        theirs = KMeans(k, n_init=5, random_state=1).fit(cases[["value"]].to_numpy())
        assert part.within <= theirs.inertia_ + 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_three_heaps_are_found_and_stable_and_one_bell_is_no_groups(seed: int) -> None:
    found = cluster(heaps(seed))
    assert set(found[found.is_suggested].k) == {3}
    three = found[found.k == 3]
    assert three.jaccard.min() > 0.98 and three.silhouette.min() > 0.7
    assert three.centre.to_list() == pytest.approx([2.0, 3.7, 4.7], abs=0.05)
    assert three.upper.iloc[0] == three.lower.iloc[1]
    assert set(cluster(one_bell(seed)).query("is_suggested").k) == {1}


def test_each_split_holds_everyone_and_is_the_same_every_time() -> None:
    cases = one_bell(3)
    found = cluster(cases)
    assert found.groupby("k").n.sum().eq(len(cases)).all()
    assert (found.groupby("k").cluster.max() == sorted(set(found.k))).all()
    pd.testing.assert_frame_equal(found, cluster(cases))
    pd.testing.assert_frame_equal(found, cluster(cases.sample(frac=1, random_state=1)))


def test_groups_that_are_clusters_agree_fully() -> None:
    cases = heaps(1)
    cases["category"] = np.digitize(cases.value, [2.8, 4.2])
    three = cluster(cases).query("k == 3")
    assert three.adjusted_rand.unique() == pytest.approx([1.0])


def test_without_differences_there_are_no_groups_and_two_values_make_no_three() -> None:
    assert cluster(scale(np.full(50, 3.0))).empty
    assert set(cluster(scale(np.repeat([3.0, 4.0], 30))).k) == {1, 2}
