"""How time, memory and disk of a build grow with the answers.

A survey is generated in a copy of the project: employees who say their sector, their work climate
(two statements, which make a group) and five-point items beside them, which depend on each other.
Its answers are synthetic. Each line of the result is a build of the project with that survey, next
to a plain weighted GROUP BY of its items by total, sector and work climate over the same files.
With `--spark` the same survey is built on Spark too, with one and with two workers.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from orchestration.monitoring import BuildReport, last_build
from orchestration.settings import Settings

PROJECT = Path(__file__).parents[1]
PARTS = ("ingest", "dbt_project", "expectations", "orchestration", "dashboards", "pyproject.toml")
SURVEY = "generated"
# The statements of the WERKonderzoek of 2025, whose rows of the crosswalk are taken over.
TEMPLATE = ("werkonderzoek", "2025", ("sector", "work_climate_typology"))
SAME = ("", "identical", "", "")  # source concept, status and reasons
SECTORS = 7
LABELS = ("Never", "Rarely", "Sometimes", "Often", "Always")
ROWS_AT_ONCE = 500_000
SPARK = ".venv-spark"
SPARK_MEMORY = "10GB"  # more than DuckDB takes of the same
SECONDS = 0.2
STEPS = 8


@dataclass(frozen=True)
class Size:
    """Respondents of each wave, items of each, the waves, and whether few weights are alike."""

    respondents: int
    items: int
    waves: tuple[str, ...]
    own_weights: bool = False

    @property
    def answers(self) -> int:
        """Number of answers (respondent x variable)."""
        return self.respondents * (self.items + 3) * len(self.waves)


def copy_project(folder: Path) -> Path:
    """Copy what a build reads of the project, and return the folder."""
    project = folder / "project"
    ignore = shutil.ignore_patterns("__pycache__", "target", "logs")
    for part in PARTS:
        source = PROJECT / part
        if source.is_dir():
            shutil.copytree(source, project / part, ignore=ignore)
        else:
            shutil.copy(source, project / part)
    return project


def describe(project: Path, size: Size) -> None:
    """Write the survey, its manifests, its concepts and its rows of the crosswalk and recodes."""
    survey = project / "ingest" / "surveys" / SURVEY
    survey.mkdir(parents=True)
    both = {"nl": "Gegenereerd", "en": "Generated"}
    employee = {"code": "employee", "nl": "medewerker", "en": "employee"}
    described = {"survey": SURVEY, "country": "NL", "title": both, "publisher": "Generated"}
    described |= {"unit": employee, "reference_wave": size.waves[0]}
    (survey / "survey.yml").write_text(yaml.safe_dump(described), "utf-8")
    for wave in size.waves:
        describe_wave(project, size, wave)
    seeds = project / "dbt_project" / "seeds"
    of_item = ("employees", "", "true")  # default_base, minimum_items, by_group
    append(
        seeds / "concepts.csv",
        (
            (f"{SURVEY}_{name}", *texts(name), "single", *texts(name), *of_item, place, "true")
            for place, name in enumerate(names(size.items), 10_000)
        ),
    )
    append(
        seeds / "categories.csv",
        (
            [f"{SURVEY}_{name}", label.lower(), label, label, 10 * place, "false", ""]
            for name in names(size.items)
            for place, label in enumerate(LABELS, 1)
        ),
    )


def describe_wave(project: Path, size: Size, wave: str) -> None:
    """Write the manifest of a wave, and its rows of the crosswalk and of the recodes."""
    codelists = {
        "sector": {code: f"Sector {code}" for code in range(1, SECTORS + 1)},
        "agreement": {1: "1", 2: "2", 3: "3", 4: "4", 99: "No opinion"},
        "often": dict(enumerate(LABELS, 1)),
    }
    variables = {"sector": "sector", "s1": "agreement", "s2": "agreement"}
    variables |= dict.fromkeys(names(size.items), "often")
    items = [
        {"variable": name, "codelist": codelist, "base": "employees"}
        | {"wording": dict(zip(("nl", "en"), texts(name), strict=True))}
        for name, codelist in variables.items()
    ]
    answers = {
        "file": {"name": "answers.parquet", "format": "parquet"},
        "respondent": "respondent",
        "design": {"weight": "weight"},
        "codelists": codelists,
        "items": items,
    }
    population = {"nl": "Gegenereerd", "en": "Generated"}
    manifest = project / "ingest" / "surveys" / SURVEY / "waves" / f"{wave}.yml"
    manifest.parent.mkdir(exist_ok=True)
    manifest.write_text(
        yaml.safe_dump({"wave": wave, "population": population, "answers": answers}), "utf-8"
    )
    seeds = project / "dbt_project" / "seeds"
    append(seeds / "crosswalk.csv", crosswalk(seeds, size, wave))
    append(seeds / "recodes.csv", ([*row, "", ""] for row in recodes(wave)))


def recodes(wave: str) -> list[tuple[str, int, str]]:
    """Return recode, code and category of the answers to an item in a wave."""
    return [(f"{SURVEY}_{wave}", code, label.lower()) for code, label in enumerate(LABELS, 1)]


def change_a_recode(project: Path, wave: str) -> None:
    """Change one row of the recodes of a wave: its last answer has a score too."""
    path = project / "dbt_project" / "seeds" / "recodes.csv"
    row = "{},{},{},".format(*recodes(wave)[-1])
    text = path.read_text("utf-8")
    assert text.count(f"{row},") == 1
    path.write_text(text.replace(f"{row},", f"{row}{len(LABELS)},"), "utf-8")


def crosswalk(seeds: Path, size: Size, wave: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the crosswalk of a wave: those of the template, and one for each item."""
    survey, of_wave, concepts = TEMPLATE
    with (seeds / "crosswalk.csv").open(encoding="utf-8", newline="") as file:
        taken = [
            row for row in csv.reader(file) if row[:2] == [survey, of_wave] and row[2] in concepts
        ]
    for row in taken:
        yield (SURVEY, wave, *row[2:])
    for name in names(size.items):
        concept, recode = f"{SURVEY}_{name}", f"{SURVEY}_{wave}"
        yield (SURVEY, wave, concept, "employees", name, "", "recode", recode, *SAME)


def append(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Add rows to a seed."""
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def texts(name: str) -> tuple[str, str]:
    """Return the label of an item in Dutch and English."""
    return f"Vraag {name}", f"Question {name}"


def names(items: int) -> list[str]:
    """Return the names of the items."""
    return [f"q{place + 1}" for place in range(items)]


def write(path: Path, size: Size, seed: int) -> None:
    """Write the answers of a wave: a trait that all share makes the items depend on each other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(seed)
    writer = None
    for start in range(0, size.respondents, ROWS_AT_ONCE):
        rows = min(ROWS_AT_ONCE, size.respondents - start)
        trait = chance.normal(size=rows)
        sector = chance.integers(1, SECTORS + 1, rows, dtype="int8")
        columns = {"respondent": np.arange(start + 1, start + rows + 1), "sector": sector}
        for name in ("s1", "s2"):
            found = np.clip(np.round(2.5 + trait * 0.7 + chance.normal(size=rows)), 1, 4)
            columns[name] = np.where(chance.random(rows) < 0.05, 99, found).astype("int8")
        for place, name in enumerate(names(size.items)):
            middle = 3 + place % 5 / 10 + trait * 0.6
            found = np.clip(np.round(middle + chance.normal(size=rows)), 1, 5)
            columns[name] = found.astype("int8")
        # As of weights that were raked to sector and age: few of them differ.
        weight = 0.5 + sector / SECTORS + chance.integers(0, 3, rows) / 4
        if size.own_weights:  # as of weights that were calibrated to much more
            weight = weight * chance.lognormal(0, 0.2, rows)
        columns["weight"] = np.round(weight, 9)
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


@dataclass(frozen=True)
class Build:
    """What a build took: seconds, and GB of memory, of spill and of the home."""

    report: BuildReport
    memory: float
    spill: float
    disk: float


def build(folder: Path, memory: str, *options: str) -> Build:
    """Build the copy of the project in the folder."""
    project, home, data = (folder / name for name in ("project", "home", "data"))
    variables = {
        **os.environ,
        "PYTHONPATH": str(project),
        "BAROMETER_HOME": str(home),
        "BAROMETER_DATA": str(data),
        "BAROMETER_MEMORY": memory,
    }
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", "build"]
    spark = project / SPARK
    if not spark.exists():
        spark.symlink_to(PROJECT / SPARK)
    spilled = 0
    with subprocess.Popen(
        [*command, *options], cwd=project, env=variables, stderr=subprocess.PIPE, text=True
    ) as running:
        while running.poll() is None:
            spilled = max(spilled, folder_size(home / "spill"))
            time.sleep(SECONDS)
        assert running.stderr is not None
        if running.returncode:
            sys.exit(running.stderr.read())
    report = last_build(Settings(home, data))
    assert report is not None
    gigabyte = 1024**3
    return Build(report, report.memory / gigabyte, spilled / gigabyte, folder_size(home) / gigabyte)


def folder_size(folder: Path) -> int:
    """Return the size of all files in a folder in bytes; those that vanish meanwhile count 0."""
    found = 0
    with suppress(OSError):
        for path in folder.rglob("*"):
            with suppress(OSError):
                found += path.stat().st_size if path.is_file() and not path.is_symlink() else 0
    return found


def floor(files: Sequence[Path], items: int, memory: str) -> float:
    """Return the seconds of a plain weighted GROUP BY: each item by total, sector and zone."""
    started = time.perf_counter()
    with duckdb.connect(config={"memory_limit": memory, "threads": 2}) as connection:
        connection.execute("set enable_progress_bar = false")
        for path in files:
            for name in names(items):
                connection.sql(
                    f"select sector, zone, {name}, count(*), sum(weight), sum(weight * weight) "
                    "from (select *, case when 99 in (s1, s2) then null "
                    f"else (s1 > 2)::int * 2 + (s2 > 2)::int end as zone from '{path}') "
                    f"group by grouping sets (({name}), (sector, {name}), (zone, {name}))"
                ).fetchall()
    return time.perf_counter() - started


def main() -> None:
    """Print a line for each size, and for the changes that follow it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--respondents", type=int, nargs="+", default=[250_000, 750_000, 2_500_000])
    parser.add_argument("--items", type=int, default=57)
    parser.add_argument("--waves", type=int, default=4)
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--own-weights", action="store_true")
    parser.add_argument("--spark", action="store_true")
    options = parser.parse_args()
    print(f"BAROMETER_MEMORY={options.memory}")
    for respondents in options.respondents:
        waves = tuple(str(2021 + place) for place in range(options.waves))
        size = Size(respondents, options.items, waves, options.own_weights)
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), size, options.memory, spark=options.spark)


def measure(folder: Path, size: Size, memory: str, *, spark: bool) -> None:
    """Build a size, then once more, and after changes of one wave; print what each took."""
    project = copy_project(folder)
    describe(project, size)

    def file(wave: str) -> Path:
        return folder / "data" / SURVEY / wave / "answers.parquet"

    files = [file(wave) for wave in size.waves]
    for seed, path in enumerate(files):
        write(path, size, seed)
    least = floor(files, size.items, memory)
    print(f"{size.respondents} respondents x {size.items + 3} variables x {len(size.waves)} waves")
    print(f"  plain GROUP BY: {least:.1f} s")
    tell("all", build(folder, memory), least)
    tell("nothing changed", build(folder, memory), least)
    change_a_recode(project, size.waves[-1])
    tell("one recode row is another", build(folder, memory), least)
    write(files[-1], size, seed=len(files))
    tell("one wave is another file", build(folder, memory), least)
    more = str(int(size.waves[-1]) + 1)
    describe_wave(project, size, more)
    write(file(more), size, seed=len(files) + 1)
    tell("one wave more", build(folder, memory), least)
    for workers in (1, 2) if spark else ():
        shutil.rmtree(folder / "home")
        options = ("--engine", "spark", "--master", f"local[{workers}]")
        done = build(folder, SPARK_MEMORY, *options)
        tell(f"all of these on Spark with {SPARK_MEMORY}, workers: {workers}", done, least)


def tell(what: str, done: Build, least: float) -> None:
    """Print a line for a build."""
    seconds = done.report.seconds
    print(
        f"  {what}: {seconds:.0f} s ({seconds / least:.1f} times the GROUP BY), "
        f"{done.memory:.1f} GB of memory, {done.spill:.1f} GB of spill, {done.disk:.1f} GB of disk",
        flush=True,
    )
    slowest = sorted(done.report.steps.items(), key=lambda step: -step[1])[:STEPS]
    print("   ", ", ".join(f"{step} {seconds:.0f} s" for step, seconds in slowest), flush=True)


if __name__ == "__main__":
    main()
