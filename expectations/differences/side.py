"""One of two waves that are compared: its description, its crosswalk rows and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ingest.codes import Code
from ingest.formats import AnswerTable
from ingest.harmonisation import CrosswalkRow, Harmonisation, Recode
from ingest.models import Answers, Item
from ingest.registry import SurveyWave

# Concept, category and rule: what a crosswalk row counts towards.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Side:
    """One of two waves that are compared.

    Attributes:
        table: its answers; None where there is no file that can be read.
        status: whether they are synthetic or microdata.
    """

    wave: SurveyWave
    answers: Answers
    harmonisation: Harmonisation
    table: AnswerTable | None = None
    status: str | None = None

    @cached_property
    def items(self) -> dict[str, Item]:
        """Variable -> its item."""
        return {item.variable: item for item in self.answers.items}

    @cached_property
    def rows(self) -> dict[str, list[tuple[int, CrosswalkRow]]]:
        """Variable -> its crosswalk rows, each with the number of its line."""
        found: dict[str, list[tuple[int, CrosswalkRow]]] = {}
        for line, row in self.harmonisation.crosswalk.numbered:
            own = (row.survey, row.wave) == (self.wave.survey.survey, self.wave.wave.wave)
            if own and row.variable and self.harmonisation.rules[row.rule].recodes:
                found.setdefault(row.variable, []).append((line, row))
        return found

    @cached_property
    def recodes(self) -> dict[str, dict[str, Recode]]:
        """Recode -> code -> what it counts as."""
        found: dict[str, dict[str, Recode]] = {}
        for row in self.harmonisation.recodes.rows:
            found.setdefault(row.recode, {})[row.code] = row
        return found

    def keys(self, variable: str) -> dict[Key, tuple[int, CrosswalkRow]]:
        """Return what a variable counts towards, each with its numbered row."""
        return {
            (row.concept, row.category or "", row.rule): (line, row)
            for line, row in self.rows.get(variable, ())
        }

    def codelist(self, variable: str) -> Mapping[Code, str]:
        """Return code -> label of a variable; empty for an open answer."""
        return self.answers.codelists.get(self.items[variable].codelist or "", {})
