"""`barometer wave`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ingest.errors import SeveralError
from ingest.messages import Phrase
from orchestration.cli.command import VerbGroup, language, message, show, show_table, table
from orchestration.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


@click.group("wave", cls=VerbGroup)
def wave() -> None:
    """Waves of surveys."""


@wave.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def list_waves(as_json: bool) -> None:
    """Show every wave and every draft: its status, its file and its rows."""
    from collections import Counter

    from ingest import registry
    from ingest.errors import RefusedError
    from ingest.wave_files import glance_at_wave
    from orchestration.cli import draft_view

    settings = Settings.from_environment()
    described = registry.load()
    figures = Counter((survey, figure.wave) for survey, figure in described.figures)
    rows: list[dict[str, object]] = []
    made = table("wave_columns")
    for item in described.waves:
        count = figures[(item.survey.survey, item.wave.wave)]
        statuses = ["published"] if count else []
        file: str | None = None
        answered: int | None = None
        told, assumed = "", None
        if item.wave.answers:
            questions, assumed = len(item.wave.answers.items), len(item.wave.answers.assumed)
            told = message("assumed_questions", assumed=assumed, questions=questions)
            try:
                status, path, respondents = glance_at_wave(item, settings.data)
                file = str(path) if path else message("sample", name=item.wave.answers.sample)
            except RefusedError as error:
                status, respondents, file = "refused", None, error.found(language())
            statuses.append(status)
            answered = respondents or item.wave.response.answered
        statuses = statuses or ["described"]
        row = {"wave": item.id, "status": statuses, "figures": count, "answers": answered}
        rows.append(row | {"assumed": assumed, "file": file})
        labels = [Phrase(f"orchestration.status_{status}") for status in statuses]
        shown = " + ".join(label.text(language()) for label in labels)
        made.add_row(item.id, shown, str(count), str(answered or ""), told, file or "")
    for name, folder in registry.drafts().items():
        place = draft_view.short(folder)
        row = {"wave": name, "status": ["draft"], "figures": 0, "answers": None}
        rows.append(row | {"assumed": None, "file": place})
        made.add_row(name, message("status_draft"), "0", "", "", place)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        show_table(made)


def _reading(command: F) -> F:
    """Add the options that say how a file of answers is read."""
    options = (
        click.option("--delimiter", help="Of CSV: what is between cells."),
        click.option(
            "--encoding",
            help="Of CSV, or of Stata 13 or earlier: "
            "utf-8, windows-1252, iso-8859-1; of CSV also others.",
        ),
        click.option("--decimal", help="Of CSV: what is before decimals."),
        click.option("--thousands", help="Of CSV: what is between thousands."),
        click.option(
            "--trim", is_flag=True, default=None, help="Of CSV: leave off spaces around cells."
        ),
        click.option("--sheet", help="Of a workbook: name of the sheet."),
        click.option(
            "--header", help="Of CSV and workbooks: what the header holds, names or questions."
        ),
        click.option(
            "--header-rows", type=int, help="Of CSV and workbooks: 1, 2 or 3 rows of header."
        ),
        click.option("--rows-above", type=int, help="Of CSV and workbooks: rows above the header."),
        click.option(
            "--first-column", help="Of CSV and workbooks: a name for a nameless first column."
        ),
        click.option(
            "--text", "texts", multiple=True, help="A variable with open answers; repeatable."
        ),
        click.option(
            "--codebook",
            type=click.Path(path_type=Path),
            help="A table (CSV, Excel, OpenDocument) of variable, code, label and wording.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@wave.command("inspect")
@click.argument("file", type=click.Path(path_type=Path))
@_reading
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def inspect(
    file: Path,
    texts: tuple[str, ...],
    codebook: Path | None,
    as_json: bool,
    **options: str | int | None,
) -> None:
    """Show what a file of answers says of itself, and what a draft would leave out."""
    from orchestration.cli import inspect_view
    from orchestration.new_wave import inspect as inspected

    found = inspected(file, options, texts, codebook)
    if as_json:
        click.echo(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=2))
    else:
        inspect_view.show_report(found, language())


@wave.command("new")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--survey", required=True, help="Survey that the wave belongs to.")
@click.option("--wave", "wave_name", required=True, help="Year of the wave.")
@_reading
@click.option("--country", help="Of a survey that does not exist yet: its country, such as EE.")
@click.option("--title", help="Of a survey that does not exist yet: its title.")
@click.option(
    "--concepts",
    is_flag=True,
    help="Draft concepts for what was never asked; a new survey has them.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), help="Write the draft in this folder instead."
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON document.")
def new(
    file: Path,
    survey: str,
    wave_name: str,
    texts: tuple[str, ...],
    codebook: Path | None,
    country: str | None,
    title: str | None,
    concepts: bool,
    output: Path | None,
    as_json: bool,
    **options: str | int | None,
) -> None:
    """Draft a new wave from its file of answers, and list what a person must decide."""
    from orchestration.cli import draft_view
    from orchestration.new_wave import draft

    settings = Settings.from_environment()
    made, written = draft(
        settings,
        file,
        survey,
        wave_name,
        options,
        texts,
        language(),
        codebook=codebook,
        output=output,
        country=country,
        title=title,
        concepts=concepts,
    )
    if as_json:
        paths = [draft_view.short(path) for path in written]
        click.echo(json.dumps({**made.model_dump(mode="json"), "written": paths}, indent=2))
    else:
        draft_view.show(made, written, settings.data / survey / wave_name / file.name, language())


@wave.command("check")
@click.argument("wave_id", metavar="SURVEY/WAVE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
@click.option("--all", "every", is_flag=True, help="Also each difference that is dealt with.")
def check(wave_id: str, as_json: bool, every: bool) -> None:
    """Check a wave's or a draft's file against its manifest and earlier waves, without building."""
    from dataclasses import asdict

    from expectations.checks import check_wave
    from expectations.differences.view import lines, summary
    from ingest import registry
    from ingest.drafting import undecided
    from orchestration.data_version import SEEDS

    settings = Settings.from_environment()
    findings, comparisons = check_wave(wave_id, settings.data, settings.samples, SEEDS)
    draft = registry.drafts().get(wave_id)
    left = [line.text(language()) for line in undecided(draft)] if draft else []
    if as_json:
        document = {
            "wave": wave_id,
            "rules": [asdict(finding) for finding in findings],
            "comparisons": [comparison.as_data() for comparison in comparisons],
            "undecided": left,
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    if refused := [finding for finding in findings if finding.refuses]:
        raise SeveralError(refused)
    if as_json:
        return
    passed = [finding for finding in findings if finding.passed]
    show("rules_hold", wave=wave_id, n=len(passed))
    for finding in passed:
        click.echo(f"  {finding.rule}: {finding.observations[language()]}")
    for finding in findings:
        if not finding.passed:
            show("warning", err=True, message=finding)
    for comparison in comparisons:
        click.echo(f"\n{summary(comparison, language())}")
        made = table("difference_columns")
        for line in lines(comparison, language(), every=every):
            made.add_row(*line)
        show_table(made, width=100)
    if left:
        click.echo()
        show("draft_open", n=len(left))
        for told in left:
            click.echo(f"  {told}")
    elif draft:
        click.echo()
        show("draft_ready", wave=wave_id)


@wave.command("accept")
@click.argument("wave_id", metavar="SURVEY/WAVE")
def accept_draft(wave_id: str) -> None:
    """Check a draft and move it into the project, once all of it is decided."""
    from orchestration.cli import draft_view
    from orchestration.new_wave import accept

    for path in accept(Settings.from_environment(), wave_id):
        show("draft_written", path=draft_view.short(path))
    show("draft_accepted", wave=wave_id)


@wave.command("discard")
@click.argument("wave_id", metavar="SURVEY/WAVE")
def discard_draft(wave_id: str) -> None:
    """Throw a draft away; nothing else changes."""
    from ingest import registry
    from ingest.drafting import discard
    from orchestration.cli import draft_view

    for path in discard(wave_id, registry.SURVEYS):
        show("draft_removed", path=draft_view.short(path))


@wave.command("erase")
@click.argument("wave_id", metavar="SURVEY/WAVE")
@click.option("--respondent", help="Only this respondent, by pseudonym.")
@click.option("--releases", is_flag=True, help="Also earlier releases made from these answers.")
@click.option("--yes", is_flag=True, help="Erase; without it, only show what would be erased.")
def erase(wave_id: str, respondent: str | None, releases: bool, yes: bool) -> None:
    """Erase the answers of a wave or of one respondent, and search for what is left of them."""
    from orchestration import erasing

    settings = Settings.from_environment()
    planned = erasing.plan(settings, wave_id, respondent)
    if planned.file:
        show("erase_row", path=planned.file)
    for path in planned.paths:
        show("erase_path", path=path)
    if not yes:
        for release_id in planned.releases:
            show("erase_release", release=release_id)
        show("erase_confirm")
        return
    done = erasing.erase(settings, planned, releases=releases)
    for release_id in done.removed:
        show("release_removed", release=release_id)
    told = "erase_searched" if done.marks else "erase_not_searched"
    show(told, marks=done.marks, files=done.files, home=settings.home, data=settings.data)
    for release_id in done.kept:
        show("erase_kept", release=release_id)
    show("erase_next")


VERBS = (wave,)
