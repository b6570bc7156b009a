"""What orchestration, checks and the release cost: `barometer build` against dbt alone.

Both build the same project in the same home, in turns, after one run of each to warm up.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from orchestration.dbt import EXECUTABLE, environment
from orchestration.settings import DBT_PROJECT, PROJECT, Settings

RUNS = 3


def seconds(command: list[str], folder: Path, settings: Settings) -> float:
    """Run a command and return its wall time; stop with its words when it fails."""
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    variables = {**environment(settings), "BAROMETER_DATA": str(settings.data)}
    started = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed.\n{done.stdout}{done.stderr}")
    return time.perf_counter() - started


def main() -> None:
    """Print the times of all, in seconds, and the ratios."""
    barometer = str(Path(EXECUTABLE).with_name("barometer"))
    times: dict[str, list[float]] = {
        "barometer build": [],
        "dbt build --full-refresh": [],
        "dbt build --full-refresh --exclude-resource-type unit_test": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder, "home"), data=Path(folder, "data"))
        for run in range(RUNS + 1):
            for name in times:
                first, *rest = name.split()
                program = barometer if first == "barometer" else EXECUTABLE
                where = PROJECT if first == "barometer" else DBT_PROJECT
                wall = seconds([program, *rest], where, settings)
                if run:
                    times[name].append(wall)
    for name, walls in times.items():
        all_runs = ", ".join(f"{wall:.1f}" for wall in walls)
        print(f"{name}: {median(walls):.1f} s (median of {all_runs})")
    whole, alone, same = (median(walls) for walls in times.values())
    print(f"ratio barometer build to dbt build alone: {whole / alone:.2f}")
    print(f"ratio barometer build to dbt build of the same nodes: {whole / same:.2f}")


if __name__ == "__main__":
    main()
