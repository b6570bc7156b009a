"""Typed rows of the seeds: what is measured, and how each wave's variables become that."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ingest.codes import EMPTY_SEED, Code
from ingest.errors import invalid
from ingest.models import EmptyIsNone, Integer, Name, Number, Row, TrueOrFalse, WaveName

Status = Literal["identical", "comparable", "limited", "impossible", "undetermined"]
MissingKind = Literal[
    "dont_know", "not_applicable", "refused", "routed_out", "not_asked", "declared_missing"
]
DataStatus = Literal["published", "microdata", "synthetic"]
Weighting = Literal["none", "weighted"]
Rounded = Literal[
    "share",
    "mean",
    "quantile",
    "size",
    "complete",
    "coefficient",
    "fit",
    "chi_square",
    "term_group",
]
# Thresholds of a release that dbt models and checks read.
Threshold = Literal[
    "minimum_base",
    "minimum_hidden_groups",
    "minimum_hidden_answers",
    "fewest_respondents",
    "extreme_percentile_base",
    "reliable_base",
    "reliable_df",
    "reliable_width",
    "reliable_variation",
    "quantile_interval_base",
    "lowest_unweighted_response",
    "smallest_tested_base",
    "derived_answers_counted",
    "largest_years_between",
    "fewest_in_cell",
    "fewest_events_per_term",
    "reliable_events_per_term",
    "largest_missing",
    "odds_ratio_digits",
    "model_size_unit",
    "stable_cluster",
    "scale_base",
    "scale_base_per_item",
    "scale_smallest_items",
    "weak_loading",
    "acceptable_alpha",
    "acceptable_cfi",
    "acceptable_rmsea",
    "invariance_cfi",
    "invariance_rmsea",
    "minimum_term_organisations",
    "minimum_term_answers",
]
PERCENTAGES: tuple[Threshold, ...] = (
    "reliable_width",
    "reliable_variation",
    "lowest_unweighted_response",
    "largest_missing",
    "stable_cluster",
)
FindingKind = Literal[
    "definition",
    "how_to_read",
    "caution",
    "finding",
    "comparison",
    "sign",
    "analysis",
    "method",
    "recommendation",
    "remark",
]
Direction = Literal["positive", "negative"]
HOME_SURVEY = "nl_barometer"  # the survey that other countries are compared with
FRACTIONS: tuple[Threshold, ...] = (
    "weak_loading",
    "acceptable_alpha",
    "acceptable_cfi",
    "acceptable_rmsea",
    "invariance_cfi",
    "invariance_rmsea",
)
TOTAL = "total"  # the group dimension, and the only group in it, of everyone
# Countries go by the capitals of ISO 3166.
CategoryName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]*$", max_length=80)]
FigureNumber = Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}$")]
Label = Annotated[str, Field(min_length=1)]
PositiveInteger = Annotated[Integer, Field(gt=0)]
OptionalName = Annotated[Name | None, EmptyIsNone]
OptionalCategory = Annotated[CategoryName | None, EmptyIsNone]
OptionalText = Annotated[str | None, EmptyIsNone]
OptionalNumber = Annotated[Number | None, EmptyIsNone]


class Concept(Row):
    """What is measured (`concepts.csv`).

    Attributes:
        concept: short name; it never changes.
        label_nl: label in Dutch.
        label_en: label in English.
        kind: `single` or `multiple` choice, `scale`, `count` or `text`.
        question_nl: what is asked, in Dutch.
        question_en: what is asked, in English.
        default_base: who is asked, unless a crosswalk row says otherwise.
        minimum_items: number of valid items that a scale needs.
        by_group: answers are shown by group; `false` for what a register knows of an organisation.
        sort_order: order in lists.
        in_dashboard: dashboards show the concept.
    """

    KEY = ("concept",)

    concept: Name
    label_nl: Label
    label_en: Label
    kind: Literal["single", "multiple", "scale", "count", "text"]
    question_nl: Label
    question_en: Label
    default_base: OptionalName
    minimum_items: Annotated[PositiveInteger | None, EmptyIsNone]
    by_group: TrueOrFalse
    sort_order: Integer
    in_dashboard: TrueOrFalse


class Category(Row):
    """One answer of a concept (`categories.csv`).

    Attributes:
        concept: concept that it is an answer of.
        category: short name; it never changes.
        label_nl: label in Dutch.
        label_en: label in English.
        sort_order: order on an axis.
        is_combined: the category adds up other categories.
        complement_of: the only other category that answers can have, of which this one is the
            rest; both are rounded together.
    """

    KEY = ("concept", "category")

    concept: Name
    category: CategoryName
    label_nl: Label
    label_en: Label
    sort_order: Integer
    is_combined: TrueOrFalse
    complement_of: OptionalCategory

    @model_validator(mode="after")
    def _is_of_another(self) -> Category:
        if self.complement_of == self.category:
            raise invalid("complement_of_itself", category=self.category)
        return self


class ReleaseGroup(Row):
    """A category that a release shows as part of another (`release_groups.csv`).

    Attributes:
        concept: concept of both categories.
        category: category in the answers.
        within_concept: concept whose groups hold the merged groups; empty where they are of all
            respondents. Then a category without a row for its group is in no group of the release.
        within_category: group of that concept; the row holds for respondents in it.
        release_category: category that the release shows, and that strata are made of.
    """

    KEY = ("concept", "category", "within_concept", "within_category")

    concept: Name
    category: CategoryName
    within_concept: OptionalName
    within_category: OptionalCategory
    release_category: CategoryName

    @model_validator(mode="after")
    def _merges(self) -> ReleaseGroup:
        if (self.within_concept is None) != (self.within_category is None):
            raise invalid("release_group_half_nested")
        if self.within_concept is None and self.category == self.release_category:
            raise invalid("release_group_of_itself", category=self.category)
        return self


class ReleasePrecision(Row):
    """The unit that figures of a size of base are rounded to (`release_precision.csv`).

    Attributes:
        statistic: `share` in percentage points, `mean` or `quantile` in points of the scale;
            `size`: the number of answers of a group, which is rounded down. Of the analysis of a
            scale: `complete` is the number of respondents with every answer, which is rounded
            down, `coefficient` a loading or reliability, `fit` a measure of fit, `chi_square`;
            `term_group` is as `share`, of a group of words, so that its words and the group do not
            tell how many organisations used a word that is not shown.
        minimum_n: smallest base.
        below_n: first base that is too large; empty without a limit.
        unit: unit of the last digit.
    """

    KEY = ("statistic", "minimum_n")

    statistic: Rounded
    minimum_n: PositiveInteger
    below_n: Annotated[PositiveInteger | None, EmptyIsNone]
    unit: Annotated[Number, Field(gt=0)]

    @model_validator(mode="after")
    def _in_order(self) -> ReleasePrecision:
        if self.below_n is not None and self.below_n <= self.minimum_n:
            raise invalid("precision_backwards", minimum=self.minimum_n, below=self.below_n)
        # A share and its rest are rounded alike, so 100 must be a rounded share.
        if self.statistic in ("share", "term_group") and not (100 / self.unit).is_integer():
            raise invalid("precision_of_shares", unit=self.unit)
        return self


class ReleaseRule(Row):
    """A threshold of what a release shows or claims (`release_rules.csv`).

    Attributes:
        rule: short name.
        value: the threshold; a whole number where it counts something.
        source: where it comes from; a choice of our own is called one.
        meaning_nl: what it does, in Dutch.
        meaning_en: what it does, in English.
    """

    KEY = ("rule",)

    rule: Threshold
    value: Annotated[Number, Field(gt=0)]
    source: Label
    meaning_nl: Label
    meaning_en: Label

    @model_validator(mode="after")
    def _fits(self) -> ReleaseRule:
        if self.rule in FRACTIONS:
            if self.value >= 1:
                raise invalid("release_rule_fraction", rule=self.rule, value=self.value)
            return self
        if self.rule not in PERCENTAGES and not self.value.is_integer():
            raise invalid("release_rule_counts", rule=self.rule, value=self.value)
        if self.rule in PERCENTAGES and self.value > 100:
            raise invalid("release_rule_percent", rule=self.rule, value=self.value)
        return self


class ReleaseWithdrawal(Row):
    """A figure that is withdrawn to protect a hidden group (`release_withdrawals.csv`).

    Attributes:
        survey: survey of the figures.
        wave: wave of the figures.
        concept: concept of the question.
        category: the answer; every answer of a question with one answer has a row, since the
            others would give it away.
        base: who answered.
        group_dimension: split of the group.
        group_value: the group.
        reason_nl: why, in Dutch.
        reason_en: why, in English.
    """

    KEY = ("survey", "wave", "concept", "category", "base", "group_dimension", "group_value")

    survey: Name
    wave: WaveName
    concept: Name
    category: CategoryName
    base: Name
    group_dimension: Name
    group_value: CategoryName
    reason_nl: Label
    reason_en: Label


class Base(Row):
    """Who a percentage is of (`bases.csv`).

    Attributes:
        base: short name; it never changes.
        label_nl: label in Dutch.
        label_en: label in English.
    """

    KEY = ("base",)

    base: Name
    label_nl: Label
    label_en: Label


class _Judgement(Row):
    """How far something may be compared.

    Attributes:
        status: how far it may be compared.
        reason_nl: why, in Dutch.
        reason_en: why, in English.
    """

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
    """How one variable of a wave counts towards a concept (`crosswalk.csv`).

    Attributes:
        survey: the survey.
        wave: the wave.
        concept: concept that the variable measures.
        base: who was asked.
        variable: variable in the file.
        category: category that the variable selects, if the rule needs one.
        rule: how codes become categories or values, see the crosswalk rules.
        recode: what the codes count as, rows of `recodes.csv`.
        source_concept: concept that this concept is made from, if the rule needs one.
    """

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
    """What one code counts as (`recodes.csv`): a category, a score, or no valid answer.

    Attributes:
        recode: name of the recode; rows with the same name belong together.
        code: code in the file, to the last character; `blank` is an empty tick of an answered
            question.
        category: category that the code counts as; or `selected`, `not_selected`.
        score: value that the code counts as.
        missing_kind: why the code is not a valid answer.
    """

    KEY = ("recode", "code")

    recode: Name
    code: Annotated[Code, Field(min_length=1)]
    category: OptionalCategory
    score: OptionalNumber
    missing_kind: Annotated[MissingKind | None, EmptyIsNone]

    @model_validator(mode="after")
    def _says_one_thing(self) -> Recode:
        if EMPTY_SEED.fullmatch(self.code):
            raise invalid("code_is_null", code=self.code)
        if (self.missing_kind is None) == (self.category is None and self.score is None):
            raise invalid("code_needs_one_meaning")
        return self


class Bin(Row):
    """A class of a scale, with its bounds (`bins.csv`).

    Attributes:
        concept: concept with the classes.
        category: class.
        lower: lower bound; empty without one.
        lower_inclusive: the lower bound belongs to the class.
        upper: upper bound; empty without one.
        upper_inclusive: the upper bound belongs to the class.
    """

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
    """How far a wave compares with the reference wave of its survey (`comparability.csv`).

    Attributes:
        survey: the survey.
        wave: wave that is compared with the reference wave.
        concept: the concept.
        category: the category; empty for all.
    """

    KEY = ("survey", "wave", "concept", "category")

    survey: Name
    wave: WaveName
    concept: Name
    category: OptionalCategory


class InternationalComparability(_Judgement):
    """How far a survey compares with the Dutch barometer (`international_comparability.csv`).

    Of the rows that hold for two waves, one with the category goes before one without; then the
    one that names more waves; then the one that allows less. A row that does not name the Dutch
    wave never makes a comparison better than that wave compares with the Dutch reference wave.

    Attributes:
        survey: survey that is compared with the Dutch barometer.
        wave: the wave; empty for all.
        nl_wave: the wave of the Dutch barometer; empty for all.
        concept: the concept.
        category: the category; empty for all.
    """

    KEY = ("survey", "wave", "nl_wave", "concept", "category")

    survey: Name
    wave: Annotated[WaveName | None, EmptyIsNone]
    nl_wave: Annotated[WaveName | None, EmptyIsNone]
    concept: Name
    category: OptionalCategory

    @model_validator(mode="after")
    def _says_why_a_wave_differs(self) -> InternationalComparability:
        if self.nl_wave and not (self.reason_nl and self.reason_en):
            raise invalid("status_needs_reasons", status=self.status)
        return self


class UnitComparability(_Judgement):
    """The best that a comparison of two units can be (`unit_comparability.csv`).

    Units without a row cannot be judged; a unit is identical to itself.

    Attributes:
        nl_unit: unit of a wave of the Dutch barometer.
        unit: unit of the other survey.
    """

    KEY = ("nl_unit", "unit")

    nl_unit: Name
    unit: Name

    @model_validator(mode="after")
    def _are_two(self) -> UnitComparability:
        if self.nl_unit == self.unit:
            raise invalid("unit_with_itself", unit=self.unit)
        return self


class DebateMeasure(_Judgement):
    """A figure of a survey that is close to a topic of the debate (`debate_measures.csv`).

    Attributes:
        topic: the topic, a row of `debate_topics.csv`.
        concept: concept that a survey measures.
        category: category of the concept.
        group_dimension: split of the figure.
        group_value: group of the figure.
    """

    KEY = ("topic", "concept", "category", "group_dimension", "group_value")

    topic: Name
    concept: Name
    category: CategoryName
    group_dimension: Name
    group_value: CategoryName


class GroupDimension(Row):
    """A way of splitting: its groups are the categories of `concept` (`group_dimensions.csv`).

    Attributes:
        group_dimension: short name of the split.
        concept: concept whose categories are the groups; empty for the total.
        coarser: split to show where groups are too small.
        label_nl: label in Dutch.
        label_en: label in English.
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
        group_dimension: split that both groups belong to.
        group_value: group that is compared.
        reference_value: group that it is compared with.
        published_dimension: the split of published figures that give this difference; empty if no
            source gives it.
        published_value: the group in that split.
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


class Family(Row):
    """Tests that are corrected together (`test_families.csv`).

    A difference belongs to the first family of its mart whose conditions hold.

    Attributes:
        mart: mart that holds the differences, without `mart_`.
        family: short name.
        sort_order: place among the families of the mart.
        concept: concept that the family is about; empty for all.
        grouped: `true` for differences of groups, `false` for those of everyone; empty for both.
        by_concept: each concept has a family of its own.
        by_group_dimension: each split has a family of its own.
        label_nl: label in Dutch.
        label_en: label in English.
    """

    KEY = ("mart", "family")

    mart: Literal["trend", "contrast", "international", "term"]
    family: Name
    sort_order: PositiveInteger
    concept: OptionalName
    grouped: Annotated[TrueOrFalse | None, EmptyIsNone]
    by_concept: TrueOrFalse
    by_group_dimension: TrueOrFalse
    label_nl: Label
    label_en: Label


class CodelistCode(Row):
    """A code that results show, with its labels (`codelists.csv`).

    Attributes:
        codelist: name of the codelist.
        code: the code.
        label_nl: label in Dutch.
        label_en: label in English.
        sort_order: order in lists.
    """

    KEY = ("codelist", "code")

    codelist: Literal[
        "data_status",
        "weighting",
        "comparability",
        "verdict",
        "country",
        "test_reason",
        "notice",
        "reconciliation",
        "evidence",
        "reliability",
        "statistic",
        "not_judged",
        "imputation",
        "regression_model",
        "regression_reason",
        "direction",
        "cluster_reason",
        "box_reason",
        "limitation",
        "figure_content",
        "unavailable",
        "finding_kind",
        "scale_reason",
        "invariance_level",
        "practice_kind",
        "practice_theme",
        "practice_technology",
        "practice_dimension",
        "practice_note",
        "debate_kind",
        "debate_note",
        "debate_measure",
        "term_kind",
        "term_group",
        "term_reason",
        "question_known",
        "wording_note",
        "comparison_kind",
    ]
    code: CategoryName
    label_nl: Label
    label_en: Label
    sort_order: Integer


class CountFigure(Row):
    """A published count, and what is counted in the answers (`count_figures.csv`).

    Attributes:
        concept: concept of the published count.
        category: its category that is a count of answers.
        counted_concept: concept whose answers are counted.
        counted_category: category that is counted; empty for every valid answer.
    """

    KEY = ("concept",)

    concept: Name
    category: CategoryName
    counted_concept: Name
    counted_category: OptionalCategory


class PublishedWeighting(Row):
    """How the published figures of a wave are weighted (`published_weighting.csv`).

    Attributes:
        survey: the survey.
        wave: the wave.
        weighting: weighting of our estimates that its published figures are compared with.
    """

    KEY = ("survey", "wave")

    survey: Name
    wave: WaveName
    weighting: Weighting


class DerivedBase(Row):
    """How many answers a published share rests on where no source prints it (`derived_bases.csv`).

    It gives shares of everyone in this base a margin, which is marked; no difference is tested
    with it.

    Attributes:
        survey: survey of the figures.
        wave: wave of the figures.
        base: who the figures are about.
        n: number of answers that follows from the source.
        reason_nl: how it follows, in Dutch.
        reason_en: how it follows, in English.
        source_id: publication that it follows from, a row of `sources.csv`.
        locator: page, table or figure.
    """

    KEY = ("survey", "wave", "base")

    survey: Name
    wave: WaveName
    base: Name
    n: PositiveInteger
    reason_nl: Label
    reason_en: Label
    source_id: Name
    locator: Label


class ReportFigure(Row):
    """A figure, table, box or picture of the 2021 report (`report_figures.csv`).

    Attributes:
        figure_number: number in the report.
        page: page of the report.
        title_nl: title in Dutch.
        title_en: title in English.
        form: form, such as a bar chart or a table.
        n: number of organisations in the caption; empty where the caption has none.
    """

    KEY = ("figure_number",)

    figure_number: FigureNumber
    page: PositiveInteger
    title_nl: Label
    title_en: Label
    form: Literal["bar", "box", "table", "text", "words"]
    n: Annotated[PositiveInteger | None, EmptyIsNone]


class ModelTerm(Row):
    """What a regression can explain, or explain with (`model_terms.csv`).

    Attributes:
        term: short name.
        concept: concept that it is an answer of, or the scale.
        category: what it is called: a category of the concept; `value` for a scale.
        answer: category that it counts; a term that counts several has a row for each. Empty where
            it counts `category` itself.
        source_note_nl: how it differs from what the source explains with, in Dutch; empty where
            it does not. All rows of a term have the same.
        source_note_en: the same in English.
    """

    KEY = ("term", "answer")

    term: Name
    concept: Name
    category: CategoryName
    answer: OptionalCategory
    source_note_nl: OptionalText
    source_note_en: OptionalText


class RegressionTerm(Row):
    """A term that the regressions of an outcome begin with (`regression_terms.csv`).

    Attributes:
        outcome: term that is explained, of those who answered its question.
        term: term that may go together with it; backward selection begins with all of them.
        is_declared: the term is also in the model without selection. It is chosen before anyone
            looks at answers.
    """

    KEY = ("outcome", "term")

    outcome: Name
    term: Name
    is_declared: TrueOrFalse


class ReportFigurePart(Row):
    """Which indicators belong to a figure of the report (`report_figure_parts.csv`).

    Attributes:
        figure_number: figure of the report.
        survey: only waves of this survey; empty for all surveys of the family.
        country: only this country; empty for all.
        concept: concept that the figure shows.
        category: only this category; empty for all.
        base: who it is about; empty for any base, since surveys ask it of others.
        group_dimension: what it is split by.
        every_wave: every wave is expected to have it; one that has not gets a row with the reason.
    """

    KEY = (
        *("figure_number", "survey", "country", "concept", "category", "base"),
        "group_dimension",
    )

    figure_number: FigureNumber
    survey: OptionalName
    country: Annotated[Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None, EmptyIsNone]
    concept: Name
    category: OptionalCategory
    base: OptionalName
    group_dimension: Name
    every_wave: TrueOrFalse


class ReportFigureMart(Row):
    """A mart that has more on a figure of the report (`report_figure_marts.csv`).

    Attributes:
        figure_number: figure of the report.
        mart: table of a release.
        shows_nl: what it shows, in Dutch.
        shows_en: what it shows, in English.
    """

    KEY = ("figure_number", "mart")

    figure_number: FigureNumber
    mart: Annotated[str, Field(pattern=r"^mart_[a-z0-9_]+$")]
    shows_nl: Label
    shows_en: Label


class ReportFinding(Row):
    """What a report says without a number, in our own words (`report_findings.csv`).

    Attributes:
        finding: short name; it never changes.
        survey: survey that it is about.
        wave: wave that it is about.
        figure_number: figure that it belongs to; empty for a statement in the text.
        section: chapter or annex of the report.
        page: page of the report.
        kind: what it is; a `remark` is ours, all else is what the report says; a `sign` is the
            direction of a term of a regression.
        concept: what it is about; of a sign the term, where there is a concept for it.
        category: answer that it is about; of a definition the answer that it explains.
        outcome: of a sign: the category of `result` that is explained.
        direction: of a sign: `positive` if the result is more frequent with the term.
        source_id: publication, a row of `sources.csv`.
        text_nl: the statement in Dutch.
        text_en: the statement in English.
    """

    KEY = ("finding",)

    finding: Name
    survey: Name
    wave: WaveName
    figure_number: Annotated[FigureNumber | None, EmptyIsNone]
    section: Name
    page: PositiveInteger
    kind: FindingKind
    concept: OptionalName
    category: OptionalCategory
    outcome: OptionalCategory
    direction: Annotated[Direction | None, EmptyIsNone]
    source_id: Name
    text_nl: Label
    text_en: Label

    @model_validator(mode="after")
    def _is_whole(self) -> ReportFinding:
        signs = {self.kind == "sign", self.outcome is not None, self.direction is not None}
        if len(signs) > 1:
            raise invalid("sign_half_told", kind=self.kind)
        if self.category and not self.concept:
            raise invalid("category_without_concept", category=self.category)
        return self


class TQuantile(Row):
    """The 97.5 % quantile of Student's t (`t_quantiles.csv`).

    Attributes:
        df: degrees of freedom.
        t975: 97.5 % quantile of Student's t.
    """

    KEY = ("df",)

    df: PositiveInteger
    t975: Annotated[Number, Field(gt=0)]
