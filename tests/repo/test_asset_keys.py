"""The asset graph: a wave is an asset of its own; models and seeds are named after their folder."""

from __future__ import annotations

import pytest

from tests.conftest import PROJECT, Barometer

KEYS = """
from orchestration.definitions import load
from orchestration.settings import Settings
graph = load(Settings.from_environment()).resolve_asset_graph()
print(*sorted(key.to_user_string() for key in graph.get_all_asset_keys()), sep="\\n")
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("assets")
    barometer = Barometer(folder / "home", folder / "data")
    done = barometer.python(KEYS)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_every_wave_is_an_asset(keys: list[str]) -> None:
    manifests = (PROJECT / "ingest" / "surveys").glob("*/waves/*.yml")
    waves = {f"raw/{path.parent.parent.name}/{path.stem}" for path in manifests}
    assert {key for key in keys if key.startswith("raw/")} == waves | {"raw/registry"}


def test_models_and_seeds_are_assets_named_after_their_folder(keys: list[str]) -> None:
    project = PROJECT / "dbt_project"
    models = {f"{path.parent.name}/{path.stem}" for path in project.glob("models/*/*.sql")}
    seeds = {f"seeds/{path.stem}" for path in project.glob("seeds/*.csv")}
    assert {key for key in keys if not key.startswith("raw/")} == models | seeds | {"release"}
