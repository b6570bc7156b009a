"""Compares a wave with the earlier waves of its survey, before any of it is loaded.

A person must look at each difference and write in the crosswalk what it means for comparisons.
Where the crosswalk already takes a difference into account, it is only mentioned. One kind is
refused, because it would give wrong results: a label that counts as something else than before.
The texts are in `expectations/messages.yml`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from expectations.differences import answers, codes, participation, questions
from expectations.differences.difference import RULES, SEVERITIES, Comparison, Difference
from expectations.differences.homogeneity import corrected, smallest_shift
from expectations.differences.pairing import pair_questions
from expectations.differences.side import Side
from ingest import harmonisation, registry
from ingest.errors import BarometerError
from ingest.load import open_wave, wave_path


def compare_wave(wave_id: str, data: Path, samples: Path, seeds: Path) -> list[Comparison]:
    """Compare a wave with every earlier one of its survey that has answers, the latest first.

    Args:
        wave_id: `survey/wave`.
        data: folder of real files.
        samples: folder of generated files.
        seeds: folder of the crosswalk.

    Raises:
        BarometerError: the wave's own file, or a description, cannot be read.
    """
    now, earlier_ones = _described(wave_id, seeds)
    file = open_wave(now.wave, data, samples)
    now = replace(now, table=file.table, status=file.data_status)
    found = []
    for was in earlier_ones:
        reason = ""
        try:
            other = open_wave(was.wave, data, samples)
            was = replace(was, table=other.table, status=other.data_status)
        except BarometerError as error:
            reason = str(error)
        found.append(compare(now, was, reason))
    return found


def contradictions(wave_id: str, seeds: Path) -> list[tuple[str, list[Difference]]]:
    """Return the refused differences with each earlier wave; these need no answers.

    Args:
        wave_id: `survey/wave`.
        seeds: folder of the crosswalk.
    """
    now, earlier_ones = _described(wave_id, seeds)
    return [
        (was.wave.id, [item for item in compare(now, was).differences if item.severity == "refuse"])
        for was in earlier_ones
    ]


def _described(wave_id: str, seeds: Path) -> tuple[Side, list[Side]]:
    """Return a wave and the earlier ones of its survey with answers, the latest first."""
    described = registry.load()
    rows = harmonisation.load(seeds, described)
    wave = described.wave(wave_id)
    sides = [
        Side(other, other.wave.answers, rows)
        for other in described.waves
        if other.survey == wave.survey and other.wave.answers
    ]
    earlier = [side for side in sides if side.wave.wave.wave < wave.wave.wave]
    wave_path(wave, Path())  # refuses a wave without answers
    assert wave.wave.answers is not None
    return Side(wave, wave.wave.answers, rows), earlier[::-1]


def compare(now: Side, was: Side, unread: str = "") -> Comparison:
    """Compare two waves of one survey.

    Args:
        now: the wave.
        was: the earlier wave.
        unread: why the file of the earlier wave was not read.
    """
    pairing = pair_questions(now, was)
    pairs = pairing.pairs
    tests = corrected(list(answers.tests_of(now, was, pairs)))
    sizes = (answers.respondents(was), answers.respondents(now))
    tested = sum(test.p is not None for test in tests)
    differences = [
        *questions.changed(now, was, pairing),
        *codes.changed(now, was, pairs),
        *answers.shifted(now, tests),
        *answers.mirrored(now, was, pairs),
        *participation.changed(now, was),
    ]
    if unread:
        differences.append(
            Difference("answers_not_compared", "review", values={"reason": unread.rstrip(".")})
        )
    differences.sort(key=lambda item: (SEVERITIES.index(item.severity), RULES.index(item.rule)))
    return Comparison(
        now.wave.id,
        was.wave.id,
        (was.status, now.status),
        sizes,
        tested,
        len(tests) - tested,
        smallest_shift(sizes, tested),
        tuple(differences),
    )
