"""Counts the answers of earlier waves, to compare a new file with."""

from __future__ import annotations

from collections.abc import Callable

from ingest.drafting.candidates import Candidate
from ingest.drafting.profile import column_counts
from ingest.formats import AnswerTable
from ingest.registry import Registry, SurveyWave

# Returns the answers of a described wave, or nothing where its file is not at hand.
OpenWave = Callable[[SurveyWave], AnswerTable | None]


class EarlierAnswers:
    """Counts of earlier waves; each file is read once.

    Args:
        registry: described waves.
        open_wave: returns the answers of a described wave, where they are at hand.
    """

    def __init__(self, registry: Registry, open_wave: OpenWave) -> None:
        self._registry, self._open_wave = registry, open_wave
        self._tables: dict[str, AnswerTable | None] = {}
        self._counts: dict[tuple[str, str], dict[str, int] | None] = {}

    def _table(self, place: str) -> AnswerTable | None:
        if place not in self._tables:
            self._tables[place] = self._open_wave(self._registry.wave(place))
        return self._tables[place]

    def counts(self, one: Candidate) -> dict[str, int] | None:
        """Return the number of answers of each code of an item; nothing without its file."""
        key = (one.place, one.variable)
        if key not in self._counts:
            table = self._table(one.place)
            held = table and one.variable in table.data.column_names
            column = table.data.column(one.variable) if table and held else None
            self._counts[key] = None if column is None else column_counts(column)
        return self._counts[key]

    def answered(self, one: Candidate) -> float | None:
        """Return the share of the respondents that answered an item."""
        table, counts = self._table(one.place), self.counts(one)
        if table is None or counts is None or not table.data.num_rows:
            return None
        return float(sum(counts.values()) / table.data.num_rows)
