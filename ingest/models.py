"""Typed models of what describes a survey: survey, wave manifest, published figure, source.

`descriptions` reads files into them, `registry` finds the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError, PydanticKnownError

from ingest.errors import Phrase
from ingest.formats import AnyFile
from ingest.texts import Model as Model
from ingest.texts import Text as Text

# Numbers and days in one form only: what is read here, dbt reads too, and reads the same.
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
NUMBER = re.compile(rf"{INTEGER.pattern}(?:\.[0-9]+)?")
BOOLEAN = re.compile(r"true|false")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Unparsed = Literal["int_parsing", "float_parsing", "bool_parsing", "date_parsing"]


def invalid(name: str, **values: object) -> PydanticCustomError:
    """Return what a validator raises; `messages.yml` has the message under that name."""
    return PydanticCustomError("invalid", "{phrase}", {"phrase": Phrase(name, **values)})


def _only(pattern: re.Pattern[str], error: Unparsed) -> BeforeValidator:
    """Refuse text that a library would read, but that is not of one form."""

    def check(value: object) -> object:
        if isinstance(value, str) and not pattern.fullmatch(value):
            raise PydanticKnownError(error, {"error": ""} if error == "date_parsing" else None)
        return value

    return BeforeValidator(check)


def _no_number(value: object) -> object:
    if isinstance(value, (int, float)):
        raise PydanticKnownError("date_parsing", {"error": ""})
    return value


def _blank_is_none(value: object) -> object:
    return None if value == "" else value


EmptyIsNone = BeforeValidator(_blank_is_none)
Integer = Annotated[int, _only(INTEGER, "int_parsing")]
Number = Annotated[float, _only(NUMBER, "float_parsing")]
TrueOrFalse = Annotated[bool, _only(BOOLEAN, "bool_parsing")]
Day = Annotated[date, _only(DAY, "date_parsing"), BeforeValidator(_no_number)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=80)]
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.]*$")]
WaveName = Annotated[str, Field(pattern=r"^[0-9]{4}$")]
Count = Annotated[int, Field(ge=0)]
PositiveCount = Annotated[int, Field(gt=0)]
PositiveNumber = Annotated[float, Field(gt=0)]
Codes = Annotated[tuple[int, ...], Field(min_length=1)]


class Row(Model):
    """One row of a CSV file; no two rows have the same values of the columns in `KEY`."""

    KEY: ClassVar[tuple[str, ...]]


class Title(Text):
    """A title in both languages and as the survey itself writes it."""

    original: str | None = None


class Period(Model):
    """A closed interval of days."""

    start: Day
    end: Day

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.end < self.start:
            raise invalid("period_backwards", start=self.start, end=self.end)
        return self


class Unit(Text):
    """What one answer is about: an organisation, a workplace, an employee."""

    code: Name


class Survey(Model):
    """A series of questionnaires (`survey.yml`)."""

    survey: Name
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    title: Title
    publisher: str
    unit: Unit
    reference_wave: WaveName


class Response(Model):
    """How many were asked and answered; each number only where a source gives it."""

    invited: Count | None = None
    answered: Count | None = None
    rate: float | None = Field(default=None, ge=0, le=100, description="percent")
    source: str | None = None
    locator: str | None = None


class PersonalPattern(Text):
    """How personal data are called, and the regular expression (RE2) that finds them."""

    pattern: str


class PersonalData(Model):
    """What tells of a person and may never come in (`personal_data.yml`).

    Attributes:
        columns: names of columns, lower case and letters only.
        patterns: what a cell may hold.
    """

    columns: frozenset[Annotated[str, Field(pattern=r"^[a-z]+$")]]
    patterns: tuple[PersonalPattern, ...]


class Design(Model):
    """Sampling design and weighting, as far as they are known.

    Attributes:
        stratum: the concept whose categories are the strata; without it there is one stratum.
        frame: units in the sampling frame per category of it; with them comes the finite
            population correction, and a weight N_h / n_h where no other weight is told.
        weight: the variable of the file that holds the weight of a respondent.
        margins: variable -> code -> units in the population; weights are raked to them, starting
            from `weight` or else from 1.
    """

    stratum: Name | None = None
    frame: Annotated[dict[Name, PositiveCount], Field(default_factory=dict)]
    weight: VariableName | None = None
    margins: Annotated[dict[VariableName, dict[int, PositiveNumber]], Field(default_factory=dict)]

    @model_validator(mode="after")
    def _weighs(self) -> Design:
        if (self.stratum is None) != (not self.frame):
            raise invalid("stratum_without_frame")
        if not (self.frame or self.weight or self.margins):
            raise invalid("design_empty")
        return self

    @property
    def weighting(self) -> Literal["poststratified", "raked", "weighted"]:
        """How the weights come about: from the frame, from margins, or from the file."""
        return "raked" if self.margins else "weighted" if self.weight else "poststratified"


class Item(Model):
    """One variable of the file, as it was asked.

    Attributes:
        battery: ticks of one question; who ticked any of them answered it, so that an empty tick
            can count as not selected.
        separator: what stands between the codes, where one cell holds all codes that were chosen.
    """

    variable: VariableName
    codelist: Name | None = None
    text: bool = False
    base: Name
    battery: Name | None = None
    separator: Literal[",", ";", "|", " "] | None = None
    wording: Title

    @model_validator(mode="after")
    def _codes_or_text(self) -> Item:
        if self.text == (self.codelist is not None):
            raise invalid("codelist_or_text", variable=self.variable)
        if self.separator and (self.text or self.battery):
            raise invalid("separator_needs_codelist", variable=self.variable)
        return self


class Correction(Model):
    """A known error in the delivered file, and what the answer should have been.

    Attributes:
        respondent: whose answer; without it everyone's with that code.
        code: what the file says. It need not stand in the codelist.
        becomes: what it should say; nothing makes it a blank.
        source: who told so, and where.
    """

    respondent: str | None = None
    variable: VariableName
    code: int
    becomes: int | None
    reason: Text
    source: Annotated[str, Field(min_length=1)]

    def overlaps(self, other: Correction) -> bool:
        """Tell whether both speak of the same answer."""
        everyone = None in (self.respondent, other.respondent)
        same = everyone or self.respondent == other.respondent
        return same and (self.variable, self.code) == (other.variable, other.code)


class Answers(Model):
    """How to read one wave's file of answers.

    Attributes:
        respondent: the variable that identifies a respondent; `organisation` and `completed_on`
            likewise.
        parts_of_organisations: several parts of one organisation may answer, so that an
            organisation may stand in the file more than once.
        routing: base -> variable -> codes that a respondent must have given to belong to it, for
            all of the variables; who does not was routed past its items.
        corrections: errors in the file that were found after it was delivered.
        not_asked: concepts of earlier waves that this one did not ask about.
    """

    file: AnyFile
    sample: Name | None = None
    respondent: str
    organisation: str | None = None
    parts_of_organisations: bool = False
    completed_on: str | None = None
    design: Design | None = None
    codelists: dict[Name, dict[int, str]]
    items: tuple[Item, ...]
    routing: Annotated[dict[Name, dict[VariableName, Codes]], Field(default_factory=dict)]
    corrections: tuple[Correction, ...] = ()
    not_asked: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _codelists_known(self) -> Answers:
        used = {item.codelist for item in self.items if item.codelist}
        if missing := sorted(used - set(self.codelists)):
            raise invalid("codelists_undescribed", names=missing)
        names = [item.variable for item in self.items]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise invalid("variables_twice", names=twice)
        for variable, margin in (self.design.margins if self.design else {}).items():
            self._codes_known("margins", variable, margin)
        for given in self.routing.values():
            for variable, codes in given.items():
                self._codes_known("routing", variable, codes)
        if unused := sorted(set(self.routing) - {item.base for item in self.items}):
            raise invalid("routing_of_no_base", bases=unused)
        for place, row in enumerate(self.corrections):
            becomes = () if row.becomes is None else (row.becomes,)
            self._codes_known("corrections", row.variable, becomes)
            corrects = {"variable": row.variable, "code": row.code}
            if row.code == row.becomes:
                raise invalid("correction_changes_nothing", **corrects)
            if any(row.overlaps(other) for other in self.corrections[:place]):
                raise invalid("correction_twice", **corrects)
        return self

    def _codes_known(self, what: str, variable: str, codes: Iterable[int]) -> None:
        lists = {item.variable: self.codelists.get(item.codelist or "") for item in self.items}
        if not (described := lists.get(variable)):
            raise invalid("codes_of_no_item", what=what, variable=variable)
        if unknown := sorted(set(codes) - set(described)):
            raise invalid("codes_undescribed", what=what, variable=variable, codes=unknown)

    @property
    def texts(self) -> frozenset[str]:
        """The variables with open answers."""
        return frozenset(item.variable for item in self.items if item.text)

    @property
    def variables(self) -> tuple[str, ...]:
        """All variables that the file must hold, in no particular order."""
        weight = self.design.weight if self.design else None
        ids = (self.respondent, self.organisation, self.completed_on, weight)
        return (*(name for name in ids if name), *(item.variable for item in self.items))


class Wave(Model):
    """One edition of a survey (`waves/<wave>.yml`)."""

    wave: WaveName
    reference_period: Period | None = None
    field_period: Period | None = None
    mode: str | None = None
    respondent: Text | None = None
    population: Text
    response: Response = Response()
    sampling: Text | None = None
    weighting: Text | None = None
    notes: Text | None = None
    answers: Answers | None = None


class Source(Row):
    """A publication that figures are copied from (`sources.csv`)."""

    KEY = ("source_id",)

    source_id: Name
    title: Annotated[str, Field(min_length=1)]
    publisher: str
    url: Annotated[Annotated[str, Field(pattern=r"^https?://")] | None, EmptyIsNone]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]


Statistic = Literal[
    "share", "mean", "count", "difference", "threshold", "minimum", "maximum", "adjusted_r2"
]


class PublishedFigure(Row):
    """One figure as printed in a source (`published.csv`); a share is 0 to 100 percent."""

    KEY = ("row_id",)

    row_id: Name
    wave: WaveName
    concept: Name
    category: Name
    base: Name
    group_dimension: Name
    group_value: Annotated[str, Field(min_length=1)]
    statistic: Statistic
    bound: Annotated[Literal["lower", "upper"] | None, EmptyIsNone]
    value: Number
    unit: str
    n: Annotated[Annotated[Integer, Field(ge=0)] | None, EmptyIsNone]
    approximate: TrueOrFalse
    category_original: str
    source_id: str
    locator: str
    status: Literal["current", "superseded"]
    status_reason_nl: Annotated[str | None, EmptyIsNone]
    status_reason_en: Annotated[str | None, EmptyIsNone]

    @model_validator(mode="after")
    def _makes_sense(self) -> PublishedFigure:
        if self.statistic == "share" and not 0 <= self.value <= 100:
            raise invalid("no_share", value=self.value)
        if self.status == "superseded" and not (self.status_reason_nl and self.status_reason_en):
            raise invalid("reason_missing")
        return self

    @property
    def measure(self) -> tuple[str, ...]:
        """What the figure is about; only one figure about it is `current`."""
        return (
            self.wave,
            self.concept,
            self.category,
            self.base,
            self.group_dimension,
            self.group_value,
            self.statistic,
            self.bound or "" if self.statistic == "threshold" else "",
        )
