"""A wave of which nothing changed is not made again, and nobody sees the difference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.settings import Settings
from orchestration.waves import kept_loads, load_with_version
from tests.conftest import Barometer
from tests.support import WAVE, Spss, real_path, sample_of

OTHER = "dk_barometer/2023"
# What tells of a release itself, and of how long it took.
OF_THE_RELEASE = ("release_info", "mart_release", "mart_release_change", "mart_release_news")
MARK = "kept from the last build"
# Columns that may have any value: nothing reads who a pattern was named after, and an organisation
# with many respondents in a wave is not looked for in another.
MARKED = {"hrm_patterns": "respondent_id", "hrm_respondents": "organisation_id"}
CORRECTION = """\
  corrections:
    - variable: grootte
      code: 2
      becomes: 3
      reason: {nl: Voor deze toets., en: For this test.}
      source: this test
  items:
"""


def settings_of(barometer: Barometer) -> Settings:
    return Settings(home=barometer.home, data=barometer.data)


def written(barometer: Barometer, wave: str) -> dict[str, int]:
    """When each raw file of a wave was written."""
    paths = sorted((barometer.home / "raw").glob(f"*/{wave}.parquet"))
    return {path.parent.parent.name: path.stat().st_mtime_ns for path in paths}


def test_a_wave_is_read_once(spare: Barometer) -> None:
    first = load_with_version(WAVE, settings_of(spare))
    before = written(spare, WAVE)
    assert load_with_version(WAVE, settings_of(spare)) == first
    assert written(spare, WAVE) == before and first[1].rows


def damage_raw(barometer: Barometer) -> None:
    path = barometer.home / "raw" / "answers" / f"{WAVE}.parquet"
    path.write_bytes(path.read_bytes()[:-1])


def remove_raw(barometer: Barometer) -> None:
    (barometer.home / "raw" / "loads" / f"{WAVE}.parquet").unlink()


def damage_what_was_kept(barometer: Barometer) -> None:
    (path,) = kept_loads(settings_of(barometer)).glob(f"{WAVE.replace('/', '.')}.json")
    path.write_text(path.read_text("utf-8")[:-20], "utf-8")


def put_another_file(barometer: Barometer) -> None:
    Spss.read(sample_of(barometer)).write(real_path(barometer))


@pytest.mark.parametrize("change", [damage_raw, remove_raw, damage_what_was_kept, put_another_file])
def test_a_wave_is_read_again_where_anything_of_it_changed(
    spare: Barometer, change: Callable[[Barometer], None]
) -> None:
    _, first = load_with_version(WAVE, settings_of(spare))
    before = written(spare, WAVE)
    change(spare)
    _, again = load_with_version(WAVE, settings_of(spare))
    after = written(spare, WAVE)
    assert after.keys() == before.keys() and all(after[name] > before[name] for name in before)
    assert again.rows == first.rows and len(again.findings) == len(first.findings)


def released(barometer: Barometer) -> dict[str, pd.DataFrame]:
    """Return every table of the current release, in the order of its rows there."""
    with duckdb.connect(str(barometer.current.resolve()), read_only=True) as release:
        names = [name for (name,) in release.execute("show tables").fetchall()]
        return {
            name: release.table(name).df().drop(columns="release_id", errors="ignore")
            for name in names
            if name not in OF_THE_RELEASE
        }


def marked(warehouse: Path) -> dict[str, set[str]]:
    """Return the waves of which marked rows are left, by model."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            model: {
                wave
                for (wave,) in connection.execute(
                    f"select distinct survey || '/' || wave from harmonised.{model} "
                    f"where {column} = ?",
                    [MARK],
                ).fetchall()
            }
            for model, column in MARKED.items()
        }


def test_a_build_makes_what_changed_and_gives_the_release_of_a_full_one(copy: Barometer) -> None:
    warehouse = copy.home / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        for model, column in MARKED.items():
            connection.execute(
                f"update harmonised.{model} set {column} = ? "
                "where survey = 'werkonderzoek' or wave in ('2021', '2025')",
                [MARK],
            )
    manifest = copy.project / "ingest/surveys/nl_barometer/waves/2025.yml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace("  items:\n", CORRECTION, 1), "utf-8")
    # One statement less is read, from variables that the scale still holds together.
    crosswalk = copy.project / "dbt_project/seeds/crosswalk.csv"
    rows = crosswalk.read_text("utf-8").splitlines(keepends=True)
    read = [row for row in rows if row.startswith("werkonderzoek,2025,work_climate_statement,")]
    rows.remove(read[-1])
    crosswalk.write_text("".join(rows), "utf-8")

    # Two classes of size change places, in both waves: other groups of the same patterns.
    recodes = copy.project / "dbt_project/seeds/recodes.csv"
    text = recodes.read_text("utf-8")
    for recode, medium, upper in (("", 2, 3), ("_falling", 3, 2)):
        for code, old, new in (
            (medium, "medium", "upper_medium"),
            (upper, "upper_medium", "medium"),
        ):
            row = f"organisation_size{recode},{code},"
            assert text.count(f"{row}{old},") == 1
            text = text.replace(f"{row}{old},", f"{row}{new},")
    recodes.write_text(text, "utf-8")

    before = written(copy, OTHER)
    attack = copy.home / "disclosure" / f"{OTHER.replace('/', '.')}.json"
    attacked = attack.stat().st_mtime_ns
    assert copy.run("build", "--accept-removed").returncode == 0
    assert written(copy, OTHER) == before and attack.stat().st_mtime_ns == attacked
    of_employees = {f"werkonderzoek/{wave}" for wave in ("2019", "2022", "2025")}
    kept = marked(warehouse)
    assert kept["hrm_patterns"] == of_employees | {"nl_barometer/2021"}
    assert kept["hrm_respondents"] == of_employees
    quick = released(copy)

    assert copy.run("build", "--full", "--accept-removed").returncode == 0
    assert not any(marked(warehouse).values())
    assert written(copy, OTHER) != before
    full = released(copy)
    assert full.keys() == quick.keys()
    for name, rows_of in full.items():
        pd.testing.assert_frame_equal(quick[name], rows_of, obj=name)
