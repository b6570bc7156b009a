"""What one difference is, and how it is told in Dutch and English."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from expectations.differences.pairing import (
    Key,
    Pair,
    Side,
    named,
    ranges,
)
from ingest.likeness.text import split_item
from ingest.messages import Language, Phrase, entry, fill
from ingest.texts import Refusal, Text

Severity = Literal["refuse", "review", "info"]
SEVERITIES: tuple[Severity, ...] = ("refuse", "review", "info")
SEVERITY: Mapping[Severity, Phrase] = {
    "refuse": Phrase("expectations.severity_refuse"),
    "review": Phrase("expectations.severity_review"),
    "info": Phrase("expectations.severity_info"),
}
# All rules, in the order in which differences are shown; their texts stand in the catalogue.
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
    """Rows that already deal with a difference."""

    file: str
    rows: tuple[int, ...]
    statuses: tuple[str, ...]

    def text(self, language: Language) -> str:
        """Name the rows in a language."""
        told = Phrase(
            "expectations.covered_by",
            file=self.file,
            rows=ranges(self.rows),
            statuses=", ".join(self.statuses),
        )
        return told.text(language)


@dataclass(frozen=True)
class Difference:
    """One difference from one earlier wave.

    Attributes:
        rule: its name in the catalogue.
        severity: `refuse`, `review`, or `info` where it is dealt with already.
        variables: variables of this wave that it is about.
        earlier_variables: those of the earlier wave.
        values: what the words of the rule name between braces.
        evidence: the numbers behind it.
        covered: the rows that deal with it.
    """

    rule: str
    severity: Severity
    variables: tuple[str, ...] = ()
    earlier_variables: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    covered: Covered | None = None

    def text(self, language: Language) -> str:
        """Return what was found, one sentence."""
        return self._fill(self._words().found, language)

    def fix(self, language: Language) -> str:
        """Return what a person does about it."""
        return self._fill(self._words().fix, language)

    def _words(self) -> Refusal:
        return entry(f"expectations.{self.rule}", Refusal)

    def _fill(self, words: Text, language: Language) -> str:
        held: dict[str, object] = {
            "variables": named(self.variables),
            "earlier": named(self.earlier_variables),
            **self.values,
        }
        return fill(words, held, language)

    def record(self) -> dict[str, object]:
        """Return the difference as plain data, its words in both languages."""

        def known(name: str) -> object:
            value = self.values.get(name)
            return value.model_dump() if isinstance(value, Text) else value

        return {
            "rule": self.rule,
            "severity": self.severity,
            "variables": list(self.variables),
            "earlier_variables": list(self.earlier_variables),
            "was": known("was"),
            "is": known("now"),
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
    """A wave beside one earlier wave.

    Attributes:
        earlier: the earlier wave.
        statuses: data status then and now; None where no file was read.
        respondents: respondents then and now.
        tests: how many distributions were tested.
        untested: how many had too few answers.
        smallest: the shift of a share, in points, that would mostly be found.
        differences: what differs, the gravest first.
    """

    wave: str
    earlier: str
    statuses: tuple[str | None, str | None]
    respondents: tuple[int, int]
    tests: int
    untested: int
    smallest: float
    differences: tuple[Difference, ...]

    def record(self) -> dict[str, object]:
        """Return the comparison as plain data."""
        return {
            "earlier_wave": self.earlier,
            "data_status": {"was": self.statuses[0], "is": self.statuses[1]},
            "respondents": {"was": self.respondents[0], "is": self.respondents[1]},
            "tested": self.tests,
            "not_tested": self.untested,
            "smallest_shift_found": round(self.smallest, 1) if self.tests else None,
            "differences": [difference.record() for difference in self.differences],
        }


def judged(now: Side, variables: Iterable[str]) -> Covered | None:
    """Return the crosswalk rows of variables, where a person judged every one not identical."""
    rows = [now.rows.get(variable, []) for variable in variables]
    held = [item for own in rows for item in own]
    if not all(rows) or any(row.status == "identical" or not row.reason_nl for _, row in held):
        return None
    return covering(held)


def covering(rows: Iterable[tuple[int, Any]]) -> Covered | None:
    """Return crosswalk rows, numbered by their lines, as what covers a difference."""
    held = dict(rows)
    if not held:
        return None
    statuses = dict.fromkeys(row.status for row in held.values())
    return Covered("crosswalk.csv", tuple(sorted(held)), tuple(statuses))


def weigh(
    rule: str,
    side: Side,
    pairs: Sequence[Pair],
    covered: Covered | None = None,
    severity: Severity = "review",
    **values: object,
) -> Difference:
    """Make a difference of paired questions, mentioned only where a row deals with it."""
    names = tuple(pair.now.variable for pair in pairs)
    covered = covered or (judged(side, names) if severity == "review" else None)
    return Difference(
        rule,
        "info" if covered else severity,
        names,
        tuple(pair.was.variable for pair in pairs),
        values,
        covered=covered,
    )


def grouped(pairs: Iterable[Pair], key: Callable[[Pair], Any]) -> dict[Any, list[Pair]]:
    """Return the pairs by what they have in common."""
    groups: dict[Any, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(key(pair), []).append(pair)
    return groups


def shared(now: Side, was: Side, pair: Pair) -> dict[Key, tuple[tuple[int, Any], tuple[int, Any]]]:
    """What a question counts towards in both waves, with the rows of this one and of that one."""
    ours, theirs = now.keys(pair.now.variable), was.keys(pair.was.variable)
    return {key: (ours[key], theirs[key]) for key in ours.keys() & theirs.keys()}


def quoted(text: Text, *, battery: bool = False) -> Text:
    """Return a wording between quotation marks; of a battery its stem."""

    def quote(words: str) -> str:
        stem = split_item(words)[0] if battery else ""
        return f"“{stem}: …”" if stem else f"“{words}”"

    return Text(nl=quote(text.nl), en=quote(text.en))


def told(comparison: Comparison, language: Language) -> str:
    """Return one sentence on how the answers of two waves were compared."""
    (before, after), (was, now) = comparison.respondents, comparison.statuses
    points = (
        Phrase("expectations.shift_found", points=comparison.smallest) if comparison.tests else ""
    )
    told = Phrase(
        "expectations.compared_with",
        wave=comparison.earlier,
        before=before,
        was=was or "–",
        after=after,
        now=now or "–",
        tests=comparison.tests,
        untested=comparison.untested,
        points=points,
    )
    return told.text(language)


def lines(
    comparison: Comparison, language: Language, *, every: bool = False
) -> list[tuple[str, str, str]]:
    """Return what a person reads: severity, rule, and what was found with what to do.

    Args:
        comparison: two waves.
        language: of the words.
        every: give each difference that is dealt with a line of its own, not one per rule.
    """
    found: list[tuple[str, str, str]] = []
    settled: dict[str, list[Difference]] = {}
    for item in comparison.differences:
        if item.severity == "info" and not every:
            settled.setdefault(item.rule, []).append(item)
            continue
        then = item.covered.text(language) if item.covered else ""
        if item.severity != "info":
            then = f"→ {item.fix(language)}"
        words = item.text(language)
        told = f"{words}\n{then}" if then else words
        found.append((SEVERITY[item.severity].text(language), item.rule, told))
    for rule, items in settled.items():
        rows = {row for item in items if item.covered for row in item.covered.rows}
        statuses = {name: 0 for item in items if item.covered for name in item.covered.statuses}
        if len(items) == 1:
            words = items[0].text(language)
        else:
            words = named(name for item in items for name in item.variables)
        if rows:
            words += f"\n{Covered('crosswalk.csv', tuple(rows), tuple(statuses)).text(language)}"
        found.append((SEVERITY["info"].text(language), rule, words))
    return found
