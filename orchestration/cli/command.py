"""What all verbs have: the option `--lang`, and a refusal as one message with exit code 1."""

from __future__ import annotations

import errno
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

import click

from ingest.errors import BarometerError, reason
from ingest.messages import LANGUAGES, Language, Phrase, Spoken
from orchestration.cli.usage import language_in, usage_errors_in
from orchestration.places import unusable, without_room
from orchestration.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

LANGUAGE = "barometer.language"
WIDTH = 200  # of a table in a pipe; 80 columns would break names that a script looks for


def language(context: click.Context | None = None) -> Language:
    """Return the language that `--lang` chose."""
    chosen: Language = (context or click.get_current_context()).meta.get(LANGUAGE, "en")
    return chosen


def _choose(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value:
        context.meta[LANGUAGE] = value


class _LanguageOption(click.Option):
    """`--lang`, before or after the verb."""

    def __init__(self) -> None:
        super().__init__(
            ["--lang"],
            type=click.Choice(LANGUAGES),
            callback=_choose,
            expose_value=False,
            is_eager=True,
            help="Language of all output; en without it.",
        )


class _HelpInLanguage(click.Command):
    """Shows its help in the language that was chosen."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help."""
        if language(ctx) == "en":
            return super().get_help(ctx)
        from orchestration.cli.help import help_in

        return help_in(self, ctx, language(ctx))


class Verb(_HelpInLanguage):
    """A verb that accepts `--lang`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(_LanguageOption())


class VerbGroup(_HelpInLanguage, click.Group):
    """A group of verbs that shows a refusal without a traceback, on standard error."""

    command_class = Verb
    group_class = type

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(_LanguageOption())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options of the group."""
        if chosen := language_in(args):
            ctx.meta[LANGUAGE] = chosen
        with usage_errors_in(language(ctx)):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb; turn a refusal into its message and exit code 1."""
        for stream in (sys.stdout, sys.stderr):
            # A terminal may have no accents; it gets a question mark for each.
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            with usage_errors_in(language(ctx)):
                return super().invoke(ctx)
        except Exception as error:
            told = _told(error)
            if told is None:
                raise
            show("error", err=True, message=told)
            ctx.exit(1)


def _told(error: Exception) -> Spoken | None:
    """Return what to say of a refusal or a fault of the machine; of other errors nothing."""
    if isinstance(error, BarometerError):
        return error
    # Those of libraries have no number; click ends without a word where nobody reads on.
    if isinstance(error, OSError) and error.errno not in (None, errno.EPIPE):
        # A full disk does not say where it is.
        path = error.filename or Settings.from_environment().home
        return unusable(path, error.strerror)
    duckdb = sys.modules.get("duckdb")  # not imported for this: it takes longer than most verbs
    if duckdb is not None and isinstance(error, duckdb.IOException):
        told = reason(error).removeprefix("IO Error: ")
        return Phrase("orchestration.database_unreadable", reason=told)
    if isinstance(error, click.exceptions.Exit | click.exceptions.ClickException | click.Abort):
        return None  # has been told, or is by click
    settings = Settings.from_environment()
    return without_room(error, settings) or _away(settings)


def _away(settings: Settings) -> Spoken | None:
    """Return which service does not answer; libraries say that in many ways."""
    from orchestration.service_checks import fault

    return fault(settings.services)


def message(name: str, /, **values: object) -> str:
    """Return a message of this package in the language that was chosen."""
    return Phrase(f"orchestration.{name}", **values).text(language())


def show(name: str, /, *, err: bool = False, **values: object) -> None:
    """Print a message of this package in the language that was chosen."""
    click.echo(message(name, **values), err=err)


def table(columns: str, **options: Any) -> Table:
    """Return an empty table.

    Args:
        columns: the message that names its columns, with `|` between them.
        options: options of the table.
    """
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, **options)
    for name in message(columns).split("|"):
        made.add_column(name.strip(), overflow="fold")
    return made


def show_table(made: Table, width: int = WIDTH) -> None:
    """Print a table, as wide as the terminal."""
    from rich.console import Console

    if sys.stdout is not None:  # somebody may have closed it
        Console(width=None if sys.stdout.isatty() else width, highlight=False).print(made)
