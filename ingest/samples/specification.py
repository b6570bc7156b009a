"""What a synthetic sample must look like, as data: one YAML file per survey and wave.

All shares are percentages of the respondents who were asked and gave a valid answer. `depends`
lists what makes an answer more likely, in standard deviations of the random part: a latent variable
(`climate`) or earlier answers (`V07_1=1`, `V08=2,3`, `V07_1=1&V08=2,3`). `when` and `asked` are
routing: variable -> codes that must have been given, all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from ingest.descriptions import read_yaml
from ingest.errors import RefusedError, invalid
from ingest.models import Day, Model, Name

Percent = Annotated[float, Field(ge=0, le=100)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Shares = Annotated[dict[int, Percent], Field(default_factory=dict)]
Effects = Annotated[dict[str, float], Field(default_factory=dict)]
Routing = Annotated[dict[str, tuple[int, ...]], Field(default_factory=dict)]


class Variable(Model):
    """A variable of the organisation itself."""

    label: str
    codelist: Name


class Error(Model):
    """A known error, to be corrected by the manifest: the code written for one respondent."""

    respondent: int
    variable: str
    code: int


class Cell(Model):
    """A number of organisations with the same codes of the organisation variables."""

    codes: tuple[int, ...]
    count: Annotated[int, Field(gt=0)]


class CompletedOn(Model):
    """Date of answering: a working day from `start` up to and including `end`."""

    variable: str
    start: Day
    end: Day


class Again(Model):
    """The share of the respondents of an earlier sample who answer in this one too."""

    sample: Name
    share: Fraction


class Organisations(Model):
    """The respondents: exact counts, drawn from a frame that all waves of a survey share.

    Attributes:
        pool: seeds the pseudonyms; waves with the same pool and the same codes of the stratum
            draw from the same organisations.
        again: without it, earlier respondents are as likely to answer as others.
        weighted: shares of the questions hold for answers weighted to the frame.
        weight: variable of the file that holds these weights, on average 1; without it the file
            has none.
        variables: variables of the organisation; the first is the stratum.
        frame: organisations in the frame per code of the stratum.
        cells: how many organisations have which codes of `variables`.
    """

    pool: Name
    again: Again | None = None
    weighted: bool = False
    weight: str | None = None
    variables: Annotated[dict[str, Variable], Field(min_length=1)]
    frame: dict[int, int]
    cells: tuple[Cell, ...]

    @model_validator(mode="after")
    def _cells_fit_frame(self) -> Organisations:
        wanted = dict.fromkeys(self.frame, 0)
        for cell in self.cells:
            if len(cell.codes) != len(self.variables) or cell.codes[0] not in wanted:
                raise invalid(
                    "sample_cell",
                    codes=cell.codes,
                    variables=list(self.variables),
                    strata=list(wanted),
                )
            wanted[cell.codes[0]] += cell.count
        if short := [code for code, size in self.frame.items() if wanted[code] > size]:
            raise invalid("sample_frame", strata=short)
        return self


class Latent(Model):
    """An unobserved standard-normal trait; `stability` is the share that never changes."""

    stability: Fraction
    depends: Effects


class Gap(Model):
    """How many points more often `upper` gives one of `codes` than `lower`, groups of `scale`."""

    scale: Name
    upper: Name
    lower: Name
    codes: tuple[int, ...]
    points: float


class Part(Model):
    """One variable of a question.

    Attributes:
        shares: code -> percent; first the code that a high utility leads to. The code that is left
            out gets the rest.
        gap: a difference between groups that is met in addition to `depends`.
        exclusive: respondents who tick this tick nothing else.
        like: the variable of another wave that asks the same; an organisation that is in both
            answers alike.
    """

    variable: str
    label: Annotated[str, Field(max_length=250)]
    shares: dict[int, Percent]
    depends: Effects
    gap: Gap | None = None
    exclusive: bool = False
    like: str | None = None


class Ticks(Model):
    """Limits on the number of parts that one respondent ticks (code 1, otherwise 0).

    Attributes:
        shares: number of ticks -> percent of the respondents; without it `least` and `most` hold.
        apart: pairs of variables that nobody ticks both.
    """

    least: int = 1
    most: int | None = None
    shares: Shares
    depends: Effects
    apart: tuple[tuple[str, str], ...] = ()


class Group(Model):
    """A group of scale scores, lowest group first: exact share and bounds (inclusive)."""

    share: Percent
    least: float
    most: float


class Extreme(Model):
    """The lowest or highest score: sum of the items of one respondent with these codes."""

    highest: bool
    among: Routing
    answered: int
    total: int


class Scale(Model):
    """The mean of some parts; afterwards it replaces the latent variable of the same name.

    Attributes:
        reverse: a code counts as this number minus the code, where 1 is the strongest.
    """

    name: Name
    parts: tuple[str, ...]
    minimum_answered: int
    reverse: int | None = None
    groups: dict[Name, Group]
    extremes: tuple[Extreme, ...] = ()


class Question(Model):
    """Variables that are asked together.

    A variable may be part of several questions that are `asked` of different organisations: its
    shares are then met in each of these groups.

    Attributes:
        blank: percent of those asked that skip it; with `ticks` the question, else each part.
        dont_know: percent of those asked that answer don't know, per part.
        stability: share of the chance in an answer that an organisation keeps over waves.
        none: a box of its own, ticked by whoever ticks no part; its label.
        empty_ticks: the file leaves boxes empty that are not ticked.
    """

    codelist: Name
    asked: Routing
    blank: Percent = 0
    dont_know: Percent = 0
    stability: Fraction = 0.4
    depends: Effects
    ticks: Ticks | None = None
    none: Annotated[dict[str, str], Field(default_factory=dict)]
    empty_ticks: bool = False
    scale: Scale | None = None
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]


class OpenAnswer(Model):
    """A text that was written for this purpose."""

    text: str
    when: Routing


class OpenQuestion(Model):
    """A question with a text as its answer; every text is used about equally often."""

    variable: str
    label: str
    asked: Routing
    blank: Percent = 0
    answers: tuple[OpenAnswer, ...]


class Specification(Model):
    """A whole sample.

    Attributes:
        file_label: what the file says of itself.
        organisation: variable with the linked pseudonym; left out where a wave has none.
        dont_know_code: no valid answer, in each codelist of a question that has it; left out
            where don't know is an answer as any other.
        codelists: code -> label.
        questions: in the order in which they are drawn; the file sorts them by name.
    """

    seed: int
    file_label: Annotated[str, Field(max_length=64)]
    respondent: str
    organisation: str | None = None
    completed_on: CompletedOn | None = None
    dont_know_code: int | None = None
    codelists: dict[Name, dict[int, str]]
    organisations: Organisations
    latents: dict[Name, Latent]
    questions: tuple[Question, ...]
    open_questions: tuple[OpenQuestion, ...] = ()
    errors: tuple[Error, ...] = ()

    @field_validator("file_label")
    @classmethod
    def _says_what_it_is(cls, label: str) -> str:
        if not label.startswith("SYNTHETISCH"):
            raise invalid("sample_label")
        return label

    @model_validator(mode="after")
    def _shares_fit_codelists(self) -> Specification:
        for name, variable in self.organisations.variables.items():
            if variable.codelist not in self.codelists:
                raise invalid("sample_codelist", codelist=variable.codelist, name=name)
        for question in self.questions:
            described = set(self.codelists.get(question.codelist, {}))
            codes = described - {self.dont_know_code}
            for part in question.parts:
                if not codes:
                    raise invalid("sample_codelist", codelist=question.codelist, name=part.variable)
                if question.dont_know and self.dont_know_code not in described:
                    raise invalid(
                        "sample_dont_know", name=part.variable, codelist=question.codelist
                    )
                rest, total = codes - set(part.shares), sum(part.shares.values())
                if not set(part.shares) <= codes or len(rest) > 1:
                    raise invalid(
                        "sample_shares",
                        name=part.variable,
                        codelist=question.codelist,
                        codes=sorted(codes),
                    )
                if total > 100.001 or (not rest and total < 99.999):
                    raise invalid("sample_total", name=part.variable, total=total)
        return self

    @model_validator(mode="after")
    def _refers_to_what_is_drawn_before(self) -> Specification:
        known = set(self.organisations.variables)
        traits, groups = set(self.latents), set[tuple[str, str]]()
        for latent in self.latents.values():
            self._check(known, traits, latent.depends)
        for question in self.questions:
            ticks = question.ticks.depends if question.ticks else {}
            self._check(known, traits, question.asked, question.depends, ticks)
            own = {part.variable for part in question.parts}
            pairs = question.ticks.apart if question.ticks else ()
            scale = question.scale
            self._check(own, set(), *pairs, scale.parts if scale else ())
            for part in question.parts:
                self._check(known, traits, part.depends)
                known.add(part.variable)
                gap = part.gap
                if gap and not {(gap.scale, gap.upper), (gap.scale, gap.lower)} <= groups:
                    raise invalid("sample_gap", name=part.variable)
            if scale:
                groups |= {(scale.name, group) for group in scale.groups}
        for text in self.open_questions:
            self._check(known, traits, text.asked, *(answer.when for answer in text.answers))
        return self

    @staticmethod
    def _check(known: set[str], traits: set[str], *references: Iterable[str]) -> None:
        for key in (key for names in references for keys in names for key in keys.split("&")):
            name = key.partition("=")[0]
            if name not in known and key not in traits:
                raise invalid("sample_reference", key=key)


def read_specification(path: Path) -> Specification:
    """Read the specification of a sample.

    Raises:
        RefusedError: no such file, an unknown or missing key, or shares that cannot be.
    """
    if not path.is_file():
        known = sorted(item.stem for item in path.parent.glob("*.yml"))
        raise RefusedError("no_such_sample", str(path), known=known)
    return read_yaml(Specification, path)
