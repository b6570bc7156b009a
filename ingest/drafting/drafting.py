"""Puts a draft together: what was found, what is proposed, and what a person must decide."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from ingest.drafting.decisions import Decision, Decisions, decide_on_variables
from ingest.drafting.formats import read_new
from ingest.drafting.harmonising import Rows, harmonise
from ingest.drafting.known import Known, known
from ingest.drafting.manifest import Content, manifest_text
from ingest.drafting.matching import Match, Variable, column_counts, match
from ingest.drafting.profile import Profile, Role, profile
from ingest.drafting.wording import YEAR
from ingest.errors import Language, Phrase, RefusedError, did_you_mean, listing
from ingest.formats import AnswerFile, AnswerTable
from ingest.harmonisation import CrosswalkRow, Harmonisation, Recode
from ingest.models import Item, Model, Survey, Text, Title
from ingest.registry import Registry, SurveyWave

Earlier = Callable[[SurveyWave], AnswerTable | None]
OTHER_RESPONDENTS = 0.25  # difference in the share that answered: it was asked of others
SAME_RESPONDENTS = 0.9  # of the respondents of either question, the share that answered both
WORDS_OF_YAML = {"yes", "no", "on", "off", "y", "n", "true", "false", "null"}


class Use(Model):
    """What a variable counts towards."""

    concept: str
    category: str | None
    rule: str
    recode: str | None
    base: str
    status: str


class Proposal(Model):
    """What a variable is proposed to be.

    Attributes:
        role: `item`, or what else it is: `respondent`, `organisation`, `completed_on`, `weight`.
        like: what it resembles most; empty when nothing.
        recognised: what that counts towards, as concept or concept/category.
        uses: what the drafted rows make of it; empty where its answers are too different.
        confidence: 0 to 1; nothing where there is no proposal.
        evidence: kind of evidence -> 0 to 1.
        told: the evidence in words.
    """

    variable: str
    label: str
    role: str
    like: str
    recognised: tuple[str, ...]
    uses: tuple[Use, ...]
    confidence: float | None
    evidence: dict[str, float]
    told: Text


class Draft(Model):
    """The draft of a wave.

    Attributes:
        loads: whether the manifest can be read as it is.
        proposals: one for each variable of the file, in its order.
        decisions: what must be decided, the most pressing first.
        manifest: its text.
        crosswalk: rows to append.
        recodes: rows to append.
    """

    survey: str
    wave: str
    file: str
    respondents: int
    loads: bool
    proposals: tuple[Proposal, ...]
    decisions: tuple[Decision, ...]
    manifest: str
    crosswalk: tuple[CrosswalkRow, ...]
    recodes: tuple[Recode, ...]


class _Before:
    """Counts of earlier waves, each file read once."""

    def __init__(self, registry: Registry, earlier: Earlier) -> None:
        self._registry, self._earlier = registry, earlier
        self._tables: dict[str, AnswerTable | None] = {}
        self._counts: dict[tuple[str, str], dict[str, int] | None] = {}

    def _table(self, place: str) -> AnswerTable | None:
        if place not in self._tables:
            self._tables[place] = self._earlier(self._registry.wave(place))
        return self._tables[place]

    def counts(self, one: Known) -> dict[str, int] | None:
        """How often each code of an item was given; nothing where no file is at hand."""
        key = (one.place, one.variable)
        if key not in self._counts:
            table = self._table(one.place)
            held = table and one.variable in table.data.column_names
            column = table.data.column(one.variable) if table and held else None
            self._counts[key] = None if column is None else column_counts(column)
        return self._counts[key]

    def answered(self, one: Known) -> float | None:
        """Share of the respondents that answered an item."""
        table, counts = self._table(one.place), self.counts(one)
        if table is None or counts is None or not table.data.num_rows:
            return None
        return float(sum(counts.values()) / table.data.num_rows)


def draft_wave(
    path: Path,
    survey: str,
    wave: str,
    registry: Registry,
    described: Harmonisation,
    earlier: Earlier,
    options: Mapping[str, str | int | None] | None = None,
    texts: Iterable[str] = (),
    language: Language = "en",
) -> Draft:
    """Draft manifest, crosswalk and recode rows of a wave from its file. Writes nothing.

    Args:
        path: the file.
        survey: the survey that it belongs to.
        wave: name of the wave, four digits.
        registry: what is described.
        described: how it is harmonised.
        earlier: returns the answers of a described wave, where they are at hand.
        options: what the format needs told, see `read_new`.
        texts: variables with open answers.
        language: of the comments in the manifest.

    Raises:
        BarometerError: no such survey, a wave that is harmonised already, or a file that cannot be
            read, or not without being told more.
    """
    where, open_answers = f"{survey}/{wave}", frozenset(texts)
    surveys = {one.survey: one for one in registry.surveys}
    if survey not in surveys:
        near = did_you_mean(survey, surveys)
        raise RefusedError("no_such_survey", where, near=near, known=listing(surveys, 30))
    if not re.fullmatch(r"[0-9]{4}", wave):
        raise RefusedError("no_year", where, wave=wave)
    if any((row.survey, row.wave) == (survey, wave) for row in described.crosswalk.rows):
        raise RefusedError("wave_has_rows", where, path=described.crosswalk.path)
    file, table = read_new(path, options or {}, open_answers, where)
    if not table.data.num_rows:
        raise RefusedError("no_rows", where, path=path)
    if unknown := sorted(open_answers - set(table.data.column_names)):
        raise RefusedError("no_such_column", where, path=path, columns=unknown)
    unfit = [name for name in table.data.column_names if not re.fullmatch(r"[A-Za-z][\w.]*", name)]
    if unfit:
        raise RefusedError("unfit_names", where, path=path, columns=unfit)
    return _draft(
        surveys[survey], wave, file, table, registry, described, earlier, open_answers, language
    )


def _draft(
    survey: Survey,
    wave: str,
    file: AnswerFile,
    table: AnswerTable,
    registry: Registry,
    described: Harmonisation,
    earlier: Earlier,
    texts: frozenset[str],
    language: Language,
) -> Draft:
    seen, before = profile(table, texts, registry), _Before(registry, earlier)
    last = _last(survey, wave, registry)
    candidates = known(registry, described, f"{survey.survey}/{wave}")
    matches = match(seen.variables, candidates, survey.survey, before.counts)
    rows = harmonise(survey, wave, seen.variables, matches, described)
    decisions = Decisions(language)
    decide_on_variables(decisions, seen.variables, matches, rows)
    bases = _bases(seen, matches, before, decisions)
    lists, used = _codelists(seen.variables, matches)
    missing = _missing(survey.survey, described, rows)
    _decide_on_keys(decisions, seen, last, rows, missing, matches)
    items = tuple(
        Item(
            variable=variable.name,
            codelist=used.get(variable.name),
            text=variable.text,
            base=bases[variable.name],
            wording=_wording(variable, matches.get(variable.name), survey),
        )
        for variable in seen.variables
    )
    content = Content(
        wave,
        file,
        {role: name for role, name in seen.roles.items() if role != "weight"},
        seen.roles.get("weight"),
        lists,
        items,
        missing,
        last.wave if last else None,
        seen.dates,
        decisions.comments,
    )
    return Draft(
        survey=survey.survey,
        wave=wave,
        file=file.name,
        respondents=seen.size,
        loads=last is not None and "respondent" in seen.roles,
        proposals=_proposals(table, seen, matches, rows),
        decisions=decisions.ordered(),
        manifest=manifest_text(content),
        crosswalk=tuple(rows.crosswalk),
        recodes=tuple(rows.recodes),
    )


def _last(survey: Survey, wave: str, registry: Registry) -> SurveyWave | None:
    """The latest other wave of the survey; one with answers, where there is one."""
    own = [one for one in registry.waves if one.survey == survey and one.wave.wave != wave]
    return max(own, key=lambda one: (one.wave.answers is not None, one.wave.wave), default=None)


def _wording(variable: Variable, found: Match | None, survey: Survey) -> Title:
    """The wording in both languages: the earlier one where it is the same, or not Dutch."""
    item = found.known.item if found else None
    label = variable.label or variable.name
    original = variable.label if variable.label and survey.country != "NL" else None
    if item is None or found is None:
        return Title(nl=label, en=label, original=original)
    if variable.label and not found.same_wording and not original:
        return Title(nl=label, en=item.wording.en)
    # A question about "the past two years" names other years in every wave.
    years = dict(zip(YEAR.findall(item.wording.nl), YEAR.findall(label), strict=False))

    def moved(text: str) -> str:
        return YEAR.sub(lambda year: years.get(year[0], year[0]), text)

    return Title(nl=moved(item.wording.nl), en=moved(item.wording.en), original=original)


def _codelists(
    variables: Sequence[Variable], matches: Mapping[str, Match]
) -> tuple[dict[str, dict[int, str]], dict[str, str]]:
    """Codelists by name, and the name of the one that each variable uses."""
    lists: dict[str, dict[int, str]] = {}
    used: dict[str, str] = {}
    for variable in variables:
        if variable.text:
            continue
        found = matches.get(variable.name)
        before = found.known.codes if found and found.known.variable else {}
        pairs = found.pairs if found else {}
        codes = {
            int(code): label or before.get(pairs.get(code, ""), "") or code
            for code, label in variable.codes.items()
        }
        item = found.known.item if found else None
        name = (item.codelist if item else None) or re.sub(r"\W|_$", "_", variable.name.lower())
        name = f"codes_{name}" if name in WORDS_OF_YAML or name.isdigit() else name
        if item is None:
            name = next((known for known, held in lists.items() if held == codes), name)
        base, number = name, 2
        while name in lists and lists[name] != codes:
            name, number = f"{base}_{number}", number + 1
        lists[name] = codes
        used[variable.name] = name
    return lists, used


def _bases(
    seen: Profile, matches: Mapping[str, Match], before: _Before, decisions: Decisions
) -> dict[str, str]:
    """Who each item was asked of: as in the earlier wave, or as others that the same answered."""
    import numpy as np

    bases: dict[str, str] = {}
    for name, found in matches.items():
        item, rows = found.known.item, found.known.rows
        bases[name] = item.base if item else rows[0].base
        share = before.answered(found.known) if found.known.variable else None
        now = float(seen.answered[name].mean()) if seen.size else 0.0
        if share is not None and abs(share - now) > OTHER_RESPONDENTS:
            decisions.add(
                "asked_of_others",
                [name],
                like=found.known.name,
                now=round(100 * now),
                before=round(100 * share),
            )
    of_base: dict[str, list[str]] = defaultdict(list)
    for name, base in bases.items():
        of_base[base].append(name)
    groups = {
        base: np.logical_or.reduce([seen.answered[name] for name in names])
        for base, names in of_base.items()
    }
    for variable in seen.variables:
        if variable.name in bases:
            continue
        mask = seen.answered[variable.name]
        fits = {
            base: float((mask & group).sum() / max((mask | group).sum(), 1))
            for base, group in groups.items()
        }
        best = max(fits, key=lambda base: fits[base], default="")
        if not best or fits[best] < SAME_RESPONDENTS:
            best = "all_organisations"
            if mask.mean() < SAME_RESPONDENTS:
                decisions.add("base_unknown", [variable.name])
        bases[variable.name] = best
    return bases


def _missing(survey: str, described: Harmonisation, rows: Rows) -> list[str]:
    """Concepts that earlier waves of the survey asked about and this one does not."""
    found = {row.concept for row in rows.crosswalk}
    asked = [
        row.concept
        for row in sorted(described.crosswalk.rows, key=lambda row: row.wave, reverse=True)
        if row.survey == survey and row.variable
    ]
    return [concept for concept in dict.fromkeys(asked) if concept not in found]


def _decide_on_keys(
    decisions: Decisions,
    seen: Profile,
    last: SurveyWave | None,
    rows: Rows,
    missing: Sequence[str],
    matches: Mapping[str, Match],
) -> None:
    """Note what must be decided about the wave as a whole."""
    if last:
        decisions.add("population_copied", ["population"], wave=last.id)
    else:
        decisions.add("population_unknown", ["population"])
    if "respondent" not in seen.roles:
        decisions.add("respondent_unknown", ["respondent"])
    if seen.numbers:
        decisions.add("number", seen.numbers)
    roles: dict[Role, str] = dict(seen.roles)
    if weight := roles.pop("weight", None):
        decisions.add("weight", [weight], ["design"])
    elif not (last and last.wave.answers and last.wave.answers.design):
        decisions.add("design_unknown", ["design"])
    else:
        decisions.add("design_of", ["design"], wave=last.id)
    if roles:
        told = ", ".join(f"{role} {name}" for role, name in roles.items())
        decisions.add("identifiers", roles, list(roles)[:1], roles=told)
    decisions.add("reference_period", ["reference_period"])
    if seen.dates:
        start, end = seen.dates.start, seen.dates.end
        decisions.add("field_period", ["field_period"], start=start, end=end)
    else:
        decisions.add("field_period_unknown", ["field_period"])
    if missing:
        decisions.add("not_asked", missing, ["not_asked"])
    for concept, (found, asked) in rows.scales.items():
        if found < asked:
            decisions.add(
                "scale_of_other_items", [concept], [], found=found, asked=asked, wave=rows.like
            )
    not_judged = Phrase("reason_not_judged").text("en")
    judged = {row.concept: row.reason_en != not_judged for row in rows.crosswalk}
    decisions.add("undetermined", [name for name, done in judged.items() if not done], [])
    inherited = {
        row.concept: None for row in rows.crosswalk if row.reason_en and judged[row.concept]
    }
    decisions.add("inherited", inherited, [], wave=rows.like)
    one_language = [
        variable.name
        for variable in seen.variables
        if variable.label
        and (
            variable.name not in matches
            or matches[variable.name].known.item is None
            or not matches[variable.name].same_wording
        )
    ]
    decisions.add("translate", one_language, [])


def _proposals(
    table: AnswerTable, seen: Profile, matches: Mapping[str, Match], rows: Rows
) -> tuple[Proposal, ...]:
    uses: dict[str, list[Use]] = defaultdict(list)
    for row in rows.crosswalk:
        kept = row.model_dump(include=set(Use.model_fields))
        uses[row.variable or ""].append(Use.model_validate(kept))
    proposals = {}
    for role, name in seen.roles.items():
        label = table.labels.get(name, "")
        evidence = Phrase(f"evidence_{role}")
        told = Text(nl=evidence.text("nl"), en=evidence.text("en"))
        proposals[name] = Proposal(
            variable=name,
            label=label,
            role=role,
            like="",
            recognised=(),
            uses=(),
            confidence=None,
            evidence={},
            told=told,
        )
    for variable in seen.variables:
        found = matches.get(variable.name)
        proposals[variable.name] = Proposal(
            variable=variable.name,
            label=variable.label,
            role="item",
            like=found.known.name if found else "",
            recognised=found.known.counts_towards if found else (),
            uses=tuple(uses[variable.name]),
            confidence=round(found.confidence, 3) if found else None,
            evidence={kind: round(score, 3) for kind, score in found.evidence.items()}
            if found
            else {},
            told=Text(nl=_told(variable, found, "nl"), en=_told(variable, found, "en")),
        )
    return tuple(proposals[name] for name in table.data.column_names)


def _told(variable: Variable, found: Match | None, language: Language) -> str:
    """The evidence in words."""
    if found is None:
        return Phrase("evidence_none").text(language)
    parts = []
    for kind, score in found.evidence.items():
        if kind == "codes":
            named = "codes" if variable.labelled else "codes_only"
            count = {"paired": len(found.pairs), "all": len(variable.codes)}
            parts.append(Phrase(f"evidence_{named}", **count).text(language))
        elif kind == "name":
            if score == 1:
                parts.append(Phrase("evidence_same_name").text(language))
        else:
            parts.append(Phrase(f"evidence_{kind}", score=f"{score:.2f}").text(language))
    return "; ".join(parts)


def refuse_overwriting(survey: str, wave: str, surveys: Path, output: Path | None = None) -> Path:
    """Return where the manifest goes, and refuse it when one is there already.

    Raises:
        RefusedError: with the manifest.
    """
    name = f"{wave}.yml"
    manifest = output / name if output else surveys / survey / "waves" / name
    if manifest.exists():
        raise RefusedError("manifest_is_there", f"{survey}/{wave}", path=manifest)
    return manifest


def write(draft: Draft, surveys: Path, seeds: Path, output: Path | None = None) -> list[Path]:
    """Write a draft where it belongs, or under another folder.

    Args:
        draft: what to write.
        surveys: folder of the surveys.
        seeds: folder of the seeds, to which rows are appended.
        output: a folder for the manifest and the new rows only, instead of both.

    Returns:
        The files that were written.

    Raises:
        RefusedError: the manifest is there already; nothing is written then.
    """
    manifest = refuse_overwriting(draft.survey, draft.wave, surveys, output)
    written = [manifest]
    for name, rows in (("crosswalk.csv", draft.crosswalk), ("recodes.csv", draft.recodes)):
        if rows:
            path = (output or seeds) / name
            _append(rows, path, (seeds / name).read_text("utf-8").splitlines()[0])
            written.append(path)
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(draft.manifest, "utf-8")
    return written


def _append(rows: Sequence[Model], path: Path, header: str) -> None:
    """Append rows to a file of rows, which is made when it is not there; it changes whole."""
    before = path.read_text("utf-8") if path.exists() else f"{header}\n"
    text = io.StringIO()
    writer = csv.DictWriter(text, header.split(","), lineterminator="\n")
    for row in rows:
        cells = row.model_dump()
        score = cells.get("score")
        writer.writerow(cells | ({"score": f"{score:g}"} if score is not None else {}))
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    aside.write_text(before + ("" if before.endswith("\n") else "\n") + text.getvalue(), "utf-8")
    aside.replace(path)
