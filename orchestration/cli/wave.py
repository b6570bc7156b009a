"""`barometer wave`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ingest.errors import SeveralError
from ingest.messages import Phrase
from orchestration.cli.command import VerbGroup, language, message, show, show_table, table
from orchestration.settings import Settings


@click.group("wave", cls=VerbGroup)
def wave() -> None:
    """Waves of surveys."""


@wave.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def list_waves(as_json: bool) -> None:
    """Show every wave: its status, its file and its rows."""
    from collections import Counter

    from ingest import registry
    from ingest.errors import RefusedError
    from ingest.wave_files import glance_at_wave

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
        if item.wave.answers:
            try:
                status, path, respondents = glance_at_wave(item, settings.data)
                file = str(path) if path else message("sample", name=item.wave.answers.sample)
            except RefusedError as error:
                status, respondents, file = "refused", None, error.found(language())
            statuses.append(status)
            answered = respondents or item.wave.response.answered
        statuses = statuses or ["described"]
        row = {"wave": item.id, "status": statuses, "figures": count, "answers": answered}
        rows.append(row | {"file": file})
        labels = [Phrase(f"orchestration.status_{status}") for status in statuses]
        shown = " + ".join(label.text(language()) for label in labels)
        made.add_row(item.id, shown, str(count), str(answered or ""), file or "")
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        show_table(made)


@wave.command("new")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--survey", required=True, help="Survey that the wave belongs to.")
@click.option("--wave", "wave_name", required=True, help="Year of the wave.")
@click.option("--delimiter", help="Of CSV: what is between cells.")
@click.option(
    "--encoding",
    help="Of CSV, or of Stata 13 or earlier: utf-8, windows-1252, iso-8859-1; of CSV utf-8-sig.",
)
@click.option("--decimal", help="Of CSV: what is before decimals.")
@click.option("--header-rows", type=int, help="Of CSV: 1, or 3 as Qualtrics writes them.")
@click.option("--sheet", help="Of Excel: name of the sheet.")
@click.option("--text", "texts", multiple=True, help="A variable with open answers; repeatable.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Write the draft in this folder instead."
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON document.")
def new(
    file: Path,
    survey: str,
    wave_name: str,
    texts: tuple[str, ...],
    output: Path | None,
    as_json: bool,
    **options: str | int | None,
) -> None:
    """Draft a new wave from its file of answers, and list what a person must decide."""
    from orchestration.cli import draft_view
    from orchestration.new_wave import draft

    settings = Settings.from_environment()
    made, written = draft(
        settings, file, survey, wave_name, options, texts, language(), output=output
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
    """Check a wave's file against its manifest and against earlier waves, without building."""
    from dataclasses import asdict

    from expectations.checks import check_wave
    from expectations.differences.view import lines, summary
    from orchestration.data_version import SEEDS

    settings = Settings.from_environment()
    findings, comparisons = check_wave(wave_id, settings.data, settings.samples, SEEDS)
    if as_json:
        document = {
            "wave": wave_id,
            "rules": [asdict(finding) for finding in findings],
            "comparisons": [comparison.as_data() for comparison in comparisons],
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


VERBS = (wave,)
