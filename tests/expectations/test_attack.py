"""The attack finds exactly the hidden counts that what is shown leaves one value for."""

from __future__ import annotations

import tracemalloc
from itertools import product

import numpy as np
import pytest

from expectations.disclosure.attack import Effort, Figures, Question, _Search, attack, part, spread


def question(
    members: list[int],
    counts: list[list[int]],
    groups: list[list[bool]],
    targets: list[list[bool]],
    unit: float = 1.0,
    *,
    weights: list[float] | None = None,
    both: bool = False,
    exclusive: bool = False,
) -> Question:
    """A question with the share of each group, rounded to a unit."""
    m, y = np.array(members), np.array(counts)
    rows = []
    for group in np.array(groups, float):
        rows.append(group * (weights or 1.0))
        if both:
            rows.append(group)
    figures = []
    for k in range(len(y)):
        low, high = [], []
        for row in rows:
            total = row @ m
            share = np.floor(100 * (row @ y[k]) / total / unit + 0.5) * unit
            low.append((share - unit / 2) / 100 * total)
            high.append((share + unit / 2) / 100 * total - 1e-6)
        truth = np.array(rows) @ y[k]
        figures.append(Figures(np.array(rows), np.minimum(low, truth), np.maximum(high, truth)))
    masks = np.array(targets)
    return Question(m, y, tuple(figures), masks, np.ones((len(y), len(masks)), bool), exclusive)


def judge(asked: Question, effort: Effort | None = None) -> np.ndarray:
    verdict = attack(asked, effort or Effort(nodes=10_000, every=True))
    assert not verdict.unjudged.any()
    return verdict.pinned


def by_enumeration(asked: Question) -> np.ndarray:
    """Which hidden counts have one value in all solutions there are."""
    k, profiles = asked.counts.shape
    seen = [[set() for _ in asked.targets] for _ in range(k)]
    places = []
    for p in range(profiles):
        m = int(asked.members[p])
        ways = list(product(range(m + 1), repeat=k))
        if asked.exclusive:
            ways = [way for way in ways if sum(way) == m]
        places.append(ways)
    for solution in product(*places):
        y = np.array(solution).T
        if all(f.hold(y[i]) for i, f in enumerate(asked.figures)):
            for i in range(k):
                for t, target in enumerate(asked.targets):
                    seen[i][t].add(int(target @ y[i]))
    return np.array([[len(values) == 1 for values in row] for row in seen])


@pytest.mark.parametrize("seed", range(200))
def test_a_count_is_pinned_exactly_when_no_other_solution_exists(seed: int) -> None:
    random = np.random.default_rng(seed)
    exclusive = bool(seed % 2)
    profiles, k = int(random.integers(2, 5)), int(random.integers(2, 4)) if exclusive else 1
    members = random.integers(1, 4, profiles)
    if exclusive:
        counts = np.stack([random.multinomial(m, np.ones(k) / k) for m in members], axis=1)
    else:
        counts = np.array([[random.integers(0, m + 1) for m in members]])
    groups = random.random((3, profiles)) < 0.6
    groups = groups[groups.any(axis=1)]
    groups = np.concatenate([groups, np.ones((1, profiles), bool)])
    asked = question(
        members.tolist(),
        counts.tolist(),
        groups.tolist(),
        (np.eye(profiles) > 0).tolist(),
        unit=float(random.choice([1, 10, 25])),
        weights=random.choice([1.0, 2.2, 4.4], profiles).tolist() if seed % 3 else None,
        exclusive=exclusive,
    )
    assert (judge(asked) == by_enumeration(asked)).all()


def test_what_a_part_of_the_profiles_protects_is_protected_among_all() -> None:
    groups = [[True, True, True, True], [True, False, False, True], [False, True, True, False]]
    asked = question([12, 14, 5, 6], [[6, 7, 2, 3]], groups, [[False, False, True, False]])
    some = part(asked, np.array([False, True, True, False]))
    assert [f.hold(y) for f, y in zip(some.figures, some.counts, strict=True)] == [True]
    assert not judge(some).any()
    assert not judge(asked).any()
    assert judge(part(asked, np.array([True, False, True, True]))).all()


def test_a_total_and_all_groups_but_one_pin_the_hidden_group() -> None:
    groups = [[True, True, True], [True, False, False], [False, True, False]]
    asked = question([12, 14, 5], [[6, 7, 2]], groups, [[False, False, True]], unit=0.1)
    assert judge(asked).all()


def test_a_count_may_reach_the_bound_that_is_shown_of_it() -> None:
    # At most 2 of 20 have the answer, and 12 of all 60; of the other two groups nothing is shown.
    whole = np.array([[1.0, 0, 0], [1, 1, 1]])
    figures = Figures(whole, np.array([0.0, 12]), np.array([2.0, 12]))
    asked = Question(
        np.array([20, 20, 20]),
        np.array([[1, 5, 6]]),
        (figures,),
        np.array([[True, False, False]]),
        np.array([[True]]),
        exclusive=False,
    )
    assert not judge(asked).any()
    search = _Search(asked, Effort())
    assert [search.program(0, [0], sign) for sign in (1, -1)] == ["open", "open"]


def test_two_bounds_that_a_total_fills_are_pinned() -> None:
    # At most 2 of each of two groups, and 4 of both.
    whole = np.array([[1.0, 0], [0, 1], [1, 1]])
    figures = Figures(whole, np.array([0.0, 0, 4]), np.array([2.0, 2, 4]))
    targets = np.array([[True, False], [False, True]])
    members, counts = np.array([20, 20]), np.array([[2, 2]])
    asked = Question(members, counts, (figures,), targets, np.ones((1, 2), bool), exclusive=False)
    assert judge(asked).all()


def test_whole_points_in_a_large_total_protect_the_hidden_group() -> None:
    groups = [[True, True, True], [True, False, False], [False, True, False]]
    asked = question([400, 30, 5], [[200, 7, 2]], groups, [[False, False, True]], unit=1)
    assert not judge(asked).any()


def test_two_weightings_at_full_precision_tell_strata_apart() -> None:
    asked = question(
        [6, 7], [[2, 5]], [[True, True]], [[False, True]], 1e-6, weights=[2.2, 4.4], both=True
    )
    assert judge(asked).all()
    one = question([6, 7], [[2, 5]], [[True, True]], [[False, True]], 1e-6)
    assert not judge(one).any()


def test_nobody_in_a_group_pins_the_groups_inside_it() -> None:
    asked = question([20, 5], [[0, 0]], [[True, True]], [[False, True]], unit=0.1)
    assert judge(asked).all()


def test_a_stratum_with_a_weight_of_its_own_shows_in_an_exact_weighted_total() -> None:
    asked = question(
        [10, 10, 4],
        [[4, 6, 3]],
        [[True, True, True], [True, True, False]],
        [[False, False, True]],
        1e-6,
        weights=[2.0, 2.0, 7.0],
    )
    assert judge(asked).all()


def test_clusters_that_cross_sectors_pin_a_crossing() -> None:
    # Sectors a and b; cluster c is all of a and one organisation of b.
    groups = [[True, False, False], [False, True, True], [True, True, False]]
    asked = question([30, 1, 30], [[12, 1, 8]], groups, [[False, True, False]])
    assert judge(asked).all()
    nested = question([30, 1, 30], [[12, 1, 8]], groups[:2], [[False, True, False]])
    assert not judge(nested).any()


def test_a_hidden_group_that_is_an_answer_shows_when_the_other_answers_do() -> None:
    # By innovation type, everyone has one of three sectors; two of them are shown.
    asked = question([20], [[11], [6], [3]], [[True]], [[True]], unit=1, exclusive=True)
    hidden = Question(
        asked.members,
        asked.counts,
        (*asked.figures[:2], Figures(np.zeros((0, 1)), np.zeros(0), np.zeros(0))),
        asked.targets,
        np.array([[False], [False], [True]]),
        True,
    )
    assert judge(hidden)[2, 0]


def test_what_is_not_finished_is_not_called_protected() -> None:
    random = np.random.default_rng(5)
    groups = random.random((12, 40)) < 0.5
    asked = question(
        [3] * 40,
        [random.integers(0, 4, 40).tolist()],
        groups.tolist(),
        (np.eye(40) > 0).tolist(),
        1e-6,
        weights=random.random(40).round(9).tolist(),
    )
    verdict = attack(asked, Effort(nodes=1, seconds=1e-3, every=True))
    open_ones = verdict.high > verdict.low
    assert (open_ones | verdict.pinned | verdict.unjudged).all()
    assert verdict.unjudged.any()


def test_of_very_many_profiles_those_of_a_small_hidden_group_are_tried_in_little_memory() -> None:
    random = np.random.default_rng(11)
    size, small = 20_000, 12
    groups = np.stack([np.ones(size, bool), np.arange(size) >= small, random.random(size) < 0.5])
    asked = question(
        [1] * size,
        [random.integers(0, 2, size).tolist()],
        groups.tolist(),
        [(np.arange(size) < small).tolist()],
        weights=random.random(size).tolist(),
    )
    tracemalloc.start()
    verdict = attack(asked, Effort(ways=("exchange",)))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (verdict.low < verdict.high).all()
    assert most < 200 * 1024**2


def test_as_many_profiles_are_chosen_of_each_group_and_of_the_rest() -> None:
    places = np.arange(1, 1000)
    groups = np.zeros((2, 1000), bool)
    groups[0, [5, 6, 7]] = groups[1, 100:300] = True
    chosen = spread(places, groups, 90)
    assert {5, 6, 7} <= set(chosen)
    assert np.isin(chosen, np.arange(100, 300)).sum() == len(chosen) - 3 - 30 == 30
    assert (spread(places, groups, 999) == places).all()
    assert spread(places, np.ones((1, 1000), bool), 10).tolist() == [1, 250, 500, 749, 999]
