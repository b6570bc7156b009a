"""A disk that is full at any step of a build is told in one message, and nothing is published."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Barometer
from tests.support import refusal

PATIENCE = 60  # seconds
# Megabytes at which there is no room for raw data, run history, warehouse, release.
SIZES = [1, 4, 12, 30, 60, 90, 120]


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Barometer]:
    """A home on a disk of its own, of so many megabytes."""
    if os.geteuid() != 0:
        pytest.skip("Only root can mount a small disk.")
    home = tmp_path / "home"
    home.mkdir()
    disk = ["-t", "tmpfs", "-o", f"size={request.param}m", "tmpfs", str(home)]
    mounted = subprocess.run(["mount", *disk], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"No small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield Barometer(home, tmp_path / "data")
    finally:
        # A process of dbt or of the checks may take a moment to notice that its build is gone.
        give_up = time.monotonic() + PATIENCE
        while subprocess.run(["umount", str(home)], check=False).returncode:
            assert time.monotonic() < give_up, "A build that ended still uses its home."
            time.sleep(1)


@pytest.mark.parametrize("small_disk", SIZES, indirect=True, ids="{} MB".format)
def test_a_disk_that_fills_at_any_step_is_one_message(
    small_disk: Barometer,
    many: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
    request: pytest.FixtureRequest,
) -> None:
    size = request.node.callspec.params["small_disk"]
    if size > many(max(SIZES), 4):
        pytest.skip("A larger disk fills late; only with --faults many.")
    record_property("fault cases", 1)
    done = small_disk.run("build")
    message = refusal(done.returncode, done.stdout, done.stderr)
    full = ("No space left on device", "disk is full", "disk I/O error", "rule disk_full")
    assert any(words in message for words in full), message
    assert "error in the program" not in message
    assert not small_disk.current.exists()
