"""Runs a Python model of dbt on tables that a test makes."""

from __future__ import annotations

import importlib.util
from typing import Any

import pandas as pd

from tests.conftest import PROJECT


class Dbt:
    """What a model of dbt gets: tables by name."""

    def __init__(self, **tables: pd.DataFrame) -> None:
        self.tables = tables

    def ref(self, name: str) -> Any:
        table = self.tables[name]

        class Relation:
            def df(self) -> pd.DataFrame:
                return table

        return Relation()


def run_model(path: str, dbt: Dbt) -> pd.DataFrame:
    """Return the rows of a model, by its path under `models`."""
    spec = importlib.util.spec_from_file_location("model", PROJECT / "dbt_project/models" / path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: pd.DataFrame = module.model(dbt, None)
    return found
