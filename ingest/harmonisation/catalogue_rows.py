"""Typed rows of the catalogue: practice cases, a debate beside what surveys measure, and words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ingest.errors import invalid
from ingest.harmonisation.rows import (
    Label,
    OptionalCategory,
    OptionalName,
    OptionalText,
    PositiveInteger,
)
from ingest.models import Name, Row, TrueOrFalse


def _listed(value: object) -> object:
    """Split a cell with names and `;` between them."""
    return value.split(";") if isinstance(value, str) and value else value or ()


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise invalid("listed_twice", names=twice)
    return names


Names = Annotated[tuple[Name, ...], BeforeValidator(_listed), AfterValidator(_once)]
PracticeKind = Literal["box", "case_study", "example"]
DebateKind = Literal["barrier", "strategy", "critique", "example"]


class _Told(Row):
    """A row with texts in two languages."""

    @model_validator(mode="after")
    def _in_both_languages(self) -> _Told:
        for name, text in vars(self).items():
            other = f"{name.removesuffix('_nl')}_en"
            if name.endswith("_nl") and bool(text) != bool(getattr(self, other)):
                raise invalid("one_language_only", column=name, other=other)
        return self


class PracticeCase(_Told):
    """An innovation that a source tells about, in our own words (`practice_cases.csv`).

    Attributes:
        practice_case: short name; it never changes.
        kind: `box` or `case_study` of the report, or an `example` of a debate.
        title_nl: what it is, in Dutch.
        title_en: what it is, in English.
        organisation_nl: whose it is, or that the source does not name it, in Dutch.
        organisation_en: whose it is, or that the source does not name it, in English.
        sector: category of the concept `sector`; empty where the source does not tell.
        types: categories of the concept `innovation_type`, with `;` between them.
        types_inferred: the project chose the types, the source does not tell.
        themes: codes of the codelist `practice_theme`, with `;` between them.
        technologies: codes of the codelist `practice_technology`, with `;` between them; empty
            without technology.
        description_nl: what was done, in Dutch.
        description_en: what was done, in English.
        lessons_nl: what others can learn from it, in Dutch; empty where the source does not tell.
        lessons_en: what others can learn from it, in English.
        source_id: publication, a row of `sources.csv`.
        locator: page and box.
    """

    KEY = ("practice_case",)

    practice_case: Name
    kind: PracticeKind
    title_nl: Label
    title_en: Label
    organisation_nl: Label
    organisation_en: Label
    sector: OptionalCategory
    types: Annotated[Names, Field(min_length=1)]
    types_inferred: TrueOrFalse
    themes: Annotated[Names, Field(min_length=1)]
    technologies: Names
    description_nl: Label
    description_en: Label
    lessons_nl: OptionalText
    lessons_en: OptionalText
    source_id: Name
    locator: Label


class DebateTopic(_Told):
    """What civil servants said in a debate (`debate_topics.csv`), in our own words.

    Attributes:
        topic: short name; it never changes.
        kind: a barrier, a strategy, a critique or an example.
        sort_order: order in lists.
        label_nl: label in Dutch.
        label_en: label in English.
        said_nl: what was said, in Dutch.
        said_en: what was said, in English.
        not_measured_nl: the part of it that no survey measures, in Dutch; empty if there is none.
        not_measured_en: the part of it that no survey measures, in English.
        caution_nl: what to keep in mind, in Dutch.
        caution_en: what to keep in mind, in English.
        source_id: publication, a row of `sources.csv`.
        locator: section of the publication.
    """

    KEY = ("topic",)

    topic: Name
    kind: DebateKind
    sort_order: PositiveInteger
    label_nl: Label
    label_en: Label
    said_nl: Label
    said_en: Label
    not_measured_nl: OptionalText
    not_measured_en: OptionalText
    caution_nl: OptionalText
    caution_en: OptionalText
    source_id: Name
    locator: Label


Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
# As open answers are read: in lower case, with a straight apostrophe and no space.
Word = Annotated[str, Field(pattern=r"^[^\W\d_A-Z]+(?:[-'][^\W\d_A-Z]+)*$")]


class TermLanguage(Row):
    """The language of the open answers of a survey (`term_languages.csv`).

    Attributes:
        survey: the survey.
        language: ISO 639-1. Without rows of it in `stop_words.csv` no words are counted.
    """

    KEY = ("survey",)

    survey: Name
    language: Language


class StopWord(Row):
    """A word of open answers that says nothing by itself, such as `the` (`stop_words.csv`).

    Attributes:
        language: ISO 639-1.
        word: the word in lower case, as written or in its base form.
    """

    KEY = ("language", "word")

    language: Language
    word: Word


class TermWord(Row):
    """A word of open answers that a person listed (`term_words.csv`).

    It counts with a capital and without a dictionary too, so never list a name of a person, a place
    or an organisation.

    Attributes:
        language: ISO 639-1.
        word: the word in lower case, as written.
        term: the word that it is shown as.
        term_group: group that the term belongs to, a code of the codelist `term_group`; empty for
            none. All words of a term have the same.
    """

    KEY = ("language", "word")

    language: Language
    word: Word
    term: Word
    term_group: OptionalName


class TermLabel(Row):
    """What a word of open answers means in Dutch and in English (`term_labels.csv`).

    A word without a row is shown as it is written.

    Attributes:
        language: ISO 639-1, of the word.
        term: the word as it is shown.
        label_nl: the word in Dutch.
        label_en: the word in English.
    """

    KEY = ("language", "term")

    language: Language
    term: Word
    label_nl: Label
    label_en: Label
