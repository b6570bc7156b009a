"""Asks PostgreSQL, Redis and S3 whether they answer, and says which one does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest.errors import RefusedError, reason
from orchestration.services import PATIENCE, VARIABLES, Service, Services, shown
from orchestration.store import Store

if TYPE_CHECKING:
    from sqlalchemy import Connection


def check(services: Services, *needed: Service) -> None:
    """Check that services answer.

    Args:
        services: where they are.
        needed: those to ask; without any all that have an address.

    Raises:
        RefusedError: one does not answer, or has no address.
    """
    every: tuple[Service, ...] = ("superset", "history", "redis", "store")
    for service in needed or [one for one in every if getattr(services, one)]:
        if service == "redis":
            _ask_redis(services)
        elif service == "store":
            Store.of(services).ask()
        else:
            _ask_postgres(services, service)


def fault(services: Services) -> RefusedError | None:
    """Return why a service does not answer; None if all do."""
    try:
        check(services)
    except RefusedError as found:
        return found
    return None


def with_driver(address: str) -> str:
    """Return an address of PostgreSQL as SQLAlchemy takes it."""
    from sqlalchemy import make_url

    url = make_url(address).set(drivername="postgresql+psycopg2")
    return url.render_as_string(hide_password=False)


@contextmanager
def postgres(services: Services, service: Service) -> Iterator[Connection]:
    """Connect to the PostgreSQL of a service."""
    from sqlalchemy import create_engine, pool

    engine = create_engine(
        with_driver(services.address(service)),
        poolclass=pool.NullPool,
        connect_args={"connect_timeout": PATIENCE},
    )
    with engine.connect() as connection:
        yield connection


def _ask_postgres(services: Services, service: Service) -> None:
    from sqlalchemy.exc import DBAPIError

    address = services.address(service)
    try:
        with postgres(services, service):
            pass
    except DBAPIError as error:
        raise RefusedError(
            "orchestration.postgres_down",
            shown(address),
            reason=reason(error.orig or error),
            variable=VARIABLES[service],
        ) from None


def _ask_redis(services: Services) -> None:
    from redis import Redis, RedisError

    address = services.address("redis")
    limits = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    try:
        with Redis.from_url(address, **limits) as client:
            client.ping()
    except (RedisError, OSError) as error:
        raise RefusedError(
            "orchestration.redis_down",
            shown(address),
            reason=reason(error),
            variable=VARIABLES["redis"],
        ) from None
