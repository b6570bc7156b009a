"""The graph of assets and models: what is an asset, and that the layers run one way."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pytest

from orchestration.dbt import manifest
from orchestration.settings import Settings
from tests.conftest import PROJECT, Barometer

LAYERS = ("staging", "harmonised", "estimates", "marts")
# A model in SQL opens with a comment, a model in Python with a docstring.
ROW = re.compile(r'(?:-- |""")One row per ([^:.;]*)')
KEYS = """
from orchestration.definitions import load
from orchestration.settings import Settings
graph = load(Settings.from_environment()).resolve_asset_graph()
print(*sorted(key.to_user_string() for key in graph.get_all_asset_keys()), sep="\\n")
"""


@dataclass(frozen=True)
class Node:
    """A model as dbt knows it."""

    name: str
    layer: str
    row: str
    reads: tuple[str, ...]


@pytest.fixture(scope="module")
def barometer(tmp_path_factory: pytest.TempPathFactory) -> Barometer:
    """An installation in which nothing was built."""
    folder = tmp_path_factory.mktemp("graph")
    return Barometer(folder / "home", folder / "data")


@pytest.fixture(scope="module")
def nodes(barometer: Barometer) -> dict[str, Any]:
    described = manifest(Settings(barometer.home, barometer.data))
    found: dict[str, Any] = json.loads(described.read_text("utf-8"))["nodes"]
    return found


@pytest.fixture(scope="module")
def models(nodes: dict[str, Any]) -> dict[str, Node]:
    return {
        key: Node(node["name"], node["fqn"][1], row(node), tuple(node["depends_on"]["nodes"]))
        for key, node in nodes.items()
        if node["resource_type"] == "model"
    }


def row(node: dict[str, Any]) -> str:
    """What a row of a model is: the first clause of its opening comment."""
    said = ROW.match(re.sub(r"\n(-- )?", " ", node["raw_code"]))
    assert said, f"{node['name']} does not say what a row is"
    return said.group(1)


@pytest.fixture(scope="module")
def keys(barometer: Barometer, nodes: dict[str, Any]) -> list[str]:
    done = barometer.python(KEYS)  # after the manifest was made
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_every_wave_is_an_asset(keys: list[str]) -> None:
    manifests = (PROJECT / "ingest" / "surveys").glob("*/waves/*.yml")
    waves = {f"raw/{path.parent.parent.name}/{path.stem}" for path in manifests}
    assert {key for key in keys if key.startswith("raw/")} == waves | {"raw/registry"}


def test_models_and_seeds_are_assets_named_after_their_folder(keys: list[str]) -> None:
    project = PROJECT / "dbt_project"
    models = {
        f"{path.parent.name}/{path.stem}"
        for path in project.glob("models/*/*")
        if path.suffix in {".sql", ".py"}
    }
    seeds = {f"seeds/{path.stem}" for path in project.glob("seeds/*.csv")}
    assert {key for key in keys if not key.startswith("raw/")} == models | seeds | {"release"}


def test_the_schema_of_a_model_is_its_layer(nodes: dict[str, Any], models: dict[str, Node]) -> None:
    assert {model.layer for model in models.values()} == set(LAYERS)
    assert [
        model.name for key, model in models.items() if nodes[key]["schema"] != model.layer
    ] == []


def test_no_model_reads_a_later_layer(models: dict[str, Node]) -> None:
    later = [
        (model.name, models[key].name)
        for model in models.values()
        for key in model.reads
        if key in models and LAYERS.index(models[key].layer) > LAYERS.index(model.layer)
    ]
    assert later == []


def test_only_staging_reads_raw_files_but_for_answers_in_columns(models: dict[str, Node]) -> None:
    answers = "source.innovation_barometer.raw.answers"
    layers = defaultdict(set)
    for model in models.values():
        for key in model.reads:
            if key.startswith("source."):
                layers[key == answers].add(model.layer)
    assert layers == {False: {"staging"}, True: {"harmonised", "estimates"}}


def test_no_mart_reads_rows_of_respondents(models: dict[str, Node]) -> None:
    confidential = {
        key for key, model in models.items() if re.search("respondent|pattern", model.row)
    }
    assert {"hrm_answers", "hrm_respondent_patterns"} <= {models[key].name for key in confidential}
    assert not {models[key].name for key in confidential} & {
        model.name for model in models.values() if model.layer == "marts"
    }
    read = [
        (model.name, models[key].name)
        for model in models.values()
        if model.layer == "marts"
        for key in confidential & set(model.reads)
    ]
    assert read == []
