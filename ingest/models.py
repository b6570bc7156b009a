"""Typed shapes of what describes a survey: survey, wave manifest, published figure, source.

They are data about data. Reading files belongs in `readers`, finding them in `registry`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ingest.errors import Language, Phrase


def _blank_is_none(value: object) -> object:
    return None if value == "" else value


EmptyIsNone = BeforeValidator(_blank_is_none)
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=80)]
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.]*$")]
WaveName = Annotated[str, Field(pattern=r"^[0-9]{4}$")]


def misfit(name: str, **values: object) -> PydanticCustomError:
    """Return what a validator raises; the words stand in `phrases.yml` under that name."""
    return PydanticCustomError("misfit", "{phrase}", {"phrase": Phrase(name, **values)})


class Model(BaseModel):
    """Frozen, and a key that nobody knows is refused instead of ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Model):
    """A text in both languages of the product."""

    nl: str
    en: str

    def text(self, language: Language) -> str:
        """Return the text in a language."""
        return self.nl if language == "nl" else self.en


class RefusalWords(Model):
    """The words of a rule in `messages.yml`."""

    found: Text
    mend: Text
    allowed: Text | None = None


class Title(Text):
    """A title in both languages and as the survey itself writes it."""

    original: str | None = None


class Period(Model):
    """A closed interval of days."""

    start: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.end < self.start:
            raise misfit("period_backwards", start=self.start, end=self.end)
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

    invited: int | None = None
    answered: int | None = None
    rate: float | None = Field(default=None, ge=0, le=100, description="percent")
    source: str | None = None
    locator: str | None = None


class AnswerFile(Model):
    """Where the answers of a wave stand; the format is told, never guessed."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    max_megabytes: Annotated[int, Field(gt=0, description="a larger file is refused")] = 500


class SavFile(AnswerFile):
    """An SPSS system file; codes that it declares missing are kept."""

    format: Literal["sav"]


class CsvFile(AnswerFile):
    """Delimited text.

    Attributes:
        decimal: what stands before decimals in numeric cells.
        header_rows: 1, names of variables; 3, as Qualtrics writes them: names, question texts and
            import ids.
    """

    format: Literal["csv"]
    delimiter: Literal[",", ";", "\t", "|"]
    encoding: Literal["utf-8", "utf-8-sig", "windows-1252", "iso-8859-1"]
    decimal: Literal[".", ","]
    header_rows: Literal[1, 3] = 1


class XlsxFile(AnswerFile):
    """An Excel workbook: the sheet, with names of variables in its first row."""

    format: Literal["xlsx"]
    sheet: Annotated[str, Field(min_length=1)]


class ParquetFile(AnswerFile):
    """A Parquet file of plain columns."""

    format: Literal["parquet"]


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
    frame: dict[Name, Annotated[int, Field(gt=0)]] = {}
    weight: VariableName | None = None
    margins: dict[VariableName, dict[int, Annotated[float, Field(gt=0)]]] = {}

    @model_validator(mode="after")
    def _weighs(self) -> Design:
        if (self.stratum is None) != (not self.frame):
            raise misfit("stratum_without_frame")
        if not (self.frame or self.weight or self.margins):
            raise misfit("design_empty")
        return self

    @property
    def weighting(self) -> Literal["poststratified", "raked", "weighted"]:
        """How the weights come about: from the frame, from margins, or from the file."""
        return "raked" if self.margins else "weighted" if self.weight else "poststratified"


class Item(Model):
    """One variable of the file, as it was asked."""

    variable: VariableName
    codelist: Name | None = None
    text: bool = False
    base: Name
    wording: Text

    @model_validator(mode="after")
    def _codes_or_text(self) -> Item:
        if self.text == (self.codelist is not None):
            raise misfit("codelist_or_text", variable=self.variable)
        return self


class Answers(Model):
    """How to read one wave's file of answers.

    Attributes:
        respondent: the variable that identifies a respondent; `organisation` and `completed_on`
            likewise.
        parts_of_organisations: several parts of one organisation may answer, so that an
            organisation may stand in the file more than once.
    """

    file: Annotated[SavFile | CsvFile | XlsxFile | ParquetFile, Field(discriminator="format")]
    sample: Name | None = None
    respondent: str
    organisation: str | None = None
    parts_of_organisations: bool = False
    completed_on: str | None = None
    design: Design | None = None
    codelists: dict[Name, dict[int, str]]
    items: tuple[Item, ...]
    not_asked: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _codelists_known(self) -> Answers:
        used = {item.codelist for item in self.items if item.codelist}
        if missing := sorted(used - set(self.codelists)):
            raise misfit("codelists_undescribed", names=missing)
        names = [item.variable for item in self.items]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise misfit("variables_twice", names=twice)
        codes = {item.variable: self.codelists.get(item.codelist or "") for item in self.items}
        for variable, margin in (self.design.margins if self.design else {}).items():
            if not (described := codes.get(variable)):
                raise misfit("margin_of_no_item", variable=variable)
            if unknown := sorted(set(margin) - set(described)):
                raise misfit("margin_codes_undescribed", variable=variable, codes=unknown)
        return self

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


class Source(Model):
    """A publication that figures are copied from."""

    source_id: Name
    title: Annotated[str, Field(min_length=1)]
    publisher: str
    url: Annotated[Annotated[str, Field(pattern=r"^https?://")] | None, EmptyIsNone]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class PublishedFigure(Model):
    """One figure as printed in a source; a share stands between 0 and 100 percent."""

    row_id: Name
    wave: WaveName
    concept: Name
    category: Name
    base: Name
    group_dimension: Name
    group_value: Annotated[str, Field(min_length=1)]
    statistic: Literal[
        "share", "mean", "count", "difference", "threshold", "minimum", "maximum", "adjusted_r2"
    ]
    bound: Annotated[Literal["lower", "upper"] | None, EmptyIsNone]
    value: float
    unit: str
    n: Annotated[int | None, EmptyIsNone]
    approximate: bool
    category_original: str
    source_id: str
    locator: str
    status: Literal["current", "superseded"]
    status_reason_nl: Annotated[str | None, EmptyIsNone]
    status_reason_en: Annotated[str | None, EmptyIsNone]

    @model_validator(mode="after")
    def _makes_sense(self) -> PublishedFigure:
        if self.statistic == "share" and not 0 <= self.value <= 100:
            raise misfit("no_share", value=self.value)
        if self.status == "superseded" and not (self.status_reason_nl and self.status_reason_en):
            raise misfit("reason_missing")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """What one current figure may say once."""
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
