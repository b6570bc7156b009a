"""`barometer report`."""

from __future__ import annotations

import json

import click

from orchestration.cli.command import VerbGroup, language, message, show, show_table, table
from orchestration.settings import Settings


@click.group("report", cls=VerbGroup)
def report() -> None:
    """What the current release has of the 2021 report, and practice cases."""


@report.command("figures")
@click.option("--wave", metavar="SURVEY/WAVE", help="Only this wave, such as nl_barometer/2021.")
@click.option("--figure", metavar="FIGURE", help="Only this figure, such as F01.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def list_figures(wave: str | None, figure: str | None, as_json: bool) -> None:
    """List figures, tables, boxes and pictures, with the rows of each wave."""
    from orchestration.report import NUMBERS, figures

    rows = figures(Settings.from_environment(), wave, figure)
    if as_json:
        told = [row.model_dump(mode="json") for row in rows]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    made = table("report_figure_columns")
    before = ""
    for row in rows:
        title = row.title_nl if language() == "nl" else row.title_en
        first = row.figure_number != before
        before = row.figure_number
        made.add_row(
            f"{row.figure_number} {title}" if first else "",
            str(row.page) if first else "",
            row.country,
            f"{row.survey}/{row.wave}",
            *(str(getattr(row, name) or "") for name in NUMBERS),
            ", ".join(message(reason) for reason in row.missing),
        )
    show_table(made)


@report.command("cases")
@click.option("--theme", metavar="CODE", help="Only cases of this theme, such as culture.")
@click.option("--technology", metavar="CODE", help="Only cases with this technology.")
@click.option("--sector", metavar="CODE", help="Only cases of this sector, such as municipalities.")
@click.option("--type", "type_", metavar="CODE", help="Only cases of this type, such as service.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def list_cases(
    theme: str | None, technology: str | None, sector: str | None, type_: str | None, as_json: bool
) -> None:
    """Find practice cases like your own; they are examples and no sample."""
    from orchestration.cases import cases

    settings = Settings.from_environment()
    found = cases(settings, theme=theme, technology=technology, sector=sector, type=type_)
    if as_json:
        told = [case.model_dump(mode="json") for case in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if not found:
        show("no_case_has_all")
        return
    made = table("report_case_columns")
    for case in found:
        texts = (
            (case.title_nl, case.organisation_nl, case.description_nl, case.themes_text_nl)
            if language() == "nl"
            else (case.title_en, case.organisation_en, case.description_en, case.themes_text_en)
        )
        made.add_row(*texts, f"{case.source_title}, {case.source_locator}")
    show_table(made)
    click.echo(found[0].caution_nl if language() == "nl" else found[0].caution_en)


VERBS = (report,)
