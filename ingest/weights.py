"""Weights of respondents: from the file, or raked to known margins of the population."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.errors import RefusedError
from ingest.models import Answers

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Floats = npt.NDArray[np.float64]

PRECISION = 1e-10  # relative, of a margin that is met
MOST_ROUNDS = 1000
LARGEST_WEIGHT = 20  # times the mean; with more, one respondent would decide the figures of a group


def weights(data: pa.Table, answers: Answers, where: str) -> pa.Array:
    """Return the weight of every respondent.

    Args:
        data: one text column per variable.
        answers: how the manifest describes the file.
        where: survey and wave, for messages.

    Returns:
        Doubles, as many as rows; null where only the frame gives a weight, or nothing does.

    Raises:
        RefusedError: a weight that is no positive number, a respondent without the answer that
            a margin needs, a margin without respondents, or margins that contradict each other.
    """
    import numpy as np
    import pyarrow as pa

    design, size = answers.design, data.num_rows
    if design is None or not (design.weight or design.margins):
        return pa.nulls(size, pa.float64())
    given = np.ones(size)
    if design.weight:
        given = _numbers(data.column(design.weight), design.weight, where)
        _refuse_large(given, design.weight, where)
    if not design.margins:
        return pa.array(given)
    groups, targets = [], []
    for variable, margin in design.margins.items():
        codes = np.array(data.column(variable).to_pylist(), dtype=object)
        place = {code: number for number, code in enumerate(margin)}
        group = np.array([place.get(code, -1) for code in codes])
        if (group < 0).any():
            row = int(np.flatnonzero(group < 0)[0])
            raise RefusedError(
                "margin_without_answer",
                where,
                variable=variable,
                code=codes[row] or "",
                row=row + 1,
                known=list(place),
            )
        if empty := [code for code, number in place.items() if not (group == number).any()]:
            raise RefusedError("margin_without_respondents", where, variable=variable, codes=empty)
        groups.append(group)
        targets.append(np.array(list(margin.values()), float))
    totals = {name: sum(margin.values()) for name, margin in design.margins.items()}
    alike = max(totals.values()) - min(totals.values()) <= PRECISION * max(totals.values())
    raked = rake(given, groups, targets) if alike else None
    if raked is None:
        raise RefusedError("margins_exclude_each_other", where, totals=totals)
    return pa.array(raked)


def rake(start: Floats, groups: list[npt.NDArray[np.intp]], targets: list[Floats]) -> Floats | None:
    """Adjust weights to margins by iterative proportional fitting.

    Deming and Stephan (1940), Annals of Mathematical Statistics 11, 427-444; R: survey::rake.

    Args:
        start: a positive weight per respondent.
        groups: per margin, the group of every respondent, from 0.
        targets: per margin, the total weight that each group must have.

    Returns:
        A weight per respondent; nothing when the margins cannot be met together.
    """
    import numpy as np

    weights = start.copy()
    for _ in range(MOST_ROUNDS):
        for group, target in zip(groups, targets, strict=True):
            weights *= (target / np.bincount(group, weights, len(target)))[group]
        if all(
            np.allclose(np.bincount(group, weights, len(target)), target, PRECISION, 0)
            for group, target in zip(groups, targets, strict=True)
        ):
            return weights
    return None


def _numbers(column: pa.ChunkedArray, variable: str, where: str) -> Floats:
    import numpy as np

    numbers = np.empty(len(column))
    for row, text in enumerate(column.to_pylist()):
        try:
            numbers[row] = float(text)
        except (TypeError, ValueError):
            numbers[row] = np.nan
        if not 0 < numbers[row] < np.inf:
            raise RefusedError(
                "weight_not_positive", where, variable=variable, row=row + 1, value=text or ""
            )
    return numbers


def _refuse_large(weights: Floats, variable: str, where: str) -> None:
    if not len(weights):
        return
    row, most = int(weights.argmax()), LARGEST_WEIGHT * float(weights.mean())
    if weights[row] > most:
        raise RefusedError(
            "weight_too_large",
            where,
            variable=variable,
            value=float(weights[row]),
            row=row + 1,
            most=most,
            times=LARGEST_WEIGHT,
        )
