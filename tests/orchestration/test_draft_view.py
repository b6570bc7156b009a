"""A draft is shown in a table that stays readable; JSON has every name whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from orchestration.cli import draft_view
from tests.ingest.test_names import FILES, LONG, NAMES, drafted


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_table_of_long_names_stays_within_100_columns(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, options = FILES["csv"]
    made = drafted(make(tmp_path), options)
    draft_view.show(made, [], tmp_path, language)  # type: ignore[arg-type]
    shown = capsys.readouterr().out
    table, _, rest = shown.partition("1. ")
    assert max(map(cell_len, table.splitlines())) <= 100
    assert LONG not in table
    assert f"{LONG[:10]}…{LONG[-10:]}" in table
    assert len([line for line in table.splitlines() if line.strip()]) < 4 * len(NAMES)
    # What must be decided names it whole, over as many lines as it takes.
    assert LONG in "".join(line.strip() for line in rest.splitlines())
    assert LONG in made.model_dump_json()
