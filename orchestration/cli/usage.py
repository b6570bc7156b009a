"""Wrong use of the command, in another language than click's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import click

from ingest.messages import LANGUAGES, Language, Phrase


def language_in(arguments: Sequence[str]) -> Language | None:
    """Return the language that `--lang` chooses anywhere in the arguments of the command.

    An option after the mistake is not read by click any more, so it is looked up here.
    """
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            chosen = value or next(iter(arguments[position + 1 :]), "")
            return next((language for language in LANGUAGES if language == chosen), None)
    return None


@contextmanager
def usage_errors_in(language: Language) -> Iterator[None]:
    """Put click's messages on wrong use into a language; click has them in English."""
    try:
        yield
    except (click.exceptions.NoArgsIsHelpError, _TranslatedUsageError):
        raise
    except click.UsageError as error:
        if language == "en":
            raise
        raise _TranslatedUsageError(error, language) from None


class _TranslatedUsageError(click.UsageError):
    """Wrong use, in a language."""

    def __init__(self, error: click.UsageError, language: Language) -> None:
        super().__init__(error.message, error.ctx)
        self.error, self.language = error, language

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the usage of the verb, and what is wrong."""
        if self.ctx:
            usage = self.ctx.get_usage().partition(" ")[2]
            hint = Phrase("orchestration.usage", usage=usage, command=self.ctx.command_path)
            click.echo(hint.text(self.language), file=file, err=file is None)
        message = Phrase("orchestration.error", message=_explained(self.error))
        click.echo(message.text(self.language), file=file, err=file is None)


def _explained(error: click.UsageError) -> Phrase:
    if isinstance(error, click.NoSuchOption):
        return Phrase("orchestration.usage_no_option", name=error.option_name)
    if isinstance(error, click.exceptions.NoSuchCommand):
        return Phrase("orchestration.usage_no_verb", name=error.command_name)
    if isinstance(error, click.BadParameter) and error.param:
        name = error.param.get_error_hint(error.ctx).strip("'")
        if isinstance(error, click.MissingParameter):
            return Phrase("orchestration.usage_missing", name=name)
        if isinstance(error.param.type, click.Choice):
            choices = list(error.param.type.choices)
            return Phrase("orchestration.usage_choice", name=name, choices=choices)
        return Phrase("orchestration.usage_value", name=name)
    return Phrase("orchestration.usage_arguments")
