"""Shows where a number comes from, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ingest.messages import Phrase

if TYPE_CHECKING:
    from ingest.messages import Language
    from orchestration.trace import Row, Trace


def lines(found: Trace, language: Language) -> Iterator[str]:
    """Return what is known of an indicator, in a language."""
    for item in _lines(found, language):
        yield item if isinstance(item, str) else item.text(language)


def _lines(found: Trace, language: Language) -> Iterator[str | Phrase]:
    row, wave = found.indicator, found.wave
    yield Phrase(
        "orchestration.trace_title",
        survey=row[f"survey_label_{language}"],
        wave=row["wave"],
        concept=row[f"concept_label_{language}"],
        category=row[f"category_label_{language}"],
        group=row[f"group_value_label_{language}"],
    )
    yield _estimate(row)
    if reason := row[f"n_derived_reason_{language}"]:
        yield Phrase("orchestration.trace_derived", n=row["n_derived"], reason=reason)
    yield Phrase(
        "orchestration.trace_status",
        status=row[f"data_status_label_{language}"],
        method=row["interval_method"],
    )
    if row["assumed"]:
        yield Phrase("orchestration.trace_assumed")
    if row["source_title"]:
        yield Phrase(
            "orchestration.trace_source", title=row["source_title"], place=row["source_locator"]
        )
        yield f"  {row['source_url'] or ''}"
    for question in _questions(found.questions, language):
        yield f"  {question}"
    if found.questions:
        yield Phrase("orchestration.trace_file", file=wave["file_name"], sha256=wave["file_sha256"])
    if note := row[f"comparability_note_{language}"]:
        label = row[f"comparability_label_{language}"]
        yield Phrase("orchestration.trace_compares", label=label, note=note)
    yield Phrase("orchestration.trace_models", models=" > ".join(found.models))
    yield Phrase("orchestration.trace_release", **found.release)
    if found.snippet:
        yield Phrase("orchestration.trace_snippet")
        yield found.snippet
    else:
        yield Phrase("orchestration.trace_no_snippet")


def _estimate(row: Row) -> Phrase:
    if row["estimate"] is None:
        return Phrase("orchestration.trace_suppressed")
    interval: Phrase | str = ""
    if row["estimate_low"] is not None:
        low, high = row["estimate_low"], row["estimate_high"]
        interval = Phrase("orchestration.trace_interval", low=low, high=high)
    n = "?" if row["n"] is None else row["n"]
    return Phrase("orchestration.trace_estimate", value=row["estimate"], interval=interval, n=n)


def _questions(rows: Sequence[dict[str, Any]], language: Language) -> list[str]:
    """Return each variable, its wording and what its codes count as, or its source concept."""
    questions: dict[str, list[str]] = {}
    for row in rows:
        question = f"{row['concept']}: {row['rule']} "
        question += row["variable"] or row["source_concept"] or ""
        if wording := row[f"wording_{language}"]:
            known = Phrase(f"orchestration.known_{row['known']}").text(language)
            question += f" “{wording}” [{known}]"
        codes = questions.setdefault(question, [])
        if row["code"] is not None:
            codes.append(f"{row['code']} {row['code_label'] or ''} = {_counts_as(row, language)}")
    return [
        question + (f" ({'; '.join(codes)})" if codes else "")
        for question, codes in questions.items()
    ]


def _counts_as(row: dict[str, Any], language: Language) -> str:
    """Return what a code counts as: a kind of missing answer, a category or a score."""
    if row["missing_kind"]:
        return str(row["missing_kind"])
    counts = row["category"] if row["score"] is None else f"{row['score']:g}"
    if row["selected"] is False:
        return Phrase("orchestration.trace_not_selected", category=counts).text(language)
    return str(counts)
