"""The answers of a wave, or of one respondent, are erased from everything that is made of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq

from ingest import registry
from orchestration.releases import Releases
from orchestration.settings import Settings
from orchestration.waves import load_with_version
from tests.conftest import Barometer
from tests.support import WAVE, missing_words, put_real_file, real_path, refusal, release_state

OF_CSV = "nl_barometer/2025"
DERIVED = ("warehouse.duckdb", "dbt", "quality", "disclosure", "trace", "samples", "dagster")


def settings_of(barometer: Barometer) -> Settings:
    return Settings(home=barometer.home, data=barometer.data)


def raw(barometer: Barometer, table: str, wave: str) -> Path:
    return barometer.home / "raw" / table / f"{wave}.parquet"


def put_csv_file(barometer: Barometer) -> Path:
    """Put the generated answers of a wave in place, as if they were its own file."""
    answers = registry.load().wave(OF_CSV).wave.answers
    assert answers is not None
    (made,) = (barometer.home / "samples").rglob(answers.file.name)
    path = barometer.data / OF_CSV / answers.file.name
    path.parent.mkdir(parents=True)
    shutil.copy(made, path)
    return path


def release_of(barometer: Barometer, release_id: str, file: str) -> None:
    """Put a release beside the current one that says it was made from another file of a wave."""
    old = barometer.current.resolve()
    described = json.loads(old.with_suffix(".json").read_text())
    described |= {"release_id": release_id, "inputs": {file: "0" * 64}}
    shutil.copy(old, old.with_name(f"{release_id}.duckdb"))
    old.with_name(f"{release_id}.json").write_text(json.dumps(described))


def test_a_wave_is_erased_and_what_is_left_is_searched(spare: Barometer) -> None:
    put_real_file(spare)
    load_with_version(WAVE, settings_of(spare))
    (spare.home / "trace").mkdir(exist_ok=True)  # another test may have made one to copy
    (spare.home / "trace" / "figure.csv").write_text("answers")
    earlier, other = "20000101-000000-000", "20000102-000000-000"
    release_of(spare, earlier, f"{WAVE}/x.sav")
    release_of(spare, other, "nl_barometer/20210/x.sav")
    current = release_state(spare)
    shown = spare.run("wave", "erase", WAVE)
    assert shown.returncode == 0 and real_path(spare).exists()
    assert not missing_words(shown.stdout, (str(real_path(spare).parent), "--yes", earlier))
    assert other not in shown.stdout
    done = spare.run("wave", "erase", WAVE, "--yes")
    assert done.returncode == 0, done.stderr
    assert f"Release {earlier} still holds figures" in done.stdout
    assert "Looked for 258 pseudonyms" in done.stdout
    assert not [name for name in DERIVED if (spare.home / name).exists()]
    assert not real_path(spare).parent.exists() and not list(spare.home.rglob("2021.parquet"))
    assert raw(spare, "answers", OF_CSV).exists()
    again = spare.run("wave", "erase", WAVE, "--yes", "--releases")
    assert f"Removed release {earlier}" in again.stdout
    names = [item.release_id for item in Releases(settings_of(spare)).all()]
    assert earlier not in names and other in names
    nothing = spare.run("wave", "erase", WAVE, "--yes")
    assert "no answers of this wave" in refusal(nothing.returncode, nothing.stdout, nothing.stderr)
    assert release_state(spare) == current


def test_what_the_search_still_finds_is_named(spare: Barometer) -> None:
    pseudonym = pq.read_table(raw(spare, "respondents", WAVE)).column("organisation_id")[0].as_py()
    (spare.home / "note.txt").write_text(f"ask {pseudonym} again")
    done = spare.run("wave", "erase", WAVE, "--yes")
    assert "note.txt" in refusal(done.returncode, done.stdout, done.stderr)


def test_a_respondent_leaves_the_file_and_what_was_made_from_it(spare: Barometer) -> None:
    path = put_csv_file(spare)
    load_with_version(OF_CSV, settings_of(spare))
    before = path.read_bytes().splitlines(keepends=True)
    shown = spare.run("wave", "erase", OF_CSV, "--respondent", "17")
    assert shown.returncode == 0 and path.read_bytes().splitlines(keepends=True) == before
    done = spare.run("wave", "erase", OF_CSV, "--respondent", "17", "--yes")
    assert done.returncode == 0, done.stderr
    after = path.read_bytes().splitlines(keepends=True)
    (gone,) = [line for line in before if line not in after]
    assert after == [line for line in before if line != gone] and b"17" in gone
    assert not [name for name in DERIVED if (spare.home / name).exists()]
    assert not raw(spare, "respondents", OF_CSV).exists()
    assert "not searched" in done.stdout, "what others share proves nothing"
    _, loaded = load_with_version(OF_CSV, settings_of(spare))
    assert loaded.rows["respondents"] == len(before) - 2
    for respondent in ("17", "nobody"):
        unknown = spare.run("wave", "erase", OF_CSV, "--respondent", respondent, "--yes")
        message = refusal(unknown.returncode, unknown.stdout, unknown.stderr)
        assert f"there is no respondent '{respondent}'" in message


def test_a_file_that_is_not_written_here_and_one_elsewhere_are_refused(spare: Barometer) -> None:
    put_real_file(spare)
    before = real_path(spare).read_bytes()
    done = spare.run("wave", "erase", WAVE, "--respondent", "17", "--yes")
    message = refusal(done.returncode, done.stdout, done.stderr)
    assert not missing_words(message, ("17", "format sav", "delete the row"))
    elsewhere = real_path(spare).rename(spare.data / "elsewhere.sav")
    real_path(spare).symlink_to(elsewhere)
    linked = spare.run("wave", "erase", WAVE, "--yes")
    assert "is a link" in refusal(linked.returncode, linked.stdout, linked.stderr)
    outside = spare.run("wave", "erase", "..", "--yes")
    assert "no such wave" in refusal(outside.returncode, outside.stdout, outside.stderr)
    assert elsewhere.read_bytes() == before and (spare.home / "warehouse.duckdb").exists()
