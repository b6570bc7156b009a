"""Writes the draft of a manifest: keys for what is known, comments for what must be decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.codes import Code
from ingest.descriptions import yaml_text
from ingest.formats import AnswerFile
from ingest.models import Item, Period, Wave

WIDTH = 96
UNKNOWN = "…"  # a value that a person must fill in
# Key or variable -> what must be decided about it.
Comments = Mapping[str, Sequence[str]]


@dataclass
class Content:
    """The content of the manifest.

    Attributes:
        file: how the file is read.
        drop: columns with personal data, which are left out.
        rename: column -> name of the variable, where that is another.
        ids: `respondent`, `organisation`, `completed_on` -> column, where it was found.
        row_number: name for the number of the row, which is the respondent where no column is.
        weight: the column that holds a weight.
        codelists: name -> code -> label.
        items: all other variables, in the order of the file.
        not_asked: concepts of the earlier wave that the file lacks.
        before: the latest other wave of the survey.
        dates: first and last date of answering.
        comments: key or variable -> what must be decided about it.
    """

    wave: str
    file: AnswerFile
    drop: Sequence[str]
    rename: Mapping[str, str]
    ids: Mapping[str, str]
    row_number: str
    weight: str | None
    codelists: Mapping[str, Mapping[Code, str]]
    items: Sequence[Item]
    not_asked: Sequence[str]
    before: Wave | None
    dates: Period | None
    comments: Comments


def manifest_text(content: Content) -> str:
    """Return the draft as YAML."""
    return "\n".join([*_lines(content), ""])


def _lines(content: Content) -> Iterator[str]:
    before = content.before
    yield f"wave: '{content.wave}'"
    yield from _comment("reference_period", content)
    if before and before.reference_period:
        shift = int(content.wave) - int(before.wave)
        period = before.reference_period
        start, end = (day.replace(year=day.year + shift) for day in (period.start, period.end))
        yield f"# reference_period: {{start: {start}, end: {end}}}"
    yield from _comment("field_period", content)
    if content.dates:
        yield f"# field_period: {{start: {content.dates.start}, end: {content.dates.end}}}"
    if before and before.mode:
        yield f"mode: {before.mode}"
    if before and before.respondent:
        yield from _dumped({"respondent": before.respondent.model_dump()})
    yield from _comment("population", content)
    if before:
        yield from _dumped({"population": before.population.model_dump()})
        if before.unit:
            yield from _dumped({"unit": before.unit.model_dump()})
    else:
        yield f"population: {{nl: {UNKNOWN}, en: {UNKNOWN}}}"
    yield "answers:"
    yield from _comment("file", content, 2)
    file = content.file.model_dump(exclude_defaults=True)
    yield from _dumped({"file": file}, 2)
    if content.drop:
        yield from _comment("drop", content, 2)
        yield from _flow("drop", list(content.drop), 2)
    if content.rename:
        yield from _comment("rename", content, 2)
        yield from _flow("rename", dict(content.rename), 2)
    ids = dict(content.ids)
    if "respondent" not in ids:
        ids["respondent"] = content.row_number
        yield f"  row_number: {content.row_number}"
    for role in ("respondent", "organisation", "completed_on"):
        yield from _comment(role, content, 2)
        if role in ids:
            yield from _dumped({role: ids[role]}, 2)
    yield from _comment("design", content, 2)
    if content.weight:
        yield from _flow("design", {"weight": content.weight}, 2)
    elif before and before.answers and (design := before.answers.design) and design.frame:
        yield from (f"  # {line[2:]}" for line in _dumped({"design": _design(before)}, 2))
    yield "  codelists:" if content.codelists else "  codelists: {}"
    for name, codes in content.codelists.items():
        yield from _flow(name, dict(codes), 4)
    yield from _comment("items", content, 2)
    yield "  items:" if content.items else "  items: []"
    for item in content.items:
        yield from _comment(item.variable, content, 4)
        kept = item.model_dump(exclude_defaults=True)
        shape = ("codelist", "text", "number", "missing")
        order = ("variable", *shape, "base", "battery", "separator", "wording")
        yield from _flow("-", {key: kept[key] for key in order if key in kept}, 4)
    if content.not_asked:
        yield from _comment("not_asked", content, 2)
        yield from _flow("not_asked", list(content.not_asked), 2)


def _design(before: Wave) -> dict[str, Any]:
    assert before.answers and before.answers.design
    design = before.answers.design
    return {"stratum": design.stratum, "frame": dict(design.frame)}


def _comment(about: str, content: Content, indent: int = 0) -> Iterator[str]:
    return comment_lines(content.comments.get(about, ()), indent)


def comment_lines(comments: Iterable[str], indent: int = 0) -> Iterator[str]:
    """Yield comments as lines of YAML."""
    import textwrap

    lead = " " * indent + "# "
    for comment in comments:
        # A label from the file may hold what ends a line of YAML.
        text = "".join(letter for letter in " ".join(comment.split()) if letter.isprintable())
        yield from textwrap.wrap(text, WIDTH, initial_indent=lead, subsequent_indent=lead)


def _dumped(value: Mapping[str, Any], indent: int = 0) -> list[str]:
    text = yaml_text(value, width=WIDTH - indent)
    return [" " * indent + line for line in text.rstrip("\n").split("\n")]


def _flow(key: str, value: Any, indent: int) -> list[str]:
    """Write `key: {…}` or `- {…}` on as many lines as it takes."""
    lead = "- " if key == "-" else f"{key}: "
    # A line is broken after the word that passes the width; names of concepts are long.
    width = WIDTH - indent - len(lead) - (20 if isinstance(value, list) else 10)
    text = yaml_text(value, default_flow_style=True, width=width)
    # Other characters that end a line, or are blank, belong to a text.
    first, *rest = text.rstrip("\n").split("\n")
    return [
        f"{' ' * indent}{lead}{first}",
        *(f"{' ' * (indent + 2)}{line.strip(' ')}" for line in rest),
    ]
