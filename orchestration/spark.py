"""Spark as the engine of dbt: what it needs, and its tables into the warehouse."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingest.errors import RefusedError
from orchestration.dbt import manifest, run
from orchestration.memory import duckdb_options
from orchestration.settings import PROJECT, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON = PROJECT / ".venv-spark" / "bin" / "python"
SESSION = Path(__file__).parent / "spark_side" / "session.py"
JAVA = 17
WAIT = 5  # seconds for a master to answer
# How `session.py` ends when it is not dbt that failed.
REFUSED, GONE = 4, 3


def check(master: str) -> None:
    """Refuse before anything is built where Spark cannot start.

    Raises:
        RefusedError: Spark or Java is missing, Java has another version, or no master is there.
    """
    if not PYTHON.exists():
        raise RefusedError("orchestration.spark_missing", str(PYTHON.parent.parent))
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else "java"
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    except OSError:
        raise RefusedError("orchestration.java_missing", java, version=JAVA) from None
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr)
    if not found or int(found[1]) != JAVA:
        said = found[1] if found else " ".join(done.stderr.split())[:100]
        raise RefusedError("orchestration.java_version", java, found=said, version=JAVA)
    if master.startswith("local"):
        return
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        try:
            socket.create_connection((host, int(port)), WAIT).close()
            return
        except (OSError, ValueError, OverflowError) as error:
            reason = error
    raise RefusedError("orchestration.spark_no_master", master, reason=reason)


@contextmanager
def tables(settings: Settings, master: str) -> Iterator[None]:
    """Let Spark write its tables in an empty folder; they hold answers, so none of them stays."""
    os.environ |= {
        "BAROMETER_SPARK_MASTER": master,
        "PYTHONPATH": os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")]),
    }
    shutil.rmtree(settings.spark_tables, ignore_errors=True)
    try:
        yield
    finally:
        shutil.rmtree(settings.spark_tables, ignore_errors=True)


def refusal(status: int, settings: Settings, master: str) -> RefusedError:
    """Say why dbt on Spark ended with another status than 0."""
    log = settings.dbt_target / "build.log"
    if status == REFUSED:
        return RefusedError("orchestration.spark_refused", master, log=log)
    results = settings.spark_target / "run_results.json"
    if status == GONE or not results.exists():
        return RefusedError("orchestration.spark_gone", master, log=log)
    for row in json.loads(results.read_text("utf-8"))["results"]:
        if row["status"] in ("error", "fail"):
            message = " ".join(row["message"].split())[:500]
            return RefusedError("orchestration.spark_model_failed", row["unique_id"], error=message)
    return RefusedError("orchestration.spark_gone", master, log=log)


def fill_warehouse(settings: Settings) -> None:
    """Copy every table that Spark made to the warehouse, and make the views there."""
    nodes = json.loads(manifest(settings).read_text("utf-8"))["nodes"].values()
    options = duckdb_options(settings.memory, settings.spill)
    with duckdb.connect(str(settings.warehouse), config=options) as warehouse:
        for node in nodes:
            if node["resource_type"] in ("model", "seed") and not _is_view(node):
                schema, name = node["schema"], node["alias"]
                files = settings.spark_tables / f"{schema}.db" / name / "*.parquet"
                rows = warehouse.read_parquet(str(files))  # noqa: F841 - DuckDB finds it by name
                warehouse.execute(f'create schema if not exists "{schema}"')
                warehouse.execute(f'create or replace table "{schema}"."{name}" as from rows')
    run(["run", "--select", "config.materialized:view"], settings)


def _is_view(node: dict[str, dict[str, object]]) -> bool:
    return node["config"].get("materialized") == "view"
