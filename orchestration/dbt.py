"""Keeps dbt's manifest up to date, so that Dagster knows the models without a parse each time."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from signal import SIGKILL
from typing import TYPE_CHECKING

from ingest.errors import RefusedError, SeveralError
from orchestration.data_version import SEEDS, digest, of_code, of_folders
from orchestration.failures import process_ended
from orchestration.memory import duckdb_options
from orchestration.places import without_room
from orchestration.settings import DBT_PROJECT, PROJECT, Settings

if TYPE_CHECKING:
    import duckdb

# The dbt of this environment, whatever else is on the PATH.
EXECUTABLE = str(Path(sys.executable).parent / "dbt")
PATIENCE = 60  # seconds


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which dbt finds raw data, the warehouse and its limits."""
    duckdb = duckdb_options(settings.memory, settings.spill)
    return {
        **os.environ,
        "BAROMETER_HOME": str(settings.home),
        "BAROMETER_DUCKDB_MEMORY": str(duckdb["memory_limit"]),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(settings.dbt_target),
        "DBT_LOG_PATH": str(settings.dbt_target / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def fingerprint() -> str:
    """Return the data version of the manifest, which is the same for every home folder.

    Of a seed only the name counts: its rows are read when it is built.
    """
    seeds = sorted(SEEDS.glob("*.csv"))
    return digest([of_folders(PROJECT, [DBT_PROJECT.name], seeds), *(seed.stem for seed in seeds)])


def manifest(settings: Settings) -> Path:
    """Return the path of an up-to-date `manifest.json`, parsing the project when it changed.

    Raises:
        RefusedError: dbt cannot parse the project; the message carries dbt's words.
    """
    path = settings.dbt_target / "manifest.json"
    stamp = settings.dbt_target / "manifest.sha256"
    current = fingerprint()
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    # Servers that start together read one manifest.
    with (settings.dbt_target / "manifest.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (path.exists() and stamp.exists() and stamp.read_text() == current):
            run(["parse"], settings)
            stamp.write_text(current)
    return path


def prepare_warehouse(settings: Settings) -> None:
    """Drop what an earlier version of the models made and this one does not make.

    A release is a copy of a whole schema, so a table that is left behind would be published. Tables
    that keep rows from build to build are dropped where the code is not the one that made them.

    Raises:
        RefusedError: the warehouse stays open elsewhere.
    """
    nodes = json.loads(manifest(settings).read_text("utf-8"))["nodes"].values()
    code, stamp = of_code(), code_stamp(settings)
    same = stamp.exists() and stamp.read_text("utf-8") == code
    made = {
        (node["schema"], node["alias"])
        for node in nodes
        if "alias" in node and (same or node["config"].get("materialized") != "incremental")
    }
    with _open_warehouse(settings) as warehouse:
        found = warehouse.execute(
            "select schema_name, table_name, 'table' from duckdb_tables() "
            "union all select schema_name, view_name, 'view' from duckdb_views() where not internal"
        ).fetchall()
        for schema, name, kind in found:
            if (schema, name) not in made:
                warehouse.execute(f'drop {kind} "{schema}"."{name}"')
    stamp.write_text(code, "utf-8")


def code_stamp(settings: Settings) -> Path:
    """Return the file with the data version of the code that made the warehouse."""
    return settings.warehouse.with_name(f"{settings.warehouse.name}.code")


def _open_warehouse(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the warehouse, once nobody else does: a killed build leaves a dbt that ends itself."""
    import duckdb

    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            return duckdb.connect(str(settings.warehouse))
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            if time.monotonic() > give_up:
                raise RefusedError(
                    "orchestration.warehouse_open", str(settings.warehouse), error=error
                ) from None
            time.sleep(0.5)


def run(arguments: list[str], settings: Settings) -> None:
    """Run dbt in the project.

    Raises:
        BarometerError: dbt failed, and the message has the end of its output; or it was killed.
    """
    command = [EXECUTABLE, "--quiet", *arguments]
    done = subprocess.run(
        command,
        cwd=DBT_PROJECT,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == -SIGKILL:
        raise SeveralError([process_ended(f"dbt {arguments[0]}", 0, settings)])
    if done.returncode:
        output = (done.stdout + done.stderr).strip()
        if full := without_room(output, settings):
            raise SeveralError([full])
        raise RefusedError(
            "orchestration.dbt_command_failed",
            str(DBT_PROJECT),
            command=" ".join(arguments),
            output=output[-2000:],
        )
