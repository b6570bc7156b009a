"""Prepares, starts and stops Superset, which has an environment of its own.

This runs in the pipeline's environment. Superset is a child process, started from `bin_dir`, the
`bin` folder of the other environment. The dashboards are brought there by `provision`.
"""

import errno
import hashlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import requests

from dashboards import credentials, openid
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


def prepare(home: Path, bin_dir: Path) -> Prepared:
    """Make the credentials and bring Superset's own database up to date.

    The slow part (about 15 seconds) runs only when Superset's version, the set-up or the
    credentials changed since the last time.

    Raises:
        RefusedError: the environment is missing.
        SeveralError: the set-up failed; with the end of the log.
    """
    started = time.monotonic()
    home = home.absolute()
    state = _state_dir(home)
    secrets = credentials.load_or_create(home)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp_path = state / "prepared"
    stamp = _stamp(home, bin_dir)
    done = stamp_path.exists() and stamp_path.read_text() == stamp
    if not (done and (state / "superset.db").exists()):
        _set_up(home, bin_dir, secrets)
        stamp_path.write_text(stamp)
        return Prepared(secrets, True, time.monotonic() - started)
    return Prepared(secrets, False, time.monotonic() - started)


def start(home: Path, bin_dir: Path, port: int, timeout: float = 120.0) -> Server:
    """Start Superset on 127.0.0.1:`port` and wait until it answers.

    Raises:
        RefusedError: the port cannot be used, or the settings of the login do not fit; nothing is
            started then.
        SeveralError: the server stopped, or did not answer within `timeout` seconds; with the end
            of the log.
    """
    home = home.absolute()
    openid.load(home)
    check_port(port)
    log = _state_dir(home) / "superset.log"
    command = [
        _tool(bin_dir, "gunicorn"),
        *("--bind", f"{HOST}:{port}"),
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
            env=_environment(home),
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


def check_port(port: int) -> None:
    """Check that a server can listen on 127.0.0.1:`port`.

    Raises:
        RefusedError: the port is in use, or cannot be used.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            raise RefusedError(
                "dashboards.port_in_use" if in_use else "dashboards.port_unusable",
                HOST,
                port=port,
                problem=reason(error),
            ) from None


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


def _set_up(home: Path, bin_dir: Path, secrets: Credentials) -> None:
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
            env=_environment(home),
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


def _environment(home: Path) -> Mapping[str, str]:
    """Return the caller's environment without what could overrule Superset's settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SUPERSET_", "FLASK_", "GUNICORN_", "PYTHON"))
    }
    return {
        **kept,
        "BAROMETER_HOME": str(home),
        "SUPERSET_HOME": str(_state_dir(home)),
        # Superset finds its settings there, as the module superset_config.
        "PYTHONPATH": str(SUPERSET_SIDE),
    }
