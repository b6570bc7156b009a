"""Typed rows of the seeds: what is measured, and how each wave's variables become that."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ingest.models import EmptyIsNone, Integer, Name, Number, Row, TrueOrFalse, WaveName, invalid

Status = Literal["identical", "comparable", "limited", "impossible", "undetermined"]
MissingKind = Literal["dont_know", "not_applicable", "refused", "routed_out", "not_asked"]
DataStatus = Literal["published", "microdata", "synthetic"]
Weighting = Literal["none", "weighted"]
BLANK = "blank"  # the code, in a recode, of an empty tick of an answered battery
TOTAL = "total"  # the group dimension, and the only group in it, of everyone
# Countries go by the capitals of ISO 3166.
CategoryName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]*$", max_length=80)]
Code = Annotated[str, Field(pattern=r"^(blank|-?(0|[1-9][0-9]*))$")]
Label = Annotated[str, Field(min_length=1)]
PositiveInteger = Annotated[Integer, Field(gt=0)]
OptionalName = Annotated[Name | None, EmptyIsNone]
OptionalCategory = Annotated[CategoryName | None, EmptyIsNone]
OptionalText = Annotated[str | None, EmptyIsNone]
OptionalNumber = Annotated[Number | None, EmptyIsNone]


class Concept(Row):
    """What is measured (`concepts.csv`)."""

    KEY = ("concept",)

    concept: Name
    label_nl: Label
    label_en: Label
    kind: Literal["single", "multiple", "scale", "count", "text"]
    question_nl: Label
    question_en: Label
    default_base: OptionalName
    minimum_items: Annotated[PositiveInteger | None, EmptyIsNone]
    sort_order: Integer
    in_dashboard: TrueOrFalse


class Category(Row):
    """One answer of a concept (`categories.csv`)."""

    KEY = ("concept", "category")

    concept: Name
    category: CategoryName
    label_nl: Label
    label_en: Label
    sort_order: Integer
    shown_alone: TrueOrFalse
    is_combined: TrueOrFalse


class Base(Row):
    """Who a percentage is of (`bases.csv`)."""

    KEY = ("base",)

    base: Name
    label_nl: Label
    label_en: Label


class _Judgement(Row):
    status: Status
    reason_nl: OptionalText
    reason_en: OptionalText

    @model_validator(mode="after")
    def _has_reasons(self) -> _Judgement:
        if self.status not in ("identical", "undetermined") and not (
            self.reason_nl and self.reason_en
        ):
            raise invalid("status_needs_reasons", status=self.status)
        return self


class CrosswalkRow(_Judgement):
    """How one variable of a wave counts towards a concept (`crosswalk.csv`)."""

    KEY = ("survey", "wave", "concept", "base", "variable", "category", "source_concept")

    survey: Name
    wave: WaveName
    concept: Name
    base: Name
    variable: OptionalText
    category: OptionalCategory
    rule: Name
    recode: OptionalName
    source_concept: OptionalName = None


class Recode(Row):
    """What one code counts as (`recodes.csv`): a category, a score, or no valid answer."""

    KEY = ("recode", "code")

    recode: Name
    code: Code
    category: OptionalCategory
    score: OptionalNumber
    missing_kind: Annotated[MissingKind | None, EmptyIsNone]

    @model_validator(mode="after")
    def _says_one_thing(self) -> Recode:
        if (self.missing_kind is None) == (self.category is None and self.score is None):
            raise invalid("code_needs_one_meaning")
        return self


class Bin(Row):
    """A class of a scale, with its bounds (`bins.csv`)."""

    KEY = ("concept", "category")

    concept: Name
    category: CategoryName
    lower: OptionalNumber
    lower_inclusive: TrueOrFalse
    upper: OptionalNumber
    upper_inclusive: TrueOrFalse

    @model_validator(mode="after")
    def _in_order(self) -> Bin:
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise invalid("bin_backwards", lower=self.lower, upper=self.upper)
        return self


class Comparability(_Judgement):
    """How far a wave compares with the reference wave of its survey (`comparability.csv`)."""

    KEY = ("survey", "wave", "concept", "category")

    survey: Name
    wave: WaveName
    concept: Name
    category: OptionalCategory


class InternationalComparability(_Judgement):
    """How far a survey compares with the Dutch barometer (`international_comparability.csv`)."""

    KEY = ("survey", "wave", "concept", "category")

    survey: Name
    wave: Annotated[WaveName | None, EmptyIsNone]
    concept: Name
    category: OptionalCategory


class GroupDimension(Row):
    """A way of splitting: its groups are the categories of `concept` (`group_dimensions.csv`).

    Attributes:
        concept: nothing for the total only.
        coarser: the dimension to show instead where groups are too small.
    """

    KEY = ("group_dimension",)

    group_dimension: Name
    concept: OptionalName
    coarser: OptionalName
    label_nl: Label
    label_en: Label

    @model_validator(mode="after")
    def _splits(self) -> GroupDimension:
        if (self.concept is None) != (self.group_dimension == TOTAL):
            raise invalid("only_total_has_no_concept")
        return self


class GroupContrast(Row):
    """Two groups that are compared with each other (`group_contrasts.csv`).

    Attributes:
        published_dimension: with `published_value`, the group of published figures that print this
            difference; nothing where no source does.
    """

    KEY = ("group_dimension", "group_value", "reference_value")

    group_dimension: Name
    group_value: CategoryName
    reference_value: CategoryName
    published_dimension: OptionalName
    published_value: OptionalCategory

    @model_validator(mode="after")
    def _are_two(self) -> GroupContrast:
        if self.group_value == self.reference_value:
            raise invalid("contrast_with_itself", group=self.group_value)
        if (self.published_dimension is None) != (self.published_value is None):
            raise invalid("contrast_half_published")
        return self


class CodelistCode(Row):
    """A code that results show, with its labels (`codelists.csv`)."""

    KEY = ("codelist", "code")

    codelist: Literal[
        "data_status",
        "weighting",
        "comparability",
        "verdict",
        "country",
        "test_reason",
        "series_note",
        "notice",
        "reconciliation",
        "reliability",
        "statistic",
        "not_judged",
    ]
    code: CategoryName
    label_nl: Label
    label_en: Label
    sort_order: Integer


class CountFigure(Row):
    """A published count, and what is counted in the answers (`count_figures.csv`).

    Attributes:
        concept: of the published figure.
        counted_concept: whose answers are counted.
        counted_category: only this answer; nothing counts all of them.
    """

    KEY = ("concept",)

    concept: Name
    counted_concept: Name
    counted_category: OptionalCategory


class PublishedWeighting(Row):
    """How the published figures of a wave are weighted (`published_weighting.csv`)."""

    KEY = ("survey", "wave")

    survey: Name
    wave: WaveName
    weighting: Weighting


class ReportFigure(Row):
    """A figure, table or box of the 2021 report (`report_figures.csv`)."""

    KEY = ("figure_number",)

    figure_number: Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}$")]
    page: PositiveInteger
    title_nl: Label
    title_en: Label
    concept: Name
    base: Name
    group_dimension: Name
    form: Literal["bar", "box", "table", "text", "words"]


class TQuantile(Row):
    """The 97.5 % quantile of Student's t (`t_quantiles.csv`)."""

    KEY = ("df",)

    df: PositiveInteger
    t975: Annotated[Number, Field(gt=0)]
