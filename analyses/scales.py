"""How well the items of a scale go together, and whether they work alike in two waves.

Everything follows from moments of respondents who answered every item. Frames of moments have a row
for each pair of items, an item with itself too, the first in alphabetical order as `item`:

| column | meaning |
| --- | --- |
| survey, wave, concept, base | the scale |
| added | item that was asked beside the scale, with all items of the scale; empty for the scale |
| item, other_item | the pair; an item has the same name in every wave |
| n | respondents who answered every item |
| mean | mean of `item` |
| covariance | covariance of the pair, with divisor n |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import fdtri

from analyses.one_factor import LEVELS, Fit, Floats, Moments, NoSolutionError, fit

if TYPE_CHECKING:
    import pandas as pd

SCALE = ["survey", "wave", "concept", "base"]
COMPUTED = "computed"
NORMAL_975 = 1.959963984540054
SIMULATIONS = 500  # of parallel analysis
SEED = 20210101  # so that every build simulates the same
EIGENVALUES = 3  # that are shown


@dataclass(frozen=True)
class Needs:
    """What a factor analysis needs at least.

    Attributes:
        respondents: with an answer to every item.
        respondents_per_item: the same for each item.
        items: items of the scale.
    """

    respondents: float
    respondents_per_item: float
    items: float

    def unmet(self, moments: Moments) -> str | None:
        """Return why moments cannot be analysed, as a code; nothing where they can."""
        items = len(moments.mean)
        if items < self.items:
            return "too_few_items"
        if moments.n < max(self.respondents, self.respondents_per_item * items):
            return "too_few_answers"
        # One code with items that follow from others: a release does not say that all answered
        # alike.
        if (np.diag(moments.covariance) <= 0).any():
            return "singular"
        return None


def alpha(covariance: Floats) -> float:
    """Cronbach's alpha of the sum of k items (Cronbach, 1951, Psychometrika 16, 297-334)."""
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def alpha_interval(found: float, n: int, k: int) -> tuple[float, float]:
    """95 % interval of alpha of k items and n respondents (Feldt, 1965, Psychometrika 30, 357-370).

    It assumes normal answers with equal covariances.
    """
    low, high = fdtri(n - 1, (n - 1) * (k - 1), [0.975, 0.025])
    return float(1 - (1 - found) * low), float(1 - (1 - found) * high)


def omega(model: Fit) -> tuple[float, float, float]:
    """McDonald's omega total of one factor, with a 95 % interval.

    omega = (sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses) (McDonald, 1999, Test
    Theory). The interval is by the delta method on the logit, which keeps it within 0 to 1 (Raykov
    and Marcoulides, 2011, Introduction to Psychometric Theory, chapter 7). It assumes that one
    factor fits and that answers are normal.
    """
    total, error = model.loadings[0].sum(), model.uniquenesses[0].sum()
    ratio = total**2 / error
    k = len(model.loadings[0])
    # Of log(ratio), which is the logit of omega.
    slope = np.concatenate([np.full(k, 2 / total), np.full(k, -1 / error)])
    wide = NORMAL_975 * np.sqrt(slope @ model.covariance @ slope)
    low, high = ratio * np.exp(-wide), ratio * np.exp(wide)
    return ratio / (1 + ratio), low / (1 + low), high / (1 + high)


def item_rest(covariance: Floats) -> Floats:
    """Correlation of each item with the sum of the others."""
    own = np.diag(covariance)
    with_rest = covariance.sum(axis=0) - own
    of_rest = covariance.sum() - own - 2 * with_rest
    found: Floats = with_rest / np.sqrt(own * of_rest)
    return found


def parallel_factors(eigenvalues: Floats, n: int) -> int:
    """Number of factors by parallel analysis.

    Factors count until the first eigenvalue of the correlations that is not above the 95th
    percentile of those of unrelated normal items (Horn, 1965, Psychometrika 30, 179-185; Glorfeld,
    1995, Educational and Psychological Measurement 55, 377-393). Covariances of n respondents are
    drawn from their Wishart distribution (Bartlett's decomposition, 1933), with a fixed seed.

    Args:
        eigenvalues: of p items, the largest first.
        n: number of respondents, more than p.
    """
    p = len(eigenvalues)
    rng = np.random.default_rng(SEED)
    triangle = np.tril(rng.standard_normal((SIMULATIONS, p, p)), -1)
    index = np.arange(p)
    triangle[:, index, index] = np.sqrt(rng.chisquare(n - 1 - index, (SIMULATIONS, p)))
    drawn = triangle @ triangle.transpose(0, 2, 1)
    deviation = np.sqrt(drawn[:, index, index])
    drawn /= deviation[:, :, None] * deviation[:, None, :]
    bound = np.quantile(np.linalg.eigvalsh(drawn)[:, ::-1], 0.95, axis=0)
    above = eigenvalues > bound
    return p if above.all() else int(np.argmin(above))


SCALE_FIGURES = {
    "n": "int64",
    "items": "int64",
    "status": "str",
    **{f"eigenvalue_{place + 1}": "float64" for place in range(EIGENVALUES)},
    "factors": "float64",
    "variance_explained": "float64",
    **{f"{one}{end}": "float64" for one in ("alpha", "omega") for end in ("", "_low", "_high")},
    **dict.fromkeys(("chi_square", "df", "cfi", "rmsea", "srmr"), "float64"),
}


def scales(moments: pd.DataFrame, needs: Needs) -> pd.DataFrame:
    """Describe each scale by one factor.

    Args:
        moments: pairs of items, see the module.
        needs: what an analysis needs at least.

    Returns:
        One row per survey, wave, concept and base: `n`, `items`, `status` (`computed`, or why there
        is no factor), `eigenvalue_1` to `eigenvalue_3` and `factors` of the correlations,
        `variance_explained` by the factor (0-1), `alpha` and `omega` with `_low` and `_high`, and
        `chi_square`, `df`, `cfi`, `rmsea` and `srmr` of one factor. What has no value is empty.
    """
    of_scales = moments[moments["added"].isna()]
    rows = [{**key, **_scale(_moments(pairs), needs)} for key, pairs in _groups(of_scales, SCALE)]
    return _frame(rows, SCALE, SCALE_FIGURES)


def _scale(moments: Moments, needs: Needs) -> dict[str, Any]:
    k, n = len(moments.mean), moments.n
    row: dict[str, Any] = {"n": n, "items": k, "status": needs.unmet(moments)}
    if row["status"]:
        return row
    eigenvalues: Floats = np.linalg.eigvalsh(moments.correlation)[::-1].astype(float)
    row |= {f"eigenvalue_{place + 1}": eigenvalues[place] for place in range(EIGENVALUES)}
    row["factors"] = parallel_factors(eigenvalues, n)
    row["alpha"] = alpha(moments.covariance)
    row["alpha_low"], row["alpha_high"] = alpha_interval(row["alpha"], n, k)
    try:
        model = fit([moments])
    except NoSolutionError as none:
        return row | {"status": none.reason}
    row["omega"], row["omega_low"], row["omega_high"] = omega(model)
    row |= {name: getattr(model, name) for name in ("chi_square", "df", "cfi", "rmsea", "srmr")}
    explained = (_standardised(model) ** 2).mean()
    return row | {"status": COMPUTED, "variance_explained": explained}


ITEM_FIGURES = {
    "in_scale": "bool",
    "status": "str",
    **dict.fromkeys(("loading", "item_rest", "alpha_if_dropped"), "float64"),
}


def scale_items(moments: pd.DataFrame, needs: Needs) -> pd.DataFrame:
    """Describe each item of a scale, and each item that was asked beside it.

    Args:
        moments: pairs of items, see the module.
        needs: what an analysis needs at least.

    Returns:
        One row per survey, wave, concept, base and item: `in_scale`, `status` (`computed`, or why
        there is no loading), `loading` (correlation of item and factor), `item_rest` (correlation
        with the sum of the other items of the scale) and `alpha_if_dropped`. An item beside the
        scale is analysed together with the scale: what it would be as one of its items.
    """
    rows: list[dict[str, Any]] = []
    for key, pairs in _groups(moments.assign(added=moments["added"].fillna("")), [*SCALE, "added"]):
        added = key.pop("added")
        rows += [
            {**key, **row, "in_scale": not added}
            for row in _items(_moments(pairs), sorted(pairs["item"].unique()), needs)
            if added in ("", row["item"])
        ]
    return _frame(rows, [*SCALE, "item"], ITEM_FIGURES)


def _items(moments: Moments, names: list[str], needs: Needs) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"item": name, "status": needs.unmet(moments) or COMPUTED} for name in names
    ]
    if rows[0]["status"] != COMPUTED:
        return rows
    index = np.arange(len(names))
    rest = item_rest(moments.covariance)
    for place, row in enumerate(rows):
        others = index[index != place]
        row["item_rest"] = rest[place]
        row["alpha_if_dropped"] = alpha(moments.covariance[np.ix_(others, others)])
    try:
        loadings = _standardised(fit([moments]))
    except NoSolutionError as none:
        return [{**row, "status": none.reason} for row in rows]
    return [{**row, "loading": loading} for row, loading in zip(rows, loadings, strict=True)]


INVARIANCE_FIGURES = {
    "from_n": "int64",
    "to_n": "int64",
    "items": "int64",
    "status": "str",
    **dict.fromkeys(("chi_square", "df", "cfi", "rmsea"), "float64"),
}


def invariance(moments: pd.DataFrame, needs: Needs) -> pd.DataFrame:
    """Fit one factor to each pair of waves, with more and more that is equal.

    Waves count as independent samples. All items must be the same in both waves: partial invariance
    is not looked for.

    Args:
        moments: pairs of items, see the module; `item` is the same in every wave that asked it.
        needs: what an analysis needs at least.

    Returns:
        One row per survey, concept, base, `from_wave`, `to_wave` and `level` (`configural`,
        `metric`, `scalar`): `from_n`, `to_n`, `items` that both waves have, `status` (`computed`,
        or why not), `chi_square`, `df`, `cfi` and `rmsea`.
    """
    key_columns = [name for name in SCALE if name != "wave"]
    rows: list[dict[str, Any]] = []
    for key, group in _groups(moments[moments["added"].isna()], key_columns):
        waves = [(wave["wave"], pairs) for wave, pairs in _groups(group, ["wave"])]
        for (from_wave, earlier), (to_wave, later) in combinations(waves, 2):
            key |= {"from_wave": from_wave, "to_wave": to_wave}
            rows += [{**key, **row} for row in _levels(earlier, later, needs)]
    return _frame(rows, [*key_columns, "from_wave", "to_wave", "level"], INVARIANCE_FIGURES)


def _levels(earlier: pd.DataFrame, later: pd.DataFrame, needs: Needs) -> list[dict[str, Any]]:
    groups = [_moments(earlier), _moments(later)]
    items = [set(pairs["item"]) for pairs in (earlier, later)]
    row = {"from_n": groups[0].n, "to_n": groups[1].n, "items": len(items[0] & items[1])}
    unmet = needs.unmet(groups[0]) or needs.unmet(groups[1])
    if items[0] != items[1]:
        unmet = "other_items"
    rows: list[dict[str, Any]] = []
    for level in LEVELS:
        found: dict[str, Any] = {"level": level, "status": unmet or COMPUTED}
        if not unmet:
            try:
                model = fit(groups, level)
            except NoSolutionError as none:
                found["status"] = none.reason
            else:
                names = ("chi_square", "df", "cfi", "rmsea")
                found |= {name: getattr(model, name) for name in names}
        rows.append({**row, **found})
    return rows


def _standardised(model: Fit) -> Floats:
    """Loadings of a group as correlations of item and factor."""
    implied = model.loadings[0] ** 2 + model.uniquenesses[0]
    found: Floats = model.loadings[0] / np.sqrt(implied)
    return found


def _groups(
    frame: pd.DataFrame, columns: list[str]
) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Split a frame by columns, in their order."""
    for values, group in frame.groupby(columns, sort=True):
        yield dict(zip(columns, values, strict=True)), group


def _moments(pairs: pd.DataFrame) -> Moments:
    """Moments of one scale in one wave, items in the order of their names."""
    table = pairs.pivot(index="item", columns="other_item", values="covariance").to_numpy(float)
    return Moments(
        n=int(pairs["n"].iloc[0]),
        mean=pairs.groupby("item")["mean"].first().to_numpy(float),
        covariance=np.triu(table) + np.triu(table, 1).T,
    )


def _frame(rows: list[dict[str, Any]], key: list[str], figures: dict[str, str]) -> pd.DataFrame:
    """Rows as a frame with all columns, and types that hold without rows too."""
    import pandas as pd

    types = {**dict.fromkeys(key, "str"), **figures}
    return pd.DataFrame(rows, columns=list(types)).astype(types)
