"""What is checked of the marts before a release: Great Expectations, and an attack on them."""

from collections.abc import Iterator

import dagster as dg

from expectations.suites import suite_files
from orchestration.check_results import check_result
from orchestration.check_worker import Call
from orchestration.memory import duckdb_options
from orchestration.publishing import MARTS
from orchestration.releases import Releases
from orchestration.settings import Settings

TABLE = "mart_indicator"
NAME = "published"
HIDDEN = "hidden_counts"


def definitions(
    settings: Settings, *, accept_removed: bool, call: Call, **_: object
) -> dg.Definitions:
    """One check per mart that a suite looks at; all are evaluated in one go."""
    tables = list(dict.fromkeys(suite.table for suite in suite_files()))
    specs = [
        dg.AssetCheckSpec(NAME, asset=dg.AssetKey([MARTS, table]), blocking=True)
        for table in tables
    ]

    @dg.multi_asset_check(name="published_marts", specs=specs, can_subset=True)
    def published_marts(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        from expectations.checks import check_marts
        from expectations.runner import write_docs

        last = None if accept_removed else Releases(settings).newest_whole()
        findings = call(
            check_marts,
            settings.warehouse,
            last and Releases(settings).file(last.release_id),
            settings.quality,
        )
        for key in context.selected_asset_check_keys:
            table = key.asset_key.path[-1]
            yield check_result(
                NAME,
                key.asset_key,
                [finding for finding in findings if finding.table == table],
            )
        call.ahead(write_docs, settings.quality)  # the release does not wait for it

    @dg.asset_check(
        name=HIDDEN,
        asset=dg.AssetKey([MARTS, TABLE]),
        blocking=True,
        description="Whether what is shown leaves more than one value for every hidden count.",
    )
    def hidden_counts() -> dg.AssetCheckResult:
        from expectations.disclosure.gate import check_disclosure

        options = duckdb_options(settings.memory, settings.spill)
        findings = call(
            check_disclosure, settings.warehouse, settings.disclosure, tuple(options.items())
        )
        # Generated answers have nobody to protect: there a pinned count is a warning.
        refuses = any(finding.refuses for finding in findings)
        severity = dg.AssetCheckSeverity.ERROR if refuses else dg.AssetCheckSeverity.WARN
        return check_result(HIDDEN, dg.AssetKey([MARTS, TABLE]), findings, severity)

    return dg.Definitions(asset_checks=[published_marts, hidden_counts])
