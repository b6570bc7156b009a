"""Shows a comparison of two waves to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from expectations.differences.difference import Comparison, Covered, Difference, Severity
from expectations.differences.naming import name_variables
from ingest.messages import Language, Phrase
from ingest.names import short

WIDEST = 40  # letters of a name of a variable

SEVERITY: Mapping[Severity, Phrase] = {
    "refuse": Phrase("expectations.severity_refuse"),
    "review": Phrase("expectations.severity_review"),
    "info": Phrase("expectations.severity_info"),
}


def summary(comparison: Comparison, language: Language) -> str:
    """Return one sentence about how the answers of two waves were compared."""
    (before, after), (was, now) = comparison.respondents, comparison.statuses
    points = (
        Phrase("expectations.shift_found", points=comparison.smallest) if comparison.tests else ""
    )
    sentence = Phrase(
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
    return sentence.text(language)


def lines(
    comparison: Comparison, language: Language, *, every: bool = False
) -> list[tuple[str, str, str]]:
    """Return the lines to show: severity, rule, and what was found with what to do.

    Args:
        comparison: two waves.
        language: of the texts.
        every: show each difference with severity `info`, instead of one line per rule.
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
        text = f"{words}\n{then}" if then else words
        found.append((SEVERITY[item.severity].text(language), item.rule, _shortened(text, [item])))
    for rule, items in settled.items():
        rows = {row for item in items if item.covered for row in item.covered.rows}
        statuses = {name: 0 for item in items if item.covered for name in item.covered.statuses}
        if len(items) == 1:
            words = items[0].text(language)
        else:
            words = name_variables(name for item in items for name in item.variables)
        if rows:
            words += f"\n{Covered('crosswalk.csv', tuple(rows), tuple(statuses)).text(language)}"
        found.append((SEVERITY["info"].text(language), rule, _shortened(words, items)))
    return found


def _shortened(text: str, items: Sequence[Difference]) -> str:
    """Shorten the names of variables in a text."""
    named = {name for item in items for name in (*item.variables, *item.earlier_variables)}
    for name in sorted(named, key=len, reverse=True):
        text = text.replace(name, short(name, WIDEST)) if len(name) > WIDEST else text
    return text
