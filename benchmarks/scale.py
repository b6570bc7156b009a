"""How time and memory of a build grow with the answers of one wave.

The generated file of one wave of the WERKonderzoek is repeated under other numbers of respondents,
which keeps its shares and multiplies everything that a build has to do with it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest import registry
from ingest.samples import sample_file
from orchestration.dbt import EXECUTABLE
from orchestration.monitoring import last_build
from orchestration.settings import Settings

WAVE = "werkonderzoek/2025"
SECONDS = 0.2


def write(times: int, samples: Path, data: Path) -> int:
    """Write the wave with its respondents `times` over; return how many that are."""
    answers = registry.load().wave(WAVE).wave.answers
    assert answers is not None and answers.sample is not None
    table = pq.read_table(sample_file(answers.sample, answers.file, samples))
    number = table.column_names.index(answers.respondent)
    highest = pc.max(table.column(number)).as_py() + 1
    path = data / WAVE / answers.file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(path, table.schema) as writer:
        for time_ in range(times):
            numbers = pc.add(table.column(number), pa.scalar(float(time_ * highest)))
            writer.write_table(table.set_column(number, table.schema.field(number), numbers))
    return times * table.num_rows


def build(home: Path, data: Path, memory: str) -> tuple[float, float, float]:
    """Build, and return seconds, the most memory of all processes and the most spill, in GB."""
    command = [str(Path(EXECUTABLE).with_name("barometer")), "build"]
    variables = {
        **os.environ,
        "BAROMETER_HOME": str(home),
        "BAROMETER_DATA": str(data),
        "BAROMETER_MEMORY": memory,
    }
    spilled = 0
    with subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True) as running:
        while running.poll() is None:
            spilled = max(spilled, sum(size(path) for path in (home / "spill").glob("*")))
            time.sleep(SECONDS)
        assert running.stderr is not None
        if running.returncode:
            sys.exit(running.stderr.read())
    report = last_build(Settings(home, data))
    assert report is not None
    return report.seconds, report.memory / 1024**3, spilled / 1024**3


def size(path: Path) -> int:
    """Return the size of a file in bytes, 0 once it is gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def main() -> None:
    """Print a line for each size: respondents, seconds, memory, spill, and seconds of a repeat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 5, 10, 20])
    parser.add_argument("--memory", default="4GB")
    options = parser.parse_args()
    print(f"BAROMETER_MEMORY={options.memory}")
    for times in options.times:
        with tempfile.TemporaryDirectory() as folder:
            home, data = Path(folder, "home"), Path(folder, "data")
            respondents = write(times, Path(folder, "samples"), data)
            seconds, memory, spilled = build(home, data, options.memory)
            again, _, _ = build(home, data, options.memory)
        print(
            f"{respondents} respondents x 11 more than the shipped waves: {seconds:.0f} s, "
            f"{memory:.1f} GB of memory, {spilled:.1f} GB of spill; "
            f"once more, with nothing changed: {again:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
