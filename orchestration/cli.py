"""The `barometer` command: what a person types. The work stands in the modules it calls."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from ingest.errors import BarometerError, Language, Phrase, SeveralError
from orchestration.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from orchestration.release import Manifest


LANGUAGE = "barometer.language"


def language() -> Language:
    """Return the language that refusals are told in; `--lang` chose it."""
    spoken: Language = click.get_current_context().meta.get(LANGUAGE, "en")
    return spoken


def speaks(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option `--lang`, which holds for all that it prints."""

    def choose(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
        if value:
            ctx.meta[LANGUAGE] = value

    return click.option(
        "--lang",
        type=click.Choice(get_args(Language)),
        callback=choose,
        expose_value=False,
        help="Language of refusals; en without it.",
    )(command)


class Commands(click.Group):
    """Shows a refusal as one message on standard error, exit code 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; turn a refusal into its message."""
        try:
            return super().invoke(ctx)
        except BarometerError as error:
            click.echo(Phrase("orchestration.error", message=error).text(language()), err=True)
            ctx.exit(1)
        except OSError as error:
            if error.filename is None:
                raise
            unusable = Phrase(
                "orchestration.place_unusable", path=error.filename, reason=error.strerror
            )
            click.echo(Phrase("orchestration.error", message=unusable).text(language()), err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@speaks
def main() -> None:
    """Longitudinal warehouse of surveys on innovation in government."""


@main.command()
@click.option(
    "--accept-removed", is_flag=True, help="Let the release lack indicators of the last one."
)
@speaks
def build(accept_removed: bool) -> None:
    """Build a release from all surveys."""
    run_build(Settings.from_environment(), accept_removed=accept_removed)


def run_build(settings: Settings, *, accept_removed: bool = False) -> Manifest:
    """Build with a progress display; the last line is a summary."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    from orchestration.build import Progress
    from orchestration.build import build as make

    started = time.monotonic()
    columns = (
        TextColumn("Building"),
        BarColumn(30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    console = Console(stderr=True)
    quiet = not console.is_terminal
    with Display(*columns, console=console, transient=True, disable=quiet) as display:
        task = display.add_task("reading the project", total=None)

        def show(progress: Progress) -> None:
            display.update(
                task,
                total=progress.total,
                completed=progress.done,
                description=progress.now[:60],
            )

        manifest = make(settings, Progress(changed=show), accept_removed=accept_removed)
    seconds = time.monotonic() - started
    click.echo(
        f"Release {manifest.release_id}: {manifest.indicators} indicators, "
        f"{manifest.passed} checks passed, {seconds:.1f} s"
    )
    return manifest


@main.command()
@click.option("--port", default=8088, show_default=True, help="Port of Superset.")
@click.option("--history-port", default=3000, show_default=True, help="Port of Dagster.")
def up(port: int, history_port: int) -> None:
    """Build when needed, start Superset and the run history, show the dashboards."""
    from expectations.runner import data_docs
    from orchestration.up import end_like_ctrl_c, everything, wait

    settings = Settings.from_environment()
    click.echo("Starting; the first time this takes a minute or two")
    end_like_ctrl_c()
    try:
        with everything(
            settings, lambda: run_build(settings), port=port, history_port=history_port
        ) as running:
            click.echo("\nThe dashboards are up:")
            for title, address in running.dashboards.items():
                click.echo(f"  {title:28} {address}")
            click.echo(f"  Log in as {running.viewer} with password {running.password}")
            click.echo(f"  All accounts: {running.credentials}")
            click.echo(f"Run history, lineage and checks: {running.history}")
            click.echo(f"Data Docs of all checks: {data_docs(settings.quality).as_uri()}")
            click.echo("\nCtrl-C stops everything that was started.")
            wait(running)
    except KeyboardInterrupt:
        pass
    click.echo("Stopped.")


@main.group()
def dashboards() -> None:
    """Dashboards as code."""


@dashboards.command("check")
def dashboards_check() -> None:
    """Check dashboards offline, down to the columns of the current release."""
    from dashboards.check import check

    report = check(release=Settings.from_environment().current)
    if report.problems:
        raise SeveralError(report.problems)
    click.echo(
        f"{report.dashboards} dashboards, {report.charts} charts, {report.datasets} datasets and "
        f"{report.columns} columns fit together"
    )


@dashboards.command("push")
@click.option("--url", default="http://127.0.0.1:8088", show_default=True)
def dashboards_push(url: str) -> None:
    """Send the dashboards to a running Superset; what is there already stays as it is."""
    from dashboards import credentials, provision

    settings = Settings.from_environment()
    report = provision.push(url, credentials.load(settings.home), settings.current)
    for state in ("created", "changed"):
        for name in report.names(state):
            click.echo(f"{state} {name}")
    if report.nothing_changed:
        click.echo("Nothing to change")


@main.command()
def docs() -> None:
    """Generate the dbt docs."""
    from orchestration import dbt

    settings = Settings.from_environment()
    dbt.run(["docs", "generate", "--static"], settings)
    click.echo(f"dbt docs: {settings.dbt_target / 'static_index.html'}")


@main.group()
def wave() -> None:
    """Waves of surveys."""


@wave.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
@speaks
def wave_list(as_json: bool) -> None:
    """Show every wave: what stands of it, its file and its rows."""
    from collections import Counter

    from ingest import registry
    from ingest.errors import RefusedError
    from ingest.load import glance_at_wave

    settings = Settings.from_environment()
    known = registry.load()
    figures = Counter((survey, figure.wave) for survey, figure in known.figures)
    rows: list[dict[str, object]] = []
    table = _table("Wave", "Status", "Figures", "Answers", "File")
    for item in known.waves:
        count = figures[(item.survey.survey, item.wave.wave)]
        statuses = ["published"] if count else []
        file: str | None = None
        answered: int | None = None
        if item.wave.answers:
            try:
                status, path, respondents = glance_at_wave(item, settings.data)
                file = str(path) if path else f"sample {item.wave.answers.sample}"
            except RefusedError as error:
                status, respondents, file = "refused", None, error.found(language())
            statuses.append(status)
            answered = respondents or item.wave.response.answered
        statuses = statuses or ["described"]
        row = {"wave": item.id, "status": statuses, "figures": count, "answers": answered}
        rows.append(row | {"file": file})
        table.add_row(item.id, " + ".join(statuses), str(count), str(answered or ""), file or "")
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _print(table)


@wave.command("new")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--survey", required=True, help="Survey that the wave belongs to.")
@click.option("--wave", "wave_name", required=True, help="Year of the wave.")
@click.option("--delimiter", help="Of CSV: what stands between cells.")
@click.option("--encoding", help="Of CSV: utf-8, utf-8-sig, windows-1252 or iso-8859-1.")
@click.option("--decimal", help="Of CSV: what stands before decimals.")
@click.option("--header-rows", type=int, help="Of CSV: 1, or 3 as Qualtrics writes them.")
@click.option("--sheet", help="Of Excel: name of the sheet.")
@click.option("--text", "texts", multiple=True, help="A variable with open answers; repeatable.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Write the draft in this folder instead."
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON document.")
@speaks
def wave_new(
    file: Path,
    survey: str,
    wave_name: str,
    texts: tuple[str, ...],
    output: Path | None,
    as_json: bool,
    **options: str | int | None,
) -> None:
    """Draft a new wave from its file of answers, and list what a person must decide."""
    from orchestration.drafting import draft, show

    settings = Settings.from_environment()
    made, written = draft(
        settings, file, survey, wave_name, options, texts, language(), output=output
    )
    if as_json:
        click.echo(json.dumps({**made.model_dump(mode="json"), "written": written}, indent=2))
    else:
        show(made, written, settings.data / survey / wave_name / file.name, language())


@wave.command("check")
@click.argument("wave_id", metavar="SURVEY/WAVE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
@click.option("--all", "every", is_flag=True, help="Also each difference that is dealt with.")
@speaks
def wave_check(wave_id: str, as_json: bool, every: bool) -> None:
    """Check a wave's file against its manifest and against earlier waves, without building."""
    from dataclasses import asdict

    from expectations.differences.compare import compare_wave
    from expectations.differences.record import lines, told
    from expectations.inspect import inspect_wave
    from orchestration.made_from import SEEDS

    settings = Settings.from_environment()
    folders = (settings.data, settings.samples)
    findings = inspect_wave(wave_id, *folders, settings.quality, SEEDS)
    comparisons = compare_wave(wave_id, *folders, SEEDS)
    if as_json:
        document = {
            "wave": wave_id,
            "rules": [asdict(finding) for finding in findings],
            "comparisons": [comparison.record() for comparison in comparisons],
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    if refused := [finding for finding in findings if finding.refuses]:
        raise SeveralError(refused)
    if as_json:
        return
    passed = [finding for finding in findings if finding.passed]
    click.echo(Phrase("orchestration.rules_hold", wave=wave_id, n=len(passed)).text(language()))
    for finding in passed:
        click.echo(f"  {finding.rule}: {finding.observations[language()]}")
    for finding in findings:
        if not finding.passed:
            click.echo(Phrase("orchestration.warning", message=finding).text(language()), err=True)
    for comparison in comparisons:
        click.echo(f"\n{told(comparison, language())}")
        table = _table("", *Phrase("orchestration.rule_and_words").text(language()).split(" | "))
        for line in lines(comparison, language(), every=every):
            table.add_row(*line)
        _print(table, width=100)


@main.command()
@click.argument("indicator_id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@speaks
def trace(indicator_id: str, as_json: bool) -> None:
    """Show where a number comes from, with R that computes it again."""
    from orchestration.trace import trace as follow

    found = follow(indicator_id, Settings.from_environment())
    if as_json:
        click.echo(found.model_dump_json(indent=2))
        return
    spoken = language()
    row, wave = found.indicator, found.wave

    def tell(phrase: Phrase) -> None:
        click.echo(phrase.text(spoken))

    def in_words(column: str) -> object:
        return row[f"{column}_{spoken}"]

    tell(
        Phrase(
            "orchestration.trace_title",
            survey=in_words("survey_label"),
            wave=row["wave"],
            concept=in_words("concept_label"),
            category=in_words("category_label"),
            group=in_words("group_value_label"),
        )
    )
    if row["estimate"] is None:
        tell(Phrase("orchestration.trace_suppressed"))
    else:
        interval: Phrase | str = ""
        if row["estimate_low"] is not None:
            low, high = row["estimate_low"], row["estimate_high"]
            interval = Phrase("orchestration.trace_interval", low=low, high=high)
        n = "?" if row["n"] is None else row["n"]
        tell(Phrase("orchestration.trace_estimate", value=row["estimate"], interval=interval, n=n))
    tell(
        Phrase(
            "orchestration.trace_status",
            status=in_words("data_status_label"),
            method=row["interval_method"],
        )
    )
    if row["source_title"]:
        tell(
            Phrase(
                "orchestration.trace_source", title=row["source_title"], place=row["source_locator"]
            )
        )
        click.echo(f"  {row['source_url'] or ''}")
    for question in _asked(found.questions, spoken):
        click.echo(f"  {question}")
    if found.questions:
        tell(Phrase("orchestration.trace_file", file=wave["file_name"], sha256=wave["file_sha256"]))
    if note := in_words("comparability_note"):
        tell(
            Phrase("orchestration.trace_compares", label=in_words("comparability_label"), note=note)
        )
    tell(Phrase("orchestration.trace_models", models=" > ".join(found.models)))
    tell(Phrase("orchestration.trace_release", **found.release))
    if found.snippet:
        tell(Phrase("orchestration.trace_snippet"))
        click.echo(found.snippet)
    else:
        tell(Phrase("orchestration.trace_no_snippet"))


def _asked(questions: list[dict[str, Any]], spoken: Language) -> list[str]:
    """Each variable, its wording and what its codes count as, or what a concept derives from."""
    told: dict[str, list[str]] = {}
    for row in questions:
        head = f"{row['concept']}: {row['rule']} {row['variable'] or row['source_concept'] or ''}"
        if row[f"wording_{spoken}"]:
            head += f" “{row[f'wording_{spoken}']}”"
        codes = told.setdefault(head, [])
        if row["code"] is not None:
            counts = row["category"] if row["score"] is None else f"{row['score']:g}"
            if row["missing_kind"]:
                counts = row["missing_kind"]
            elif row["selected"] is False:
                counts = f"not {counts}"
            codes.append(f"{row['code']} {row['code_label'] or ''} = {counts}")
    return [head + (f" ({'; '.join(codes)})" if codes else "") for head, codes in told.items()]


@main.group()
def release() -> None:
    """Releases: list, look into, switch back."""


@release.command("list")
def release_list() -> None:
    """Show all releases, newest first."""
    from orchestration.release import Releases

    releases = Releases(Settings.from_environment())
    current = releases.current()
    table = _table("Release", "", "Made", "Indicators", "Checks", "Code")
    for item in releases.all():
        table.add_row(
            item.release_id,
            "current" if item.release_id == current else "",
            f"{item.created_at:%Y-%m-%d %H:%M} UTC",
            str(item.indicators),
            str(len(item.checks)),
            item.code_version,
        )
    _print(table)


@release.command("show")
@click.argument("release_id", required=False)
def release_show(release_id: str | None) -> None:
    """Show one release: its inputs, tables and checks."""
    from orchestration.release import Releases

    item = Releases(Settings.from_environment()).show(release_id)
    click.echo(f"Release {item.release_id}, made {item.created_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"Code {item.code_version}; previous release {item.previous_release or 'none'}")
    tables = _table("Table", "Rows")
    for name, rows in item.tables.items():
        tables.add_row(name, str(rows))
    inputs = _table("Input", "sha256")
    for name, digest in item.inputs.items():
        inputs.add_row(name, digest)
    _print(tables)
    _print(inputs)
    click.echo(
        f"{item.passed} of {len(item.checks)} checks passed; they stand in mart_data_quality"
    )


@release.command("rollback")
@click.argument("release_id")
def release_rollback(release_id: str) -> None:
    """Make an earlier release the current one."""
    from orchestration.release import Releases

    Releases(Settings.from_environment()).switch(release_id)
    click.echo(f"Release {release_id} is the current one")


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _print(table: Table, width: int = 200) -> None:
    from rich.console import Console

    # A pipe has no width; 80 columns there would break names that a script looks for.
    Console(width=None if sys.stdout.isatty() else width, highlight=False).print(table)
