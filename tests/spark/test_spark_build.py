"""A build on a real Spark cluster gives the release that DuckDB gives, or says why it cannot."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.conftest import COMMAND, Barometer
from tests.spark.conftest import LOOPBACK, Cluster

PATIENCE = 1500  # seconds
CLOSE = 1e-9
# These tell of the release itself: its name, when it was made, what it follows.
OF_THE_RELEASE = {"release_info", "mart_release", "mart_release_change", "mart_release_news"}
BUILD = ("build", "--engine", "spark", "--master")


def start(barometer: Barometer, *arguments: str, **more: str) -> subprocess.Popen[str]:
    return barometer.start(COMMAND, *arguments, **LOOPBACK, **more)


def wait_for(path: Path, build: subprocess.Popen[str]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not path.exists():
        assert build.poll() is None, build.communicate()
        assert time.monotonic() < give_up, f"{path} was never made"
        time.sleep(0.2)


def refused(barometer: Barometer, build: subprocess.Popen[str]) -> str:
    """End a build that must be refused; return its message on one line."""
    before = barometer.current.resolve()
    _, said = build.communicate(timeout=PATIENCE)
    assert build.returncode == 1, said
    assert "Traceback" not in said
    assert barometer.current.resolve() == before
    assert not (barometer.home / "spark" / "tables").exists()
    return " ".join(said.split())


def rows(release: Path, table: str) -> pd.DataFrame:
    with duckdb.connect(str(release), read_only=True) as connection:
        found = connection.table(table).df().drop(columns="release_id", errors="ignore")
    numbers = list(found.select_dtypes("float").columns)
    keys = [column for column in found if column not in numbers]
    return found.sort_values(keys + numbers, ignore_index=True)


def worst_difference(expected: pd.DataFrame, found: pd.DataFrame) -> float:
    """Compare all but numbers exactly; return the largest difference of a number."""
    numbers = expected.select_dtypes("float").columns
    others = expected.columns.drop(numbers)
    pd.testing.assert_frame_equal(found[others], expected[others], check_dtype=False)
    assert (found[numbers].isna() == expected[numbers].isna()).all(axis=None)
    apart = (found[numbers] - expected[numbers]).abs() / expected[numbers].abs().clip(lower=1)
    return float(apart.max(axis=None)) if apart.size else 0.0


def tables(release: Path) -> Sequence[str]:
    with duckdb.connect(str(release), read_only=True) as connection:
        return [name for (name,) in connection.execute("show tables").fetchall()]


def test_every_mart_of_a_build_that_lost_a_worker_is_that_of_duckdb(
    built: Barometer, cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spark = Barometer(tmp_path / "home", tmp_path / "data")
    build = start(spark, *BUILD, cluster.master)
    wait_for(spark.home / "spark" / "tables" / "harmonised.db" / "hrm_item_answers", build)
    cluster.kill(2)
    said, fault = build.communicate(timeout=PATIENCE)
    assert build.returncode == 0, said + fault

    assert tables(spark.current) == tables(built.current)
    lines = []
    for table in tables(built.current):
        if table not in OF_THE_RELEASE:
            expected = rows(built.current, table)
            worst = worst_difference(expected, rows(spark.current, table))
            assert worst <= CLOSE, table
            lines.append(f"{table:32} {len(expected):7} rows  worst difference {worst:.1e}")
    with capsys.disabled():
        print(f"\n{said}" + "\n".join(lines) + f"\n{len(lines)} tables equal")


def test_a_cluster_that_is_gone_in_the_middle_ends_the_build(
    spare: Barometer, cluster: Cluster
) -> None:
    build = start(spare, *BUILD, cluster.master, BAROMETER_SPARK_PATIENCE="30")
    wait_for(spare.home / "spark" / "tables" / "harmonised.db", build)
    cluster.kill()
    said = refused(spare, build)
    assert (
        f"Error: {cluster.master}, rule spark_gone: Spark has no worker left for this build" in said
    )
    assert said.endswith("Nothing was published.")


def test_a_master_that_gives_no_session_is_named(spare: Barometer, secretive: Cluster) -> None:
    said = refused(spare, start(spare, "--lang", "nl", *BUILD, secretive.master))
    assert f"Fout: {secretive.master}, regel spark_refused: Spark geeft hier geen sessie" in said


def test_a_master_that_is_not_there_is_named_before_anything_is_built(
    spark_installed: None, spare: Barometer
) -> None:
    for master in ("spark://127.0.0.1:1", "spark://nowhere.invalid:7077", "yarn"):
        said = refused(spare, start(spare, *BUILD, master))
        assert said.startswith(
            f"Error: {master}, rule spark_no_master: no master of Spark answers here"
        )


def test_java_that_is_missing_or_of_another_version_is_named(
    spark_installed: None, spare: Barometer, tmp_path: Path
) -> None:
    java = tmp_path / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    home = {"JAVA_HOME": str(tmp_path / "java")}
    said = refused(spare, start(spare, *BUILD, "local[*]", **home))
    assert said.startswith(f"Error: {java}, rule java_missing: Java is not installed")
    java.write_text("#!/bin/sh\necho 'openjdk version \"21.0.1\" 2023-10-17' >&2\n")
    java.chmod(0o755)
    said = refused(spare, start(spare, "--lang", "nl", *BUILD, "local[*]", **home))
    assert said.startswith(f"Fout: {java}, regel java_version: dit is Java 21")


def test_a_project_without_spark_says_how_to_install_it(copy: Barometer) -> None:
    assert not (copy.project / ".venv-spark").exists()
    said = refused(copy, start(copy, *BUILD, "local[*]"))
    assert "Spark is not installed" in said
    assert "make spark" in said
