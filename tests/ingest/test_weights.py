"""Weights come with the file, or are raked to margins; what cannot be a weight is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ingest.errors import RefusedError
from ingest.models import Answers
from ingest.weights import rake, weights

SEX, AGE = ["1", "1", "2", "2"], ["1", "2", "1", "2"]


def described(**design: Any) -> Answers:
    items = [
        {
            "variable": name,
            "codelist": "group",
            "base": "employees",
            "wording": {"nl": name, "en": name},
        }
        for name in ("SEX", "AGE")
    ]
    return Answers.model_validate(
        {
            "file": {"name": "proef.parquet", "format": "parquet"},
            "respondent": "ID",
            "design": design or None,
            "codelists": {"group": {1: "een", 2: "twee"}},
            "items": items,
        }
    )


def answered(**columns: list[str | None]) -> pa.Table:
    return pa.table({"ID": list("abcd"), "SEX": SEX, "AGE": AGE, **columns})


MARGINS = {"SEX": {1: 60, 2: 40}, "AGE": {1: 70, 2: 30}}


def test_without_a_design_or_with_a_frame_only_nobody_has_a_weight_of_their_own() -> None:
    for design in ({}, {"stratum": "sector", "frame": {"judiciary": 9}}):
        assert weights(answered(), described(**design), "s/1").null_count == 4


def test_a_weight_in_the_file_is_taken_as_it_is() -> None:
    found = weights(answered(W=["0.5", "1", "2", "2.5"]), described(weight="W"), "s/1")
    assert found.to_pylist() == [0.5, 1, 2, 2.5]


def test_raked_weights_meet_every_margin() -> None:
    found = weights(answered(), described(margins=MARGINS), "s/1").to_numpy()
    # Of independent answers each gets the product of its shares.
    assert found == pytest.approx([42, 18, 28, 12], rel=1e-9)


def test_raking_starts_from_the_weight_in_the_file_and_keeps_its_odds_ratio() -> None:
    start = np.array([1.0, 2, 3, 4])
    groups = [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])]
    found = rake(start, groups, [np.array([60.0, 40]), np.array([70.0, 30])])
    assert found is not None
    assert [found[:2].sum(), found[::2].sum()] == pytest.approx([60, 70], rel=1e-9)
    assert found[0] * found[3] / (found[1] * found[2]) == pytest.approx(1 * 4 / (2 * 3), rel=1e-9)


@pytest.mark.parametrize(
    ("rule", "design", "columns", "told"),
    [
        ("weight_not_positive", {"weight": "W"}, {"W": ["1", "0", "1", "1"]}, "'0' in row 2"),
        ("weight_not_positive", {"weight": "W"}, {"W": ["1", "1", "-3", "1"]}, "'-3' in row 3"),
        ("weight_not_positive", {"weight": "W"}, {"W": ["1", "1", "1", None]}, "'' in row 4"),
        ("weight_not_positive", {"weight": "W"}, {"W": ["1", "1", "1", "veel"]}, "'veel' in row 4"),
        ("margin_without_answer", {"margins": MARGINS}, {"SEX": ["1", "2", None, "1"]}, "row 3"),
        ("margin_without_respondents", {"margins": MARGINS}, {"SEX": ["1"] * 4}, "2 in SEX"),
        (
            "margins_exclude_each_other",
            {"margins": {"SEX": {1: 60, 2: 40}, "AGE": {1: 70, 2: 40}}},
            {},
            "{'SEX': 100.0, 'AGE': 110.0}",
        ),
        (
            # Everyone with the first answer to one has the first to the other as well.
            "margins_exclude_each_other",
            {"margins": MARGINS},
            {"SEX": ["1", "1", "2", "2"], "AGE": ["1", "1", "2", "2"]},
            "their totals are",
        ),
    ],
)
def test_what_cannot_be_a_weight_is_refused(
    rule: str, design: dict[str, Any], columns: dict[str, list[str | None]], told: str
) -> None:
    data = answered()
    for name, column in columns.items():
        data = data.drop_columns([name]) if name in data.column_names else data
        data = data.append_column(name, pa.array(column))
    with pytest.raises(RefusedError) as error:
        weights(data, described(**design), "s/1")
    assert error.value.rule == rule
    assert told in str(error.value), str(error.value)
    assert "Oplossing: " in error.value.text("nl")
