"""Every description in the tree is of the shape that its reader expects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import pytest
import yaml
from pydantic import RootModel

from expectations.suites import SuiteFile
from ingest import harmonisation
from ingest.descriptions import read_csv, read_yaml
from ingest.formats.layout import Layouts
from ingest.harmonisation import SEEDS
from ingest.likeness.text import Lexicon
from ingest.models import Model, PersonalData, PublishedFigure, Row, Source, Survey, Wave
from ingest.registry import load
from ingest.samples.specification import Specification
from ingest.texts import Entry
from tests.conftest import PROJECT

M = TypeVar("M", bound=Model)
MODELS: dict[str, type[Model]] = {
    "ingest/surveys/*/survey.yml": Survey,
    "ingest/surveys/*/waves/*.yml": Wave,
    "ingest/samples/*.yml": Specification,
    "ingest/personal_data.yml": PersonalData,
    "ingest/formats/layouts.yml": Layouts,
    "ingest/likeness/lexicon.yml": Lexicon,
    "expectations/suites/*.yml": SuiteFile,
}
# The product reads these without the checks that need messages; tests/ingest/test_messages.py looks
# into them.
MESSAGES = ("*/messages.yml",)
TABLES: dict[str, type[Row]] = {
    "ingest/surveys/*/published.csv": PublishedFigure,
    "ingest/surveys/sources.csv": Source,
    **{f"dbt_project/seeds/{name}.csv": model for name, model in SEEDS.items()},
}


def files(*patterns: str) -> list[str]:
    paths = {path for pattern in patterns for path in PROJECT.glob(pattern)}
    return sorted(str(path.relative_to(PROJECT)) for path in paths)


def model_of(path: str, models: Mapping[str, type[M]]) -> type[M]:
    (model,) = [model for pattern, model in models.items() if Path(path).match(pattern)]
    return model


@pytest.mark.parametrize("path", files(*MODELS))
def test_every_yaml_loads_into_its_model(path: str) -> None:
    read_yaml(model_of(path, MODELS), PROJECT / path)


@pytest.mark.parametrize("path", files(*TABLES))
def test_every_csv_loads_into_its_model(path: str) -> None:
    assert list(read_csv(model_of(path, TABLES), PROJECT / path))


@pytest.mark.parametrize("path", files(*MESSAGES))
def test_every_catalogue_of_messages_is_plain_yaml(path: str) -> None:
    read_yaml(RootModel[dict[str, Entry]], PROJECT / path)


def test_no_description_is_left_without_a_model() -> None:
    described = files(
        "ingest/**/*.yml",
        "ingest/**/*.csv",
        "expectations/**/*.yml",
        "dbt_project/seeds/*.csv",
        *MESSAGES,
    )
    assert described == files(*MODELS, *TABLES, *MESSAGES)


def test_all_descriptions_hold_together() -> None:
    known = load()
    waves = {(wave.survey.survey, wave.wave.wave) for wave in known.waves}
    assert {(survey, figure.wave) for survey, figure in known.figures} <= waves
    assert all((survey.survey, survey.reference_wave) in waves for survey in known.surveys)
    harmonisation.load(PROJECT / "dbt_project" / "seeds", known)


# "almost half" is a bound, "a quarter" is approximate: neither is the exact figure. Locators give
# the words of the source between brackets, in Dutch or in English.
ONE_SIDED = {
    "upper": r"\b(almost|less than|not more than|close to|bijna|minder dan|niet meer dan)\b",
    "lower": r"\b((?<!not )more than|at least|(?<!niet )meer dan|ruim|ten minste)\b",
}
ROUGH = r"\b(about|circa|half|one in|(two|three|four|seven|eight) in|kwart|ongeveer)\b"


@pytest.mark.parametrize(("bound", "words"), ONE_SIDED.items())
def test_a_figure_in_words_such_as_almost_or_more_than_is_a_bound(bound: str, words: str) -> None:
    figures = [figure for _, figure in load().figures if figure.status == "current"]
    told = [figure for figure in figures if re.search(words, figure.locator)]
    assert len(told) >= 10
    assert [figure.row_id for figure in told if figure.bound != bound] == []


def test_no_figure_in_words_is_exact() -> None:
    figures = [figure for _, figure in load().figures if figure.statistic != "threshold"]
    assert [
        figure.row_id
        for figure in figures
        if not (figure.approximate or figure.bound) and re.search(ROUGH, figure.locator)
    ] == []


def test_the_words_of_the_dutch_report_stand_with_its_figures_that_are_not_exact() -> None:
    figures = [figure for _, figure in load().figures if figure.source_id == "ictu_2021"]
    told = [figure for figure in figures if figure.bound and figure.statistic != "threshold"]
    assert len(told) >= 20
    assert [figure.row_id for figure in told if "(" not in figure.locator] == []


def properties(kind: str, *folders: str) -> dict[str, dict[str, object]]:
    """What the property files of dbt say of every resource of a kind."""
    found = {}
    for folder in folders:
        for path in (PROJECT / "dbt_project" / folder).rglob("*.yml"):
            for item in (yaml.safe_load(path.read_text("utf-8")) or {}).get(kind, ()):
                assert item["name"] not in found, f"{item['name']} is described twice"
                found[item["name"]] = item
    return found


def names(*patterns: str) -> set[str]:
    return {path.stem for pattern in patterns for path in (PROJECT / "dbt_project").glob(pattern)}


@pytest.mark.parametrize(
    ("kind", "folder", "patterns"),
    [
        ("models", "models", ("models/**/*.sql", "models/**/*.py")),
        ("seeds", "seeds", ("seeds/*.csv",)),
        ("data_tests", "tests", ("tests/*.sql",)),
    ],
)
def test_every_dbt_resource_has_a_description_and_nothing_else_has(
    kind: str, folder: str, patterns: tuple[str, ...]
) -> None:
    described = properties(kind, folder)
    assert set(described) == names(*patterns)
    assert [name for name, item in described.items() if not item.get("description")] == []


@pytest.mark.parametrize("path", files("dbt_project/models/**/*.sql", "dbt_project/models/**/*.py"))
def test_every_dbt_model_opens_with_what_a_row_of_it_is(path: str) -> None:
    assert (PROJECT / path).read_text("utf-8").startswith(("-- One row per ", '"""One row per '))


def test_every_mart_with_figures_of_questions_says_which_are_assumed() -> None:
    marts = properties("models", "models/marts")
    columns = {
        name: {column["name"] for column in item["columns"]}  # type: ignore[attr-defined]
        for name, item in marts.items()
    }
    waves = {"wave", "from_wave", "nl_wave"}
    figures = {
        name
        for name, has in columns.items()
        if {"survey", "concept", "data_status"} <= has and has & waves
    }
    # Statements of the report, without a figure.
    figures -= {"mart_report_finding"}
    assert {"mart_indicator", "mart_term", "mart_scale_item"} <= figures
    assert {name for name in figures if "assumed" not in columns[name]} == set()
    suite = (PROJECT / "expectations" / "suites" / "assumed.yml").read_text("utf-8")
    assert {name for name in figures if f"from {name}\n" not in suite} == set()
