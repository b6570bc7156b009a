"""A Spark cluster of this machine: a master and two workers, on loopback and free ports."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PROJECT, require

ENVIRONMENT = PROJECT / ".venv-spark"
PATIENCE = 60  # seconds
LOOPBACK = {"SPARK_LOCAL_IP": "127.0.0.1"}


class Cluster:
    """Starts each part as a process group of its own, so that it can be killed as a whole."""

    def __init__(self, folder: Path, options: str = "", workers: int = 2) -> None:
        self.folder, self.options = folder, options
        self.parts: list[subprocess.Popen[bytes]] = []
        host = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        self.master = self._start("master", r"Starting Spark master at (spark://\S+)", *host)
        for number in range(1, workers + 1):
            limits = ["--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"work{number}")]
            ready = r"Successfully registered with master"
            self._start("worker", ready, *host, *limits, self.master)

    def _start(self, kind: str, ready: str, *arguments: str) -> str:
        home = next(ENVIRONMENT.glob("lib/*/site-packages/pyspark"))
        log = self.folder / f"{len(self.parts)}.log"
        with log.open("wb") as lines:
            self.parts.append(
                subprocess.Popen(
                    [
                        home / "bin" / "spark-class",
                        f"org.apache.spark.deploy.{kind}.{kind.title()}",
                        *arguments,
                    ],
                    env={
                        **os.environ,
                        **LOOPBACK,
                        "SPARK_HOME": str(home),
                        "SPARK_DAEMON_MEMORY": "256m",
                        "SPARK_DAEMON_JAVA_OPTS": self.options,
                    },
                    stdout=lines,
                    stderr=lines,
                    start_new_session=True,
                )
            )
        give_up = time.monotonic() + PATIENCE
        while not (found := re.search(ready, log.read_text())):
            assert time.monotonic() < give_up, log.read_text()
            time.sleep(0.2)
        return found[found.re.groups]

    def kill(self, number: int | None = None) -> None:
        """Kill a part with all it started: 0 is the master, 1 and 2 are the workers."""
        for part in self.parts if number is None else [self.parts[number]]:
            if part.poll() is None:
                os.killpg(part.pid, signal.SIGKILL)
                part.wait()


@pytest.fixture(scope="session")
def spark_installed() -> None:
    require("spark", (ENVIRONMENT / "bin" / "python").exists(), "Spark is not installed")
    require("spark", shutil.which("java") is not None, "Java is not installed")


@pytest.fixture
def cluster(spark_installed: None, tmp_path: Path) -> Iterator[Cluster]:
    started = Cluster(tmp_path)
    yield started
    started.kill()


@pytest.fixture
def secretive(spark_installed: None, tmp_path: Path) -> Iterator[Cluster]:
    """A master that only speaks to who knows a secret."""
    secret = "-Dspark.authenticate=true -Dspark.authenticate.secret=of-a-test"
    started = Cluster(tmp_path, secret, workers=0)
    yield started
    started.kill()
