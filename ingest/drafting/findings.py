"""What was found out about the file of a new wave, before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.drafting.harmonising import DraftedRows
from ingest.drafting.matching import Match
from ingest.drafting.profile import Profile
from ingest.registry import SurveyWave


@dataclass(frozen=True)
class Findings:
    """What was found out about a file.

    Attributes:
        profile: its columns.
        matches: variable -> its most likely candidate, where the evidence is strong.
        nearest: variable without a match -> what it is most like; nothing is taken over.
        rows: the drafted crosswalk and recode rows.
        last: the latest other wave of the survey, where there is one.
        not_asked: concepts that earlier waves of the survey asked about and this one does not.
    """

    profile: Profile
    matches: Mapping[str, Match]
    nearest: Mapping[str, Match]
    rows: DraftedRows
    last: SurveyWave | None
    not_asked: tuple[str, ...]
