"""What every format of answer file has: a description in the manifest, and a way to read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ingest.texts import Model

if TYPE_CHECKING:
    import pyarrow as pa

Options = Mapping[str, str | int]


@dataclass(frozen=True)
class AnswerTable:
    """The content of a file of answers.

    Attributes:
        data: one row per respondent, one column per variable. Every column is text (codes without
            decimals, dates as ISO), dictionary-encoded where values repeat, null where there is no
            answer. Messages number its rows from 1.
        labels: variable -> label of the variable.
        codes: variable -> {code: label}.
        title: the title that the file gives itself; empty where its format has no title.
    """

    data: pa.Table
    labels: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
    title: str


class AnswerFile(Model):
    """The file of answers of a wave, as its manifest describes it.

    Each format is a subclass in a module of its own. It adds a `format` and the options that a
    reader would otherwise have to guess.

    Attributes:
        name: name of the file, in `data/<survey>/<wave>/`.
        sha256: only a file with this digest is accepted.
        max_megabytes: a larger file is refused.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    max_megabytes: Annotated[int, Field(gt=0, description="a larger file is refused")] = 500

    def content(self, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        """Read a file in this format.

        Args:
            path: the file; it exists and is not empty.
            texts: variables with open answers, which stay as they were typed.
            where: survey and wave, for messages.

        Raises:
            RefusedError: the file is not of this format, or it cannot be trusted.
        """
        raise NotImplementedError

    def summary(self, path: Path, texts: frozenset[str], where: str) -> tuple[str, int] | None:
        """Return title and number of respondents where the header of a file has both.

        Raises:
            RefusedError: the file is not of this format.
        """
        return None

    @classmethod
    def choices(
        cls,
        path: Path,
        given: Options,
        texts: frozenset[str],
        where: str,
    ) -> Iterable[Options]:
        """Return all options with which a new file might be read, for a person to choose from.

        Args:
            path: the file.
            given: options that a person chose.
            texts: variables with open answers.
            where: survey and wave, for messages.

        Returns:
            The missing options, one set per way to read the file; nothing when none is missing.

        Raises:
            RefusedError: the file cannot be read in any way.
            ValidationError: the format does not have an option that was chosen, or not that value.
        """
        return ()
