"""Help in another language than English.

The English texts are those of the commands, which the reference shows too. The catalogue holds each
of them, under a name that begins with `help_`, with its translation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from ingest.messages import Language, catalogue
from ingest.texts import Text

PREFIX = "help_"


def translations(language: Language) -> dict[str, str]:
    """Return the translation of every text of the help, by the English text."""
    return {
        entry.text("en"): entry.text(language)
        for name, entry in catalogue("orchestration").items()
        if name.startswith(PREFIX) and isinstance(entry, Text)
    }


def help_in(command: click.Command, context: click.Context, language: Language) -> str:
    """Return the help of a command in a language."""
    words = translations(language)

    class Formatter(click.HelpFormatter):
        """Translates what click itself adds."""

        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or f"{words['Usage']}: ")

        def write_heading(self, heading: str) -> None:
            super().write_heading(words.get(heading, heading))

    formatter = Formatter(width=context.terminal_width, max_width=context.max_content_width)
    with _translated(command, context, words):
        command.format_help(context, formatter)
    return formatter.getvalue().rstrip("\n")


@contextmanager
def _translated(
    command: click.Command, context: click.Context, words: dict[str, str]
) -> Iterator[None]:
    """Let a command, its options and its verbs have translated texts for a while."""
    parts: list[click.Command | click.Option] = [command]
    parts += [part for part in command.get_params(context) if isinstance(part, click.Option)]
    if isinstance(command, click.Group):
        parts += command.commands.values()
    before = [part.help for part in parts]
    try:
        for part in parts:
            part.help = words.get(part.help or "", part.help)
        yield
    finally:
        for part, text in zip(parts, before, strict=True):
            part.help = text
