"""Other users of the machine, and other pages in the browser, get nothing."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.privacy import keep_private
from orchestration.run_history import open_history
from orchestration.settings import PROJECT, Settings
from tests.conftest import Barometer

CHANGE = 'mutation { terminateRun(runId: "none") { __typename } }'


def _open_to_others(folder: Path) -> list[Path]:
    paths = [folder, *folder.rglob("*")]
    return [path for path in paths if not path.is_symlink() and path.stat().st_mode & 0o077]


@pytest.mark.unit
def test_what_others_could_reach_is_made_private(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", data=tmp_path / "data")
    answers = settings.raw / "nl_barometer" / "answers.parquet"
    answers.parent.mkdir(parents=True)
    answers.write_bytes(b"")
    answers.chmod(0o644)
    script = settings.home / "run.sh"
    script.write_text("")
    script.chmod(0o755)
    shared = tmp_path / "shared"
    shared.write_text("")
    shared.chmod(0o644)
    (settings.home / "link").symlink_to(shared)
    settings.data.mkdir()
    before = os.umask(0o022)
    try:
        keep_private(settings)
        (settings.home / "later").write_text("")
    finally:
        os.umask(before)
    assert _open_to_others(settings.home) == []
    assert settings.data.stat().st_mode & 0o777 == 0o700
    assert script.stat().st_mode & 0o777 == 0o700
    assert shared.stat().st_mode & 0o777 == 0o644  # what a link points to is not ours


def test_a_build_makes_no_file_that_others_can_read(built: Barometer) -> None:
    assert _open_to_others(built.home) == []


@pytest.fixture(scope="module", params=[False, True], ids=["shows only", "may start runs"])
def history(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, bool]]:
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(home=home, data=home / "data")
    open_history(settings).dispose()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "orchestration.history_server", str(port)),
            *(["--runs"] if request.param else []),
        ],
        cwd=PROJECT,
        env={
            **os.environ,
            "BAROMETER_HOME": str(settings.home),
            "BAROMETER_DATA": str(settings.data),
            "DAGSTER_HOME": str(settings.dagster_home),
        },
    )
    try:
        for _ in range(240):
            assert server.poll() is None
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.5)
        yield port, request.param
    finally:
        server.terminate()
        server.wait(30)


def _ask(
    port: int, method: str, path: str, body: str | None = None, **headers: str
) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, {"Host": f"127.0.0.1:{port}", **named})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_its_own_pages_see_the_history_and_change_it_only_where_that_was_chosen(
    history: tuple[int, bool],
) -> None:
    port, runs = history
    own = {"Origin": f"http://127.0.0.1:{port}", "Content_Type": "application/json"}
    status, _ = _ask(port, "GET", "/runs", Sec_Fetch_Site="none")
    assert status == 200
    # A link in another page may lead here.
    status, _ = _ask(port, "GET", "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")
    assert status == 200
    status, text = _ask(port, "POST", "/graphql", json.dumps({"query": "{ version }"}), **own)
    assert (status, "version" in text) == (200, True)
    status, text = _ask(port, "POST", "/graphql", json.dumps({"query": CHANGE}), **own)
    assert ("RunNotFoundError" if runs else "UnauthorizedError") in text


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", f"/graphql?query={CHANGE.replace(' ', '%20')}", {}),
        ("GET", "/graphql?query=%7Bversion%7D", {"Sec_Fetch_Site": "cross-site"}),
        ("GET", "/runs", {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}),
        ("GET", "/runs", {"Host": "attacker.example"}),
        ("GET", "/runs", {"Host": "127.0.0.1:1"}),
        ("POST", "/graphql", {"Origin": "https://attacker.example"}),
        ("POST", "/graphql", {"Origin": "null"}),
        ("POST", "/graphql", {"Sec_Fetch_Site": "same-site"}),
        ("POST", "/graphql?query=%7Bversion%7D", {"Sec_Fetch_Site": "cross-site"}),
    ],
)
def test_another_page_gets_nothing(
    history: tuple[int, bool], method: str, path: str, headers: dict[str, str]
) -> None:
    body = json.dumps({"query": CHANGE}) if method == "POST" else None
    status, _ = _ask(history[0], method, path, body, Content_Type="text/plain", **headers)
    assert status == 403


def test_another_page_gets_no_live_view(history: tuple[int, bool]) -> None:
    status, _ = _ask(
        history[0],
        "GET",
        "/graphql",
        Origin="https://attacker.example",
        Upgrade="websocket",
        Connection="Upgrade",
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
        Sec_WebSocket_Version="13",
    )
    assert status == 403
