"""The sensor sees what changed and asks for a run of what depends on it, and of nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Barometer
from tests.support import FILE, Spss, real_path, release_unchanged, sample_of

ASSET = "raw/nl_barometer/2021"
NOTHING_NEW = "The newest release was made from the files that are here now."
# Reads commands: `tick` looks, `run` executes what was asked for last,
# `load` reloads the code location, and a pair writes a text to a path.
DRIVER = """
import json, sys
from contextlib import redirect_stdout
from pathlib import Path
import dagster as dg
from orchestration.definitions import BUILD_JOB, load
from orchestration.run_history import open_history
from orchestration.settings import Settings

settings, told, request, cursor = Settings.from_environment(), [], None, None
repository = load(settings).get_repository_def()
with open_history(settings) as instance, redirect_stdout(sys.stderr):
    for command in json.load(sys.stdin):
        if command == "tick":
            context = dg.build_sensor_context(
                instance=instance, repository_def=repository, cursor=cursor
            )
            outcome = repository.get_sensor_def("discovery").evaluate_tick(context)
            cursor, request = outcome.cursor, next(iter(outcome.run_requests or ()), None)
            told.append({
                "skipped": outcome.skip_message,
                "key": request and request.run_key,
                "assets": [key.to_user_string() for key in request.asset_selection]
                if request else [],
                "checks": [key.to_user_string() for key in request.asset_check_keys]
                if request else [],
            })
        elif command == "run":
            job = repository.get_job(BUILD_JOB).get_subset(
                asset_selection=set(request.asset_selection),
                asset_check_selection=set(request.asset_check_keys),
            )
            result = job.execute_in_process(instance=instance, raise_on_error=False)
            made = [e.asset_key for e in result.all_events if e.is_step_materialization]
            told.append({
                "success": result.success, "made": [key.to_user_string() for key in made]
            })
        elif command == "load":
            repository = load(settings).get_repository_def()
        else:
            path, text = command
            Path(path).write_text(text, "utf-8")
print(json.dumps(told))
"""


def watch(barometer: Barometer, *commands: str | tuple[str, str]) -> list[dict[str, Any]]:
    done = barometer.python(DRIVER, read=json.dumps(commands))
    assert done.returncode == 0, done.stderr[-3000:]
    told: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return told


def raw(names: list[str]) -> list[str]:
    return [name for name in names if name.startswith("raw/")]


def manifest(barometer: Barometer, wave: str = "2021") -> Path:
    return barometer.project / f"ingest/surveys/nl_barometer/waves/{wave}.yml"


def seed(barometer: Barometer, name: str) -> Path:
    return barometer.project / f"dbt_project/seeds/{name}.csv"


def test_a_refused_file_is_not_tried_again_until_it_changes(copy: Barometer) -> None:
    answers = Spss.read(sample_of(copy))
    answers.frame.loc[1, "RESPNR"] = answers.frame.loc[0, "RESPNR"]
    answers.write(real_path(copy))
    with release_unchanged(copy):
        first, run, second = watch(copy, "tick", "run", "tick")
    assert not run["success"] and "release" not in run["made"]
    assert first["key"] and second["key"] == first["key"]
    Spss.read(sample_of(copy)).write(real_path(copy))
    (third,) = watch(copy, "tick")
    assert raw(third["assets"]) == [ASSET] and third["key"] != first["key"]


def test_a_build_leaves_nothing_to_ask_for_and_a_comment_is_no_change(copy: Barometer) -> None:
    text = manifest(copy).read_text("utf-8")
    first, second = watch(copy, "tick", (str(manifest(copy)), f"# Checked.\n{text}"), "tick")
    assert first["skipped"] == second["skipped"] == NOTHING_NEW


def test_a_changed_crosswalk_row_asks_for_no_wave_and_a_changed_manifest_for_its_own(
    copy: Barometer,
) -> None:
    rows, described = seed(copy, "crosswalk"), manifest(copy)
    old = rows.read_text("utf-8")
    new = old.replace("SECTOR,,recode,sector,,identical", "SECTOR,,recode,sector,,comparable", 1)
    reworded = described.read_text("utf-8").replace("Herkomst van de innovatie", "Oorsprong", 1)
    # A status needs its reasons, so a first attempt is refused in words and asks for nothing.
    labels = seed(copy, "categories")
    relabelled = labels.read_text("utf-8").replace(",Gemeenten,", ",Gemeentes,", 1)
    half, whole, again, other, label = watch(
        copy,
        (str(rows), new),
        "tick",
        (str(rows), new.replace("sector,,comparable,,", "sector,,comparable,Waarom,Why", 1)),
        "tick",
        "tick",
        (str(rows), old),
        (str(described), reworded),
        "tick",
        (str(described), described.read_text("utf-8")),
        (str(labels), relabelled),
        "tick",
    )
    assert "status comparable needs reason_nl" in half["skipped"] and not half["assets"]
    assert "seeds/crosswalk" in whole["assets"] and "release" in whole["assets"]
    assert not raw(whole["assets"]) and "seeds/recodes" not in whole["assets"]
    assert again["key"] == whole["key"], "the same state must not be run twice"
    waves = {name for name in raw(other["assets"]) if name in (ASSET, "raw/dk_barometer/2023")}
    assert waves == {ASSET} and "raw/registry" in other["assets"]
    assert "raw/nl_barometer/2025" not in other["assets"]
    # A check on a table that stays looks at one that changes.
    outside = {check.split(":")[0] for check in label["checks"]} - set(label["assets"])
    assert "staging/stg_published_figures" in outside and not raw(label["assets"])
    assert other["key"] != whole["key"]


def test_a_new_wave_waits_for_the_code_location_to_be_reloaded(copy: Barometer) -> None:
    new = manifest(copy, "2027")
    text = manifest(copy, "2025").read_text("utf-8").replace("wave: '2025'", "wave: '2027'", 1)
    stale, loaded = watch(copy, "tick", (str(new), text), "tick", "load", "tick")[1:]
    assert "raw/nl_barometer/2027" in stale["skipped"] and "reload the code" in stale["skipped"]
    assert "raw/nl_barometer/2027" in loaded["assets"] and "raw/registry" in loaded["assets"]
    assert not {ASSET, "raw/nl_barometer/2025", "raw/dk_barometer/2023"} & set(loaded["assets"])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("file under another name", ("contains definitief.sav, not the file of the wave", FILE)),
        ("manifest half typed", ("2021.yml", "key 'population' is missing")),
    ],
)
def test_what_cannot_be_read_is_told_and_asks_for_nothing(
    copy: Barometer, fault: str, words: tuple[str, ...]
) -> None:
    if fault == "manifest half typed":
        text = manifest(copy).read_text("utf-8")
        half = text.replace("\npopulation:\n", "\npopulatie:\n", 1)
        (told,) = watch(copy, (str(manifest(copy)), half), "tick")
    else:
        path = real_path(copy).with_name("definitief.sav")
        path.parent.mkdir(parents=True)
        shutil.copy(sample_of(copy), path)
        (told,) = watch(copy, "tick")
    assert not told["assets"]
    assert all(word in told["skipped"] for word in words), told["skipped"]
