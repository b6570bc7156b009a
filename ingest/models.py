"""Typed models of what describes a survey: survey, wave manifest, published figure, source.

`descriptions` reads files into them, `registry` finds the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticKnownError

from ingest.codes import BLANK, Code, Unquoted, by_code
from ingest.codes import NUMBER as NUMERIC
from ingest.errors import invalid
from ingest.formats import AnyFile
from ingest.names import is_name
from ingest.texts import Model as Model
from ingest.texts import Text as Text

# Numbers and days in one form only: what is read here, dbt reads too, and reads the same.
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
NUMBER = re.compile(rf"{INTEGER.pattern}(?:\.[0-9]+)?")
BOOLEAN = re.compile(r"true|false")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Unparsed = Literal["int_parsing", "float_parsing", "bool_parsing", "date_parsing"]


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


def _code(value: object) -> object:
    """Take a whole number as the code that is written so; refuse what YAML changes."""
    if isinstance(value, (bool, float, Unquoted)) or value is None:
        word = str(value).lower() if isinstance(value, bool) else value
        raise invalid("code_unquoted", value="null" if value is None else word)
    return str(value) if isinstance(value, int) else value


def _variable_name(name: str) -> str:
    if not is_name(name):
        raise invalid("no_variable_name", name=name)
    return name


def _blank_is_none(value: object) -> object:
    return None if value == "" else value


EmptyIsNone = BeforeValidator(_blank_is_none)
Integer = Annotated[int, _only(INTEGER, "int_parsing")]
Number = Annotated[float, _only(NUMBER, "float_parsing")]
TrueOrFalse = Annotated[bool, _only(BOOLEAN, "bool_parsing")]
Day = Annotated[date, _only(DAY, "date_parsing"), BeforeValidator(_no_number)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=80)]
VariableName = Annotated[str, AfterValidator(_variable_name)]
ColumnName = Annotated[str, Field(min_length=1)]  # as the file has it
WaveName = Annotated[str, Field(pattern=r"^[0-9]{4}$")]
Count = Annotated[int, Field(ge=0)]
PositiveCount = Annotated[int, Field(gt=0)]
PositiveNumber = Annotated[float, Field(gt=0)]
AnswerCode = Annotated[Code, Field(min_length=1), BeforeValidator(_code)]
Codes = Annotated[tuple[AnswerCode, ...], Field(min_length=1)]


class Row(Model):
    """One row of a CSV file; no two rows have the same values of the columns in `KEY`."""

    KEY: ClassVar[tuple[str, ...]]


class Title(Text):
    """A title in both languages and as the survey itself writes it.

    Attributes:
        original: as the survey itself writes it.
    """

    original: str | None = None


class Period(Model):
    """A closed interval of days.

    Attributes:
        start: first day.
        end: last day.
    """

    start: Day
    end: Day

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.end < self.start:
            raise invalid("period_backwards", start=self.start, end=self.end)
        return self


class Unit(Text):
    """What one answer is about: an organisation, a workplace, an employee.

    Attributes:
        code: short name, such as `organisation`.
    """

    code: Name


class Survey(Model):
    """A series of questionnaires (`survey.yml`).

    Attributes:
        survey: short name; the name of the folder.
        country: ISO 3166-1 alpha-2.
        title: title of the survey.
        publisher: who publishes it.
        unit: what one answer is about.
        reference_wave: the wave that other waves are compared with.
        family: name shared by surveys that ask the same questions. Only from these does the draft
            of a new wave take over wordings, labels, bases and recodes.
    """

    survey: Name
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    title: Title
    publisher: str
    unit: Unit
    reference_wave: WaveName
    family: Name | None = None

    def related(self, other: Survey) -> bool:
        """Return whether both are one survey, or of one family."""
        return self.survey == other.survey or (
            self.family is not None and self.family == other.family
        )


class Response(Model):
    """How many were asked and answered; each number only where a source gives it.

    Attributes:
        invited: how many were invited.
        answered: how many answered.
        rate: answered as a percentage of invited.
        source: publication that the numbers come from, a `source_id`.
        locator: page or table in that publication.
    """

    invited: Count | None = None
    answered: Count | None = None
    rate: float | None = Field(default=None, ge=0, le=100, description="percent")
    source: str | None = None
    locator: str | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Response:
        if self.invited is not None and self.answered is not None and self.answered > self.invited:
            raise invalid("answered_over_invited", answered=self.answered, invited=self.invited)
        return self


class PersonalPattern(Text):
    """What a kind of personal data is called, and the regular expression (RE2) that finds it.

    Attributes:
        pattern: what a cell holds.
        weights: rows of factors for the digits of a number; the sum of each row is a multiple of
            11 in a real number.
        check: another rule for the check digit of a number.
    """

    pattern: str
    weights: tuple[tuple[int, ...], ...] = ()
    check: Literal["luhn", "mod_31", "mod_11_10", "mod_97"] | None = None

    @property
    def number(self) -> bool:
        """Whether it is a number with a check digit, so that a chance hit can be told apart."""
        return bool(self.weights or self.check)


class PersonalData(Model):
    """Data on persons, which a file of answers may not hold (`personal_data.yml`).

    Attributes:
        around: words that may stand around the name of a column.
        columns: names of columns.
        patterns: what a cell may hold.
    """

    around: frozenset[str]
    columns: frozenset[str]
    patterns: tuple[PersonalPattern, ...]


class Design(Model):
    """Sampling design and weighting, as far as they are known.

    Attributes:
        stratum: the concept whose categories are the strata; without it there is one stratum.
        frame: category -> units in the sampling frame. With a frame come the finite population
            correction and, where no other weight is given, the weight N_h / n_h.
        weight: the variable with the weight of a respondent.
        margins: variable -> code -> units in the population; weights are raked to these,
            starting from `weight` or else from 1.
    """

    stratum: Name | None = None
    frame: Annotated[dict[Name, PositiveCount], Field(default_factory=dict)]
    weight: VariableName | None = None
    margins: Annotated[
        dict[VariableName, dict[AnswerCode, PositiveNumber]], Field(default_factory=dict)
    ]

    @model_validator(mode="after")
    def _weighs(self) -> Design:
        if (self.stratum is None) != (not self.frame):
            raise invalid("stratum_without_frame")
        if not (self.frame or self.weight or self.margins):
            raise invalid("design_empty")
        return self

    @property
    def weighting_method(self) -> Literal["poststratified", "raked", "weighted"]:
        """How the weights come about: from the frame, from margins, or from the file."""
        return "raked" if self.margins else "weighted" if self.weight else "poststratified"


# How well a question is known. Figures of the last two kinds are marked as assumed.
Known = Literal["literal", "paraphrased", "wording_only", "assumed"]


class Item(Model):
    """One variable of the file, as it was asked.

    Attributes:
        variable: name of the variable in the file.
        codelist: codelist of its codes.
        text: an open answer, without codes.
        number: a number that counts or measures something, such as an age or an amount. It has no
            codelist; the rule `direct` takes it as it is.
        missing: codes of a `number` that say why there is none, with their labels.
        base: who was asked.
        battery: name shared by the ticks of one question. A respondent who ticked any of them
            answered the question, so an empty tick can count as not selected.
        separator: what is between codes, if one cell holds all chosen codes. A space around it
            does not count.
        valid: codes that are answers although the file declares them missing.
        wording: the question; `original` is the literal text.
        known: `literal` if the words of the question and its answers are known, `paraphrased` if a
            source tells what was asked, `wording_only` if the answers were made up, `assumed` if
            the question was. Without it, as `questionnaire` says.
    """

    variable: VariableName
    codelist: Name | None = None
    text: bool = False
    number: bool = False
    missing: dict[AnswerCode, str] = Field(default_factory=dict)
    base: Name
    battery: Name | None = None
    separator: Literal[",", ", ", ";", "; ", "|", " | ", " ", "\n"] | None = None
    valid: tuple[AnswerCode, ...] = ()
    wording: Title
    known: Known | None = None

    @property
    def kind(self) -> Literal["text", "number", "codes"]:
        """What its answers are."""
        return "text" if self.text else "number" if self.number else "codes"

    @model_validator(mode="after")
    def _is_one_kind(self) -> Item:
        if sum((self.text, self.number, self.codelist is not None)) != 1:
            raise invalid("one_kind", variable=self.variable)
        if self.missing and not self.number:
            raise invalid("missing_needs_number", variable=self.variable)
        if self.separator and (not self.codelist or self.battery):
            raise invalid("separator_needs_codelist", variable=self.variable)
        return self


class Correction(Model):
    """A known error in the delivered file, and what the answer should have been.

    Attributes:
        respondent: whose answer; without it, the answers of everyone with that code.
        variable: variable with the error.
        code: code in the file; it need not be in the codelist.
        becomes: the correct code; empty makes the answer blank.
        reason: why, in both languages.
        source: who reported the error, and where.
    """

    respondent: str | None = None
    variable: VariableName
    code: AnswerCode
    becomes: AnswerCode | None
    reason: Text
    source: Annotated[str, Field(min_length=1)]

    def overlaps(self, other: Correction) -> bool:
        """Return whether both are about the same answer."""
        everyone = None in (self.respondent, other.respondent)
        same = everyone or self.respondent == other.respondent
        return same and (self.variable, self.code) == (other.variable, other.code)


class Split(Model):
    """A column of the file that holds several things.

    Attributes:
        separator: what is between the parts; each filled cell has as many parts as there are names.
        into: names of the parts, in their order; they replace the column.
    """

    separator: Annotated[str, Field(min_length=1)]
    into: Annotated[tuple[VariableName, ...], Field(min_length=2)]


class Columns(Model):
    """How the variables differ from the columns of the delivered file, which itself stays as it is.

    Attributes:
        split: columns that hold several things, by name; done first.
        drop: columns and parts that are left out. They are written nowhere and may be personal.
        rename: column -> name of the variable.
        row_number: name of a variable that is added, with the number of each row; for a file
            without a column that identifies respondents.
    """

    split: dict[ColumnName, Split] = Field(default_factory=dict)
    drop: tuple[ColumnName, ...] = ()
    rename: dict[ColumnName, VariableName] = Field(default_factory=dict)
    row_number: VariableName | None = None

    @model_validator(mode="after")
    def _arranges_once(self) -> Columns:
        parts = [part for split in self.split.values() for part in split.into]
        made = [*self.rename.values(), *parts, *([self.row_number] if self.row_number else [])]
        if twice := sorted({name for name in made if made.count(name) > 1}):
            raise invalid("column_made_twice", names=twice)
        used = [*self.split, *self.rename, *self.drop]
        if twice := sorted({name for name in used if used.count(name) > 1}):
            raise invalid("column_arranged_twice", names=twice)
        return self

    def in_file(self, texts: Iterable[str]) -> frozenset[str]:
        """Return the columns that are read as typed: those of open answers and those left out."""
        before = {name: column for column, name in self.rename.items()}
        before |= {part: column for column, split in self.split.items() for part in split.into}
        return frozenset({*(before.get(name, name) for name in texts), *self.drop})


class Answers(Columns):
    """How to read one wave's file of answers.

    Attributes:
        file: name and format of the file.
        sample: specification of the synthetic file that is used when there is no real file.
        respondent: the variable that identifies a respondent.
        organisation: the variable with a pseudonym that links waves.
        parts_of_organisations: several parts of one organisation may answer, so an
            organisation may be in the file more than once.
        completed_on: the variable with the date of the answer; it must be in `field_period`.
        design: sampling design and weights.
        codelists: codelist -> code -> label. A code is what the file holds, to the last character;
            in YAML any code but a whole number such as 1 stands between quotes.
        questionnaire: how well its questions are known, see `known` of an item. What rests on an
            assumed question is marked in every table. Leave it out once the questionnaire itself
            is described here.
        items: the variables, as they were asked.
        routing: base -> variable -> codes that a respondent must have given, for all of the
            variables, to belong to the base; others were not asked its items.
        corrections: errors that were found after the file was delivered.
        not_asked: concepts of earlier waves that this wave did not ask about.
    """

    file: AnyFile
    sample: Name | None = None
    respondent: VariableName
    organisation: VariableName | None = None
    parts_of_organisations: bool = False
    completed_on: VariableName | None = None
    design: Design | None = None
    codelists: dict[Name, dict[AnswerCode, str]]
    questionnaire: Known = "literal"
    items: tuple[Item, ...]
    routing: Annotated[dict[Name, dict[VariableName, Codes]], Field(default_factory=dict)]
    corrections: tuple[Correction, ...] = ()
    not_asked: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _uses_no_dropped_column(self) -> Answers:
        if used := sorted(set(self.drop) & set(self.variables)):
            raise invalid("dropped_used", names=used)
        return self

    @model_validator(mode="after")
    def _codelists_known(self) -> Answers:
        used = {item.codelist for item in self.items if item.codelist}
        if missing := sorted(used - set(self.codelists)):
            raise invalid("codelists_undescribed", names=missing)
        if reserved := [name for name, codes in self.codelists.items() if BLANK in codes]:
            raise invalid("code_reserved", code=BLANK, codelists=reserved)
        names = [item.variable for item in self.items]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise invalid("variables_twice", names=twice)
        for variable, margin in (self.design.margins if self.design else {}).items():
            self._codes_known("margins", variable, margin)
        for item in self.items:
            if item.valid:
                self._codes_known("valid", item.variable, item.valid)
        for given in self.routing.values():
            for variable, codes in given.items():
                self._codes_known("routing", variable, codes)
        if unused := sorted(set(self.routing) - {item.base for item in self.items}):
            raise invalid("routing_of_no_base", bases=unused)
        for place, row in enumerate(self.corrections):
            becomes = () if row.becomes is None else (row.becomes,)
            if row.variable not in self.numbers or not all(map(NUMERIC.fullmatch, becomes)):
                self._codes_known("corrections", row.variable, becomes)
            corrects = {"variable": row.variable, "code": row.code}
            if row.code == row.becomes:
                raise invalid("correction_changes_nothing", **corrects)
            if any(row.overlaps(other) for other in self.corrections[:place]):
                raise invalid("correction_twice", **corrects)
        return self

    def _codes_known(self, what: str, variable: str, codes: Iterable[Code]) -> None:
        lists = {
            item.variable: item.missing or self.codelists.get(item.codelist or "")
            for item in self.items
        }
        if not (described := lists.get(variable)):
            raise invalid("codes_of_no_item", what=what, variable=variable)
        if unknown := sorted(set(codes) - set(described), key=by_code):
            raise invalid("codes_undescribed", what=what, variable=variable, codes=unknown)

    @property
    def texts(self) -> frozenset[str]:
        """The variables whose cells may have several lines: open answers, and lists by line."""
        return frozenset(
            item.variable for item in self.items if item.text or item.separator == "\n"
        )

    @property
    def numbers(self) -> dict[str, frozenset[str]]:
        """The variables with numbers -> their codes that say why there is none."""
        numbers = {item.variable: frozenset(item.missing) for item in self.items if item.number}
        weight = self.design.weight if self.design else None
        return {**numbers, weight: frozenset()} if weight else numbers

    @property
    def assumed(self) -> tuple[str, ...]:
        """The variables of which the question, or its answers, were made up."""
        return tuple(
            item.variable
            for item in self.items
            if (item.known or self.questionnaire) in ("wording_only", "assumed")
        )

    @property
    def variables(self) -> tuple[str, ...]:
        """All variables that the file must hold, in no particular order."""
        weight = self.design.weight if self.design else None
        ids = (self.respondent, self.organisation, self.completed_on, weight)
        return (*(name for name in ids if name), *(item.variable for item in self.items))


class Wave(Model):
    """One edition of a survey (`waves/<wave>.yml`).

    Attributes:
        wave: year in which the wave was published or held; the name of the file.
        reference_period: what the questions are about.
        field_period: when answers were collected.
        mode: how answers were collected, such as `web`.
        respondent: who answered for the unit.
        population: who the results are about.
        unit: what one answer is about, where that differs from the survey.
        represents: `population` if the figures speak for all of the population, `respondents` if
            only for those who answered: the source says so, or most of those asked did not
            answer and the source does not weight.
        represents_note: why the figures speak for respondents only.
        response: how many were invited and answered.
        sampling: how respondents were selected.
        weighting: how the source weighted.
        design_effect: how many times larger weighting and sampling make the variance of published
            figures: 1 where the source does not weight; left out where it is not known. The notes
            name the source.
        notes: what a reader must know.
        answers: the file of answers, if there is one.
    """

    wave: WaveName
    reference_period: Period | None = None
    field_period: Period | None = None
    mode: str | None = None
    respondent: Text | None = None
    population: Text
    unit: Unit | None = None
    represents: Literal["population", "respondents"] = "population"
    represents_note: Text | None = None
    response: Response = Response()
    sampling: Text | None = None
    weighting: Text | None = None
    design_effect: PositiveNumber | None = None
    notes: Text | None = None
    answers: Answers | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Wave:
        if (self.represents == "respondents") != (self.represents_note is not None):
            raise invalid("respondents_need_note", represents=self.represents)
        return self


class Source(Row):
    """A publication that figures, practice cases or a debate are taken from (`sources.csv`).

    Attributes:
        source_id: short name.
        title: title of the publication.
        publisher: who published it.
        url: address.
        language: ISO 639-1.
    """

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
    """One figure as printed in a source (`published.csv`); a share is 0 to 100 percent.

    Attributes:
        row_id: stable short name of the row.
        wave: wave that the figure is about.
        concept: what is measured.
        category: one answer of it.
        base: who the figure is about.
        group_dimension: what the figure is split by; `total` without a split.
        group_value: the group; `total` for all.
        statistic: what the figure is; a share is a percentage.
        bound: `lower` for "more than half", `upper` for "less than half", `about` for "about half".
        value: the figure as printed.
        unit: unit of the value, such as `percent`.
        n: number of answers behind the figure, if the source gives it.
        approximate: the source gives the figure in words, so `bound` says on which side it lies;
            a bound that is approximate is near the figure ("almost half").
        category_original: category in the words of the source.
        source_id: publication, a row of `sources.csv`.
        locator: page, table or figure.
        status: `superseded` if another figure is used instead.
        status_reason_nl: why it has this status, in Dutch.
        status_reason_en: why it has this status, in English.
    """

    KEY = ("row_id",)

    row_id: Name
    wave: WaveName
    concept: Name
    category: Name
    base: Name
    group_dimension: Name
    group_value: Annotated[str, Field(min_length=1)]
    statistic: Statistic
    bound: Annotated[Literal["lower", "upper", "about"] | None, EmptyIsNone]
    value: Number
    unit: str
    n: Annotated[Annotated[Integer, Field(ge=0)] | None, EmptyIsNone]
    approximate: TrueOrFalse
    category_original: str
    source_id: str
    locator: Annotated[str, Field(min_length=1)]
    status: Literal["current", "superseded"]
    status_reason_nl: Annotated[str | None, EmptyIsNone]
    status_reason_en: Annotated[str | None, EmptyIsNone]

    @model_validator(mode="after")
    def _makes_sense(self) -> PublishedFigure:
        if self.statistic == "share" and not 0 <= self.value <= 100:
            raise invalid("no_share", value=self.value)
        if self.statistic == "share" and self.unit != "percent":
            raise invalid("share_in_other_unit", unit=self.unit)
        if self.statistic == "threshold" and self.bound not in ("lower", "upper"):
            raise invalid("threshold_without_side")
        if self.approximate and self.bound is None:
            raise invalid("approximate_without_bound", value=self.value)
        if self.bound == "about" and not self.approximate:
            raise invalid("about_not_approximate", value=self.value)
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
