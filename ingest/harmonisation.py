"""Typed rows of the crosswalk: what is measured, and how each wave's variables become that.

The rows stand in the seeds of the dbt project, which computes with them. Here they are checked
one by one, so that a mistake is told with its file and row before anything is built.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, Literal, NoReturn, TypeVar

from pydantic import Field, model_validator

from ingest.errors import Phrase, RefusedError, did_you_mean
from ingest.models import Answers, EmptyIsNone, Item, Model, Name, WaveName, misfit
from ingest.registry import Registry, read_csv

Status = Literal["identical", "comparable", "limited", "impossible", "undetermined"]
MissingKind = Literal["dont_know", "not_applicable", "refused", "routed_out", "not_asked"]
Rule = Literal[
    "recode",
    "direct",
    "select",
    "combine_any",
    "combine_all",
    "mean_of_items",
    "reverse",
    "count_selected",
    "bin",
    "not_asked",
]
# Countries go by the capitals of ISO 3166.
CategoryName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]*$", max_length=80)]
OptionalName = Annotated[Name | None, EmptyIsNone]
OptionalCategory = Annotated[CategoryName | None, EmptyIsNone]
OptionalText = Annotated[str | None, EmptyIsNone]
OptionalNumber = Annotated[float | None, EmptyIsNone]
R = TypeVar("R", bound=Model)


@dataclass(frozen=True)
class Needs:
    """Which of the columns `variable`, `category` and `recode` a rule fills.

    Attributes:
        filled: columns that a row must fill.
        optional: columns that it may fill; all others stay empty.
        recode: the recode says of codes that they are a `category`, are `selected` or not, have a
            `score`, or are no valid answer (`missing`); or `recode` names a `concept`.
    """

    filled: tuple[str, ...]
    optional: tuple[str, ...] = ()
    recode: Literal["category", "selected", "score", "missing", "concept"] | None = None


SELECTING = Needs(("variable", "category", "recode"), recode="selected")
SCORING = Needs(("variable", "recode"), recode="score")
DERIVING = Needs(("recode",), recode="concept")
RULES: dict[Rule, Needs] = {
    "recode": Needs(("variable", "recode"), recode="category"),
    "direct": Needs(("variable",), ("recode",), recode="missing"),
    "select": SELECTING,
    "combine_any": SELECTING,
    "combine_all": SELECTING,
    "mean_of_items": SCORING,
    "reverse": SCORING,
    "count_selected": DERIVING,
    "bin": DERIVING,
    "not_asked": Needs((), ("category",)),
}
# Rules that say of every code of a variable what it counts as.
RECODING: frozenset[Rule] = frozenset(
    rule for rule, needs in RULES.items() if needs.recode in ("category", "selected", "score")
)
COMBINING: frozenset[Rule] = frozenset({"combine_any", "combine_all"})
SELECTED = ("selected", "not_selected")
BLANK = "blank"  # the code, in a recode, of an empty tick of an answered battery


class Concept(Model):
    """What is measured (`concepts.csv`)."""

    concept: Name
    label_nl: str
    label_en: str
    kind: Literal["single", "multiple", "scale", "count", "text"]
    question_nl: str
    question_en: str
    default_base: OptionalName
    is_grouping: bool
    minimum_items: Annotated[int | None, EmptyIsNone]
    sort_order: int
    in_dashboard: bool


class Category(Model):
    """One answer of a concept (`categories.csv`)."""

    concept: Name
    category: CategoryName
    label_nl: str
    label_en: str
    sort_order: int
    shown_alone: bool
    is_combined: bool


class Base(Model):
    """Who a percentage is of (`bases.csv`)."""

    base: Name
    label_nl: str
    label_en: str


class _Judgement(Model):
    status: Status
    reason_nl: OptionalText
    reason_en: OptionalText

    @model_validator(mode="after")
    def _has_reasons(self) -> _Judgement:
        if self.status not in ("identical", "undetermined") and not (
            self.reason_nl and self.reason_en
        ):
            raise misfit("status_needs_reasons", status=self.status)
        return self


class CrosswalkRow(_Judgement):
    """How one variable of a wave counts towards a concept (`crosswalk.csv`)."""

    survey: Name
    wave: WaveName
    concept: Name
    base: Name
    variable: OptionalText
    category: OptionalCategory
    rule: Rule
    recode: OptionalName


class Recode(Model):
    """What one code counts as (`recodes.csv`): a category, a score, or no valid answer."""

    recode: Name
    code: str
    category: OptionalCategory
    score: OptionalNumber
    missing_kind: Annotated[MissingKind | None, EmptyIsNone]

    @model_validator(mode="after")
    def _says_one_thing(self) -> Recode:
        if (self.missing_kind is None) == (self.category is None and self.score is None):
            raise misfit("code_needs_one_meaning")
        return self


class Bin(Model):
    """A class of a scale, with its bounds (`bins.csv`)."""

    concept: Name
    category: CategoryName
    lower: OptionalNumber
    lower_inclusive: bool
    upper: OptionalNumber
    upper_inclusive: bool


class Comparability(_Judgement):
    """How far a wave compares with the reference wave of its survey (`comparability.csv`)."""

    survey: Name
    wave: WaveName
    concept: Name
    category: OptionalCategory


class InternationalComparability(_Judgement):
    """How far a survey compares with the Dutch barometer (`international_comparability.csv`)."""

    survey: Name
    wave: Annotated[WaveName | None, EmptyIsNone]
    concept: Name
    category: OptionalCategory


@dataclass(frozen=True)
class Rows(Generic[R]):
    """The rows of one file, each with the number of its line."""

    path: Path
    numbered: tuple[tuple[int, R], ...]

    @classmethod
    def read(cls, model: type[R], path: Path) -> Rows[R]:
        """Read a file of rows."""
        return cls(path, tuple(read_csv(model, path)))

    @property
    def rows(self) -> tuple[R, ...]:
        """The rows alone."""
        return tuple(row for _, row in self.numbered)

    def refer(self, column: str, known: Iterable[str], to: str) -> None:
        """Refuse a row whose `column` is filled with a name that `known` does not hold.

        Args:
            column: the column that refers.
            known: the names that it may hold.
            to: the file where they are described, for the message.

        Raises:
            RefusedError: with file, row and the nearest name.
        """
        names = set(known)
        for line, row in self.numbered:
            name = getattr(row, column)
            if name is not None and name not in names:
                raise RefusedError(
                    "reference_leads_nowhere",
                    Phrase("row_of", path=self.path, row=line),
                    column=column,
                    name=name,
                    near=did_you_mean(name, names),
                    to=to,
                )


@dataclass(frozen=True)
class Harmonisation:
    """All rows that say how waves are harmonised."""

    concepts: Rows[Concept]
    categories: Rows[Category]
    bases: Rows[Base]
    crosswalk: Rows[CrosswalkRow]
    recodes: Rows[Recode]
    bins: Rows[Bin]
    comparability: Rows[Comparability]
    international: Rows[InternationalComparability]


def load(seeds: Path, registry: Registry) -> Harmonisation:
    """Read and check the rows under `seeds`.

    Args:
        seeds: the folder of the seeds.
        registry: the surveys, waves and variables that rows may name.

    Raises:
        RefusedError: a row that does not fit its model, or a reference that leads nowhere.
    """
    found = Harmonisation(
        Rows.read(Concept, seeds / "concepts.csv"),
        Rows.read(Category, seeds / "categories.csv"),
        Rows.read(Base, seeds / "bases.csv"),
        Rows.read(CrosswalkRow, seeds / "crosswalk.csv"),
        Rows.read(Recode, seeds / "recodes.csv"),
        Rows.read(Bin, seeds / "bins.csv"),
        Rows.read(Comparability, seeds / "comparability.csv"),
        Rows.read(InternationalComparability, seeds / "international_comparability.csv"),
    )
    concepts = {row.concept for row in found.concepts.rows}
    bases = {row.base for row in found.bases.rows}
    surveys = {survey.survey for survey in registry.surveys}
    found.concepts.refer("default_base", bases, "bases.csv")
    found.categories.refer("concept", concepts, "concepts.csv")
    found.crosswalk.refer("base", bases, "bases.csv")
    found.bins.refer("concept", concepts, "concepts.csv")
    for rows in (found.crosswalk, found.comparability, found.international):
        rows.refer("survey", surveys, "ingest/surveys")
        rows.refer("concept", concepts, "concepts.csv")
    _check_categories(found)
    _check_crosswalk(found, registry)
    return found


def _check_categories(found: Harmonisation) -> None:
    known: dict[str, set[str]] = {}
    for category in found.categories.rows:
        known.setdefault(category.concept, set()).add(category.category)
    # The estimates of a scale are its mean and quantiles, which no file needs to describe.
    scales = {row.concept for row in found.concepts.rows if row.kind == "scale"}
    checked: tuple[Rows[CrosswalkRow] | Rows[Bin] | Rows[Comparability], ...]
    checked = (found.crosswalk, found.bins, found.comparability)
    for rows in checked:
        for line, row in rows.numbered:
            names = known.get(row.concept, set())
            if row.category and row.concept not in scales and row.category not in names:
                _refuse_category(
                    Phrase("row_of", path=rows.path, row=line), row.concept, row.category, names
                )


def _refuse_category(where: Phrase, concept: str, category: str, known: Iterable[str]) -> NoReturn:
    raise RefusedError(
        "unknown_category",
        where,
        concept=concept,
        category=category,
        near=did_you_mean(category, known),
        known=sorted(known),
    )


def _check_crosswalk(found: Harmonisation, registry: Registry) -> None:
    concepts = {row.concept for row in found.concepts.rows}
    waves = {wave.id: wave.wave.answers for wave in registry.waves if wave.wave.answers}
    recodes: dict[str, list[tuple[int, Recode]]] = {}
    for line, recode in found.recodes.numbered:
        recodes.setdefault(recode.recode, []).append((line, recode))
    for line, row in found.crosswalk.numbered:
        where, wave, needs = _place(found, line), f"{row.survey}/{row.wave}", RULES[row.rule]
        if wave not in waves:
            raise RefusedError("wave_without_answers", where, wave=wave, known=sorted(waves))
        for column in ("variable", "category", "recode"):
            value, given = getattr(row, column), {"by": row.rule, "column": column}
            if column in needs.filled and not value:
                raise RefusedError("rule_needs_column", where, **given)
            if value and column not in needs.filled + needs.optional:
                raise RefusedError("rule_leaves_column_empty", where, value=value, **given)
        if row.rule == "not_asked" and row.status != "impossible":
            raise RefusedError("not_asked_is_impossible", where, status=row.status)
        asked = {item.variable: item for item in waves[wave].items}
        if row.variable and row.variable not in asked:
            near = did_you_mean(row.variable, asked)
            raise RefusedError(
                "unknown_variable", where, wave=wave, variable=row.variable, near=near
            )
        if row.recode and row.recode not in (concepts if needs.recode == "concept" else recodes):
            known = concepts if needs.recode == "concept" else set(recodes)
            raise RefusedError(
                "reference_leads_nowhere",
                where,
                column="recode",
                name=row.recode,
                near=did_you_mean(row.recode, known),
                to="concepts.csv" if needs.recode == "concept" else "recodes.csv",
            )
        if row.variable:
            recode_rows = recodes[row.recode] if row.recode else []
            _check_codes(found, row, where, asked[row.variable], waves[wave], recode_rows)
    _check_rows_together(found)


def _place(found: Harmonisation, line: int) -> Phrase:
    return Phrase("row_of", path=found.crosswalk.path, row=line)


def _check_codes(
    found: Harmonisation,
    row: CrosswalkRow,
    where: Phrase,
    item: Item,
    answers: Answers,
    recodes: list[tuple[int, Recode]],
) -> None:
    """Refuse a recode that says another thing than the rule needs, or not all of it."""
    said, names = RULES[row.rule].recode, {"variable": item.variable, "by": row.rule}
    if item.text:
        raise RefusedError("text_has_no_codes", where, **names)
    labels = {str(code): text for code, text in answers.codelists[item.codelist or ""].items()}
    codes = set(labels)
    categories = {line.category for line in found.categories.rows if line.concept == row.concept}
    if item.separator and row.rule != "recode":
        raise RefusedError("list_needs_recode", where, **names)
    if BLANK in {recode.code for _, recode in recodes} and not item.battery:
        raise RefusedError("blank_without_battery", where, recode=row.recode, **names)
    for line, recode in recodes:
        place = Phrase("row_of", path=found.recodes.path, row=line)
        given = {"recode": recode.recode, "code": recode.code, "by": row.rule, "used": where}
        if said == "missing" and not recode.missing_kind:
            raise RefusedError("direct_recodes_missing_only", place, **given)
        if recode.missing_kind:
            continue
        if said == "selected" and recode.category not in SELECTED:
            raise RefusedError("recode_does_not_select", place, **given, known=SELECTED)
        if said == "score" and recode.score is None:
            raise RefusedError("recode_has_no_score", place, **given)
        if said == "category" and recode.category not in categories:
            _refuse_category(place, row.concept, recode.category or "", categories)
    coded = {recode.code for _, recode in recodes}
    if said != "missing":
        if left_out := sorted(codes - coded):
            told = [f"{code} ({labels[code]})" for code in left_out]
            raise RefusedError(
                "code_without_recode",
                where,
                variable=item.variable,
                codes=told,
                recode=row.recode,
            )
    elif {concept.concept: concept.kind for concept in found.concepts.rows}[row.concept] != "scale":
        for code in sorted(codes - coded - categories):
            _refuse_category(where, row.concept, code, categories)


def _check_rows_together(found: Harmonisation) -> None:
    """Refuse rows of one concept that contradict each other."""
    single = {row.concept for row in found.concepts.rows if row.kind == "single"}
    questions: dict[tuple[str, ...], list[tuple[int, CrosswalkRow]]] = {}
    for line, row in found.crosswalk.numbered:
        question = (row.survey, row.wave, row.concept, row.base)
        questions.setdefault(question, []).append((line, row))
    for line, row in found.crosswalk.numbered:
        rows = questions[row.survey, row.wave, row.concept, row.base]
        alike = [(place, other) for place, other in rows if other.category == row.category]
        names = {"concept": row.concept, "category": row.category or "", "by": row.rule}
        others = rows if row.category is None else alike
        if row.rule == "not_asked" and len(others) > 1:
            lines = [place for place, _ in others if place != line]
            raise RefusedError("asked_and_not_asked", _place(found, line), lines=lines, **names)
        if row.rule in COMBINING:
            if mixed := sorted({other.rule for _, other in alike} - {row.rule}):
                raise RefusedError("combination_mixed", _place(found, line), others=mixed, **names)
            combined = {other.variable for _, other in alike}
            if len(combined) == 1:
                raise RefusedError("combination_of_one", _place(found, line), **names)
            all_combined = {other.variable for _, other in rows if other.rule in COMBINING}
            if row.concept in single and combined != all_combined:
                left_out = sorted(str(name) for name in all_combined - combined)
                raise RefusedError(
                    "combination_uneven", _place(found, line), variables=left_out, **names
                )
