"""Inspects a wave's file and the published marts: the two places where a build can be refused.

Takes names and paths only, so that a build can let another process do it.
"""

from __future__ import annotations

from pathlib import Path

from expectations.differences.compare import contradictions
from expectations.door import door_suites
from expectations.runner import Finding, run
from expectations.suites import mart_suites
from ingest import registry
from ingest.load import WaveFile, open_wave
from ingest.messages import LANGUAGES, Names, Phrase, entry
from ingest.texts import Refusal
from ingest.weights import weights

CONTRADICTION = "recode_contradicts_label"
SCHEMAS = "marts,estimates,harmonised,seeds"


def inspect_wave(
    wave_id: str, data: Path, samples: Path, folder: Path, seeds: Path
) -> list[Finding]:
    """Check the file of a wave against its manifest, and its recodes against earlier waves.

    Args:
        wave_id: `survey/wave`.
        data: where real files are put.
        samples: where synthetic files are generated.
        folder: where Great Expectations keeps its results.
        seeds: where the rows of the crosswalk stand.

    Raises:
        RefusedError: there is no such wave or file, or it cannot be read.
    """
    file = open_wave(registry.load().wave(wave_id), data, samples)
    return [*inspect_file(file, folder), *_compared(wave_id, seeds)]


def inspect_file(file: WaveFile, folder: Path) -> list[Finding]:
    """Check a file that was read against the manifest of its wave.

    Raises:
        RefusedError: the weights of a file that is right otherwise cannot be used.
    """
    findings = run(door_suites(file), folder)
    if not any(finding.refuses for finding in findings):
        weights(file.table.data, file.answers, file.wave.id)
    return findings


def _compared(wave_id: str, seeds: Path) -> list[Finding]:
    """One finding per earlier wave: whether any label counts as something else than it did."""
    suite = f"{wave_id.replace('/', ' ')} differences"
    found = []
    for earlier, wrong in contradictions(wave_id, seeds):
        observed = (
            Names(wrong, 3, "; ")
            if wrong
            else Phrase("expectations.none_against_wave", wave=earlier)
        )
        message = Phrase(
            "expectations.finding",
            table=wave_id,
            rule=CONTRADICTION,
            meaning=Phrase("expectations.labels_count_alike", wave=earlier),
            observed=observed,
            fix=entry(f"expectations.{CONTRADICTION}", Refusal).fix,
        )
        found.append(
            Finding(
                suite,
                wave_id,
                CONTRADICTION,
                "error",
                not wrong,
                {language: observed.text(language) for language in LANGUAGES},
                {language: message.text(language) if wrong else "" for language in LANGUAGES},
            )
        )
    return found


def inspect_marts(warehouse: Path, last_release: Path | None, folder: Path) -> list[Finding]:
    """Check the marts of a warehouse, also against the release that they would replace.

    Args:
        warehouse: the private DuckDB file.
        last_release: a release of which no indicator may vanish.
        folder: where Great Expectations keeps its results; Data Docs are written there too.
    """
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"set search_path = '{SCHEMAS}'")
        if last_release:
            connection.execute(f"attach '{last_release}' as last (read_only)")
        suites = mart_suites(connection, last_release=last_release is not None)
    return run(suites, folder, docs=True)
