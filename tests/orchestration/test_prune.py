"""Releases stay in the order in which they were made, and old ones go without harm."""

from __future__ import annotations

import errno
import json
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from ingest.errors import BarometerError, RefusedError
from orchestration import publishing
from orchestration.pruning import forget_runs
from orchestration.releases import Manifest, Releases
from orchestration.run_history import open_history
from orchestration.settings import Settings
from tests.conftest import Barometer
from tests.support import missing_words, refusal, release_unchanged


def settings_of(barometer: Barometer) -> Settings:
    return Settings(home=barometer.home, data=barometer.data)


def publish(barometer: Barometer) -> Manifest:
    """Publish the marts once more, as the end of a build does."""
    return publishing.publish(settings_of(barometer), [], {}, {}, {}, "code")


def copy_release(barometer: Barometer, release_id: str, **changes: object) -> str:
    """Copy the current release to another name, and make that the current one."""
    old = barometer.current.resolve()
    described = json.loads(old.with_suffix(".json").read_text())
    described |= {"release_id": release_id, "previous_release": old.stem} | changes
    old.with_name(f"{release_id}.duckdb").write_bytes(old.read_bytes())
    old.with_name(f"{release_id}.json").write_text(json.dumps(described))
    Releases(settings_of(barometer)).switch(release_id)
    return release_id


def set_clock(monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    """Let the clock stand still in a year."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # noqa: ARG003
            return datetime(year, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(publishing, "datetime", Clock)


def listed(barometer: Barometer) -> list[str]:
    return [item.release_id for item in Releases(settings_of(barometer)).all()]


def files(barometer: Barometer) -> set[str]:
    return {path.name for path in barometer.current.parent.iterdir()}


def test_a_clock_that_is_set_back_or_stands_still_changes_no_order(
    spare: Barometer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = spare.current.readlink().stem
    set_clock(monkeypatch, 2001)
    second, third = publish(spare).release_id, publish(spare).release_id
    assert second != third
    assert spare.run("release", "rollback", first).returncode == 0
    set_clock(monkeypatch, 2000)
    fourth = publish(spare)
    assert listed(spare) == [fourth.release_id, third, second, first]
    assert fourth.previous_release == first
    # Without the numbers that older manifests lack, each still comes after the one it replaced.
    for name in (second, third):
        path = spare.current.with_name(f"{name}.json")
        path.write_text(json.dumps(json.loads(path.read_text()) | {"sequence": 0}))
    order = listed(spare)
    assert order.index(third) < order.index(second) < order.index(first)


def test_old_releases_go_but_never_the_current_one_or_the_one_before_it(spare: Barometer) -> None:
    first = spare.current.readlink().stem
    second, third, fourth, fifth = (
        copy_release(spare, f"2099010{day}-000000-000") for day in range(1, 5)
    )
    spare.run("release", "rollback", second)
    before = files(spare)
    kept = [spare.home / "superset" / "cache" / name / "answer" for name in ("answers", "whole")]
    for answer in kept:
        answer.parent.mkdir(parents=True)
        answer.write_text("76%")
    shown = spare.run("release", "prune", "--keep", "1", "--except", third)
    assert shown.returncode == 0 and files(spare) == before and all(map(Path.exists, kept))
    assert not missing_words(shown.stdout, (f"To remove: release {fourth}", "--yes", " MB"))
    assert not any(name in shown.stdout for name in (first, second, third, fifth))
    done = spare.run("release", "prune", "--keep", "1", "--except", third, "--yes")
    assert done.returncode == 0 and f"Removed release {fourth}" in done.stdout
    assert listed(spare) == [fifth, third, second, first]
    assert before - files(spare) == {f"{fourth}.json", f"{fourth}.duckdb"}
    # What Superset keeps of the figures of a release goes with it.
    assert not any(map(Path.exists, kept))
    assert spare.run("release", "verify").returncode == 0
    unknown = spare.run("release", "prune", "--except", fourth, "--yes")
    assert f"there is no release '{fourth}'" in refusal(
        unknown.returncode, unknown.stdout, unknown.stderr
    )
    # The release that the current one replaced may be gone; then the one made before it counts.
    spare.run("release", "rollback", fifth)
    compared = spare.run("release", "diff")
    assert compared.returncode == 0 and f"From release {third}" in compared.stdout


def test_a_manifest_that_cannot_be_used_is_named_and_in_the_way_of_nothing(
    spare: Barometer,
) -> None:
    first = spare.current.readlink().stem
    spoilt = copy_release(spare, "20990101-000000-000")
    spare.run("release", "rollback", first)
    path = spare.current.with_name(f"{spoilt}.json")
    made = json.loads(path.read_text())
    of_another, no_sum = made | {"release_id": first}, made | {"sha256": None}
    contents = (b"", b"[]", b'{"release_id": 5}', b"[" * 10**5, of_another, no_sum, None, "folder")
    for content in contents:
        path.unlink(missing_ok=True)
        if content == "folder":
            path.mkdir()
        elif isinstance(content, dict):
            path.write_text(json.dumps(content))
        elif isinstance(content, bytes):
            path.write_bytes(content)
        words = "cannot be told" if content is no_sum else "is damaged or missing"
        with release_unchanged(spare):
            found = spare.run("release", "verify")
            assert found.returncode == 1 and "as it was published" not in found.stdout
            pruned = spare.run("release", "prune", "--yes")
            for done in (found, spare.run("release", "list"), pruned):
                assert not missing_words(done.stderr, (spoilt, words))
            for verb in (("rollback", spoilt), ("verify", spoilt), ("diff", first, spoilt)):
                refused = spare.run("release", *verb)
                assert refused.returncode == 1 and words in refused.stderr
    done = spare.run("release", "prune", "--damaged", "--yes")
    assert done.returncode == 0, done.stderr
    assert not [name for name in files(spare) if spoilt in name]
    assert spare.run("release", "verify").returncode == 0


def test_a_release_that_fails_at_any_step_leaves_nothing(
    spare: Barometer, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, "No space left")
    before = files(spare)
    for owner, step, fault in (
        (publishing, "_write_quality", full),
        (Path, "rename", full),
        (Releases, "switch", KeyboardInterrupt()),
    ):

        def fail(
            self: object = None, *_: object, step: str = step, fault: BaseException = fault
        ) -> None:
            if step != "rename" or str(self).endswith(".json.part"):
                raise fault

        with release_unchanged(spare), monkeypatch.context() as patched:
            patched.setattr(owner, step, fail)
            with pytest.raises((RefusedError, KeyboardInterrupt)):
                publish(spare)
        assert files(spare) == before, step


def test_a_current_release_that_is_damaged_is_not_served_and_the_last_whole_one_is_named(
    spare: Barometer,
) -> None:
    first = spare.current.readlink().stem
    copy_release(spare, "20990101-000000-000")
    with spare.current.open("r+b") as file:
        file.seek(5000)
        file.write(b"x")
    with pytest.raises(BarometerError) as refused:
        Releases(settings_of(spare)).verify_current()
    assert not missing_words(
        str(refused.value), ("is damaged", f"`barometer release rollback {first}`")
    )
    assert spare.run("release", "rollback", first).returncode == 0
    Releases(settings_of(spare)).verify_current()


def test_the_history_keeps_the_last_runs_and_nothing_of_others(tmp_path: Path) -> None:
    @dg.asset(check_specs=[dg.AssetCheckSpec("whole", asset="figures")])
    def figures() -> dg.MaterializeResult:  # type: ignore[type-arg]
        return dg.MaterializeResult(
            check_results=[dg.AssetCheckResult(passed=True, metadata={"quoted": "an answer"})]
        )

    settings = Settings(home=tmp_path / "home", data=tmp_path / "data")
    with open_history(settings) as history:
        runs = [dg.materialize([figures], instance=history).run_id for _ in range(4)]
        forget_runs(history, keep=2)
        assert {run.run_id for run in history.get_runs()} == set(runs[2:])
        assert not history.all_logs(runs[0]) and history.all_logs(runs[3])
    kept = b"".join(path.read_bytes() for path in settings.dagster_home.rglob("*.db"))
    assert kept.count(runs[3].encode()) > 1
    with open_history(settings) as history:
        key = dg.AssetCheckKey(dg.AssetKey("figures"), "whole")
        results = history.event_log_storage.get_asset_check_execution_history(key, limit=10)
    assert {result.run_id for result in results} == set(runs[2:])
