"""The synthetic samples reproduce what was published, and are marked as synthetic.

That every published figure of every sampled wave comes out is told by the reconciliation of a
build (tests/orchestration/test_build.py); here stands what no published figure tells.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
import yaml

from ingest.errors import RefusedError
from ingest.formats import AnswerFile, CsvFile, ParquetFile, SavFile, XlsxFile
from ingest.registry import SurveyWave, load
from ingest.samples import FOLDER, generate, read_specification, sample_file, write
from ingest.wave_files import open_wave
from tests.support import assert_dutch

SAMPLED = {wave.id: wave for wave in load().waves if wave.wave.answers and wave.wave.answers.sample}
SPSS = SavFile(name="nl.sav", format="sav")
NL_2021 = FOLDER / "nl_barometer_2021.yml"
SCALE = [f"V20_{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14, 15)]
TYPES = ["V07_1", "V07_2", "V07_3", "V07_4"]
TABEL_1 = {1: 85, 2: 110, 3: 4, 4: 26, 5: 3, 6: 14, 7: 76, 8: 12, 9: 36}
TABEL_2 = (90, 34, 32, 30, 29, 24, 19, 18, 15, 14, 14, 11, 11, 9, 6, 6, 4)

# What is published -> variables, codes that count, and the limits that the report's words allow.
ROUNDED = {
    "innovated": ("V05", [1], 86),
    "service": ("V07_2", [1], 52),
    "product": ("V07_1", [1], 39),
    "interaction": ("V07_4", [1], 62),
    "origin own": ("V08", [1], 30),
    "initiative employees": ("V11_1", [1], 49),
    "initiative new technology": ("V11_3", [1], 30),
    "initiative other public organisations": ("V11_4", [1], 29),
    "initiative reorganisation": ("V11_7", [1], 10),
    "initiative legislation": ("V11_8", [1], 8),
    "initiative economic pressure": ("V11_9", [1], 5),
    "no collaboration": ("V13_10", [1], 7),
    "private parties": ("V13_1", [1], 48),
    "foreign partners": ("V13_4", [1], 9),
    "actively shared": ("V15", [1], 60),
    "own budget": ("V16_1", [1], 85),
    "together, process": ("V17", [1], 40),
    "in the spotlight": ("V17", [2], 19),
    "under the radar": ("V17", [3], 17),
    "efficiency": ("V19_1", [1], 65),
    "quality": ("V19_2", [1], 60),
    "employee satisfaction": ("V19_3", [1], 42),
    "political goals": ("V19_4", [1], 38),
    "citizen influence": ("V19_5", [1], 29),
    "less or much less": ("V02_1 V02_2", [1], 45),
    "undiminished": ("V02_3", [1], 35),
    "increased or strongly increased": ("V02_4 V02_5", [1], 28),
    "facilities newly introduced": ("V04", [3], 4),
}
IN_WORDS = {
    "process, more than three quarters": ("V07_3", [1], 75, 77),
    "inspired, almost half": ("V08", [2], 48, 50),
    "copied, over 20": ("V08", [3], 20, 22),
    "important part, almost 60": ("V09", [2], 58, 60),
    "entirely technology, over 10": ("V09", [1], 10, 12),
    "small part or none, less than 30": ("V09", [3, 4], 28, 30),
    "managers, over 30": ("V11_2", [1], 30, 32),
    "political environment, not above about 15": ("V11_5", [1], 13, 15),
    "citizens, not above about 15": ("V11_6", [1], 13, 15),
    "own sector, almost as often as 48": ("V13_2", [1], 45, 48),
    "other sectors, over a third": ("V13_3", [1], 33.3, 35.3),
    "expert group, little more than 10": ("V17", [4], 10, 12),
    "new ideas valued, over three quarters": ("V20_1", [4, 5], 75, 77),
    "citizens' perspective, over three quarters": ("V20_2", [4, 5], 75, 77),
    "learns from mistakes, about two thirds": ("V20_3", [4, 5], 65.2, 68.2),
    "at home, over 70": ("V03", [4], 70, 72),
    "facilities already there, a quarter": ("V04", [1], 23.5, 26.5),
}


@pytest.fixture(scope="module")
def nl_2021(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_file("nl_barometer_2021", SPSS, tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="module")
def answers(nl_2021: Path) -> pd.DataFrame:
    """Valid answers: don't know (user-missing) and not asked are both NaN here."""
    return pyreadstat.read_sav(nl_2021)[0]


@pytest.fixture(scope="module")
def climate(answers: pd.DataFrame) -> pd.Series:
    assert answers[SCALE].notna().sum(axis=1).min() >= 10
    return answers[SCALE].mean(axis=1)


@pytest.fixture(scope="module")
def group(climate: pd.Series) -> pd.Series:
    return pd.Series(np.select([climate < 3.6, climate > 4.0], ["limited", "strong"], "average"))


def percent(answers: pd.DataFrame, variables: str, codes: list[int]) -> float:
    table = answers[variables.split()].dropna()
    return float(100 * table.isin(codes).any(axis=1).mean())


@pytest.mark.parametrize("figure", ROUNDED)
def test_a_published_percentage_comes_out_when_rounded(answers: pd.DataFrame, figure: str) -> None:
    variables, codes, published = ROUNDED[figure]
    assert round(percent(answers, variables, codes)) == published


@pytest.mark.parametrize("figure", IN_WORDS)
def test_a_figure_in_words_lies_where_the_words_put_it(answers: pd.DataFrame, figure: str) -> None:
    variables, codes, above, below = IN_WORDS[figure]
    assert above < percent(answers, variables, codes) < below


def test_313_of_366_organisations_innovated(answers: pd.DataFrame) -> None:
    assert answers["V05"].value_counts().to_dict() == {1: 313, 2: 53}


def test_sectors_and_clusters_are_those_of_the_response_tables(answers: pd.DataFrame) -> None:
    assert answers["SECTOR"].value_counts().to_dict() == TABEL_1
    assert answers["CLUSTER"].value_counts().to_dict() == dict(enumerate(TABEL_2, 1))


def test_climate_scale_has_the_published_mean_and_extremes(
    answers: pd.DataFrame, climate: pd.Series
) -> None:
    assert round(climate.mean(), 1) == 3.7
    joint_arrangements = climate[answers["SECTOR"] == 2]
    assert joint_arrangements.min() == climate.min() == 2.25
    assert 4.9 <= joint_arrangements.max() == climate.max() < 5


def test_climate_groups_have_the_published_shares(group: pd.Series) -> None:
    assert (group.value_counts(normalize=True) * 100).round().to_dict() == {
        "limited": 43,
        "average": 33,
        "strong": 24,
    }


@pytest.mark.parametrize(
    ("variable", "codes", "points"),
    [("V19_2", [1], 20), ("V19_3", [1], 20), ("V18_16", [4, 5], 43)],
)
def test_strong_and_limited_climate_differ_as_published(
    answers: pd.DataFrame, group: pd.Series, variable: str, codes: list[int], points: float
) -> None:
    strong, limited = (
        percent(answers[group == name], variable, codes) for name in ("strong", "limited")
    )
    assert strong - limited == pytest.approx(points, abs=0.5)


def test_a_stronger_climate_innovates_more_often_and_more_broadly(
    answers: pd.DataFrame, group: pd.Series
) -> None:
    innovated = (answers["V05"] == 1).groupby(group).mean()
    assert innovated["strong"] > innovated["average"] > innovated["limited"]
    types = answers[TYPES].sum(axis=1)
    means = types.groupby(group).mean()
    assert means["strong"] > means["average"] > means["limited"]
    assert (types[group == "strong"] == 4).mean() > 0.55  # "een ruime meerderheid"


def test_the_number_of_types_is_nearly_30_percent_one_and_never_none(
    answers: pd.DataFrame,
) -> None:
    types = answers[TYPES].dropna().sum(axis=1)
    assert types.min() == 1
    assert 28 < 100 * (types == 1).mean() < 30


def test_only_innovators_were_asked_about_their_innovation(answers: pd.DataFrame) -> None:
    about = [name for name in answers if name[:3] in {"V07", "V08", "V11", "V15", "V18", "V19"}]
    assert answers.loc[answers["V05"] == 2, about].isna().all(axis=None)
    assert (answers.loc[answers["V05"] == 2, "V06"] == "").all()


def test_no_item_loses_more_than_six_percent_of_those_asked(answers: pd.DataFrame) -> None:
    innovators = answers[answers["V05"] == 1]
    asked = [name for name in innovators if name.startswith("V") and name != "V10"]
    assert innovators[asked].isna().mean().max() <= 0.06


def test_who_worked_with_nobody_names_no_partner(answers: pd.DataFrame) -> None:
    partners = [f"V13_{number}" for number in range(1, 10)]
    assert not answers.loc[answers["V13_10"] == 1, partners].to_numpy().any()


def test_dates_lie_in_the_field_period_and_pseudonyms_are_unique(answers: pd.DataFrame) -> None:
    days = pd.to_datetime(answers["DATUM"])
    assert days.between("2021-02-01", "2021-05-31").all()
    assert answers["ORGID"].is_unique
    assert answers["RESPNR"].is_unique


def test_the_file_says_what_it_is_and_keeps_dont_know_apart(nl_2021: Path) -> None:
    frame, meta = pyreadstat.read_sav(nl_2021, user_missing=True)
    assert meta.file_label.startswith("SYNTHETISCH")
    assert meta.variable_value_labels["V08"][9] == "Weet niet"
    assert (frame["V08"] == 9).sum() > 0
    assert "V08" in meta.missing_ranges
    assert "SECTOR" not in meta.missing_ranges  # 9 is a sector
    assert all(meta.column_names_to_labels[name] for name in frame if name[0] == "V")


def test_same_seed_same_bytes_other_seed_other_answers_same_margins(
    nl_2021: Path, answers: pd.DataFrame, tmp_path: Path
) -> None:
    def digest(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    spec = read_specification(NL_2021)
    assert digest(write(generate(spec), tmp_path / "again.sav", SPSS)) == digest(nl_2021)
    other = pyreadstat.read_sav(write(generate(spec, 1), tmp_path / "other.sav", SPSS))[0]
    assert not other["V08"].equals(answers["V08"])
    assert percent(other, "V08", [1]) == percent(answers, "V08", [1])
    shared = set(other["ORGID"]) & set(answers["ORGID"])
    assert 0 < len(shared) < 366  # waves draw from one frame, so they overlap


def small_frame(frame: dict[int, int]) -> dict[str, object]:
    return {
        "pool": "proef",
        "variables": {"KIND": {"label": "Kind", "codelist": "kind"}},
        "frame": frame,
        "cells": [{"codes": [1], "count": 20}, {"codes": [2], "count": 30}],
    }


def small(**changes: object) -> dict[str, object]:
    """A specification of another survey: nothing in the generator belongs to one survey."""
    return {
        "seed": 1,
        "file_label": "SYNTHETISCH: proef",
        "respondent": "ID",
        "organisation": "UNIT",
        "completed_on": {"variable": "DAY", "start": "2024-03-01", "end": "2024-03-31"},
        "dont_know_code": 8,
        "codelists": {"kind": {1: "A", 2: "B"}, "answer": {1: "Yes", 2: "No", 8: "Don't know"}},
        "organisations": small_frame({1: 50, 2: 80}),
        "latents": {"zeal": {"stability": 0.5}},
        "questions": [
            {
                "codelist": "answer",
                "dont_know": 10,
                "depends": {"zeal": 1.0},
                "parts": [{"variable": "Q1", "label": "First", "shares": {1: 40}}],
            }
        ],
        **changes,
    }


def describe(folder: Path, spec: dict[str, object]) -> Path:
    path = folder / "proef_2024.yml"
    path.write_text(yaml.safe_dump(spec), encoding="utf-8")
    return path


def test_another_survey_needs_only_another_specification(tmp_path: Path) -> None:
    spec = read_specification(describe(tmp_path, small()))
    frame = generate(spec).frame
    assert list(frame) == ["ID", "UNIT", "DAY", "KIND", "Q1"]
    assert frame["Q1"].value_counts().to_dict() == {2: 27, 1: 18, 8: 5}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"sead": 2}, "sead"),
        ({"file_label": "Barometer"}, "SYNTHETISCH"),
        ({"latents": {"zeal": {"stability": 0.5, "depend": {}}}}, "depend"),
        ({"latents": {}}, "zeal"),
        ({"dont_know_code": None}, "no code dont_know_code"),
        ({"codelists": {"kind": {1: "A", 2: "B"}}}, "codelist 'answer' of Q1 is not described"),
        ({"organisations": small_frame({1: 50})}, "one of 1"),
        ({"organisations": small_frame({1: 19, 2: 80})}, "more organisations than the frame"),
        ({"codelists": {"kind": {1: "A", 2: "B"}, "answer": {1: "Y", 2: "N", 3: "M"}}}, "Q1"),
    ],
)
def test_a_mistake_in_a_specification_is_named_with_its_file(
    tmp_path: Path, changes: dict[str, object], complaint: str
) -> None:
    path = describe(tmp_path, small(**changes))
    with pytest.raises(RefusedError, match=complaint) as refusal:
        read_specification(path)
    assert str(path) in str(refusal.value)
    assert_dutch(refusal.value)


def test_limits_that_exclude_each_other_are_refused_in_words(tmp_path: Path) -> None:
    boxes = {
        "codelist": "answer",
        "ticks": {"least": 2},
        "parts": [
            {"variable": f"Q{number}", "label": "Box", "shares": {1: 20}} for number in (1, 2)
        ],
    }
    spec = read_specification(describe(tmp_path, small(questions=[boxes])))
    with pytest.raises(RefusedError, match="contradict"):
        generate(spec)


def test_a_sample_that_nobody_specified_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="specification of a sample does not exist"):
        sample_file("nl_barometer_1921", SPSS, tmp_path)


def codes_of(table: pd.DataFrame, question: str) -> pd.DataFrame:
    """Columns of a battery without don't know."""
    battery = table[[name for name in table if name.startswith(question)]]
    return battery.where(battery != 99)


@pytest.fixture(scope="module")
def nl_2025() -> pd.DataFrame:
    return generate(read_specification(FOLDER / "nl_barometer_2025.yml")).frame


@pytest.fixture(scope="module")
def dk_2023() -> pd.DataFrame:
    return generate(read_specification(FOLDER / "dk_barometer_2023.yml")).frame


@pytest.mark.parametrize("wave", SAMPLED.values(), ids=SAMPLED)
def test_a_sample_is_the_file_that_its_manifest_describes(wave: SurveyWave, tmp_path: Path) -> None:
    file = open_wave(wave, tmp_path / "data", tmp_path / "samples")
    answers, data = file.answers, file.table.data.to_pandas()
    assert file.data_status == "synthetic"
    assert wave.wave.response.answered in (None, len(data))
    assert set(data) == set(answers.variables)
    assert data[answers.respondent].is_unique
    assert answers.sample is not None
    specification = read_specification(FOLDER / f"{answers.sample}.yml")
    codelists = {
        name: {str(code): label for code, label in codes.items()}
        for name, codes in specification.codelists.items()
    }
    for question in specification.questions:
        if question.empty_ticks:  # a box that is not ticked has no code in the file
            codelists[question.codelist].pop("0", None)
    assert codelists == answers.codelists
    errors = {(row.variable, row.code) for row in answers.corrections}
    for item in answers.items:
        if item.codelist:
            known = set(answers.codelists[item.codelist])
            known |= {code for name, code in errors if name == item.variable}
            assert set(data[item.variable].dropna()) <= known, item.variable


@pytest.mark.parametrize("wave", SAMPLED.values(), ids=SAMPLED)
def test_a_sample_has_the_same_bytes_wherever_it_is_made(wave: SurveyWave, tmp_path: Path) -> None:
    answers = wave.wave.answers
    assert answers is not None
    assert answers.sample is not None
    one, other = (
        sample_file(answers.sample, answers.file, tmp_path / name) for name in ("one", "other")
    )
    assert one.read_bytes() == other.read_bytes()


def test_about_150_organisations_answered_in_both_dutch_waves(
    answers: pd.DataFrame, nl_2025: pd.DataFrame
) -> None:
    both = answers.merge(nl_2025, left_on="ORGID", right_on="org_code")
    assert 140 <= len(both) <= 160
    assert (both["SECTOR"] == both["sector"]).all()
    assert both["V01_GROOTTE"].corr(both["grootte"]) < -0.8  # 1 is small in 2021, large in 2025
    then, now = both[SCALE].mean(axis=1), codes_of(both, "q8_").mean(axis=1)
    assert then.corr(now) < -0.4  # 5 is full agreement in 2021, 1 in 2025


def test_the_reversed_scale_of_2025_scores_as_that_of_2021(nl_2025: pd.DataFrame) -> None:
    battery = (6 - codes_of(nl_2025, "q8_")).drop(columns=["q8_10", "q8_13"])
    assert battery.notna().sum(axis=1).min() >= 10
    score = battery.mean(axis=1)
    assert 3.6 < score.mean() < 3.7
    assert (score < 3.6).mean() == pytest.approx(0.44, abs=0.005)
    assert score.corr(nl_2025["q1_innovatie"]) > 0.1


@pytest.mark.parametrize(
    ("wave", "question", "code", "prefix"),
    [
        ("nl_2025", "q1_innovatie", 0, ("q2", "q3", "q4", "q5", "q6", "q7")),
        ("dk_2023", "INNOV", 2, ("TEKN", "AARSAG", "SAMARB", "FAKTOR", "EVAL")),
    ],
)
def test_who_did_not_innovate_was_not_asked_about_an_innovation(
    request: pytest.FixtureRequest, wave: str, question: str, code: int, prefix: tuple[str, ...]
) -> None:
    table = request.getfixturevalue(wave)
    about = table.loc[table[question] == code, [n for n in table if n.startswith(prefix)]]
    assert about.replace("", np.nan).isna().all(axis=None)


def test_1352_danish_workplaces_innovated_which_is_83_percent_of_all(dk_2023: pd.DataFrame) -> None:
    assert len(dk_2023) == 1611
    innovated = dk_2023["INNOV"] == 1
    assert innovated.sum() == 1352
    frame = read_specification(FOLDER / "dk_barometer_2023.yml").organisations.frame
    assert sum(frame.values()) == 14297
    shares = innovated.groupby(dk_2023["SEKTOR"]).mean()
    weighted = sum(size * shares[stratum] for stratum, size in frame.items()) / 14297
    assert round(100 * weighted) == 83
    assert round(100 * innovated.mean()) == 84


def test_danish_workplaces_name_one_to_three_causes(dk_2023: pd.DataFrame) -> None:
    causes = dk_2023[[name for name in dk_2023 if name.startswith("AARSAG")]].dropna().sum(axis=1)
    assert set(causes) == {1, 2, 3}


@pytest.mark.parametrize(
    "file",
    [
        SavFile(name="x.sav", format="sav"),
        CsvFile(name="x.csv", format="csv", delimiter=";", encoding="windows-1252", decimal=","),
        CsvFile(name="x.csv", format="csv", delimiter=",", encoding="utf-8", decimal="."),
        CsvFile(
            name="x.csv",
            format="csv",
            delimiter=",",
            encoding="utf-8",
            decimal=".",
            header_rows=3,
        ),
        XlsxFile(name="x.xlsx", format="xlsx", sheet="Antwoorden & codes"),
        ParquetFile(name="x.parquet", format="parquet"),
    ],
    ids=lambda file: f"{file.format} {getattr(file, 'encoding', '')}".strip(),
)
def test_every_format_holds_the_same_answers(file: AnswerFile, tmp_path: Path) -> None:
    spoken = SAMPLED["nl_barometer/2025"]
    answers = spoken.wave.answers
    assert answers is not None
    wave = spoken.wave.model_copy(update={"answers": answers.model_copy(update={"file": file})})
    read = open_wave(SurveyWave(spoken.survey, wave), tmp_path / "data", tmp_path / "samples")
    drawn = generate(read_specification(FOLDER / "nl_barometer_2025.yml")).frame
    found = read.table.data.to_pandas()
    assert read.data_status == "synthetic"
    assert list(found) == list(drawn)
    for name, column in drawn.items():
        if column.dtype == float:
            assert found[name].astype(float).equals(column), name
        else:
            assert found[name].astype(object).fillna("").tolist() == column.astype(str).tolist()


def test_a_sample_in_a_workbook_carries_the_day_of_its_answers_not_of_today(
    tmp_path: Path,
) -> None:
    sample = generate(read_specification(FOLDER / "nl_barometer_2025.yml"))
    file = XlsxFile(name="x.xlsx", format="xlsx", sheet="Antwoorden")
    path = write(sample, tmp_path / file.name, file)
    properties = openpyxl.load_workbook(path, read_only=True).properties
    assert sample.made_on
    for stamp in (properties.created, properties.modified):
        assert stamp and stamp.date() == sample.made_on
    with ZipFile(path) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 31, 0, 0, 0)}


def test_a_sample_in_a_format_without_a_writer_is_refused(tmp_path: Path) -> None:
    sample = generate(read_specification(FOLDER / "nl_barometer_2025.yml"))
    with pytest.raises(RefusedError) as error:
        write(sample, tmp_path / "x.txt", AnswerFile(name="x.txt"))
    assert error.value.rule == "sample_format"
    assert_dutch(error.value)


@pytest.fixture(scope="module")
def employees() -> dict[str, pd.DataFrame]:
    """The three waves of the WERKonderzoek."""
    waves = ("2019", "2022", "2025")
    return {
        wave: generate(read_specification(FOLDER / f"werkonderzoek_{wave}.yml")).frame
        for wave in waves
    }


def test_56_percent_of_employees_recommends_the_organisation_when_weighted(
    employees: dict[str, pd.DataFrame],
) -> None:
    table = employees["2022"]
    assert len(table) == 37903
    assert table["gewicht"].mean() == pytest.approx(1, abs=1e-6)
    said = table[table["v30"].between(1, 5)]
    recommends = said["v30"] <= 2
    assert 100 * np.average(recommends, weights=said["gewicht"]) == pytest.approx(56, abs=0.01)
    assert 100 * recommends.mean() > 56.1  # small sectors answer more often, and recommend more


# Safe, improving, codes that agree, and something that a good team does or does not.
ZONES = {
    "2019": ("Q3_1", "Q3_2", (4, 5), "Q4_3", (4, 5)),
    "2022": ("v10b", "v10a", (1, 2), "v20a", (1, 2)),
    "2025": ("s1", "s2", (3, 4), "team_2", (1,)),
}


@pytest.mark.parametrize("wave", ZONES)
def test_teams_do_best_in_the_learning_zone_and_worst_in_the_anxiety_zone(
    employees: dict[str, pd.DataFrame], wave: str
) -> None:
    safe, improving, agree, goals, reached = ZONES[wave]
    table = employees[wave].dropna(subset=[safe, improving])
    does_well = (
        table[goals].isin(reached).groupby([table[safe].isin(agree), table[improving].isin(agree)])
    )
    shares = does_well.mean()
    assert shares.idxmax() == (True, True)
    assert shares.idxmin() == (False, True)


def test_a_box_that_is_not_ticked_is_empty_and_none_is_a_box_too(
    employees: dict[str, pd.DataFrame],
) -> None:
    boxes = codes_of(employees["2025"], "team_")
    assert set(np.unique(boxes.to_numpy())[:1]) == {1}
    ticked = boxes.notna()
    none = ticked.pop("team_geen")
    assert not (none & ticked.any(axis=1)).any()
    skipped = ~none & ~ticked.any(axis=1)
    assert skipped.sum() == round(0.015 * len(boxes))


def test_the_sample_of_2019_has_one_known_error(employees: dict[str, pd.DataFrame]) -> None:
    wrong = employees["2019"].loc[~employees["2019"]["Q1"].between(1, 7), ["RespNr", "Q1"]]
    assert wrong.to_numpy().tolist() == [[4021, 77]]
