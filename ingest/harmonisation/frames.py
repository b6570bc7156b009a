"""Checks that the answers of a wave fit its strata and their frames."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ingest.errors import RefusedError

if TYPE_CHECKING:
    import pyarrow as pa

    from ingest.harmonisation.seeds import Harmonisation
    from ingest.registry import SurveyWave


def check_frame(data: pa.Table, wave: SurveyWave, found: Harmonisation) -> None:
    """Refuse a stratum with more respondents than units in its frame, or with one respondent.

    Frames are of the strata in the manifest; respondents are weighted in the strata that a release
    shows, which may be merged.

    Args:
        data: one text column per variable.
        wave: the wave with its manifest.
        found: the crosswalk, which says what codes are which stratum.

    Raises:
        RefusedError: with the stratum and, of its frame, the number of units and respondents.
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
    # The build meets a stratum without a frame, but not such a part of a merged one.
    parts = {part: 0 for part in counts if (design.stratum, part) in found.merged}
    for stratum, size in {**parts, **design.frame}.items():
        if counts[stratum] > size:
            raise RefusedError(
                "frame_too_small",
                str(wave.path or wave.id),
                stratum=stratum,
                size=size,
                respondents=counts[stratum],
            )
    shown: Counter[str] = Counter()
    for stratum in design.frame:
        shown[found.merged.get((design.stratum, stratum), stratum)] += counts[stratum]
    for stratum, number in shown.items():
        if number == 1:
            raise RefusedError("stratum_of_one", str(wave.path or wave.id), stratum=stratum)
