"""Drafts crosswalk and recode rows from the matches of the variables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from ingest.codes import EMPTY_SEED
from ingest.drafting.matching import Match
from ingest.drafting.profile import FileVariable
from ingest.harmonisation import (
    CrosswalkRow,
    Harmonisation,
    MissingKind,
    Recode,
    Status,
)
from ingest.likeness.codes import same_label
from ingest.likeness.text import is_mark, meaning
from ingest.messages import LANGUAGES, Phrase
from ingest.models import Survey

# What a code counts as: category, score, missing kind.
Outcome = tuple[str | None, float | None, MissingKind | None]
WORST_FIRST: tuple[Status, ...] = (
    "undetermined",
    "impossible",
    "limited",
    "comparable",
    "identical",
)
MISSING: Mapping[str | None, MissingKind] = {kind: kind for kind in get_args(MissingKind)}
TICKED: Mapping[str | None, str] = {
    "yes": "selected",
    "ticked": "selected",
    "no": "not_selected",
    "not_ticked": "not_selected",
}
NOTHING: Outcome = (None, None, None)
LIKE_WORDING = 0.8  # enough for `comparable`


@dataclass
class DraftedRows:
    """Drafted rows, and what is still open in them.

    Attributes:
        crosswalk: rows to append.
        recodes: rows to append, for codelists without a fitting recode.
        new_codes: variable -> codes that are not in its recodes.
        no_rule: variables whose answers are too different to recode.
        own_recodes: variable -> drafted recodes that it uses.
        scales: concept -> items found again, items of the earlier wave.
        like: `survey/wave` that most variables are like; empty when nothing was recognised.
    """

    crosswalk: list[CrosswalkRow] = field(default_factory=list)
    recodes: list[Recode] = field(default_factory=list)
    new_codes: dict[str, list[str]] = field(default_factory=dict)
    no_rule: list[str] = field(default_factory=list)
    own_recodes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    scales: dict[str, tuple[int, int]] = field(default_factory=dict)
    like: str = ""


class _Recodes:
    """All recodes, described and drafted. A new one is made only where none fits."""

    def __init__(self, described: Harmonisation, survey: str, wave: str) -> None:
        self.survey, self.wave = survey, wave
        self.rules = described.rules
        self.content: dict[str, dict[str, Outcome]] = {}
        for row in described.recodes.rows:
            outcome = (row.category, row.score, row.missing_kind)
            self.content.setdefault(row.recode, {})[row.code] = outcome
        self.crosswalk = [row for row in described.crosswalk.rows if self.rules[row.rule].recodes]
        self.used = Counter(row.recode for row in self.crosswalk if row.recode)
        self.made: set[str] = set()

    def named(
        self,
        row: CrosswalkRow,
        wanted: Mapping[str, Outcome],
        *,
        whole: bool,
        valid: Collection[str] = (),
    ) -> str:
        """Return the name of a recode that counts codes as wanted.

        Args:
            row: the crosswalk row that needs it, as it is for the candidate.
            wanted: code -> what it counts as.
            whole: whether these are all codes. With an open code the variable needs its own recode.
            valid: codes that the recode must not name, because they are answers without it.
        """
        names = self._of_the_same(row)
        if whole:
            ticks = [] if row.recode else sorted(self.used, key=lambda name: -self.used[name])
            fitting = [
                name
                for name in (*names, *ticks)
                if wanted.items() <= self.content[name].items()
                and self.content[name].keys().isdisjoint(valid)
            ]
            if fitting:
                return (
                    min(fitting, key=lambda name: len(self.content[name])) if ticks else fitting[0]
                )
        base = name = f"{min(names, key=len, default=row.concept)}_{self.wave}"
        number = 2
        while name in self.content and self.content[name] != wanted:
            name, number = f"{base}_{number}", number + 1
        if name not in self.content:
            self.content[name] = dict(wanted)
            self.made.add(name)
        return name

    def _of_the_same(self, row: CrosswalkRow) -> list[str]:
        """Recodes for the same measure: of the row, of the same survey, of other surveys."""
        same = [
            other
            for other in self.crosswalk
            if (other.concept, other.category, other.rule) == (row.concept, row.category, row.rule)
        ]
        own = [other for other in same if other.survey == self.survey]
        names = (row.recode, *(other.recode for other in own or same))
        return [name for name in dict.fromkeys(names) if name]

    def rows(self) -> Iterator[Recode]:
        """Yield the rows of the drafted recodes."""
        for name in sorted(self.made):
            for code, (category, score, missing) in self.content[name].items():
                yield Recode(
                    recode=name, code=code, category=category, score=score, missing_kind=missing
                )


def harmonise(
    survey: Survey,
    wave: str,
    variables: Sequence[FileVariable],
    matches: Mapping[str, Match],
    described: Harmonisation,
) -> DraftedRows:
    """Draft the rows of a wave.

    A status needs strong evidence and is never better than that of the earlier wave, because a
    status compares with the reference wave of the survey. All rows of a concept get the worst of
    their statuses, because a concept is shown as a whole.

    Args:
        survey: its survey.
        wave: its name.
        variables: of its file.
        matches: variable -> what it most likely is.
        described: all rows that are described.
    """
    drafted = DraftedRows()
    recodes = _Recodes(described, survey.survey, wave)
    for variable in variables:
        match = matches.get(variable.name)
        if match:
            drafted.crosswalk += _rows(survey, wave, variable, match, recodes, drafted)
    candidates = [match.candidate for match in matches.values()]
    places = Counter(candidate.place for candidate in candidates if candidate.variable)
    drafted.like = max(places, key=lambda place: (places[place], place), default="")
    before = [row for row in described.crosswalk.rows if f"{row.survey}/{row.wave}" == drafted.like]
    _count_scales(before, drafted, described)
    drafted.crosswalk += _derived(survey, wave, before, drafted)
    drafted.crosswalk = _levelled(drafted.crosswalk)
    drafted.recodes = list(recodes.rows())
    return drafted


def _rows(
    survey: Survey,
    wave: str,
    variable: FileVariable,
    match: Match,
    recodes: _Recodes,
    drafted: DraftedRows,
) -> list[CrosswalkRow]:
    """The rows of one variable; codes without a counterpart stay open."""
    found, left = list[CrosswalkRow](), dict[str, None]()
    for row in match.candidate.rows:
        name = row.recode
        if variable.separator and recodes.rules[row.rule].gives != "category":
            continue  # a list has several answers, each of which is a category
        if recodes.rules[row.rule].recodes:
            wanted = _wanted(variable, match, row, recodes.content.get(row.recode or "", {}))
            if all(missing for _, _, missing in wanted.values()):
                continue
            unknown = [code for code in variable.codes if code not in wanted]
            left |= dict.fromkeys(unknown)
            name = recodes.named(row, wanted, whole=not unknown)
        elif missing := {
            code: _kind(variable, code)
            for code in (*variable.missing, *variable.declared)
            if not EMPTY_SEED.fullmatch(code)
        }:
            name = recodes.named(row, missing, whole=True, valid=variable.codes.keys() - missing)
        if name in recodes.made:
            drafted.own_recodes[variable.name].add(name)
        status, nl, en = _judged(survey, wave, variable, match, row, open_codes=bool(left))
        found.append(
            row.model_copy(
                update={
                    "survey": survey.survey,
                    "wave": wave,
                    "variable": variable.name,
                    "recode": name,
                    "status": status,
                    "reason_nl": nl,
                    "reason_en": en,
                }
            )
        )
    if match.candidate.rows and not found:
        drafted.no_rule.append(variable.name)
    elif left:
        drafted.new_codes[variable.name] = list(left)
    return found


def _wanted(
    variable: FileVariable, match: Match, row: CrosswalkRow, content: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """What each code counts as, for the codes that have a counterpart or a fixed meaning."""
    wanted: dict[str, Outcome] = {}
    for code, label in variable.codes.items():
        if EMPTY_SEED.fullmatch(code):
            continue  # no seed can name it
        same, means = match.pairs.get(code), meaning(label)
        if match.candidate.variable:
            if same is not None and same in content:
                wanted[code] = content[same]
        elif row.category:
            if means in TICKED:
                wanted[code] = (TICKED[means], None, None)
        elif same:
            wanted[code] = (same, None, None)
        if code not in wanted and (why := why_missing(code, label)):
            wanted[code] = (None, None, why)
        # What the file declares missing is no answer, whatever an equal label counted as before.
        if code in variable.declared and not wanted.get(code, NOTHING)[2]:
            wanted[code] = _kind(variable, code)
    return wanted


def why_missing(code: str, label: str, *, declared: bool = False) -> MissingKind | None:
    """Why a code is no answer, as its label or a mark says; nothing where it is one.

    A code that looks like a mark, such as `NA`, is what its label says ('Namibia').

    Args:
        code: the code.
        label: its label; empty without one.
        declared: whether the file declares it missing.
    """
    marked = is_mark(label) or (is_mark(code) and not label)
    return MISSING.get(meaning(label), "declared_missing" if declared or marked else None)


def _kind(variable: FileVariable, code: str) -> Outcome:
    """What a code counts as that the file declares missing: what its label says, if anything."""
    means = meaning(variable.codes.get(code) or variable.missing.get(code) or "")
    return None, None, MISSING.get(means, "declared_missing")


def _judged(
    survey: Survey,
    wave: str,
    variable: FileVariable,
    match: Match,
    row: CrosswalkRow,
    *,
    open_codes: bool,
) -> tuple[Status, str | None, str | None]:
    """Status and reasons of a row: the worst of the evidence and of the earlier wave's status."""
    candidate = match.candidate
    nl, en = (Phrase("reason_not_judged").text(language) for language in LANGUAGES)
    if wave == survey.reference_wave:
        return "identical", None, None
    if candidate.survey != survey.survey:
        return "undetermined", nl, en
    wording = match.evidence.get("wording", 0.0)
    all_codes = len(match.pairs) == len(candidate.codes) == len(variable.codes) and all(
        same_label(variable.codes[code], candidate.codes[other])
        for code, other in match.pairs.items()
    )
    own: tuple[Status, str | None, str | None] = ("undetermined", nl, en)
    if match.same_wording and all_codes and variable.labelled:
        own = ("identical", None, None)
    elif wording >= LIKE_WORDING and variable.labelled and not open_codes:
        changed = Phrase("reason_wording_changed", wave=candidate.place)
        nl, en = (changed.text(language) for language in LANGUAGES)
        own = ("comparable", nl, en)
    if candidate.wave == survey.reference_wave:
        return own
    return _worst((own, (row.status, row.reason_nl, row.reason_en)))


def _worst(
    judged: Iterable[tuple[Status, str | None, str | None]],
) -> tuple[Status, str | None, str | None]:
    """Return the worst status; among equal ones, one with a reason."""
    return min(
        judged, key=lambda one: (WORST_FIRST.index(one[0]), one[0] != "identical" and not one[1])
    )


def _derived(
    survey: Survey, wave: str, before: Sequence[CrosswalkRow], drafted: DraftedRows
) -> Iterator[CrosswalkRow]:
    """Rows that derive from another concept, where that concept is asked again."""
    status = {row.concept: (row.status, row.reason_nl, row.reason_en) for row in drafted.crosswalk}
    for row in before:
        if row.source_concept in status:
            own = status[row.source_concept]
            if f"{row.survey}/{row.wave}" != f"{survey.survey}/{survey.reference_wave}":
                own = _worst((own, (row.status, row.reason_nl, row.reason_en)))
            status.setdefault(row.concept, own)
            yield row.model_copy(
                update={
                    "survey": survey.survey,
                    "wave": wave,
                    "status": own[0],
                    "reason_nl": own[1],
                    "reason_en": own[2],
                }
            )


def _count_scales(
    before: Sequence[CrosswalkRow], drafted: DraftedRows, described: Harmonisation
) -> None:
    """Count the items of scales. A person must judge a scale with fewer items."""
    scores = {name for name, rule in described.rules.items() if rule.gives == "score"}
    asked = Counter(row.concept for row in before if row.rule in scores)
    found = Counter(row.concept for row in drafted.crosswalk if row.rule in scores)
    drafted.scales = {name: (found[name], asked[name]) for name in asked if found[name]}
    nl, en = (Phrase("reason_not_judged").text(language) for language in LANGUAGES)
    drafted.crosswalk = [
        row.model_copy(update={"status": "undetermined", "reason_nl": nl, "reason_en": en})
        if row.rule in scores and found[row.concept] < asked[row.concept]
        else row
        for row in drafted.crosswalk
    ]


def _levelled(rows: Iterable[CrosswalkRow]) -> list[CrosswalkRow]:
    """Give all rows of a concept the worst status of them."""
    rows = list(rows)
    worst: dict[str, tuple[Status, str | None, str | None]] = {}
    for row in rows:
        own = (row.status, row.reason_nl, row.reason_en)
        worst[row.concept] = _worst((own, worst.get(row.concept, own)))
    return [
        row
        if row.status == worst[row.concept][0]
        else row.model_copy(
            update=dict(zip(("status", "reason_nl", "reason_en"), worst[row.concept], strict=True))
        )
        for row in rows
    ]
