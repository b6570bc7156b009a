"""What every format of answer file has: a description in the manifest, and a way to read it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ingest.errors import Spoken
from ingest.numbers import NumberForm
from ingest.texts import Model

if TYPE_CHECKING:
    import pyarrow as pa

Options = Mapping[str, str | int]
SYNTHETIC_MARK = "SYNTHETISCH"  # opens the title of a generated file, or names its column of ones
Kind = Literal["number", "text", "date", "moment", "time"]
Measure = Literal["nominal", "ordinal", "scale"]


@dataclass(frozen=True)
class MissingRange:
    """Codes that a file declares missing: from `low` to `high`, or one code where these are equal.

    Numbers are compared as numbers, infinite where SPSS says LOWEST or HIGHEST; texts as texts.
    """

    low: float | str
    high: float | str

    def holds(self, code: str) -> bool:
        """Whether a code of the file is in the range."""
        if isinstance(self.low, str) or isinstance(self.high, str):
            return str(self.low) <= code <= str(self.high)
        try:
            return self.low <= float(code) <= self.high
        except ValueError:
            return False

    def __str__(self) -> str:
        """Return the range as SPSS writes it."""
        ends = {-math.inf: "LOWEST", math.inf: "HIGHEST"}
        low, high = (
            end if isinstance(end, str) else ends.get(end) or f"{end:.15g}"
            for end in (self.low, self.high)
        )
        return low if low == high else f"{low} thru {high}"


@dataclass(frozen=True)
class Declaration:
    """What a file says of a variable, besides its label and the labels of its codes.

    Attributes:
        kind: what its cells are.
        measure: level of measurement; nothing where the file does not say.
        format: how the program that wrote the file shows its cells, such as `F8.2`.
        missing: codes that are no valid answer.
    """

    kind: Kind
    measure: Measure | None = None
    format: str = ""
    missing: tuple[MissingRange, ...] = ()


@dataclass(frozen=True)
class MultipleResponse:
    """Variables that the file declares to be one question with several answers.

    Attributes:
        name: name of the set.
        label: label of the set.
        variables: its variables.
        counted: the number that is a tick; nothing where it is a text, which the reader does not
            tell, or where each variable holds one of the answers.
    """

    name: str
    label: str
    variables: tuple[str, ...]
    counted: str | None


@dataclass(frozen=True)
class AnswerTable:
    """The content of a file of answers.

    Attributes:
        data: one row per respondent, one column per variable. Every column is text, see
            `as_text`, dictionary-encoded where values repeat, null where there is no answer.
            Messages number its rows from 1.
        labels: variable -> label of the variable.
        codes: variable -> {code: label}.
        title: the title that the file gives itself; empty where its format has no title.
        declared: variable -> what else the file says of it; empty where its format says nothing.
        sets: questions with several answers, as the file declares them.
        notes: the documents of the file.
        weight: the variable that weighting is switched on for; empty without one.
    """

    data: pa.Table
    labels: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
    title: str
    declared: Mapping[str, Declaration] = field(default_factory=dict)
    sets: tuple[MultipleResponse, ...] = ()
    notes: tuple[str, ...] = ()
    weight: str = ""

    def missing(self, variable: str, code: str) -> MissingRange | None:
        """Return how the file declares a code of a variable missing; nothing where it does not."""
        declared = self.declared.get(variable)
        ranges = declared.missing if declared else ()
        return next((one for one in ranges if one.holds(code)), None)


class AnswerFile(Model):
    """The file of answers of a wave, as its manifest describes it.

    Each format is a subclass in a module of its own. It adds a `format` and the options that a
    reader would otherwise have to guess.

    Attributes:
        name: name of the file, in `data/<survey>/<wave>/`.
        sha256: only a file with this digest is accepted.
        max_megabytes: a larger file is refused.
    """

    name: Annotated[str, Field(pattern=r"^\w[^/\\\x00-\x1f]*$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    max_megabytes: Annotated[int, Field(gt=0, description="a larger file is refused")] = 500

    @property
    def number_form(self) -> NumberForm:
        """How texts in the file write numbers: with a point, unless the format has an option."""
        return NumberForm()

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

    def with_rows(self, path: Path, kept: Sequence[bool]) -> bytes | None:
        """Return a file with some of its rows only; nothing where this format is not written.

        Args:
            path: the file; it can be read as it is described.
            kept: of each row, whether it stays.
        """
        return None

    def looks_like(self, path: Path, where: str) -> Spoken | None:
        """Return what the layout of a file looks like, and why; nothing for a plain one.

        Args:
            path: the file; it can be read as it is described.
            where: survey and wave, for messages.
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
