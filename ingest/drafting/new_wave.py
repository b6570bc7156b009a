"""Drafts the description of a new wave from its file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.drafting.candidates import list_candidates
from ingest.drafting.decisions import Decisions, decide_on_variables, decide_on_wave
from ingest.drafting.draft import Draft
from ingest.drafting.earlier import EarlierAnswers, OpenWave
from ingest.drafting.findings import Findings
from ingest.drafting.formats import read_new
from ingest.drafting.harmonising import DraftedRows, harmonise
from ingest.drafting.items import describe_items
from ingest.drafting.manifest import Content, manifest_text
from ingest.drafting.matching import match
from ingest.drafting.profile import profile
from ingest.drafting.proposals import propose
from ingest.errors import RefusedError, did_you_mean, listing
from ingest.formats import AnswerFile, AnswerTable
from ingest.harmonisation import Harmonisation
from ingest.messages import Language
from ingest.models import Survey
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
class NewWave:
    """A wave that is not described yet.

    Attributes:
        survey: the survey that it belongs to.
        wave: its name, four digits.
        file: how its file is read.
        table: the answers.
        texts: variables with open answers.
    """

    survey: Survey
    wave: str
    file: AnswerFile
    table: AnswerTable
    texts: frozenset[str]


def draft_wave(
    path: Path,
    survey: str,
    wave: str,
    described: Described,
    *,
    options: Mapping[str, str | int | None] | None = None,
    texts: Iterable[str] = (),
    language: Language = "en",
) -> Draft:
    """Draft manifest, crosswalk and recode rows of a wave from its file. Writes nothing.

    Args:
        path: the file.
        survey: the survey that it belongs to.
        wave: name of the wave, four digits.
        described: what is described already.
        options: options of the file format, see `read_new`.
        texts: variables with open answers.
        language: of the comments in the manifest.

    Raises:
        BarometerError: no such survey, a wave with crosswalk rows, or a file that cannot be read,
            or only with more options.
    """
    where = f"{survey}/{wave}"
    surveys = {one.survey: one for one in described.registry.surveys}
    if survey not in surveys:
        near = did_you_mean(survey, surveys)
        raise RefusedError("no_such_survey", where, near=near, known=listing(surveys, 30))
    if not re.fullmatch(r"[0-9]{4}", wave):
        raise RefusedError("no_year", where, wave=wave)
    crosswalk = described.rows.crosswalk
    if any((row.survey, row.wave) == (survey, wave) for row in crosswalk.rows):
        raise RefusedError("wave_has_rows", where, path=crosswalk.path)
    open_answers = frozenset(texts)
    file, table = _read(path, options or {}, open_answers, where)
    return _draft(NewWave(surveys[survey], wave, file, table, open_answers), described, language)


def _read(
    path: Path, options: Mapping[str, str | int | None], texts: frozenset[str], where: str
) -> tuple[AnswerFile, AnswerTable]:
    file, table = read_new(path, options, texts, where)
    names = table.data.column_names
    if not table.data.num_rows:
        raise RefusedError("no_rows", where, path=path)
    if unknown := sorted(texts - set(names)):
        raise RefusedError("no_such_column", where, path=path, columns=unknown)
    if unfit := [name for name in names if not re.fullmatch(r"[A-Za-z][\w.]*", name)]:
        raise RefusedError("unfit_names", where, path=path, columns=unfit)
    return file, table


def _draft(new: NewWave, described: Described, language: Language) -> Draft:
    earlier = EarlierAnswers(described.registry, described.open_wave)
    found = _find(new, described, earlier)
    decisions = Decisions(language)
    decide_on_variables(decisions, found)
    codelists, items = describe_items(new.survey, found, earlier, decisions)
    decide_on_wave(decisions, found)
    content = Content(
        wave=new.wave,
        file=new.file,
        ids={role: name for role, name in found.profile.roles.items() if role != "weight"},
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
        loads=found.last is not None and "respondent" in found.profile.roles,
        proposals=propose(new.table, found),
        decisions=decisions.ordered(),
        manifest=manifest_text(content),
        crosswalk=tuple(found.rows.crosswalk),
        recodes=tuple(found.rows.recodes),
    )


def _find(new: NewWave, described: Described, earlier: EarlierAnswers) -> Findings:
    name = new.survey.survey
    seen = profile(new.table, new.texts, described.registry)
    candidates = list_candidates(described.registry, described.rows, f"{name}/{new.wave}")
    matches = match(seen.variables, candidates, name, earlier.counts)
    rows = harmonise(new.survey, new.wave, seen.variables, matches, described.rows)
    last = _last_wave(new, described.registry)
    return Findings(seen, matches, rows, last, _not_asked(name, described.rows, rows))


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
