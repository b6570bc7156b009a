"""Keeps answers for the release from which they were read, and whole ones for who asks again.

Superset keeps the rows of a query, and takes a tenth of a second of the processor to look up who
asks, what the chart is and what they may see, before it gives them. For one question of one reader
that cannot have changed while neither the release nor anything in Superset's own database has.
"""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from cachelib.file import FileSystemCache as Files
from cachelib.redis import RedisCache as InRedis
from flask import Response, current_app, g, has_request_context, request, session
from flask_caching.backends.filesystemcache import FileSystemCache
from flask_caching.backends.rediscache import RedisCache
from superset_services import POSTGRES, REDIS, redis

_HOME = Path(os.environ["BAROMETER_HOME"])
_CURRENT = _HOME / "releases" / "current.duckdb"
_DAY = 24 * 60 * 60
_ANSWERS = (
    InRedis(redis(), key_prefix="barometer whole ")
    if REDIS
    else Files(str(_HOME / "superset" / "cache" / "whole"), threshold=5000, mode=0o600)
)
# Where the header of a SQLite file counts the transactions that changed it
# (https://www.sqlite.org/fileformat.html, 1.3).
_CHANGES = slice(24, 28)


def release() -> str:
    """Return the current release; within a request always that of its begin."""
    if not has_request_context():
        return _current()
    if "barometer_release" not in g:
        g.barometer_release = _current()
    return str(g.barometer_release)


def _current() -> str:
    return _CURRENT.readlink().name if _CURRENT.is_symlink() else ""


class ReleaseCache(FileSystemCache):
    """Keeps answers on disk, for the release from which they were read.

    The release is looked up once per request, before its queries: an answer that was read while the
    release was switched is kept for the earlier one, which no later request asks for.
    """

    def _get_filename(self, key: str) -> str:
        return super()._get_filename(key if key == self._fs_count_file else f"{release()} {key}")


class ReleaseRedisCache(RedisCache):  # type: ignore[misc]
    """The same in Redis."""

    def _get_prefix(self) -> str:
        return f"{super()._get_prefix()}{release()} "


def answer_again() -> Response | None:
    """Give a reader the answer to the question of a page that they got before."""
    question = _question()
    if question is None:
        return None
    release()  # what the answer says it is from
    kept = _ANSWERS.get(question)
    if kept is not None:
        content, encoding = kept
        headers = {"Content-Encoding": encoding} if encoding else {}
        return Response(content, mimetype="application/json", headers=headers)
    g.barometer_question = question
    return None


def keep_answer(answer: Response) -> Response:
    """Keep an answer, if what it depends on is still as it was when it was asked for."""
    question = g.pop("barometer_question", None)
    good = answer.status_code == 200 and answer.mimetype == "application/json"
    if question and good and question == _question():
        kept = (answer.get_data(), answer.headers.get("Content-Encoding"))
        _ANSWERS.set(question, kept, timeout=_DAY if REDIS else 0)
    return answer


def _question() -> str | None:
    """Return a name for a question and all that its answer depends on; None if it is not kept.

    That is: who asks, in which language, what exactly, of which release, and the state of the
    database of Superset, which has the charts, accounts, roles and rules.
    """
    if (request.method, request.path) != ("POST", "/api/v1/chart/data"):
        return None
    asked_by = session.get("_user_id")
    if not asked_by or "Authorization" in request.headers:
        return None
    state = _state_of_superset()
    if state is None or (request.get_json(silent=True) or {}).get("force"):
        return None
    parts = [
        *(str(asked_by), str(session.get("locale")), _current(), state),
        request.query_string.decode("latin-1"),
        *(request.headers.get(name, "") for name in ("Accept", "Accept-Encoding")),
    ]
    return hashlib.sha256("\n".join(parts).encode() + request.get_data()).hexdigest()


def _state_of_superset() -> str | None:
    """Return what changes when Superset's database does; None if that is not known."""
    if POSTGRES:
        return _state_of_postgres()
    scheme, _, path = str(current_app.config["SQLALCHEMY_DATABASE_URI"]).partition(":///")
    if scheme != "sqlite" or Path(f"{path}-wal").exists():
        return None
    with Path(path).open("rb") as database:
        header = database.read(_CHANGES.stop)
    return f"{header[_CHANGES].hex()} {Path(path).stat().st_mtime_ns}"


def _state_of_postgres() -> str:
    """Return what changes with any row of Superset's database.

    PostgreSQL counts no changes of one database by which two states could be told apart: its
    statistics come late, and its transactions are counted with those of all databases of a server,
    also of Dagster, which writes all the time. But a row that is changed becomes another row, in
    another place or by another transaction. So the places and transactions of all rows are a name
    of what is there, exactly. They are some thousands.
    """
    from superset.extensions import db

    with db.engine.connect() as connection:
        return str(connection.execute(_rows_of_postgres()).scalar())


@lru_cache(1)
def _rows_of_postgres() -> str:
    """Return the query for it; tables are added by a set-up only, before a server starts."""
    from superset.extensions import db

    with db.engine.connect() as connection:
        tables = connection.execute(
            "select quote_ident(tablename) from pg_tables where schemaname = current_schema()"
        )
        rows = " union all ".join(
            f"select tableoid, ctid, xmin from {name}"  # noqa: S608 - quoted by PostgreSQL
            for (name,) in tables
        )
    place = "hashtextextended(concat(tableoid, ' ', ctid, ' ', xmin), 0)"
    return f"select concat(count(*), ' ', sum({place}::numeric)) from ({rows}) as every_row"  # noqa: S608
