"""Compares a wave with the earlier waves of its survey, before any of it is loaded.

A person must look at each difference and write in the crosswalk what it means for comparisons.
Where the crosswalk already takes a difference into account, it is only mentioned. One kind is
refused, because it would give wrong results: a label that counts as something else than before.
The texts are in `expectations/messages.yml`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from expectations.differences import answers, codes, participation, questions
from expectations.differences.difference import RULES, SEVERITIES, Comparison, Difference
from expectations.differences.homogeneity import corrected, smallest_shift
from expectations.differences.pairing import pair_questions
from expectations.differences.side import Side
from ingest.errors import BarometerError
from ingest.harmonisation import Harmonisation
from ingest.registry import Registry, SurveyWave
from ingest.wave_files import WaveFile


def compare_wave(
    wave: SurveyWave,
    registry: Registry,
    rows: Harmonisation,
    file: WaveFile | None = None,
    read_earlier: Callable[[SurveyWave], WaveFile] | None = None,
) -> list[Comparison]:
    """Compare a wave with every earlier one of its survey that has answers, the latest first.

    Args:
        wave: a wave with answers.
        registry: what is described.
        rows: the crosswalk.
        file: the file of the wave.
        read_earlier: reads the file of an earlier wave. Without it only descriptions are compared,
            which is enough to find the differences that are refused.
    """
    now = _side(wave, rows, file)
    earlier = [
        other
        for other in registry.waves
        if other.survey == wave.survey and other.wave.answers and other.wave.wave < wave.wave.wave
    ]
    found = []
    for other in earlier[::-1]:
        reason, other_file = "", None
        try:
            other_file = read_earlier(other) if read_earlier else None
        except BarometerError as error:
            reason = str(error)
        found.append(compare(now, _side(other, rows, other_file), reason))
    return found


def _side(wave: SurveyWave, rows: Harmonisation, file: WaveFile | None) -> Side:
    assert wave.wave.answers is not None
    side = Side(wave, wave.wave.answers, rows)
    return replace(side, table=file.table, status=file.data_status) if file else side


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
