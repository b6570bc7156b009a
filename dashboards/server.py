"""Prepares, starts and stops Superset, which has an environment of its own.

This runs in the pipeline's environment. Superset is a child process, started from `bin_dir`, the
`bin` folder of the other environment. The dashboards are brought there by `provision`.
"""

import errno
import hashlib
import json
import os
import socket
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import requests

from dashboards import credentials, frames, openid
from dashboards.credentials import Credentials
from ingest.errors import RefusedError, SeveralError, reason

HOST = "127.0.0.1"
SUPERSET_SIDE = Path(__file__).parent / "superset_side"
_LOG_LINES_SHOWN = 15


@dataclass(frozen=True)
class Prepared:
    """What `prepare` did: the credentials, whether anything had to be done, and seconds."""

    credentials: Credentials
    changed: bool
    seconds: float


class Server:
    """A running Superset. Use as a context manager, or call `stop`."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.process = process
        self.url = url
        self.log = log

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the process is still there."""
        return self.process.poll() is None

    def stop(self, grace: float = 10.0) -> None:
        """End this server and its workers: ask first, insist after `grace` seconds."""
        if not self.running:
            return
        self.process.terminate()
        try:
            self.process.wait(grace)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def prepare(home: Path, bin_dir: Path, *, in_postgres: bool = False) -> Prepared:
    """Make the credentials and bring Superset's own database up to date.

    The slow part (about 15 seconds) runs only when Superset's version, the set-up or the
    credentials changed since the last time. What is in PostgreSQL may be another database than the
    last time, so there it always runs.

    Args:
        home: the home of the installation.
        bin_dir: the `bin` folder of Superset's environment.
        in_postgres: the database is in PostgreSQL, which the environment names.

    Raises:
        RefusedError: the environment is missing, or Superset's database is damaged.
        SeveralError: the set-up failed; with the end of the log.
    """
    started = time.monotonic()
    home = home.absolute()
    state = _state_dir(home)
    secrets = credentials.load_or_create(home)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    if in_postgres:
        _run_set_up(home, bin_dir, secrets, {})
        return Prepared(secrets, True, time.monotonic() - started)
    stamp_path = state / "prepared"
    stamp = _stamp(home, bin_dir)
    done = stamp_path.exists() and stamp_path.read_bytes() == stamp.encode()
    database = state / "superset.db"
    _check_database(database)
    if not (done and database.exists()):
        _set_up(home, bin_dir, secrets, database)
        stamp_path.write_text(stamp)
        return Prepared(secrets, True, time.monotonic() - started)
    return Prepared(secrets, False, time.monotonic() - started)


def start(home: Path, bin_dir: Path, port: int, timeout: float = 120.0, host: str = HOST) -> Server:
    """Start Superset on a port of this machine and wait until it answers.

    Args:
        home: the home of the installation.
        bin_dir: the `bin` folder of Superset's environment.
        port: the port.
        timeout: seconds to wait.
        host: the address to listen on; that of this machine itself, or one that includes it.

    Raises:
        RefusedError: the port cannot be used, or the settings of the login or of frames do not fit;
            nothing is started then.
        SeveralError: the server stopped, or did not answer within `timeout` seconds; with the end
            of the log.
    """
    home = home.absolute()
    openid.load(home)
    frames.check(os.environ)
    check_port(port, home)
    log = _state_dir(home) / "superset.log"
    command = [
        _tool(bin_dir, "gunicorn"),
        *("--bind", f"{host}:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "8"),
        # Load Superset once and fork: half the time and memory of loading it in each worker.
        "--preload",
        # Two seconds, the default, cuts off a reader who is still between two charts of a page.
        *("--keep-alive", "30"),
        *("--timeout", "120", "--graceful-timeout", "5", "--log-level", "warning"),
        # gunicorn's control socket has one fixed place per user, so two servers would clash.
        "--no-control-socket",
        "superset.app:create_app()",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=_state_dir(home),
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(process, f"http://{HOST}:{port}", log)
    try:
        _wait_until_healthy(server, timeout)
    except BaseException:
        server.stop()
        raise
    return server


def check_port(port: int, home: Path) -> None:
    """Check that a server can listen on 127.0.0.1:`port`.

    Args:
        port: the port.
        home: the home of the installation; its own Superset, left by a command that was killed, is
            told apart from other programs.

    Raises:
        RefusedError: the port is in use, or cannot be used.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise RefusedError(
                    "dashboards.port_unusable", HOST, port=port, problem=reason(error)
                ) from None
            if process := _own_server(port, home):
                raise RefusedError(
                    "dashboards.left_running", HOST, port=port, process=process
                ) from None
            raise RefusedError("dashboards.port_in_use", HOST, port=port) from None


def _own_server(port: int, home: Path) -> str:
    """Return the process of the Superset of this home that answers on a port, if it does."""
    try:
        answer = requests.get(f"http://{HOST}:{port}/health", timeout=2, allow_redirects=False)
    except requests.RequestException:
        return ""
    mark, _, process = answer.headers.get("X-Barometer-Server", "").partition(" ")
    return process if mark == _mark(home) and process.isdigit() else ""


def _mark(home: Path) -> str:
    """Return what an installation is known by, without its path."""
    return hashlib.sha256(str(home.absolute()).encode()).hexdigest()[:16]


def _wait_until_healthy(server: Server, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if not server.running:
            raise _with_log(
                RefusedError(
                    "dashboards.server_stopped", str(server.log), code=server.process.returncode
                ),
                server.log,
            )
        try:
            if requests.get(f"{server.url}/health", timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise _with_log(
        RefusedError("dashboards.server_silent", str(server.log), seconds=timeout), server.log
    )


def _with_log(refused: RefusedError, log: Path) -> SeveralError:
    """Return a refusal with the last lines of a log below it."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return SeveralError([refused, "\n".join(lines[-_LOG_LINES_SHOWN:])])


def _check_database(database: Path) -> None:
    """Refuse a damaged database of Superset: it may hold charts and accounts that people made."""
    if not database.exists():
        return
    try:
        with closing(sqlite3.connect(database)) as store:
            problem = store.execute("pragma quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        problem = str(error)
    if problem != "ok":
        raise RefusedError("dashboards.database_damaged", str(database), problem=problem)


def _set_up(home: Path, bin_dir: Path, secrets: Credentials, database: Path) -> None:
    """Bring a copy of the database up to date, and put it in place when it is complete.

    A set-up that is cut off leaves the database as it was.
    """
    aside = database.with_name("superset.new.db")
    for left in database.parent.glob(f"{aside.name}*"):
        left.unlink()
    if database.exists():
        with closing(sqlite3.connect(database)) as old, closing(sqlite3.connect(aside)) as new:
            old.backup(new)
    _run_set_up(home, bin_dir, secrets, {"BAROMETER_SUPERSET_DATABASE": str(aside)})
    aside.replace(database)


def _run_set_up(home: Path, bin_dir: Path, secrets: Credentials, more: Mapping[str, str]) -> None:
    """Run the set-up in Superset's environment.

    Args:
        home: the home of the installation.
        bin_dir: the `bin` folder of Superset's environment.
        secrets: the administrator's account.
        more: variables besides those of a server.
    """
    account = {
        "admin_user": secrets.admin_user,
        "admin_password": secrets.admin_password.get_secret_value(),
    }
    log = _state_dir(home) / "setup.log"
    with log.open("wb") as output:
        finished = subprocess.run(
            [_tool(bin_dir, "python"), str(SUPERSET_SIDE / "superset_setup.py")],
            input=json.dumps(account).encode(),
            cwd=_state_dir(home),
            env={**environment(home), **more},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if finished.returncode:
        raise _with_log(
            RefusedError("dashboards.preparing_failed", str(log), code=finished.returncode), log
        )


def _stamp(home: Path, bin_dir: Path) -> str:
    versions = (bin_dir.parent / "lib").glob("python*/site-packages/apache_superset-*.dist-info")
    content = "".join(sorted(version.name for version in versions))
    for path in (SUPERSET_SIDE / "superset_setup.py", credentials.path_of(home)):
        content += hashlib.sha256(path.read_bytes()).hexdigest()
    return content


def _tool(bin_dir: Path, name: str) -> str:
    path = bin_dir / name
    if not path.exists():
        raise RefusedError("dashboards.no_superset", str(path))
    return str(path)


def _state_dir(home: Path) -> Path:
    return home / "superset"


def environment(home: Path) -> Mapping[str, str]:
    """Return the caller's environment without what could overrule Superset's settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SUPERSET_", "FLASK_", "GUNICORN_", "PYTHON"))
    }
    return {
        **kept,
        "BAROMETER_HOME": str(home),
        "BAROMETER_SERVER": _mark(home),
        "SUPERSET_HOME": str(_state_dir(home)),
        # Superset finds its settings there, as the module superset_config.
        "PYTHONPATH": str(SUPERSET_SIDE),
    }
