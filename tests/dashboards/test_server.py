import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dashboards import credentials, server
from ingest.errors import BarometerError, RefusedError


def test_credentials_are_made_once_and_readable_by_the_owner_alone(tmp_path: Path) -> None:
    first = credentials.load_or_create(tmp_path)
    assert credentials.load_or_create(tmp_path) == first
    assert credentials.path_of(tmp_path).stat().st_mode & 0o777 == 0o600
    assert first.admin_password != first.viewer_password
    assert first.admin_password.get_secret_value() not in repr(first)


def test_credentials_that_others_can_read_are_refused(tmp_path: Path) -> None:
    credentials.load_or_create(tmp_path)
    credentials.path_of(tmp_path).chmod(0o644)
    with pytest.raises(RefusedError, match="chmod 600") as refused:
        credentials.load(tmp_path)
    assert "andere gebruikers" in refused.value.text("nl")


@pytest.mark.parametrize(
    ("text", "key"),
    [("admin_user = a\n", "viewer_password"), ("viewer_name = v\n", "viewer_name")],
)
def test_credentials_that_are_incomplete_are_refused(tmp_path: Path, text: str, key: str) -> None:
    path = credentials.path_of(tmp_path)
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(RefusedError, match=f"missing or unknown: .*{key}"):
        credentials.load(tmp_path)


def test_a_port_in_use_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((server.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(RefusedError, match=f"port {port} is in use"):
            server.start(tmp_path, tmp_path / "no-environment" / "bin", port)


PREPARE = """
import sys, pathlib
from dashboards import server
server.prepare(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
"""


def test_a_set_up_that_is_killed_is_done_again(superset_bin: Path, tmp_path: Path) -> None:
    state = tmp_path / "superset"
    running = subprocess.Popen(
        [sys.executable, "-c", PREPARE, tmp_path, superset_bin], start_new_session=True
    )
    aside = state / "superset.new.db"
    while running.poll() is None and not (aside.exists() and aside.stat().st_size > 200_000):
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert not (state / "superset.db").exists()
    assert server.prepare(tmp_path, superset_bin).changed
    # From here on nothing of what people make in it is lost, whatever becomes of the stamp.
    with sqlite3.connect(state / "superset.db") as store:
        store.execute("update ab_user set last_name = 'Kept'")
    (state / "prepared").write_bytes(b"\xff\xfe")
    assert server.prepare(tmp_path, superset_bin).changed
    with sqlite3.connect(state / "superset.db") as store:
        assert store.execute("select last_name from ab_user").fetchall() == [("Kept",)]
    assert not list(state.glob("superset.new.db*"))


@pytest.mark.parametrize("damage", [b"no database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_database_is_named_and_left_alone(tmp_path: Path, damage: bytes) -> None:
    database = tmp_path / "superset" / "superset.db"
    database.parent.mkdir()
    database.write_bytes(damage)
    with pytest.raises(RefusedError, match="database is damaged") as refused:
        server.prepare(tmp_path, tmp_path / "bin")
    assert "zet een kopie van dit bestand terug" in refused.value.text("nl")
    assert database.read_bytes() == damage


def test_a_missing_environment_is_named(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="Superset is not installed here"):
        server.prepare(tmp_path, tmp_path / "no-environment" / "bin")


def test_a_server_that_dies_shows_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "superset").mkdir()
    gunicorn = tmp_path / "bin" / "gunicorn"
    gunicorn.write_text("#!/bin/sh\necho the reason why\nexit 3\n")
    gunicorn.chmod(0o755)
    with socket.socket() as probe:
        probe.bind((server.HOST, 0))
        port = probe.getsockname()[1]
    with pytest.raises(BarometerError, match=r"(?s)exit code 3.*\nthe reason why") as stopped:
        server.start(tmp_path, tmp_path / "bin", port)
    assert "stopte tijdens het starten" in stopped.value.text("nl")


@pytest.mark.parametrize("content", [None, "", "superset_secret_key = short\n"])
def test_superset_refuses_to_start_without_a_secret_key(
    superset_bin: Path, tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "credentials").write_text(content)
    done = settings(superset_bin, tmp_path, "SECRET_KEY")
    assert done.returncode
    assert "credentials" in done.stderr.splitlines()[-1]


def test_no_script_runs_without_the_mark_of_its_page_and_nothing_loads_from_elsewhere(
    superset_bin: Path, tmp_path: Path
) -> None:
    credentials.load_or_create(tmp_path)
    done = settings(superset_bin, tmp_path, "TALISMAN_CONFIG")
    talisman = json.loads(done.stdout)
    policy = talisman["content_security_policy"]
    assert talisman["content_security_policy_nonce_in"] == ["script-src"]
    assert "'unsafe-inline'" not in policy["script-src"]
    assert not any("//" in source for sources in policy.values() for source in sources)


def settings(superset_bin: Path, home: Path, name: str) -> subprocess.CompletedProcess[str]:
    """One of Superset's settings as JSON, read in Superset's environment."""
    script = f"import json, superset_config; print(json.dumps(superset_config.{name}))"
    return subprocess.run(
        [superset_bin / "python", "-c", script],
        env={"BAROMETER_HOME": str(home), "PYTHONPATH": str(server.SUPERSET_SIDE)},
        capture_output=True,
        text=True,
        check=False,
    )
