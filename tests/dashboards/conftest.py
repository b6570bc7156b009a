"""What the tests of the dashboards share: the project's folders and a writable copy of assets."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def assets_with(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of the assets in which one text of one file is replaced by another."""

    def make(file: str, old: str, new: str) -> Path:
        copy = tmp_path / "assets"
        shutil.copytree(PROJECT / "dashboards" / "assets", copy)
        text = (copy / file).read_text()
        assert old in text
        (copy / file).write_text(text.replace(old, new))
        return copy

    return make
