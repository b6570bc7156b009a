"""Great Expectations over the marts, as one blocking check per table."""

from collections.abc import Iterator

import dagster as dg

from expectations.suites import suite_files
from orchestration.quality import check_result
from orchestration.settings import Settings

NAME = "published"
SCHEMAS = "reporting,core,intermediate,seeds"


def definitions(settings: Settings, *, accept_removed: bool, **_: object) -> dg.Definitions:
    """One check per mart that a suite looks at; all are evaluated in one go."""
    tables = list(dict.fromkeys(suite.table for suite in suite_files()))
    specs = [
        dg.AssetCheckSpec(NAME, asset=dg.AssetKey(["reporting", table]), blocking=True)
        for table in tables
    ]

    @dg.multi_asset_check(name="published_marts", specs=specs)
    def published_marts() -> Iterator[dg.AssetCheckResult]:
        import duckdb

        from expectations.runner import run
        from expectations.suites import mart_suites

        with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
            connection.execute(f"set search_path = '{SCHEMAS}'")
            last = settings.current.exists() and not accept_removed
            if last:
                connection.execute(f"attach '{settings.current}' as last (read_only)")
            suites = mart_suites(connection, last_release=last)
        findings = run(suites, settings.quality, docs=True)
        for table in tables:
            yield check_result(
                NAME,
                dg.AssetKey(["reporting", table]),
                [finding for finding in findings if finding.table == table],
            )

    return dg.Definitions(asset_checks=[published_marts])
