"""A label is shown as it was typed: never as HTML, a script, a template, SQL or a formula."""

import csv
import io

import pytest

from tests.conftest import Barometer
from tests.dashboards import reader
from tests.dashboards.conftest import Superset
from tests.dashboards.reader import Visit, switch, take_away
from tests.support import edit

CATEGORIES = "dbt_project/seeds/categories.csv"
HOSTILE = {
    "Product,Product": "<img src=x onerror=window.hit=1>{{7*7}}",
    "Dienst,Service": "=1+1'; drop table mart_answer; --",
    "Interactie met de buitenwereld,Interaction with the outside world": (
        "<script>window.hit=1</script>${7*7}"
    ),
}


@pytest.fixture
def hostile(copy: Barometer) -> Barometer:
    """A release that was built from categories with such labels."""
    for labels, text in HOSTILE.items():
        edit(copy.project / CATEGORIES, f",{labels},", f',"{text}","{text}",')
    done = copy.run("build")
    assert done.returncode == 0, done.stderr
    return copy


def test_labels_are_shown_and_exported_as_typed(
    superset: Superset, visit: Visit, hostile: Barometer
) -> None:
    old = superset.release.resolve()
    switch(superset.release, hostile.current.resolve())
    try:
        for slug in ("types", "type-innovatie"):
            visit.open(f"{superset.url}/superset/dashboard/{slug}/")
            reader.wait_until_drawn(visit.page)
            words = visit.page.locator("body").inner_text()
            assert not [text for text in HOSTILE.values() if text not in words], slug
            assert visit.page.evaluate("window.hit") is None
        taken = take_away(visit.page, "Downloaden", "Downloaden als CSV")
    finally:
        switch(superset.release, old)
    rows = csv.reader(io.StringIO(taken.path().read_text("utf-8-sig")), delimiter=";")
    cells = {cell for row in rows for cell in row}
    # A spreadsheet takes what begins with = as a formula.
    assert {cell for cell in cells if cell.startswith("=")} == set()
    assert {cell for cell in cells if "onerror=window.hit=1>{{7*7}}" in cell}
