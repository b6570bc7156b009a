"""Drafts the description of a new wave from its file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.arrangement import arrange
from ingest.codes import EMPTY_SEED
from ingest.drafting.candidates import list_candidates, of_family
from ingest.drafting.codebook import with_codebook
from ingest.drafting.decisions import (
    Decisions,
    decide_on_letters,
    decide_on_personal,
    decide_on_variables,
    decide_on_wave,
)
from ingest.drafting.draft import Draft
from ingest.drafting.earlier import EarlierAnswers, OpenWave
from ingest.drafting.findings import Findings
from ingest.drafting.formats import Personal, read_new
from ingest.drafting.harmonising import DraftedRows, harmonise
from ingest.drafting.items import describe_items
from ingest.drafting.manifest import Content, manifest_text
from ingest.drafting.matching import recognise
from ingest.drafting.new_survey import (
    NewRows,
    add_country,
    describe_survey,
    draft_concepts,
    survey_text,
)
from ingest.drafting.profile import profile
from ingest.drafting.proposals import propose
from ingest.errors import RefusedError, Spoken, did_you_mean, listing
from ingest.formats import AnswerFile, AnswerTable
from ingest.harmonisation import Harmonisation
from ingest.messages import Language
from ingest.models import Columns, Survey
from ingest.registry import Registry, SurveyWave


@dataclass(frozen=True)
class Described:
    """What is described already.

    Attributes:
        registry: surveys and waves.
        rows: how they are harmonised.
        open_wave: returns the answers of a described wave, or nothing without its file.
    """

    registry: Registry
    rows: Harmonisation
    open_wave: OpenWave


@dataclass(frozen=True)
class NewSurvey:
    """What a person says of a survey that is not described yet.

    Attributes:
        country: ISO 3166-1 alpha-2; it says that the survey is new.
        title: its title.
    """

    country: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class NewWave:
    """A wave that is not described yet.

    Attributes:
        survey: the survey that it belongs to.
        wave: its name, four digits.
        file: how its file is read.
        table: the answers.
        texts: variables with open answers.
        personal: columns that are left out.
        rename: columns that got another name.
        layout: what its layout looks like, and why; nothing for a plain one.
    """

    survey: Survey
    wave: str
    file: AnswerFile
    table: AnswerTable
    texts: frozenset[str]
    personal: Personal
    rename: Mapping[str, str]
    layout: Spoken | None


def draft_wave(
    path: Path,
    survey: str,
    wave: str,
    described: Described,
    *,
    options: Mapping[str, str | int | None] | None = None,
    texts: Iterable[str] = (),
    codebook: Path | None = None,
    language: Language = "en",
    new_survey: NewSurvey = NewSurvey(),
    concepts: bool = False,
) -> Draft:
    """Draft manifest, crosswalk and recode rows of a wave from its file. Writes nothing.

    Args:
        path: the file.
        survey: the survey that it belongs to.
        wave: name of the wave, four digits.
        described: what is described already.
        options: options of the file format, see `read_new`.
        texts: variables with open answers.
        codebook: a table with wordings and labels, see `with_codebook`.
        language: of the comments in the manifest.
        new_survey: what is known of a survey that is not described yet.
        concepts: draft a concept for each coded item that resembles nothing, as for a new survey.

    Raises:
        BarometerError: no such survey, a wave with crosswalk rows, or a file that cannot be read,
            or only with more options.
    """
    where = f"{survey}/{wave}"
    surveys = {one.survey: one for one in described.registry.surveys}
    if survey in surveys and new_survey != NewSurvey():
        raise RefusedError("survey_is_there", where, survey=survey)
    if survey not in surveys and not new_survey.country:
        near = did_you_mean(survey, surveys)
        raise RefusedError("no_such_survey", where, near=near, known=listing(surveys, 30))
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,79}", survey):
        raise RefusedError("survey_unnameable", where, survey=survey)
    if not re.fullmatch(r"[0-9]{4}", wave):
        raise RefusedError("no_year", where, wave=wave)
    crosswalk = described.rows.crosswalk
    if any((row.survey, row.wave) == (survey, wave) for row in crosswalk.rows):
        raise RefusedError("wave_has_rows", where, path=crosswalk.path)
    open_answers = frozenset(texts)
    file, table, personal = _read(path, options or {}, open_answers, where)
    table, rename = _renamed(table, path, where)
    open_answers = frozenset(rename.get(name, name) for name in open_answers)
    layout = file.looks_like(path, where)
    decisions, rows = Decisions(language), NewRows()
    if codebook:
        table, others = with_codebook(table, codebook, where)
        decisions.add("codebook_other", others, [])
    if country := new_survey.country:
        add_country(rows, country, described.rows, where)
        one = describe_survey(survey, country, new_survey.title, wave, decisions)
        description = survey_text(one, decisions.comments)
    else:
        one, description = surveys[survey], ""
    new = NewWave(one, wave, file, table, open_answers, personal, rename, layout)
    concepts = concepts or bool(description)
    made = _draft(new, described, decisions, rows, concepts=concepts)
    return made.model_copy(update={"description": description})


def _read(
    path: Path, options: Mapping[str, str | int | None], texts: frozenset[str], where: str
) -> tuple[AnswerFile, AnswerTable, Personal]:
    file, table, personal = read_new(path, options, texts, where)
    if not table.data.num_rows:
        raise RefusedError("no_rows", where, path=path)
    if unknown := sorted(texts - set(table.data.column_names)):
        raise RefusedError("no_such_column", where, path=path, columns=unknown)
    return file, table, personal


def _renamed(table: AnswerTable, path: Path, where: str) -> tuple[AnswerTable, Mapping[str, str]]:
    """Give a column another name if dbt takes its own for an empty cell of the crosswalk."""
    names = table.data.column_names
    rename: dict[str, str] = {}
    for name in filter(EMPTY_SEED.fullmatch, names):
        base = f"variable_{name.strip()}"
        others = (base, *(f"{base}_{number}" for number in range(2, len(names) + 3)))
        rename[name] = next(one for one in others if one not in (*names, *rename.values()))
    return arrange(table, Columns(rename=rename), path, where), rename


def _draft(
    new: NewWave, described: Described, decisions: Decisions, rows: NewRows, *, concepts: bool
) -> Draft:
    earlier = EarlierAnswers(described.registry, described.open_wave)
    found = _find(new, described, earlier)
    if new.layout:
        decisions.add("layout", ["file"], reason=new.layout)
    decide_on_personal(decisions, new.personal)
    decisions.add("null_name", new.rename.values(), ["rename"], columns=listing(new.rename, 20))
    decide_on_variables(decisions, found, concepts=concepts)
    codelists, items = describe_items(new.survey, found, earlier, decisions)
    if concepts:
        draft_concepts(
            new.survey, new.wave, found, items, codelists, described.rows, rows, decisions
        )
    decide_on_wave(decisions, found, trims="trim" in type(new.file).model_fields)
    decide_on_letters(decisions, getattr(new.file, "encoding", None), new.table)
    content = Content(
        wave=new.wave,
        file=new.file,
        drop=new.personal.columns,
        rename=new.rename,
        ids={role: name for role, name in found.profile.roles.items() if role != "weight"},
        row_number=_row_number(new.table),
        weight=found.profile.roles.get("weight"),
        codelists=codelists,
        items=items,
        not_asked=found.not_asked,
        before=found.last.wave if found.last else None,
        dates=found.profile.dates,
        comments=decisions.comments,
    )
    return Draft(
        survey=new.survey.survey,
        wave=new.wave,
        file=new.file.name,
        respondents=found.profile.size,
        proposals=propose(new.table, found),
        decisions=decisions.ordered(),
        manifest=manifest_text(content),
        concepts=tuple(rows.concepts),
        categories=tuple(rows.categories),
        codelists=tuple(rows.codelists),
        crosswalk=tuple(found.rows.crosswalk),
        recodes=tuple(found.rows.recodes),
    )


def _row_number(table: AnswerTable) -> str:
    """A name for the number of the row that no column has."""
    taken = {name.lower() for name in table.data.column_names}
    names = ("row_number", *(f"row_number_{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _find(new: NewWave, described: Described, earlier: EarlierAnswers) -> Findings:
    name = new.survey.survey
    seen = profile(new.table, new.file.number_form, new.texts, described.registry)
    candidates = list_candidates(described.registry, described.rows, f"{name}/{new.wave}")
    related = of_family(described.registry, described.rows, new.survey)
    matches, nearest = recognise(seen.variables, candidates, name, earlier.counts, related)
    rows = harmonise(new.survey, new.wave, seen.variables, matches, described.rows)
    last = _last_wave(new, described.registry)
    return Findings(seen, matches, nearest, rows, last, _not_asked(name, described.rows, rows))


def _last_wave(new: NewWave, registry: Registry) -> SurveyWave | None:
    """The latest other wave of the survey; one with answers, where there is one."""
    own = [one for one in registry.waves if one.survey == new.survey and one.wave.wave != new.wave]
    return max(own, key=lambda one: (one.wave.answers is not None, one.wave.wave), default=None)


def _not_asked(survey: str, described: Harmonisation, rows: DraftedRows) -> tuple[str, ...]:
    """Concepts that earlier waves of the survey asked about and this one does not."""
    found = {row.concept for row in rows.crosswalk}
    asked = [
        row.concept
        for row in sorted(described.crosswalk.rows, key=lambda row: row.wave, reverse=True)
        if row.survey == survey and row.variable
    ]
    return tuple(concept for concept in dict.fromkeys(asked) if concept not in found)
