"""What only production has: a build every night, and a copy of each release in the store."""

import dagster as dg

from ingest.messages import Phrase
from orchestration.defs.release import RELEASE_KEY
from orchestration.freshness import is_up_to_date
from orchestration.settings import Settings

STORE_KEY = dg.AssetKey("store")


def definitions(settings: Settings, *, job: str, **_: object) -> dg.Definitions:
    """A schedule where Dagster has a queue, and an asset where there is a store."""
    return dg.Definitions(
        assets=[_stored(settings)] if settings.services.store else [],
        schedules=[_nightly(settings, job)] if settings.services.history else [],
    )


def _stored(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=STORE_KEY,
        group_name="release",
        deps=[RELEASE_KEY],
        description="Raw data and releases, copied to S3.",
    )
    def store() -> dg.MaterializeResult[None]:
        from orchestration.store import push

        copied = push(settings)
        return dg.MaterializeResult(
            metadata={"copied": copied.copied, "same": copied.same, "removed": copied.removed}
        )

    return store


def _nightly(settings: Settings, job: str) -> dg.ScheduleDefinition:
    @dg.schedule(
        name="nightly",
        job_name=job,
        cron_schedule=settings.services.schedule,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Builds what the sensor does not see, such as new code, if anything changed.",
    )
    def nightly() -> dg.RunRequest | dg.SkipReason:
        if is_up_to_date(settings):
            return dg.SkipReason(str(Phrase("orchestration.nothing_changed")))
        return dg.RunRequest()

    return nightly
