"""Folders and limits of an installation, read from the environment by each command."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import RefusedError
from orchestration import memory

if TYPE_CHECKING:
    from orchestration.services import Services

PROJECT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT / "dbt_project"


@dataclass(frozen=True)
class Settings:
    """Folders and limits of one installation.

    Attributes:
        home: everything that is made (`BAROMETER_HOME`, default `.barometer/`).
        data: confidential files of waves (`BAROMETER_DATA`, default `data/`).
        given_memory: bytes that a build may take (`BAROMETER_MEMORY`).
        alert: a command that is run when a build makes no release (`BAROMETER_ALERT`).
    """

    home: Path
    data: Path
    given_memory: int | None = None
    alert: str | None = None

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the variables of the environment.

        Raises:
            RefusedError: what one of them names is there and is no folder, or is no memory; or
                something in the home has the name of a folder and is none.
        """
        settings = cls(
            home=_folder("BAROMETER_HOME", PROJECT / ".barometer"),
            data=_folder("BAROMETER_DATA", PROJECT / "data"),
            given_memory=memory.given(os.environ.get("BAROMETER_MEMORY")),
            alert=os.environ.get("BAROMETER_ALERT"),
        )
        for folder in settings._folders:
            if os.path.lexists(folder) and not folder.is_dir():
                raise RefusedError("orchestration.no_folder_of_home", str(folder))
        return settings

    @cached_property
    def services(self) -> Services:
        """PostgreSQL, Redis and S3, where this installation has them (`BAROMETER_REDIS` and so on).

        Raises:
            RefusedError: the variable of one of them is no address.
        """
        from orchestration.services import Services  # most verbs need none

        return Services.from_environment()

    @property
    def _folders(self) -> tuple[Path, ...]:
        return (
            self.raw,
            self.samples,
            self.releases,
            self.quality,
            self.disclosure,
            self.spill,
            self.dbt_target,
            self.dagster_home,
        )

    @property
    def memory(self) -> int:
        """Bytes that a build may take; without `BAROMETER_MEMORY` half of the machine."""
        return self.given_memory or memory.half_of_machine()

    @property
    def raw(self) -> Path:
        """Raw Parquet."""
        return self.home / "raw"

    @property
    def samples(self) -> Path:
        """Generated, synthetic files of answers."""
        return self.home / "samples"

    @property
    def warehouse(self) -> Path:
        """The private DuckDB file that dbt writes."""
        return self.home / "warehouse.duckdb"

    @property
    def releases(self) -> Path:
        """Released DuckDB files and their manifests."""
        return self.home / "releases"

    @property
    def current(self) -> Path:
        """The symlink that readers open."""
        return self.releases / "current.duckdb"

    @property
    def quality(self) -> Path:
        """Results of Great Expectations and their Data Docs."""
        return self.home / "quality"

    @property
    def disclosure(self) -> Path:
        """What the attack on each wave found."""
        return self.home / "disclosure"

    @property
    def spill(self) -> Path:
        """What DuckDB puts on disk while it has no memory for it."""
        return self.home / "spill"

    @property
    def dbt_target(self) -> Path:
        """What dbt compiles, per installation so that two do not disturb each other."""
        return self.home / "dbt"

    @property
    def spark_tables(self) -> Path:
        """The tables of Spark while it builds."""
        return self.home / "spark" / "tables"

    @property
    def spark_target(self) -> Path:
        """What dbt compiles for Spark."""
        return self.home / "spark" / "dbt"

    @property
    def dagster_home(self) -> Path:
        """Run history."""
        return self.home / "dagster"


def _folder(variable: str, default: Path) -> Path:
    # `Path.resolve` raises where links go round in a circle.
    path = Path(os.path.realpath(os.environ.get(variable) or default))
    if os.path.lexists(path) and not path.is_dir():
        raise RefusedError("orchestration.no_folder", str(path), variable=variable)
    return path
