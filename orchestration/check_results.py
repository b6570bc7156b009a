"""Turns findings of Great Expectations into Dagster check results, and results into rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import dagster as dg

from expectations.runner import Finding
from ingest.messages import Names, Phrase, Spoken
from orchestration.releases import CheckRow

FINDINGS = "findings"
WARNED = "a warning; the run history tells more"


def check_result(
    name: str,
    asset: dg.AssetKey,
    findings: Sequence[Finding],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> dg.AssetCheckResult:
    """One check result for all findings on an asset; it carries every one of them."""
    failed = [finding.message for finding in findings if not finding.passed]
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=asset,
        passed=not failed,
        severity=severity,
        description=" ".join(failed) or str(Phrase("orchestration.all_passed", n=len(findings))),
        metadata={FINDINGS: dg.MetadataValue.json([asdict(finding) for finding in findings])},
    )


def findings_of(evaluation: dg.AssetCheckEvaluation) -> list[Finding]:
    """Return the findings that a check result carries; a test of dbt carries none."""
    return [Finding(**finding) for finding in _value(evaluation.metadata.get(FINDINGS)) or ()]


def rows_of(evaluation: dg.AssetCheckEvaluation) -> list[CheckRow]:
    """Return the rows of `mart_data_quality` for one check result."""
    table = evaluation.asset_key.path[-1]
    if carried := findings_of(evaluation):
        return [
            CheckRow(
                check=f"{finding.suite}: {finding.rule}",
                table=finding.table,
                passed=finding.passed,
                # A warning quotes answers and numbers of rows; these stay in the run history.
                observed=finding.observed if finding.passed else WARNED,
            )
            for finding in carried
        ]
    failed_rows = evaluation.metadata.get("dagster_dbt/failed_row_count")
    observed = f"{_value(failed_rows)} rows against it" if failed_rows else ""
    return [
        CheckRow(
            check=evaluation.check_name, table=table, passed=evaluation.passed, observed=observed
        )
    ]


def last_results(
    instance: dg.DagsterInstance, keys: Sequence[dg.AssetCheckKey]
) -> tuple[list[CheckRow], list[Spoken]]:
    """Look up the last result of every check, whatever run it came from.

    Returns:
        Rows for `mart_data_quality`, and messages: one for every check that failed, one for all
        that were never run, and one for all that were run before their asset was made last.
    """
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(keys))
    made = instance.get_latest_materialization_events({key.asset_key for key in keys})
    rows: list[CheckRow] = []
    refused: list[Spoken] = []
    pending: list[str] = []
    outdated: list[str] = []
    for key in keys:
        record = records.get(key)
        evaluation = record.evaluation if record else None
        event = made.get(key.asset_key)
        # A run that broke off leaves checks that were planned and never evaluated.
        if record is None or not isinstance(evaluation, dg.AssetCheckEvaluation):
            pending.append(key.to_user_string())
        elif event and record.event and event.timestamp > record.event.timestamp:
            outdated.append(key.to_user_string())
        else:
            rows += rows_of(evaluation)
            if not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR:
                refused.append(_failed(key, evaluation))
    if pending:
        refused.append(Phrase("orchestration.checks_not_run", checks=pending))
    if outdated:
        refused.append(Phrase("orchestration.checks_outdated", checks=outdated))
    return rows, refused


def _failed(key: dg.AssetCheckKey, evaluation: dg.AssetCheckEvaluation) -> Spoken:
    findings = [finding for finding in findings_of(evaluation) if not finding.passed]
    message = Names(findings, len(findings), " ") if findings else evaluation.description or ""
    return Phrase("orchestration.check_failed", check=key.to_user_string(), message=message)


def _value(metadata: Any) -> Any:
    return getattr(metadata, "value", metadata)
