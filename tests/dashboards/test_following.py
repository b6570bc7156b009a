"""Pages keep in step with the release: they start elsewhere where a release has other questions."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboards import provision
from dashboards.client import Client
from ingest.errors import RefusedError
from tests.dashboards.conftest import Superset
from tests.dashboards.reader import switch

START = "Type werkklimaat · WERKonderzoek"


def starts_on(admin: Client) -> str:
    page = admin.get("/api/v1/dashboard/werkklimaat")["result"]
    (one,) = json.loads(page["json_metadata"])["native_filter_configuration"]
    return str(one["defaultDataMask"]["filterState"]["value"][0])


@pytest.fixture
def with_real_answers(superset: Superset, tmp_path: Path) -> Iterator[Path]:
    """A release in which the question that a page starts on is no longer synthetic."""
    old, new = superset.release.resolve(), tmp_path / "new.duckdb"
    shutil.copy(old, new)
    with duckdb.connect(str(new)) as connection:
        connection.execute(
            "update mart_question set choice_nl = $1 where choice_nl = $1 || ' · SYNTHETISCH'",
            [START],
        )
    yield new
    switch(superset.release, old)
    superset.push()


def test_a_push_that_could_not_be_done_after_a_switch_is_tried_again(
    superset: Superset, admin: Client, with_real_answers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = provision.following(superset.url, superset.credentials, superset.release)
    look()
    assert starts_on(admin) == f"{START} · SYNTHETISCH"
    switch(superset.release, with_real_answers)
    with (superset.home / "push.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RefusedError, match="another push to Superset is running"):
            look()
        look()  # too soon to try again, and nothing more to tell
    assert starts_on(admin) == f"{START} · SYNTHETISCH"
    monkeypatch.setattr(provision, "monotonic", lambda: 1e12)  # a minute later
    look()
    assert starts_on(admin) == START
