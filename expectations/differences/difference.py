"""A difference between two waves, and a comparison of two waves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from expectations.differences.naming import name_variables, ranges
from ingest.messages import Language, Phrase, entry, fill
from ingest.texts import Refusal, Text

Severity = Literal["refuse", "review", "info"]
SEVERITIES: tuple[Severity, ...] = ("refuse", "review", "info")
# All rules, in the order in which differences are shown. Their texts are in `messages.yml`.
RULES = (
    "recode_contradicts_label",
    "answers_mirrored",
    "variable_reused",
    "scale_reversed",
    "labels_reordered",
    "codes_renumbered",
    "label_changed",
    "code_new",
    "code_vanished",
    "answer_kind_changed",
    "wording_changed",
    "years_changed",
    "routing_changed",
    "question_new",
    "question_vanished",
    "question_not_asked",
    "variables_renamed",
    "distribution_shifted",
    "composition_shifted",
    "unit_changed",
    "organisation_repeated",
    "organisations_not_linked",
    "method_changed",
    "answers_not_compared",
)


@dataclass(frozen=True)
class Covered:
    """Crosswalk rows that already take a difference into account."""

    file: str
    rows: tuple[int, ...]
    statuses: tuple[str, ...]

    def text(self, language: Language) -> str:
        """Name the rows in a language."""
        phrase = Phrase(
            "expectations.covered_by",
            file=self.file,
            rows=ranges(self.rows),
            statuses=", ".join(self.statuses),
        )
        return phrase.text(language)


@dataclass(frozen=True)
class Difference:
    """One difference between a wave and an earlier wave.

    Attributes:
        rule: its name in `RULES`.
        severity: `refuse`, `review`, or `info` if the crosswalk takes it into account.
        variables: variables of this wave that it is about.
        earlier_variables: those of the earlier wave.
        values: values for the text of the rule.
        evidence: the numbers behind it.
        covered: the rows that take it into account.
    """

    rule: str
    severity: Severity
    variables: tuple[str, ...] = ()
    earlier_variables: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    covered: Covered | None = None

    def text(self, language: Language) -> str:
        """Return what was found, in one sentence."""
        return self._fill(self._words().found, language)

    def fix(self, language: Language) -> str:
        """Return what to do about it."""
        return self._fill(self._words().fix, language)

    def _words(self) -> Refusal:
        return entry(f"expectations.{self.rule}", Refusal)

    def _fill(self, words: Text, language: Language) -> str:
        held: dict[str, object] = {
            "variables": name_variables(self.variables),
            "earlier": name_variables(self.earlier_variables),
            **self.values,
        }
        return fill(words, held, language)

    def as_data(self) -> dict[str, object]:
        """Return the difference as plain data, with its texts in both languages."""

        def plain_value(name: str) -> object:
            value = self.values.get(name)
            return value.model_dump() if isinstance(value, Text) else value

        return {
            "rule": self.rule,
            "severity": self.severity,
            "variables": list(self.variables),
            "earlier_variables": list(self.earlier_variables),
            "was": plain_value("was"),
            "is": plain_value("now"),
            "evidence": dict(self.evidence),
            "covered_by": self.covered
            and {
                "file": self.covered.file,
                "rows": self.covered.rows,
                "statuses": self.covered.statuses,
            },
            "found": {"nl": self.text("nl"), "en": self.text("en")},
            "fix": {"nl": self.fix("nl"), "en": self.fix("en")},
        }


@dataclass(frozen=True)
class Comparison:
    """A wave compared with one earlier wave.

    Attributes:
        earlier: the earlier wave.
        statuses: data status then and now; None where no file was read.
        respondents: respondents then and now.
        tests: number of distributions that were tested.
        untested: number of distributions with too few answers.
        smallest: the smallest shift of a share, in points, that is found in four of five cases.
        differences: the most severe first.
    """

    wave: str
    earlier: str
    statuses: tuple[str | None, str | None]
    respondents: tuple[int, int]
    tests: int
    untested: int
    smallest: float
    differences: tuple[Difference, ...]

    def as_data(self) -> dict[str, object]:
        """Return the comparison as plain data."""
        return {
            "earlier_wave": self.earlier,
            "data_status": {"was": self.statuses[0], "is": self.statuses[1]},
            "respondents": {"was": self.respondents[0], "is": self.respondents[1]},
            "tested": self.tests,
            "not_tested": self.untested,
            "smallest_shift_found": round(self.smallest, 1) if self.tests else None,
            "differences": [difference.as_data() for difference in self.differences],
        }
