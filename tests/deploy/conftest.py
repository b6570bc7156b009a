"""PostgreSQL, Redis and an S3 of this machine, on free ports, and what runs on them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT, Barometer, require
from tests.dashboards.reader import free_port

TOOLS = PROJECT / ".venv-production-test" / "bin"
PASSWORD = "of a test/@:"  # with what an address must quote
QUOTED = "of%20a%20test%2F%40%3A"
PATIENCE = 120  # seconds


def wait_for(what: Callable[[], Any], seconds: float = PATIENCE, told: object = "") -> Any:
    """Return what is true at last."""
    give_up = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < give_up, told() if callable(told) else told
        time.sleep(0.3)
    return found


class Service:
    """A process that can be stopped and started again."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self.folder, self.command = folder, command
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, cwd=self.folder)
        wait_for(self._answers, told=lambda: (self.folder / "log").read_text())

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)

    def _answers(self) -> bool:
        raise NotImplementedError


class Postgres(Service):
    """A server with a password, which runs as `postgres` where this is root."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        found = shutil.which("initdb") or max(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        tools = Path(found).parent
        as_postgres = []
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        password = folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        data = folder / "data"
        subprocess.run(
            [
                *(*as_postgres, str(tools / "initdb"), "-D", str(data), "-U", "barometer", "-N"),
                *("--auth=scram-sha-256", f"--pwfile={password}"),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -F"
        command = [*as_postgres, str(tools / "postgres"), "-D", str(data), *options.split()]
        super().__init__(folder, command)

    def url(self, name: str, password: str = QUOTED) -> str:
        return f"postgresql://barometer:{password}@127.0.0.1:{self.port}/{name}"

    def ask(self, name: str, query: str) -> list[Any]:
        from sqlalchemy import create_engine, text

        url = self.url(name).replace("postgresql:", "postgresql+psycopg2:")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                done = connection.execute(text(query))
                return [tuple(row) for row in done] if done.returns_rows else []
        finally:
            engine.dispose()

    def make(self, name: str) -> str:
        self.ask("postgres", f"create database {name}")
        return self.url(name)

    def _answers(self) -> bool:
        try:
            return bool(self.ask("postgres", "select 1"))
        except Exception:
            return False


class RedisServer(Service):
    """A server with a password that keeps what it has on disk."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        options = f"--port {self.port} --bind 127.0.0.1 --appendonly yes"
        super().__init__(folder, ["redis-server", *options.split(), "--requirepass", PASSWORD])
        self.url = f"redis://:{QUOTED}@127.0.0.1:{self.port}/0"
        from redis import Redis

        self.client = Redis.from_url(self.url)

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except Exception:
            return False


class S3(Service):
    """What speaks as S3 does, with one bucket."""

    def __init__(self, folder: Path) -> None:
        import boto3

        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [str(TOOLS / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
        super().__init__(folder, command)
        keys = {"aws_access_key_id": "of-a-test", "aws_secret_access_key": "of-a-test"}
        self.client = boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", **keys)

    def _answers(self) -> bool:
        try:
            self.client.create_bucket(Bucket="barometer")
        except Exception:
            return False
        return True

    def names(self) -> set[str]:
        listed = self.client.list_objects_v2(Bucket="barometer")
        return {item["Key"] for item in listed.get("Contents", ())}


class Installation(Barometer):
    """An installation whose state is in these services."""

    def __init__(self, folder: Path, services: Mapping[str, str]) -> None:
        super().__init__(folder / "home", folder / "data")
        self.services = services

    @property
    def environment(self) -> Mapping[str, str]:
        return {**super().environment, **self.services}

    def command(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PROJECT / ".venv" / "bin" / "barometer"), *arguments],
            cwd=PROJECT,
            env={**self.environment, **changed},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def serve(self, part: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one server; what it says is in a file of its name in the folder."""
        with (self.home.parent / part).open("wb") as said:
            return subprocess.Popen(
                [str(PROJECT / ".venv" / "bin" / "barometer"), "serve", part, *arguments],
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def said(self, part: str) -> str:
        """What a server said, on one line."""
        return " ".join((self.home.parent / part).read_text().split())


@dataclass
class Production:
    """An installation with all its services and servers."""

    folder: Path
    postgres: Postgres
    redis: RedisServer
    s3: S3
    barometer: Installation
    port: int
    history_port: int
    servers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, part: str) -> None:
        ports = {"dashboards": self.port, "history": self.history_port}
        port = ["--port", str(ports[part])] if part in ports else []
        self.servers[part] = self.barometer.serve(part, *port)

    def ready(self, part: str, seconds: float = 600) -> None:
        def running() -> bool:
            assert self.servers[part].poll() is None, self.barometer.said(part)
            return f"{part}: running" in self.barometer.said(part)

        wait_for(running, seconds, told=lambda: self.barometer.said(part))

    def ended(self, part: str) -> bool:
        """Whether a server stopped by itself."""
        return self.servers[part].poll() is not None

    def stop(self, *parts: str) -> None:
        chosen = [self.servers.pop(part) for part in parts or list(self.servers)]
        for server in chosen:
            server.terminate()
        for server in chosen:
            server.wait(60)

    def installation(self, folder: Path, superset: str, history: str) -> Installation:
        return Installation(
            folder,
            {
                "BAROMETER_SUPERSET_POSTGRES": superset,
                "BAROMETER_DAGSTER_POSTGRES": history,
                "BAROMETER_REDIS": self.redis.url,
                "BAROMETER_STORE": "s3://barometer/of/a/test",
                "BAROMETER_STORE_ENDPOINT": self.s3.url,
                "AWS_ACCESS_KEY_ID": "of-a-test",
                "AWS_SECRET_ACCESS_KEY": "of-a-test",
                "AWS_DEFAULT_REGION": "us-east-1",
                "BAROMETER_TLS": "yes",
                "BAROMETER_ALERT": f"tee {folder / 'alarm'}",
            },
        )


@pytest.fixture(scope="session")
def services_installed() -> None:
    there = shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    require("production", bool(there), "PostgreSQL is not installed")
    require("production", shutil.which("pg_dump") is not None, "pg_dump is not installed")
    require("production", shutil.which("redis-server") is not None, "Redis is not installed")
    for made in (".venv/.production", ".venv-superset/.production", TOOLS / "moto_server"):
        require("production", (PROJECT / made).exists(), f"{made} is not there")


@pytest.fixture(scope="session")
def production(services_installed: None) -> Iterator[Production]:
    """Services that run, and an installation in which nothing was done yet."""
    # Not among pytest's folders, which the user of PostgreSQL may not pass.
    folder = Path(tempfile.mkdtemp(prefix="barometer-production-"))
    folder.chmod(0o755)
    places = [folder / name for name in ("postgres", "redis", "s3")]
    for place in places:
        place.mkdir()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres, redis, s3 = Postgres(places[0]), RedisServer(places[1]), S3(places[2])
        for service in (postgres, redis, s3):
            stack.callback(service.stop)
            service.start()
        made = Production(folder, postgres, redis, s3, None, free_port(), free_port())  # type: ignore[arg-type]
        urls = [postgres.make(name) for name in ("superset", "dagster")]
        place = folder / "installation"
        place.mkdir()
        made.barometer = made.installation(place, *urls)
        stack.callback(made.stop)
        yield made
