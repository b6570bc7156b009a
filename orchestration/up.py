"""Brings everything up on this machine: release, Superset with its dashboards, run history."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import BarometerError, RefusedError
from orchestration.releases import Releases
from orchestration.settings import PROJECT, Settings

SUPERSET_BIN = PROJECT / ".venv-superset" / "bin"
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Running:
    """What a person needs to know of what was started.

    Attributes:
        follow: looks at the current release, and pushes where pages have to start elsewhere.
    """

    follow: Callable[[], None]
    dashboards: dict[str, str]
    history: str
    viewer: str
    password: str
    credentials: Path
    superset: subprocess.Popen[bytes]
    webserver: subprocess.Popen[bytes]


@contextmanager
def everything(
    settings: Settings,
    build: Callable[[], object],
    *,
    port: int,
    history_port: int,
    runs: bool = False,
    superset_bin: Path = SUPERSET_BIN,
) -> Iterator[Running]:
    """Start all servers on loopback and stop them when the block is left.

    Args:
        settings: the folders of the installation.
        build: makes a release; called when the current one is out of date.
        port: port of Superset.
        history_port: port of Dagster's run history.
        runs: let its interface start runs; without it the history only shows.
        superset_bin: the `bin` folder of Superset's environment.

    Raises:
        BarometerError: a port is taken or asked for twice, Superset is not installed, the build
            refused, the current release is damaged, or a server did not start; whatever was started
            is stopped again.
    """
    from dashboards import credentials, provision, server
    from orchestration.freshness import is_up_to_date

    if port == history_port:
        raise RefusedError("orchestration.same_port", HOST, port=port)
    for taken in (port, history_port):
        server.check_port(taken, settings.home)
    if not (superset_bin / "gunicorn").exists():
        raise RefusedError("orchestration.superset_missing", str(superset_bin))
    with ExitStack() as started, ThreadPoolExecutor(1) as aside:
        # Superset's own database takes as long as a build; neither needs the other.
        prepared = aside.submit(
            server.prepare,
            settings.home,
            superset_bin,
            in_postgres=settings.services.superset is not None,
        )
        if not is_up_to_date(settings):
            build()
        # Nothing that was not checked is served.
        Releases(settings).verify_current()
        prepared.result()
        webserver = started.enter_context(_history(settings, history_port, runs=runs))
        superset = started.enter_context(server.start(settings.home, superset_bin, port))
        secrets = credentials.load(settings.home)
        pushed = provision.push(superset.url, secrets, settings.current)
        yield Running(
            follow=provision.following(superset.url, secrets, settings.current),
            dashboards=dict(pushed.addresses),
            history=f"http://{HOST}:{history_port}",
            viewer=secrets.viewer_user,
            password=secrets.viewer_password.get_secret_value(),
            credentials=credentials.path_of(settings.home),
            superset=superset.process,
            webserver=webserver,
        )


@contextmanager
def _history(settings: Settings, port: int, *, runs: bool) -> Iterator[subprocess.Popen[bytes]]:
    """Run Dagster's web server over the run history of the builds."""
    from orchestration.build_lock import build_lock
    from orchestration.run_history import close_interrupted, open_history

    with open_history(settings) as history, suppress(RefusedError), build_lock(settings):
        close_interrupted(history)
    log = settings.dagster_home / "webserver.log"
    with log.open("wb") as words:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "orchestration.history_server", str(port)),
                *(["--runs"] if runs else []),
            ],
            cwd=PROJECT,
            env={
                **os.environ,
                "DAGSTER_HOME": str(settings.dagster_home),
                "BAROMETER_HOME": str(settings.home),
                "BAROMETER_DATA": str(settings.data),
            },
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def end_like_ctrl_c() -> None:
    """Let a request to end (SIGTERM) stop everything as Ctrl-C does, whatever is going on."""

    def stop(_: int, __: object) -> None:
        raise KeyboardInterrupt

    # After a run Dagster lets SIGTERM do what SIGINT does, which a job in the background ignores.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def wait(running: Running, told: Callable[[BarometerError], None]) -> None:
    """Keep the dashboards in step with the current release until a KeyboardInterrupt.

    Args:
        running: the servers.
        told: called with why a release does not fit the dashboards; the old pages stay.

    Raises:
        RefusedError: a server has stopped by itself.
    """
    while True:
        time.sleep(0.5)
        try:
            running.follow()
        except BarometerError as error:
            told(error)
        for name in ("superset", "webserver"):
            if getattr(running, name).poll() is not None:
                raise RefusedError(
                    "orchestration.server_ended", str(running.credentials.parent), server=name
                )
