"""What runs beside an installation in production: PostgreSQL, Redis and S3."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, UrlConstraints, ValidationError
from pydantic.networks import AnyUrl, IPvAnyAddress

from ingest.errors import RefusedError
from ingest.models import Model

Service = Literal["superset", "history", "redis", "store"]
VARIABLES: Final = {
    "superset": "BAROMETER_SUPERSET_POSTGRES",
    "history": "BAROMETER_DAGSTER_POSTGRES",
    "redis": "BAROMETER_REDIS",
    "store": "BAROMETER_STORE",
    "store_endpoint": "BAROMETER_STORE_ENDPOINT",
    "listen": "BAROMETER_LISTEN",
    "schedule": "BAROMETER_SCHEDULE",
}
# What an address looks like, for who gave another one.
FORMS: Final = {
    "superset": "postgresql://user:password@host:5432/superset",
    "history": "postgresql://user:password@host:5432/dagster",
    "redis": "redis://:password@host:6379/0",
    "store": "s3://bucket/folder",
    "store_endpoint": "http://host:9000",
    "listen": "127.0.0.1",
    "schedule": "0 3 * * *",
}
# What `make production` adds to the environment, and this file needs.
PACKAGES: Final = ("psycopg2", "dagster_postgres", "redis", "boto3")
PATIENCE: Final = 5  # seconds for a service to answer

PostgresUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["postgresql"], host_required=True)]
RedisUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["redis", "rediss"])]
S3Url = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["s3"], host_required=True)]
HttpUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["http", "https"])]
CRON = r"^\s*(\S+\s+){4}\S+\s*$"


class Services(Model):
    """Where the services are; without an address the one-machine profile is used.

    Attributes:
        superset: PostgreSQL for Superset's own data; SQLite without it.
        history: PostgreSQL for Dagster's, with its queue; SQLite and no queue without it.
        redis: caches, sessions and limits of Superset, and the queue of its worker.
        store: where raw data and releases are copied to.
        store_endpoint: the address of what speaks as S3 does; that of the region without it.
        listen: the address that servers listen on.
        schedule: when the daemon builds what changed, as cron writes it, in UTC.
    """

    superset: PostgresUrl | None = None
    history: PostgresUrl | None = None
    redis: RedisUrl | None = None
    store: S3Url | None = None
    store_endpoint: HttpUrl | None = None
    listen: IPvAnyAddress = Field(default="127.0.0.1", validate_default=True)
    schedule: str = Field(default="0 3 * * *", pattern=CRON)

    @classmethod
    def from_environment(cls) -> Services:
        """Read the variables of the environment.

        Raises:
            RefusedError: one of them is no address of its kind. It is not repeated: it may hold a
                password.
        """
        given = {name: os.environ[key] for name, key in VARIABLES.items() if os.environ.get(key)}
        try:
            services = cls.model_validate(given)
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0])
            raise RefusedError(
                "orchestration.service_unknown", VARIABLES[name], form=FORMS[name]
            ) from None
        wanted = {name for name in ("superset", "history", "redis", "store") if name in given}
        if wanted and (missing := [name for name in PACKAGES if find_spec(name) is None]):
            raise RefusedError(
                "orchestration.production_missing", VARIABLES[min(wanted)], missing=missing
            )
        return services

    def address(self, service: Service) -> str:
        """Return the address of a service.

        Raises:
            RefusedError: there is none.
        """
        if found := getattr(self, service):
            return str(found)
        raise RefusedError("orchestration.service_missing", VARIABLES[service], form=FORMS[service])


def shown(address: str) -> str:
    """Return an address without the name and password in it."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
