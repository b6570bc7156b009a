"""The asset graph: a wave is an asset of its own, and names of assets do not change unnoticed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import BIN, PROJECT, Barometer

SNAPSHOT = Path(__file__).parent / "asset_keys.txt"
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
    done = subprocess.run(
        [str(BIN / "python"), "-c", KEYS],
        cwd=PROJECT,
        env=barometer.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_every_wave_is_an_asset(keys: list[str]) -> None:
    manifests = (PROJECT / "ingest" / "surveys").glob("*/waves/*.yml")
    waves = {f"raw/{path.parent.parent.name}/{path.stem}" for path in manifests}
    assert {key for key in keys if key.startswith("raw/")} == waves | {"raw/registry"}


def test_names_of_assets_are_the_ones_that_were_agreed(keys: list[str]) -> None:
    others = [key for key in keys if not key.startswith("raw/")]
    assert others == SNAPSHOT.read_text("utf-8").splitlines(), (
        f"Readers and history know assets by name; if the change is meant, change {SNAPSHOT.name}."
    )


def test_every_sql_model_and_seed_is_an_asset(keys: list[str]) -> None:
    project = PROJECT / "dbt_project"
    files = [*(project / "models").rglob("*.sql"), *(project / "seeds").glob("*.csv")]
    assert {path.stem for path in files} <= {key.rsplit("/", 1)[-1] for key in keys}
