"""The WERKonderzoek, of employees: computed again from its files and set beside the release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from ingest.registry import load
from ingest.wave_files import open_wave
from tests.conftest import Barometer

SURVEY = "werkonderzoek"
# How each wave asks: two statements, the codes that agree and those that do not, and for each
# quality of a team the variables and the codes of a good one.
ASKED: dict[str, dict[str, Any]] = {
    "2019": {
        "safe": "Q3_1",
        "improving": "Q3_2",
        "agree": "45",
        "disagree": "123",
        "efficiency": (["Q4_1", "Q4_2"], "12"),
        "effectiveness": (["Q4_3", "Q4_4"], "45"),
        "legitimacy": (["Q4_5", "Q4_6"], "45"),
    },
    "2022": {
        "safe": "v10b",
        "improving": "v10a",
        "agree": "12",
        "disagree": "345",
        "efficiency": (["v20b", "v20e"], "45"),
        "effectiveness": (["v20a", "v20d"], "12"),
        "legitimacy": (["v20c", "v20f"], "12"),
    },
    "2025": {
        "safe": "s1",
        "improving": "s2",
        "agree": "34",
        "disagree": "12",
        "efficiency": (["team_1"], ""),
        "effectiveness": (["team_2", "team_3"], "1"),
        "legitimacy": (["team_4", "team_5"], "1"),
    },
}
ZONES = {
    (True, True): "learning_and_performance_zone",
    (True, False): "comfort_zone",
    (False, True): "anxiety_zone",
    (False, False): "apathy_zone",
}


@pytest.fixture(scope="module")
def release(built: Barometer) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.current), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def warehouse(built: Barometer) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def files(built: Barometer) -> dict[str, pd.DataFrame]:
    """The answers as they stand in the files, every code text."""
    known = load()
    return {
        wave: open_wave(
            known.wave(f"{SURVEY}/{wave}"), built.data, built.home / "samples"
        ).table.data.to_pandas()
        for wave in ASKED
    }


def zones(wave: str, table: pd.DataFrame) -> pd.Series:
    """The zone of every respondent; none without a valid answer to both statements."""
    asked = ASKED[wave]
    valid = [*asked["agree"], *asked["disagree"]]
    safe, improving = (table[asked[name]] for name in ("safe", "improving"))
    pairs = zip(safe.isin([*asked["agree"]]), improving.isin([*asked["agree"]]), strict=True)
    zone = pd.Series([ZONES[pair] for pair in pairs], table.index, dtype=object)
    return zone.where(safe.isin(valid) & improving.isin(valid))


def quality(wave: str, table: pd.DataFrame, name: str) -> pd.Series:
    """1 and 0 for a team that is good at it or not, NaN without a valid answer."""
    variables, codes = ASKED[wave][name]
    answers = table[variables]
    if wave == "2025":  # boxes: 1 or empty, in a question that was answered or skipped
        good = answers.notna() if codes else answers.isna()
        valid = table[[box for box in table if box.startswith("team_")]].notna().any(axis=1)
    else:
        good = answers.isin([*codes])
        valid = answers.isin([*"12345"]).all(axis=1)
    return good.all(axis=1).astype(float).where(valid)


def weights(wave: str, table: pd.DataFrame, weighting: str) -> pd.Series | None:
    """1 for all, or the weights of the manifest: of the file, or raked by the shortest way."""
    if weighting == "none":
        return pd.Series(1.0, table.index)
    answers = load().wave(f"{SURVEY}/{wave}").wave.answers
    assert answers is not None
    if answers.design is None:
        return None
    if answers.design.weight:
        return table[answers.design.weight].astype(float)
    weight = pd.Series(1.0, table.index)
    for _ in range(60):
        for variable, margin in answers.design.margins.items():
            group = table[variable].astype(str)
            weight = weight * group.map(margin) / weight.groupby(group).transform("sum")
    return weight


def computed(
    warehouse: duckdb.DuckDBPyConnection, wave: str, concept: str, weighting: str, dimension: str
) -> dict[tuple[str, str], tuple[float, int]]:
    """Category and group -> estimate before it is rounded for a release, and n."""
    rows = warehouse.execute(
        "select category, group_value, estimate, n from estimates.est_computed where survey = ? "
        "and wave = ? and concept = ? and weighting = ? and group_dimension = ? "
        "and statistic in ('share', 'mean')",
        [SURVEY, wave, concept, weighting, dimension],
    ).fetchall()
    return {(category, group): (estimate, n) for category, group, estimate, n in rows}


@pytest.mark.parametrize("weighting", ["none", "weighted"])
@pytest.mark.parametrize("wave", ASKED)
def test_zones_are_those_that_the_files_tell(
    warehouse: duckdb.DuckDBPyConnection,
    files: dict[str, pd.DataFrame],
    wave: str,
    weighting: str,
) -> None:
    table = files[wave]
    zone, weight = zones(wave, table), weights(wave, table, weighting)
    found = computed(warehouse, wave, "work_climate_typology", weighting, "total")
    if weight is None:
        assert found == {}  # 2019 has no design, so nothing is weighted
        return
    assert {category for category, _ in found} == set(ZONES.values())
    known = zone.notna()
    for (category, _), (estimate, n) in found.items():
        assert n == known.sum()
        expected = 100 * np.average((zone == category)[known], weights=weight[known])
        assert estimate == pytest.approx(expected, abs=1e-6), category
    assert sum(estimate for estimate, _ in found.values()) == pytest.approx(100)


@pytest.mark.parametrize("weighting", ["none", "weighted"])
@pytest.mark.parametrize("wave", ASKED)
def test_team_performance_by_zone_is_what_the_files_tell(
    warehouse: duckdb.DuckDBPyConnection,
    files: dict[str, pd.DataFrame],
    wave: str,
    weighting: str,
) -> None:
    table = files[wave]
    zone, weight = zones(wave, table), weights(wave, table, weighting)
    found = computed(warehouse, wave, "team_performance", weighting, "work_climate_zone")
    if weight is None:
        assert found == {}
        return
    assert len(found) == 12
    for (category, group), (estimate, n) in found.items():
        good = quality(wave, table, category)
        known = good.notna() & (zone == group)
        assert n == known.sum()
        expected = 100 * np.average(good[known], weights=weight[known])
        assert estimate == pytest.approx(expected, abs=1e-6), (category, group)


def test_statements_on_waste_count_the_other_way_round_in_the_scale(
    warehouse: duckdb.DuckDBPyConnection, files: dict[str, pd.DataFrame]
) -> None:
    table = files["2019"]
    scores = table[[f"Q4_{number}" for number in range(1, 7)]].astype(float)
    scores = scores.where(scores <= 5)
    scores[["Q4_1", "Q4_2"]] = 6 - scores[["Q4_1", "Q4_2"]]
    scale = scores.mean(axis=1)[scores.notna().sum(axis=1) >= 5]
    found = computed(warehouse, "2019", "team_performance_scale", "none", "total")
    estimate, n = found["value", "total"]
    assert (estimate, n) == (pytest.approx(scale.mean(), abs=1e-9), len(scale))


def test_numbers_from_0_to_10_count_as_they_are(
    warehouse: duckdb.DuckDBPyConnection, files: dict[str, pd.DataFrame]
) -> None:
    grades = files["2025"]["aanbeveling"].dropna().astype(int)
    grades = grades[grades <= 10]
    found = computed(warehouse, "2025", "employer_recommendation_grade", "none", "total")
    assert found["value", "total"] == (pytest.approx(grades.mean(), abs=1e-9), len(grades))


def test_figure_22_shows_team_performance_by_zone(release: duckdb.DuckDBPyConnection) -> None:
    rows = release.sql(
        "select category, group_value, estimate, data_status from mart_report_figure "
        "where figure_number = 'F22' and wave = '2019'"
    ).fetchall()
    qualities = ("efficiency", "effectiveness", "legitimacy")
    assert {status for name, *_, status in rows if name in qualities} == {"synthetic"}
    for quality_of_team in qualities:
        by_zone = {group: value for name, group, value, _ in rows if name == quality_of_team}
        assert max(by_zone, key=by_zone.__getitem__) == "learning_and_performance_zone"
        assert min(by_zone, key=by_zone.__getitem__) == "anxiety_zone"


def test_the_published_recommendation_of_2022_comes_out(
    release: duckdb.DuckDBPyConnection,
) -> None:
    rows = release.sql(
        "select published, verdict, data_status from mart_reconciliation "
        "where survey = 'werkonderzoek' and concept = 'employer_recommendation' order by 1"
    ).fetchall()
    assert rows == [(44, "agrees", "synthetic"), (56, "agrees", "synthetic")]


def test_a_corrected_answer_is_told_without_whose_it_was(
    release: duckdb.DuckDBPyConnection,
    warehouse: duckdb.DuckDBPyConnection,
    files: dict[str, pd.DataFrame],
) -> None:
    rows = release.sql(
        "select survey, wave, variable, code, becomes, becomes_label, answers from mart_correction"
    ).fetchall()
    assert rows == [(SURVEY, "2019", "Q1", "77", "7", "Onderwijs", None)]
    text = release.sql("select string_agg(c::varchar, ' ') from mart_correction as c").fetchone()
    assert text and "4021" not in text[0]
    education = (files["2019"]["Q1"].isin(["7", "77"])).sum()
    found = computed(warehouse, "2019", "sector", "none", "total")
    estimate, n = found["education", "total"]
    assert round(estimate * n / 100) == education


def test_employees_never_stand_in_a_release_nor_beside_another_country(
    release: duckdb.DuckDBPyConnection,
) -> None:
    columns = release.sql("select distinct column_name from duckdb_columns()").fetchall()
    assert not {name for (name,) in columns} & {"respondent_id", "organisation_id", "weight"}
    rows = release.sql("select * from mart_international where survey = 'werkonderzoek'")
    assert rows.filter("difference is not null").fetchall() == []
    statuses = release.sql(
        "select distinct data_status from mart_indicator where survey = 'werkonderzoek'"
    ).fetchall()
    assert set(statuses) == {("published",), ("synthetic",)}


def test_waves_of_which_the_questions_are_unknown_are_not_compared(
    release: duckdb.DuckDBPyConnection,
) -> None:
    verdicts = release.sql(
        "select distinct verdict, change is null from mart_trend where survey = 'werkonderzoek' "
        "and data_status = 'synthetic'"
    ).fetchall()
    assert verdicts == [("cannot_tell", True)]


def test_the_crosswalk_keeps_the_wording_and_the_labels_of_the_file(
    release: duckdb.DuckDBPyConnection,
) -> None:
    rows = release.sql(
        "select wording_original, wording_en, code_label, selected from crosswalk "
        "where survey = 'werkonderzoek' and wave = '2019' and variable = 'Q3_1' and code = '5' "
        "and concept = 'work_climate_statement'"
    ).fetchall()
    wording = "Fouten maken en bespreken is veilig in mijn organisatie"
    english = "Making and discussing mistakes is safe in my organisation"
    assert rows == [(wording, english, "Helemaal eens", True)]


def test_what_a_wave_did_not_ask_stands_in_the_crosswalk_with_the_reason(
    release: duckdb.DuckDBPyConnection,
) -> None:
    rows = release.sql(
        "select rule, variable, missing_kind, status, reason_nl <> '' and reason_en <> '' "
        "from crosswalk where survey = 'werkonderzoek' and concept = 'team_performance_scale' "
        "and wave = '2025'"
    ).fetchall()
    assert rows == [("not_asked", None, "not_asked", "impossible", True)]
