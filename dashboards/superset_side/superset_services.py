"""Superset on PostgreSQL and Redis, behind a proxy with TLS: what is different in production.

Each follows from a variable of the environment; without any of them nothing changes.
"""

import json
import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import yaml
from celery.schedules import crontab
from flask import Flask
from redis import Redis, RedisError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

POSTGRES = os.environ.get("BAROMETER_SUPERSET_POSTGRES")
REDIS = os.environ.get("BAROMETER_REDIS")
TLS = os.environ.get("BAROMETER_TLS") == "yes"
_PATIENCE = 5  # seconds
_DAY = int(timedelta(days=1).total_seconds())


def redis() -> Redis:
    """Return a client of Redis; it connects when it is used."""
    assert REDIS
    return Redis.from_url(REDIS, socket_connect_timeout=_PATIENCE, socket_timeout=_PATIENCE)


class CeleryConfig:
    """The one thing that a worker does: to forget what was asked in SQL Lab.

    No reader waits for a worker: charts take a tenth of a second, and there are no reports, alerts
    or pictures to make.
    """

    broker_url = REDIS
    imports = ("superset.tasks.scheduler",)
    task_ignore_result = True
    broker_connection_retry_on_startup = True
    beat_schedule = {  # noqa: RUF012 - Celery reads it
        "forget_queries": {
            "task": "prune_query",
            "schedule": crontab(hour=4, minute=0),
            "kwargs": {"retention_period_days": 30},
        }
    }


def settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are another than those given."""
    changed: dict[str, Any] = {}
    if POSTGRES:
        changed |= {
            "SQLALCHEMY_DATABASE_URI": POSTGRES,
            "SQLALCHEMY_ENGINE_OPTIONS": {
                # PostgreSQL may have been started again since a connection was used last.
                "pool_pre_ping": True,
                "connect_args": {"connect_timeout": _PATIENCE},
            },
        }
    if REDIS:
        changed |= {
            "CACHE_CONFIG": _cache("cache", 60),
            "DATA_CACHE_CONFIG": {
                **_cache("answers", _DAY),
                "CACHE_TYPE": "superset_answers.ReleaseRedisCache",
            },
            "FILTER_STATE_CACHE_CONFIG": _cache("filters", 7 * _DAY),
            "EXPLORE_FORM_DATA_CACHE_CONFIG": _cache("explore", 7 * _DAY),
            "SESSION_TYPE": "redis",
            "SESSION_REDIS": redis(),
            "SESSION_KEY_PREFIX": "barometer session ",
            "RATELIMIT_STORAGE_URI": REDIS,
            # Each process counts for itself while Redis is away.
            "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
            "CELERY_CONFIG": CeleryConfig,
        }
    if TLS:
        changed |= {
            "SESSION_COOKIE_SECURE": True,
            "ENABLE_PROXY_FIX": True,
            "TALISMAN_CONFIG": {
                **given["TALISMAN_CONFIG"],
                "session_cookie_secure": True,
                "strict_transport_security": True,
            },
        }
    return changed


def _cache(name: str, seconds: int) -> dict[str, Any]:
    return {
        "CACHE_TYPE": "RedisCache",
        "CACHE_REDIS_URL": REDIS,
        "CACHE_KEY_PREFIX": f"barometer {name} ",
        "CACHE_DEFAULT_TIMEOUT": seconds,
    }


def prepare(app: Flask) -> None:
    """Let no two processes share a connection, and say which service is away."""
    if not (POSTGRES or REDIS):
        return

    def forget_connections() -> None:
        from superset.extensions import db

        with app.app_context():
            db.engine.dispose(close=False)

    os.register_at_fork(after_in_child=forget_connections)
    app.wsgi_app = _SayWhatIsAway(app)  # type: ignore[method-assign]


class _SayWhatIsAway:
    """Answers in place of a fault of Superset, where that comes from PostgreSQL or Redis."""

    def __init__(self, app: Flask) -> None:
        self.app, self.inner = app, app.wsgi_app
        self.words = yaml.safe_load(Path(__file__).with_name("faults.yml").read_text("utf-8"))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = Response.from_app(self.inner, environ)
        if answer.status_code >= 500 and (service := self._away()):
            answer.close()
            answer = self._say(service, "text/html" in environ.get("HTTP_ACCEPT", ""))
        return answer(environ, start_response)

    def _away(self) -> str | None:
        from superset.extensions import db

        if REDIS:
            try:
                redis().ping()
            except RedisError:
                return "Redis"
        if POSTGRES:
            try:
                with self.app.app_context(), db.engine.connect():
                    pass
            except SQLAlchemyError:
                return "PostgreSQL"
        return None

    def _say(self, service: str, is_page: bool) -> Response:
        words = self.words["service_away"]
        texts = {one: words[one]["text"].format(service=service) for one in ("nl", "en")}
        if not is_page:
            return Response(json.dumps({"message": texts["en"]}), 503, mimetype="application/json")
        # Which language a reader chose is not known without the session.
        parts = "".join(
            f'<div lang="{one}"><h1>{words[one]["title"]}</h1><p>{text}</p></div>'
            for one, text in texts.items()
        )
        page = f'<!DOCTYPE html><html lang="nl"><title>{words["nl"]["title"]}</title>{parts}</html>'
        return Response(page, 503, mimetype="text/html")
