"""Who watches from outside sees how the last build ended, and is told when it made no release."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ingest.errors import RefusedError
from orchestration.build import build
from orchestration.monitoring import last_build, recorded
from orchestration.progress import Progress
from orchestration.settings import Settings
from tests.conftest import Barometer
from tests.support import missing_words


def samples(path: Path) -> dict[str, float]:
    """The metrics of a file in the format of Prometheus: name with labels -> value."""
    from prometheus_client.parser import text_string_to_metric_families

    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(path.read_text("utf-8"))
        for sample in family.samples
    }


def test_a_build_leaves_its_metrics_and_a_status_without_faults(built: Barometer) -> None:
    metrics = samples(built.home / "metrics.prom")
    assert metrics["barometer_build_released"] == 1
    assert metrics["barometer_release_rows mart_indicator"] > 5_000
    assert metrics["barometer_build_checks_passed"] > 400
    assert 0.2e9 < metrics["barometer_build_memory_bytes"] < 10e9
    steps = [name for name in metrics if name.startswith("barometer_step_duration_seconds")]
    assert any("raw__nl_barometer__2021" in name for name in steps)
    assert any("mart_indicator" in name for name in steps)
    shown = built.run("status")
    assert shown.returncode == 0, shown.stdout
    current = built.current.resolve().stem
    words = (f"made release {current}", "as it was published", "GB free")
    assert not missing_words(shown.stdout, words)


def test_a_refused_build_gives_alarm_and_shows_in_the_status(
    spare: Barometer, tmp_path: Path
) -> None:
    told = tmp_path / "told.json"
    settings = Settings(spare.home, spare.data, alert=f"tee {told}")
    broken = spare.data / "nl_barometer" / "2021" / "innovatie_barometer_overheid_2021.sav"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"$FL2 and then nothing")
    with pytest.raises(Exception, match="innovatie_barometer_overheid_2021"):
        build(settings, Progress())
    report = json.loads(told.read_text())
    assert report["outcome"] == "refused" and "innovatie_barometer" in report["message"]["en"]
    metrics = samples(spare.home / "metrics.prom")
    assert metrics["barometer_build_released"] == 0
    assert metrics["barometer_source_modified_time_seconds nl_barometer/2021"] > 1e9
    shown = spare.run("status", "--lang", "nl")
    assert shown.returncode == 1
    assert not missing_words(shown.stdout, ("geweigerd op", ", regel sav_unreadable: ", "Huidige"))


@pytest.mark.parametrize("alert", ["no-such-program", "false", "'", "sh -c 'exit 3'"])
def test_an_alarm_that_fails_changes_no_message(tmp_path: Path, alert: str) -> None:
    settings = Settings(tmp_path, tmp_path, alert=alert)
    with pytest.raises(RefusedError, match="no release yet"), recorded(settings):
        raise RefusedError("orchestration.no_release", "here")
    found = last_build(settings)
    assert found and found.outcome == "refused" and "no release yet" in found.message["en"]


def test_a_build_that_an_error_ends_is_no_refusal(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home", tmp_path)
    settings.home.mkdir()
    with pytest.raises(KeyboardInterrupt), recorded(settings) as record:
        record.memory = 5
        raise KeyboardInterrupt
    found = last_build(settings)
    assert found and (found.outcome, found.memory) == ("ended", 5)


def test_a_report_that_cannot_be_read_or_written_is_in_the_way_of_nothing(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home", tmp_path)
    assert last_build(settings) is None
    with recorded(settings):  # there is no home to write to
        pass
    settings.home.mkdir()
    (settings.home / "build.json").write_bytes(b"\xff")
    assert last_build(settings) is None
    shutil.rmtree(settings.home)
