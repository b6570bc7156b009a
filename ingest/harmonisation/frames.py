"""Checks that a sampling frame is not smaller than the answers that came from it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ingest.errors import RefusedError

if TYPE_CHECKING:
    import pyarrow as pa

    from ingest.harmonisation.seeds import Harmonisation
    from ingest.registry import SurveyWave


def check_frame(data: pa.Table, wave: SurveyWave, found: Harmonisation) -> None:
    """Refuse a stratum with more respondents than units in its frame.

    Args:
        data: one text column per variable.
        wave: the wave with its manifest.
        found: the crosswalk, which says what codes are which stratum.

    Raises:
        RefusedError: with the stratum, its frame and the number of respondents.
    """
    answers = wave.wave.answers
    design = answers.design if answers else None
    if design is None or design.stratum is None:
        return
    counts: Counter[str] = Counter()
    for row in found.crosswalk.rows:
        own = (row.survey, row.wave) == (wave.survey.survey, wave.wave.wave)
        if own and row.concept == design.stratum and row.variable and row.recode:
            categories = {
                line.code: line.category for line in found.recodes.rows if line.recode == row.recode
            }
            for code, number in Counter(data.column(row.variable).to_pylist()).items():
                if category := categories.get(code):
                    counts[category] += number
    for stratum, size in design.frame.items():
        if counts[stratum] > size:
            raise RefusedError(
                "frame_too_small",
                str(wave.path or wave.id),
                stratum=stratum,
                size=size,
                respondents=counts[stratum],
            )
