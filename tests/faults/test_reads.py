"""Who reads while releases are switched sees one release or the other, never a part of each."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from orchestration.releases import Releases
from orchestration.settings import Settings
from tests.conftest import Barometer

READERS = 4


@pytest.fixture
def smaller(spare: Barometer) -> Barometer:
    """An installation with a second release that has fewer rows in every table."""
    releases = Releases(Settings(spare.home, spare.data))
    whole = releases.show()
    other = releases.file(whole.release_id).with_name("20000101-000000-000.duckdb")
    counts = {}
    with duckdb.connect(str(other)) as made:
        made.execute(f"attach '{releases.file(whole.release_id)}' as whole (read_only)")
        for name in whole.tables:
            limit = "" if name == "release_info" else f"limit {whole.tables[name] // 2}"
            made.execute(f'create table "{name}" as from whole."{name}" {limit}')
            counts[name] = len(made.table(name))
        made.execute("update release_info set release_id = ?", [other.stem])
    from orchestration.data_version import of_file

    told = {"release_id": other.stem, "tables": counts, "sha256": of_file(other)}
    manifest = {**json.loads(whole.model_dump_json()), **told, "previous_release": None}
    releases.manifest(other.stem).write_text(json.dumps(manifest), "utf-8")
    return spare


def read(current: Path) -> tuple[str, int, int]:
    """Open the current release as a reader does: its id, and the rows of two tables."""
    with duckdb.connect(str(current), read_only=True) as release:
        found = release.execute(
            "select (select release_id from release_info), "
            "(select count(*) from mart_indicator), (select count(*) from mart_answer)"
        ).fetchall()
    (one,) = found
    return one


def test_no_read_is_wrong_while_releases_are_switched(
    smaller: Barometer,
    many: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    releases = Releases(Settings(smaller.home, smaller.data))
    expected = {
        (item.release_id, item.tables["mart_indicator"], item.tables["mart_answer"])
        for item in releases.all()
    }
    assert len(expected) == 2
    reads, switches = many(10_000, 1_000), many(100, 10)
    pause = random.Random(1)
    with ThreadPoolExecutor(READERS) as readers:
        asked = [readers.submit(read, smaller.current) for _ in range(reads)]
        for number in range(switches):
            while sum(one.done() for one in asked) < reads * number // switches:
                time.sleep(pause.uniform(0, 0.01))
            releases.switch(sorted(expected)[number % 2][0])
        found = [one.result() for one in asked]
    assert {one for one in found if one not in expected} == set()
    assert set(found) == expected, "both were read"
    record_property("reads", reads)
    record_property("switches", switches)
