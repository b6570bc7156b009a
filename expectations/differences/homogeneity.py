"""Tests whether the answers of two waves differ by more than sampling explains.

Both waves are taken as independent simple random samples, unweighted, as the files hold them:

- Pearson's chi-square of homogeneity over valid answers x wave; with two categories this is the
  square of the pooled two-sample z of a difference of shares (Agresti, Categorical Data Analysis,
  3rd ed., 2013, section 3.2).
- Categories are added together until no expected count is under 5 (Cochran, Biometrics 10, 1954,
  p. 420); what then has one category left is not tested.
- Over all tests of a pair of waves the p-values are corrected by the method of Benjamini and
  Hochberg (Journal of the Royal Statistical Society B 57, 1995, p. 289). Of the shifts that are
  shown, 5 percent are expected to be chance. A wave without any real shift shows one in about 5
  percent of cases. These are things to look into. The verdict on a trend is made in the marts, with
  Holm's stricter correction.

Organisations that answer in both waves and a finite population make the real uncertainty smaller.
So real shifts are found less often than they could be, and chance is not found more often.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

ALPHA = 0.05
POWER = 0.80
LEAST_EXPECTED = 5.0

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Shift:
    """One test: the valid answers of two waves, per category.

    Attributes:
        name: what is tested.
        was: category -> answers in the earlier wave.
        now: category -> answers in this wave.
        p: p-value before correction; None where too few answered.
        adjusted: p-value after correction.
    """

    name: tuple[str, ...]
    was: Counts
    now: Counts
    p: float | None
    adjusted: float | None = None

    @property
    def moved(self) -> bool:
        """Whether sampling does not explain the shift."""
        return self.adjusted is not None and self.adjusted < ALPHA

    def share(self, category: str) -> tuple[float, float]:
        """Return the share of a category then and now, in percent."""
        return _share(self.was, category), _share(self.now, category)

    @property
    def largest(self) -> str:
        """The category whose share moved most; of two categories the first."""
        names = self.categories
        if len(names) == 2:
            return names[0]
        return max(names, key=lambda name: abs(self.share(name)[1] - self.share(name)[0]))

    @property
    def categories(self) -> list[str]:
        """All categories, those of the earlier wave first."""
        return list({**self.was, **self.now})


def _share(counts: Counts, category: str) -> float:
    size = sum(counts.values())
    return 100 * counts.get(category, 0) / size if size else 0.0


def p_value(was: Counts, now: Counts) -> float | None:
    """Return the p-value of homogeneity; None where too few answered for a test."""
    # `scipy.stats` holds the whole test, but takes longer to load than the whole comparison takes.
    from scipy.special import chdtrc

    sizes = (sum(was.values()), sum(now.values()))
    total = sum(sizes)
    if not all(sizes):
        return None
    least = LEAST_EXPECTED * total / min(sizes)  # answers in both waves that a category needs
    cells = sorted(
        ((was.get(name, 0), now.get(name, 0)) for name in {**was, **now}),
        key=lambda cell: sum(cell),
    )
    while len(cells) > 1 and sum(cells[0]) < least:
        (a, b), (c, d), *rest = cells
        cells = sorted([(a + c, b + d), *rest], key=sum)
    if len(cells) < 2:
        return None
    chi_square = sum(
        (count - size * sum(cell) / total) ** 2 / (size * sum(cell) / total)
        for cell in cells
        for count, size in zip(cell, sizes, strict=True)
    )
    return float(chdtrc(len(cells) - 1, chi_square))


def corrected(tests: Sequence[Shift]) -> list[Shift]:
    """Return the tests with p-values corrected for the number of tests."""
    import numpy as np

    tested = [(test.p, place) for place, test in enumerate(tests) if test.p is not None]
    largest_first = sorted(tested, reverse=True)
    ranks = np.arange(len(tested), 0, -1)
    scaled = np.array([p for p, _ in largest_first]) * len(tested) / ranks
    lowest = np.minimum.accumulate(np.minimum(scaled, 1.0)).tolist()
    adjusted = {place: p for (_, place), p in zip(largest_first, lowest, strict=True)}
    return [replace(test, adjusted=adjusted.get(place)) for place, test in enumerate(tests)]


def smallest_shift(sizes: tuple[int, int], tests: int) -> float:
    """Return the shift, in points from 50 percent, that is found in four of five cases.

    Args:
        sizes: valid answers in both waves.
        tests: number of tests in the correction; as if nothing else moved.
    """
    if not (tests and all(sizes)):
        return math.nan
    normal = NormalDist()
    width = normal.inv_cdf(1 - ALPHA / (2 * tests)) + normal.inv_cdf(POWER)
    return 100 * width * math.sqrt(0.25 * sum(1 / size for size in sizes))


def looks_mirrored(was: Sequence[int], now: Sequence[int]) -> bool:
    """Return whether the answers on a scale fit the earlier ones only in reverse.

    Args:
        was: answers per point of the scale in the earlier wave, three or more points.
        now: the same in this wave.
    """
    if len(was) < 3:
        return False
    names = [str(point) for point in range(len(was))]
    then = dict(zip(names, was, strict=True))
    straight = p_value(then, dict(zip(names, now, strict=True)))
    mirrored = p_value(then, dict(zip(names, reversed(now), strict=True)))
    return straight is not None and mirrored is not None and straight < 1e-4 and mirrored > 0.05
