"""A number is followed back to its source, and R computes it again from what is told."""

from __future__ import annotations

import json
import subprocess

import duckdb
import pytest

from tests.conftest import Barometer

INNOVATED = "concept = 'innovated_past_two_years' and category = 'yes' and survey = 'nl_barometer'"
SCALE = "concept = 'climate_scale' and wave = '2021' and group_dimension = 'total'"
SYNTHETIC = "data_status = 'synthetic' and weighting = 'weighted'"
TRACED = {
    "a published share": f"{INNOVATED} and data_status = 'published' and wave = '2021'",
    "an unweighted share": f"{INNOVATED} and data_status = 'synthetic' and weighting = 'none'",
    "a weighted share of a group": f"{INNOVATED} and {SYNTHETIC} and group_value = 'strong'",
    "a tick": f"concept = 'financing_source' and category = 'own_budget' and {SYNTHETIC}",
    "a mean": f"{SCALE} and {SYNTHETIC} and statistic = 'mean'",
    "a quantile": f"{SCALE} and {SYNTHETIC} and statistic = 'quantile_75'",
}


def indicator(built: Barometer, where: str) -> dict[str, object]:
    with duckdb.connect(str(built.current), read_only=True) as release:
        row = release.sql(f"from mart_indicator where {where} order by indicator_id limit 1")
        return dict(zip(row.columns, row.fetchall()[0], strict=True))


def before_rounding(built: Barometer, shown: dict[str, object]) -> dict[str, object]:
    """The estimate behind a figure that a release shows rounded."""
    key = ("survey", "wave", "concept", "category", "base", "group_dimension", "group_value")
    names = (*key, "statistic", "weighting")
    same = " and ".join(f"{name} = ${name}" for name in names)
    with duckdb.connect(str(built.home / "warehouse.duckdb"), read_only=True) as warehouse:
        row = warehouse.execute(
            f"from estimates.est_computed where {same}", {name: shown[name] for name in names}
        )
        columns = [column[0] for column in row.description or ()]
        return dict(zip(columns, row.fetchall()[0], strict=True))


@pytest.fixture(scope="module")
def in_r(
    built: Barometer, rscript: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What R prints for each of the figures; one process runs what the command says of all."""
    folder = tmp_path_factory.mktemp("trace")
    for number, where in enumerate(TRACED.values()):
        row = indicator(built, f"{where} and estimate is not null")
        done = built.run("trace", str(row["indicator_id"]))
        assert done.returncode == 0, done.stderr
        _, snippet = done.stdout.split("To compute it again in R:\n")
        (folder / f"{number}.R").write_text(snippet, "utf-8")
    each = "for (file in commandArgs(TRUE)) { source(file, local = new.env()); cat('next\n') }"
    files = [str(folder / f"{number}.R") for number in range(len(TRACED))]
    done = subprocess.run(
        [rscript, "--vanilla", "-e", each, *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(TRACED, done.stdout.split("next\n"), strict=False))


@pytest.mark.parametrize("name", TRACED)
def test_r_computes_the_same_figure_from_what_is_told(
    built: Barometer, in_r: dict[str, str], name: str
) -> None:
    row = indicator(built, f"{TRACED[name]} and estimate is not null")
    precise = row if row["data_status"] == "published" else before_rounding(built, row)
    names, numbers = in_r[name].splitlines()[-2:]
    for column, number in zip(names.split(), numbers.split(), strict=True):
        assert float(number) == pytest.approx(precise[column], rel=1e-9), column
    half_a_unit = float(str(row["rounding_unit"])) / 2
    assert float(numbers.split()[0]) == pytest.approx(row["estimate"], abs=half_a_unit + 1e-9)


def test_it_tells_question_codes_file_models_and_release(built: Barometer) -> None:
    row = indicator(built, f"{TRACED['a weighted share of a group']} and wave = '2021'")
    told = built.run("trace", str(row["indicator_id"])).stdout
    for words in (
        "Innovated in the past two years: Yes",
        "V05",
        "1 Ja = yes",
        "9 Weet niet = dont_know",
        "innovatie_barometer_overheid_2021.sav, sha256 ",
        "est_stratum_sums > est_computed",
        "Release: ",
    ):
        assert words in told, told


def test_a_published_figure_names_its_source_in_dutch_too(built: Barometer) -> None:
    row = indicator(built, TRACED["a published share"])
    told = built.run("trace", str(row["indicator_id"]), "--lang", "nl").stdout
    assert "Bron: Innovatie Barometer Overheid 2021, Figuur 1" in told
    assert "Cijfer: 86,0 (95%-interval 82,1 tot 89,2), n = 366" in told


def test_a_margin_on_a_derived_number_says_how_the_number_follows(built: Barometer) -> None:
    row = indicator(built, "n_derived = 313 and category = 'own_budget'")
    told = built.run("trace", str(row["indicator_id"]), "--lang", "nl").stdout
    assert "Cijfer: 85,0 (95%-interval 80,6 tot 88,5), n = ?" in told
    assert "afgeleid aantal antwoorden, 313: De figuur noemt geen aantal." in told


def test_a_suppressed_figure_is_not_given_away(built: Barometer) -> None:
    row = indicator(built, "estimate is null and data_status = 'synthetic'")
    done = built.run("trace", str(row["indicator_id"]))
    assert "suppressed" in done.stdout and "library(survey)" not in done.stdout
    assert not (built.home / "trace" / f"{row['indicator_id']}.csv").exists()


def test_answers_for_r_are_for_their_owner_only_and_name_nobody(built: Barometer) -> None:
    row = indicator(built, TRACED["a mean"])
    assert built.run("trace", str(row["indicator_id"])).returncode == 0
    path = built.home / "trace" / f"{row['indicator_id']}.csv"
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    header = path.read_text("utf-8").splitlines()[0]
    assert header == "stratum,frame_count,weight,counts,y"


def test_json_holds_all_of_it(built: Barometer) -> None:
    row = indicator(built, TRACED["a tick"])
    told = json.loads(built.run("trace", str(row["indicator_id"]), "--json").stdout)
    assert told["indicator"]["indicator_id"] == row["indicator_id"]
    assert {"wave", "questions", "models", "release", "snippet"} < told.keys()


def test_an_unknown_indicator_is_refused(built: Barometer) -> None:
    done = built.run("trace", "no_such_id")
    assert done.returncode == 1 and "there is no indicator 'no_such_id'" in done.stderr
