"""Shows on the terminal what a file of answers says of itself."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import click

from ingest.errors import Language, Phrase
from ingest.names import short
from orchestration.cli.command import message, show, show_table, table

if TYPE_CHECKING:
    from ingest.drafting import FileReport
    from ingest.drafting.report import CodeReport, VariableReport

WIDTH = 100
MOST_CODES = 8  # of a variable; `--json` has all
LONGEST = 60  # letters of a label
WIDEST = 24  # letters of a name


def show_report(found: FileReport, language: Language) -> None:
    """Print what a file says of itself, what a draft makes of it and what it leaves out."""
    show(
        "inspect_title",
        file=found.file,
        format=found.format,
        respondents=found.respondents,
        variables=len(found.variables),
    )
    told = [("inspect_own_title", found.title), ("inspect_weight", found.weight)]
    told += [("inspect_set", f"{name} ({', '.join(held)})") for name, held in found.sets.items()]
    told.append(("inspect_documents", " / ".join(found.notes)))
    for name, text in told:
        if text:
            click.echo(f"  {message(name, text=_short(text, LONGEST))}")
    made = table("inspect_columns")
    for variable in found.variables:
        made.add_row(*_row(variable, language))
    show_table(made, width=WIDTH)
    if found.not_kept:
        show("inspect_not_kept")
        for left in found.not_kept:
            click.echo(
                fill(left.text(language), WIDTH, initial_indent="  ", subsequent_indent="    ")
            )


def _row(one: VariableReport, language: Language) -> tuple[str, ...]:
    kind = " ".join(filter(None, (one.kind, one.measure, one.format)))
    lines = [_short(one.label, LONGEST)] if one.label else []
    codes = [_code(code) for code in one.codes[:MOST_CODES]]
    if (more := len(one.codes) - MOST_CODES) > 0:
        codes.append(Phrase("more", rest=more).text(language))
    lines.append(" · ".join(codes) or message("inspect_values", n=one.different))
    if one.missing:
        lines.append(message("inspect_missing", declared=", ".join(one.missing)))
    left = [message("inspect_left_out", what=text) for text in one.not_kept]
    becomes = "\n".join([one.becomes.text(language), *left])
    return short(one.variable, WIDEST), kind, "\n".join(lines), f"{one.answered}", becomes


def _code(one: CodeReport) -> str:
    label = f" {_short(one.label, LONGEST)}" if one.label else ""
    missing = f" ({message('inspect_code_missing')})" if one.missing else ""
    return f"{one.code}{label}: {one.answers}{missing}"


def _short(text: str, most: int) -> str:
    """Return a text on one line, cut at the end."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
