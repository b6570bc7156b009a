"""Tells how a wave differs from an earlier one of its survey, before any of it is loaded.

A difference is something for a person to look at: the crosswalk says what it means for comparing,
and where the crosswalk already deals with it the difference is only mentioned. One kind is refused,
because what is loaded would be wrong: a label that counts as something else than it did.
The words stand in `expectations/messages.yml`, in Dutch and English.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from expectations.differences import answers, codes, questions, taking_part
from expectations.differences.homogeneity import (
    corrected,
    smallest_shift,
)
from expectations.differences.pairing import (
    Side,
    pair_questions,
)
from expectations.differences.record import (
    RULES,
    SEVERITIES,
    Comparison,
    Difference,
)
from ingest.errors import BarometerError
from ingest.harmonisation import Harmonisation
from ingest.registry import Registry, SurveyWave
from ingest.wave_files import WaveFile


def compare_wave(
    wave: SurveyWave,
    known: Registry,
    rows: Harmonisation,
    file: WaveFile | None = None,
    read_earlier: Callable[[SurveyWave], WaveFile] | None = None,
) -> list[Comparison]:
    """Compare a wave with every earlier one of its survey that has answers, the latest first.

    Args:
        wave: a wave with answers.
        known: all that is described.
        rows: the crosswalk.
        file: the file of the wave.
        read_earlier: reads the file of an earlier wave. Without it only descriptions are compared;
            they are enough to find what would make a load wrong.
    """
    now = _side(wave, rows, file)
    earlier = [
        other
        for other in known.waves
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
    pairs = pair_questions(now, was)
    tests = corrected(list(answers.tests_of(now, was, pairs)))
    sizes = (answers.respondents(was), answers.respondents(now))
    tested = sum(test.p is not None for test in tests)
    differences = [
        *questions.changed(now, was, pairs),
        *codes.changed(now, was, pairs),
        *answers.shifted(now, tests),
        *answers.mirrored(now, was, pairs),
        *taking_part.changed(now, was),
    ]
    if unread:
        differences.append(
            Difference("answers_not_compared", "review", values={"reason": unread.rstrip(".")})
        )
    order = RULES
    differences.sort(key=lambda item: (SEVERITIES.index(item.severity), order.index(item.rule)))
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
