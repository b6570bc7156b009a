"""The checks on a wave's file and on the marts: the two places where a build can be refused.

All functions take and return what can be sent to another process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from expectations.differences.compare import compare_wave
from expectations.differences.difference import Comparison
from expectations.file_checks import file_suites
from expectations.runner import Finding, run
from expectations.suites import mart_suites
from ingest import harmonisation, registry
from ingest.harmonisation import Harmonisation
from ingest.harmonisation.frames import check_frame
from ingest.messages import LANGUAGES, Names, Phrase, entry
from ingest.raw.answers import write_wave
from ingest.texts import Refusal
from ingest.wave_files import WaveFile, open_wave

CONTRADICTION = "recode_contradicts_label"
SCHEMAS = "marts,estimates,harmonised,seeds"


@dataclass(frozen=True)
class LoadedWave:
    """What the checks found in a wave's file, and how much of it was written to raw.

    Attributes:
        rows: number of respondents and answers; empty when the file was refused.
    """

    path: Path
    sha256: str
    data_status: str
    findings: Sequence[Finding]
    rows: Mapping[str, int]


def load_wave(
    wave_id: str,
    data: Path,
    samples: Path,
    seeds: Path,
    results: Path,
    raw: Path,
    version: str = "",
) -> LoadedWave:
    """Read the file of a wave once, check it, and write it to raw unless it is refused.

    Args:
        wave_id: `survey/wave`.
        data: where real files are put.
        samples: where synthetic files are generated.
        seeds: the seeds of dbt, with the crosswalk.
        results: where Great Expectations keeps its results.
        raw: where raw Parquet is written.
        version: a digest of the manifest and the file, written with them.

    Raises:
        RefusedError: there is no such wave or file, it cannot be read, or its weights cannot be
            used.
    """
    described = registry.load()
    rows = harmonisation.load(seeds, described)
    file = open_wave(described.wave(wave_id), data, samples)
    findings = check_file(file, rows, results)
    findings += _contradictions(compare_wave(file.wave, described, rows))
    refused = any(finding.refuses for finding in findings)
    written = {} if refused else write_wave(file, raw, version)
    return LoadedWave(file.path, file.sha256, file.data_status, findings, written)


def check_wave(
    wave_id: str, data: Path, samples: Path, seeds: Path
) -> tuple[list[Finding], list[Comparison]]:
    """Check the file of a wave or of a draft, and compare it with the files of earlier waves.

    Args:
        wave_id: `survey/wave`.
        data: where real files are put.
        samples: where synthetic files are generated.
        seeds: the seeds of dbt, with the crosswalk.

    Returns:
        What the checks found, and one comparison per earlier wave, the latest first.

    Raises:
        RefusedError: there is no such wave or file, it cannot be read, or its weights cannot be
            used.
    """
    draft = registry.drafts().get(wave_id)
    described = registry.load(draft=draft)
    rows = harmonisation.load(seeds, described, draft)
    file = open_wave(described.wave(wave_id), data, samples)
    findings = check_file(file, rows)
    earlier = partial(open_wave, data=data, samples=samples)
    comparisons = compare_wave(file.wave, described, rows, file, earlier)
    return [*findings, *_contradictions(comparisons)], comparisons


def check_file(
    file: WaveFile, rows: Harmonisation | None = None, results: Path | None = None
) -> list[Finding]:
    """Check a file that was read against the manifest of its wave.

    Args:
        file: the file.
        rows: the crosswalk, which defines the strata and what codes count as; without it neither
            is checked.
        results: where Great Expectations keeps its results; without it they are not kept.

    Raises:
        RefusedError: a stratum has more respondents than its frame, or the weights cannot be used;
            neither is checked in a file that is refused for another reason.
    """
    findings = run(file_suites(file, rows), results)
    if not any(finding.refuses for finding in findings):
        if rows:
            check_frame(file.table.data, file.wave, rows)
        _ = file.weights
    return findings


def _contradictions(comparisons: Sequence[Comparison]) -> list[Finding]:
    """One finding per earlier wave: whether each label counts as the same as before."""
    found = []
    for comparison in comparisons:
        wave, earlier = comparison.wave, comparison.earlier
        wrong = [item for item in comparison.differences if item.severity == "refuse"]
        observed = (
            Names(wrong, 3, "; ")
            if wrong
            else Phrase("expectations.none_against_wave", wave=earlier)
        )
        message = Phrase(
            "expectations.finding",
            table=wave,
            rule=CONTRADICTION,
            meaning=Phrase("expectations.labels_count_alike", wave=earlier),
            observed=observed,
            fix=entry(f"expectations.{CONTRADICTION}", Refusal).fix,
        )
        found.append(
            Finding(
                f"{wave.replace('/', ' ')} differences",
                wave,
                CONTRADICTION,
                "error",
                not wrong,
                {language: observed.text(language) for language in LANGUAGES},
                {language: message.text(language) if wrong else "" for language in LANGUAGES},
            )
        )
    return found


def check_marts(warehouse: Path, last_release: Path | None, results: Path) -> list[Finding]:
    """Check the marts of a warehouse, also against the release that they would replace.

    Args:
        warehouse: the private DuckDB file.
        last_release: a release of which no indicator may vanish.
        results: where Great Expectations keeps its results.
    """
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"set search_path = '{SCHEMAS}'")
        if last_release:
            connection.execute(f"attach '{last_release}' as last (read_only)")
        suites = mart_suites(connection, last_release=last_release is not None)
    return run(suites, results)
