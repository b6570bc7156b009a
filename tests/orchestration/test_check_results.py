"""Results of checks as rows of a release."""

from __future__ import annotations

import dagster as dg

from expectations.runner import Finding
from orchestration.check_results import check_result, rows_of


def test_a_warning_on_answers_is_released_without_the_answers() -> None:
    observed = "17 = 3 in row 12"
    warned, held = (
        Finding(
            "nl_barometer 2021 patterns",
            "nl_barometer/2021",
            "straight_lining",
            "warning",
            passed,
            {"en": observed, "nl": observed},
            {"en": "" if passed else observed, "nl": ""},
        )
        for passed in (False, True)
    )
    key = dg.AssetKey(["raw", "nl_barometer", "2021"])
    result = check_result("file", key, [warned, held])
    evaluation = dg.AssetCheckEvaluation(
        asset_key=key,
        check_name="file",
        passed=False,
        metadata=result.metadata or {},
    )

    first, second = rows_of(evaluation)

    assert not first.passed
    assert "17" not in first.observed
    assert "12" not in first.observed
    assert second.observed == observed
