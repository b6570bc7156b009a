"""Typed rows of the crosswalk: what is measured, and how each wave's variables become that.

The rows stand in the seeds of the dbt project, which computes with them. Here they are checked
one by one, so that a mistake is told with its file and row before anything is built.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field, model_validator

from ingest.errors import Phrase, RefusedError, did_you_mean
from ingest.models import EmptyIsNone, Model, Name, WaveName, misfit
from ingest.registry import Registry, read_csv

Status = Literal["identical", "comparable", "limited", "impossible", "undetermined"]
MissingKind = Literal["dont_know", "not_applicable", "refused", "routed_out", "not_asked"]
Rule = Literal["recode", "select", "mean_of_items", "count_selected", "bin"]
# Countries go by the capitals of ISO 3166.
CategoryName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]*$", max_length=80)]
OptionalName = Annotated[Name | None, EmptyIsNone]
OptionalCategory = Annotated[CategoryName | None, EmptyIsNone]
OptionalText = Annotated[str | None, EmptyIsNone]
OptionalNumber = Annotated[float | None, EmptyIsNone]
R = TypeVar("R", bound=Model)

# Rules that look up the codes of a variable in a recode; the others name a concept in `recode`.
RECODING: frozenset[Rule] = frozenset({"recode", "select", "mean_of_items"})


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
    _check_codes(found, registry)
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
                raise RefusedError(
                    "unknown_category",
                    Phrase("row_of", path=rows.path, row=line),
                    concept=row.concept,
                    category=row.category,
                    near=did_you_mean(row.category, names),
                    known=sorted(names),
                )


def _check_codes(found: Harmonisation, registry: Registry) -> None:
    """Refuse an answer that counts as nothing; it would get lost without a word."""
    codes: dict[str, set[str]] = {}
    for recode in found.recodes.rows:
        codes.setdefault(recode.recode, set()).add(recode.code)
    given = {
        (wave.id, item.variable): wave.wave.answers.codelists.get(item.codelist or "", {})
        for wave in registry.waves
        if wave.wave.answers
        for item in wave.wave.answers.items
    }
    for line, row in found.crosswalk.numbered:
        if row.variable and row.rule in RECODING and row.recode:
            asked = given[f"{row.survey}/{row.wave}", row.variable]
            open_codes = [code for code in asked if str(code) not in codes[row.recode]]
            if open_codes:
                raise RefusedError(
                    "code_without_recode",
                    f"{found.crosswalk.path}, row {line}",
                    variable=row.variable,
                    codes=[f"{code} ({asked[code]})" for code in open_codes],
                    recode=row.recode,
                )


def _check_crosswalk(found: Harmonisation, registry: Registry) -> None:
    recodes = {row.recode for row in found.recodes.rows}
    concepts = {row.concept for row in found.concepts.rows}
    asked = {
        wave.id: {item.variable for item in wave.wave.answers.items}
        for wave in registry.waves
        if wave.wave.answers
    }
    for line, row in found.crosswalk.numbered:
        where, wave = (
            Phrase("row_of", path=found.crosswalk.path, row=line),
            f"{row.survey}/{row.wave}",
        )
        if wave not in asked:
            raise RefusedError("wave_without_answers", where, wave=wave, known=sorted(asked))
        if row.variable and row.variable not in asked[wave]:
            near = did_you_mean(row.variable, asked[wave])
            raise RefusedError(
                "unknown_variable", where, wave=wave, variable=row.variable, near=near
            )
        known, to = (recodes, "recodes.csv") if row.rule in RECODING else (concepts, "concepts.csv")
        if row.recode not in known:
            raise RefusedError(
                "reference_leads_nowhere",
                where,
                column="recode",
                name=row.recode or "",
                near=did_you_mean(row.recode or "", known),
                to=to,
            )
