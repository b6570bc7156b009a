"""Runs one server of an installation in production, until it ends or is asked to end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal, NoReturn

from ingest.errors import BarometerError, RefusedError
from orchestration.releases import Releases
from orchestration.service_checks import check, fault
from orchestration.settings import PROJECT, Settings
from orchestration.up import SUPERSET_BIN

Part = Literal["dashboards", "worker", "daemon", "history"]
Server = tuple[subprocess.Popen[bytes], Callable[[], None]]  # and what to look at while it runs
PORTS: Final[Mapping[Part, int]] = {"dashboards": 8088, "history": 3000}
WAIT: Final = 2  # seconds between two looks


def serve(
    settings: Settings,
    part: Part,
    *,
    port: int | None,
    waiting: Callable[[Path], None],
    ready: Callable[[], None],
    told: Callable[[BarometerError], None],
) -> NoReturn:
    """Run a server; ends with an error or a KeyboardInterrupt.

    Args:
        settings: the installation.
        part: which server.
        port: its port, if it has one; the usual one without it.
        waiting: called with what another server has to make first.
        ready: called when the server runs.
        told: called with why a new release does not fit the dashboards; the old pages stay.

    Raises:
        BarometerError: a service does not answer, or the server ended.
    """
    services, listen = settings.services, str(settings.services.listen)
    try:
        if part == "dashboards":
            check(services, "superset", "redis")
            running = _dashboards(settings, port or PORTS[part], listen, waiting)
        elif part == "worker":
            check(services, "superset", "redis")
            running = _worker(settings, waiting)
        else:
            check(services, "history")
            running = _dagster(settings, part, port or PORTS.get(part, 0), listen)
        with running as (process, follow):
            ready()
            while process.poll() is None:
                time.sleep(WAIT)
                try:
                    follow()
                except BarometerError as error:
                    told(error)
        raise RefusedError("orchestration.server_ended", str(settings.home), server=part)
    except BarometerError as error:
        # What a server says of a service that is away is long and unclear.
        raise fault(services) or error from None


@contextmanager
def _dashboards(
    settings: Settings, port: int, listen: str, waiting: Callable[[Path], None]
) -> Iterator[Server]:
    """Superset behind gunicorn, with the dashboards of this project."""
    from dashboards import provision, server

    prepared = server.prepare(settings.home, SUPERSET_BIN, in_postgres=True)
    _wait_for(settings.current, waiting)
    Releases(settings).verify_current()
    with server.start(settings.home, SUPERSET_BIN, port, host=listen) as running:
        provision.push(running.url, prepared.credentials, settings.current)
        yield (
            running.process,
            provision.following(running.url, prepared.credentials, settings.current),
        )


@contextmanager
def _worker(settings: Settings, waiting: Callable[[Path], None]) -> Iterator[Server]:
    """Celery with its clock, in one process: it has one small task a day."""
    from dashboards import credentials, server

    _wait_for(credentials.path_of(settings.home), waiting)
    credentials.load(settings.home)
    folder = settings.home / "superset"
    with _child(
        [
            str(SUPERSET_BIN / "celery"),
            *("--app", "superset.tasks.celery_app:app", "worker", "--beat", "--pool", "solo"),
            *("--schedule", str(folder / "celery-beat"), "--loglevel", "WARNING"),
        ],
        folder,
        server.environment(settings.home),
        folder / "worker.log",
    ) as process:
        yield process, lambda: None


@contextmanager
def _dagster(settings: Settings, part: Part, port: int, listen: str) -> Iterator[Server]:
    """Dagster's daemon, or the web server over its history."""
    from orchestration.build_lock import build_lock
    from orchestration.run_history import close_interrupted, open_history

    with open_history(settings) as history:
        if part == "daemon":
            # A run is a child of the daemon; one from before has nobody to end it. Where the lock
            # is taken, `barometer build` is running, and closes them itself.
            with suppress(RefusedError), build_lock(settings):
                close_interrupted(history)
    command = {
        "daemon": ["-m", "dagster._daemon", "run", "-m", "orchestration.definitions"],
        "history": ["-m", "orchestration.history_server", str(port), "--host", listen],
    }[part]
    with _child(
        [sys.executable, *command],
        PROJECT,
        {
            **os.environ,
            "DAGSTER_HOME": str(settings.dagster_home),
            "BAROMETER_HOME": str(settings.home),
            "BAROMETER_DATA": str(settings.data),
        },
        settings.dagster_home / f"{part}.log",
    ) as process:
        yield process, lambda: None


def _wait_for(path: Path, waiting: Callable[[Path], None]) -> None:
    if not path.exists():
        waiting(path)
        while not path.exists():
            time.sleep(WAIT)


@contextmanager
def _child(
    command: list[str], folder: Path, environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as words:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
