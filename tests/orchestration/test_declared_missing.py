"""A scale of which the file declares codes missing never has these codes in its mean."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pyreadstat
import pytest

from tests.conftest import Barometer
from tests.support import missing_words, refusal, release_unchanged

WAVE = "nl_barometer/2029"
CODES = ", ".join(f"{code}: '{code}'" for code in (*range(1, 11), 98, 99))
MANIFEST = f"""\
wave: '2029'
population: {{nl: Proef, en: Trial}}
answers:
  file: {{name: scale.sav, format: sav}}
  respondent: id
  codelists:
    grade: {{{CODES}}}
  items:
    - {{variable: nps, codelist: grade, base: employees, wording: {{nl: Cijfer, en: Grade}}}}
"""
ROW = "nl_barometer,2029,employer_recommendation_grade,employees,nps,,direct,{},,undetermined,,\n"
REASONS = "proef_missing,98,,,declared_missing\nproef_missing,99,,,refused\n"
# 150 answers of 1 to 10 with the mean 5.57; 50 more are 98 or 99.
ANSWERS = [1 + n % 10 for n in range(140)] + [6] * 8 + [8, 9] + [98] * 20 + [99] * 30


@pytest.fixture
def scale(copy: Barometer) -> Barometer:
    """A copy of the project with a wave of one scale."""
    path = copy.data / WAVE / "scale.sav"
    path.parent.mkdir(parents=True)
    frame = pd.DataFrame({"id": [float(n) for n in range(1, 201)], "nps": map(float, ANSWERS)})
    pyreadstat.write_sav(frame, str(path), missing_ranges={"nps": [{"lo": 97, "hi": 99}]})
    manifest = copy.project / "ingest" / "surveys" / "nl_barometer" / "waves" / "2029.yml"
    manifest.write_text(MANIFEST, "utf-8")
    return copy


def append(barometer: Barometer, name: str, rows: str) -> Path:
    path = barometer.project / "dbt_project" / "seeds" / name
    path.write_text(path.read_text("utf-8") + rows, "utf-8")
    return path


def test_a_mean_leaves_out_what_the_file_declares_missing_or_is_refused(scale: Barometer) -> None:
    crosswalk = append(scale, "crosswalk.csv", ROW.format(""))
    with release_unchanged(scale):
        done = scale.run("build")
    message = refusal(done.returncode, done.stdout, done.stderr)
    words = ("rule declared_missing", "nps = 98 (97 thru 99: direct employer_recommendation_grade)")
    assert not missing_words(message, words), message

    text = crosswalk.read_text("utf-8")
    crosswalk.write_text(text.replace(ROW.format(""), ROW.format("proef_missing")), "utf-8")
    append(scale, "recodes.csv", REASONS)
    done = scale.run("build")
    assert done.returncode == 0, done.stdout + done.stderr
    of_scale = (
        "where survey = 'nl_barometer' and wave = '2029' and group_dimension = 'total' "
        "and concept = 'employer_recommendation_grade' and statistic = 'mean'"
    )
    with duckdb.connect(str(scale.home / "warehouse.duckdb"), read_only=True) as warehouse:
        query = f"select round(estimate, 2), n from estimates.est_computed {of_scale}"
        assert warehouse.sql(query).fetchall() == [(5.57, 150)]
    with duckdb.connect(str(scale.current), read_only=True) as release:
        query = f"select estimate, n from mart_indicator {of_scale}"
        assert release.sql(query).fetchall() == [(5.6, 150)]
